/* SPDX-License-Identifier: ISC */
/* The values of an account: what its row declares, and the general keys. */
#include "provider/internal.h"

#include <string.h>
#include <strings.h>

#include "address.h"
#include "fail.h"
#include "json/json.h"
#include "name.h"
#include "secret.h"
#include "url.h"

#define SCHEME_TWICE \
	"begins with a word that the request adds: write what stands behind it"
#define REFRESH_LEAST 3600 /* seconds, of services that are called blindly */

/* Puts a value behind those in the list; the text of the other type counts
 * for both. */
static void
add_value(struct account_work *work, struct row_value **list,
	const struct row_declared *declared, const char *text,
	enum row_type type)
{
	struct row_value *value;

	for (; *list; list = &(*list)->next)
		if (strcmp((*list)->name, declared->name) == 0 &&
			strcmp((*list)->text, text) == 0) {
			(*list)->type[type] = true;
			return;
		}
	value = mem_take(work->config->mem, sizeof(*value));
	value->name = declared->name;
	value->text = text;
	value->secret = declared->secret;
	value->type[type] = true;
	*list = value;
	if (declared->secret)
		secret_hide(text);
}

static void
missing(struct account_work *work, const struct row_declared *declared)
{
	if (work->section->lost)
		return;
	if (declared->text[0])
		config_wrong(work->config, work->section, NULL,
			"%s is missing (%s)", declared->name, declared->text);
	else
		config_wrong(work->config, work->section, NULL, "%s is missing",
			declared->name);
}

static void
read_value(struct account_work *work, const struct row_declared *declared,
	enum row_type type)
{
	struct mem *mem = work->config->mem;
	struct layer_value value =
		layer_find(mem, work->own, declared->name, type);

	if (value.lines) {
		add_value(
			work, &work->values, declared, value.lines->text, type);
		return;
	}
	if (value.layer) {
		/* an empty value hides the row's */
		if (!declared->optional)
			config_wrong(work->config, work->section,
				config_first(work->section, value.key),
				"is empty");
		return;
	}
	value = layer_find(mem, work->layers->below, declared->name, type);
	if (value.lines)
		add_value(work, &work->defaults, declared, value.lines->text,
			type);
	else if (!declared->optional)
		missing(work, declared);
}

/* Whether a secret repeats the scheme that the row's auth writes: `Bearer x`.
 */
static bool
repeats_scheme(const struct account_work *work, const char *text)
{
	const char *auth = work->account->row[ROW_A].auth;
	size_t len;

	if (!auth)
		auth = work->account->row[ROW_AAAA].auth;
	len = auth ? strcspn(auth, " {") : 0;
	return len > 0 && auth[len] == ' ' &&
	       strncasecmp(text, auth, len + 1) == 0;
}

/* What stands in a secret's own key. Whether there is one. */
static bool
check_secret(struct account_work *work, const struct row_declared *declared)
{
	const struct config_entry *entry;
	bool found = false;
	enum row_type type;

	for (entry = work->section->entries; entry; entry = entry->next)
		for (type = 0; type < ROW_TYPES; type++) {
			if (!layer_fits(entry->key, declared->name, type))
				continue;
			found = true;
			if (repeats_scheme(work, entry->lines->text))
				config_wrong(work->config, work->section, entry,
					SCHEME_TWICE);
			else
				config_secret(
					work->config, work->section, entry);
			break;
		}
	return found;
}

static void
read_file(struct account_work *work, const struct row_declared *declared,
	const struct config_entry *entry, struct buf *fingerprint)
{
	struct config *config = work->config;
	const char *text, *fault;
	struct fail fail;
	enum row_type type;

	if (entry->lines->text[0] == '\0') {
		config_wrong(config, work->section, entry, "is empty");
		return;
	}
	text = config_file_line(config, entry->lines->text, &fail);
	if (!text) {
		config_wrong(config, work->section, entry, "%s", fail.text);
		return;
	}
	fault = repeats_scheme(work, text) ? SCHEME_TWICE
					   : config_secret_fault(config->mem,
						     declared->name, text);
	if (fault)
		config_wrong(config, work->section, entry, "%s", fault);
	buf_printf(fingerprint, "%s\n\t%s\n", entry->key, text);
	for (type = 0; type < ROW_TYPES; type++) {
		add_value(work, &work->values, declared, text, type);
		if (!json_bare_ok(text) &&
			row_check_bare(
				&work->account->row[type], declared->name))
			config_wrong(config, work->section, entry,
				"is not a number, true or false");
	}
}

static void
read_declared(struct account_work *work, const struct row_declared *declared,
	struct buf *fingerprint)
{
	const struct config_entry *file = NULL;
	bool written = false;
	enum row_type type;

	if (declared->secret) {
		written = check_secret(work, declared);
		file = config_first(
			work->section, mem_printf(work->config->mem, "%s_file",
					       declared->name));
	}
	if (file && written)
		config_wrong(work->config, work->section, file,
			"%s is given, too: leave one of them out",
			declared->name);
	else if (file)
		read_file(work, declared, file, fingerprint);
	else
		for (type = 0; type < ROW_TYPES; type++)
			if (work->account->row[type].offered)
				read_value(work, declared, type);
}

void
account_read_values(struct account_work *work, struct buf *fingerprint)
{
	static const struct row_declared ttl = { .name = "ttl", .text = "" };
	const struct row_declared *declared = work->declared;
	struct layer_value value;
	const char *text;
	enum row_type type;

	/* `zone` may be declared, but is read with the general keys */
	for (; declared; declared = declared->next)
		if (strcmp(declared->name, "zone") != 0)
			read_declared(work, declared, fingerprint);
	for (type = 0; type < ROW_TYPES; type++) {
		value = layer_find(work->config->mem, work->own, "ttl", type);
		text = value.lines
			       ? row_ttl(work->config->mem, value.lines->text)
			       : NULL;
		if (text) /* else it was reported with the row */
			add_value(work, &work->values, &ttl, text, type);
	}
	work->account->values = work->values;
	work->account->defaults = work->defaults;
}

/* Whether the row looks before it writes. */
static bool
reads_first(const struct account *account)
{
	return account->row[ROW_A].step[STEP_RECORDS] ||
	       account->row[ROW_AAAA].step[STEP_RECORDS];
}

/* The text of a key of every account; NULL: not given, or reported as empty. */
static const char *
general(struct account_work *work, const char *key,
	const struct config_entry **entry)
{
	*entry = config_first(work->section, key);
	if (!*entry)
		return NULL;
	if ((*entry)->lines->text[0] == '\0') {
		config_wrong(work->config, work->section, *entry, "is empty");
		return NULL;
	}
	return (*entry)->lines->text;
}

/* Whether the row, for a type that it offers, holds the variable. */
static bool
rows_hold(const struct account *account, const char *variable)
{
	const struct row *row = account->row;

	return (row[ROW_A].offered && row_holds(&row[ROW_A], variable)) ||
	       (row[ROW_AAAA].offered && row_holds(&row[ROW_AAAA], variable));
}

/* HOST, HOST:PORT or [ADDRESS]:PORT: what a program is given. */
static bool
is_host(const char *text)
{
	static const char signs[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_.:[]";
	struct buf url = { 0 };
	struct fail fail;
	bool fine;

	buf_printf(&url, "https://%s", text);
	fine = text[0] != '-' && text[strspn(text, signs)] == '\0' &&
	       url_ok(buf_text(&url), false, &fail);
	buf_free(&url);
	return fine;
}

static void
read_host(struct account_work *work)
{
	const struct config_entry *entry;
	const char *text = general(work, "server", &entry);

	if (text && !is_host(text))
		config_wrong(work->config, work->section, entry,
			"%s: a server is HOST, HOST:PORT or [ADDRESS]:PORT",
			text);
	work->account->server = text;
}

static void
read_server(struct account_work *work)
{
	const struct config_entry *entry;
	const char *text = general(work, "server", &entry), *host;
	struct fail fail;
	size_t len;

	if (!entry && !work->section->lost &&
		rows_hold(work->account, "server"))
		config_wrong(work->config, work->section, NULL,
			"server is missing (https://HOST)");
	if (!text)
		return;
	if (!url_ok(text, false, &fail)) {
		config_wrong(
			work->config, work->section, entry, "%s", fail.text);
		return;
	}
	host = strstr(text, "://") + strlen("://");
	len = strcspn(host, "/?#");
	if (memchr(host, '@', len) ||
		(host[len] && strcmp(host + len, "/") != 0))
		config_wrong(work->config, work->section, entry,
			"takes scheme, host and port only");
	work->account->server =
		mem_textn(work->config->mem, text, (size_t)(host - text) + len);
}

static bool
zone_missing(const struct account_work *work)
{
	const struct row *row;
	enum row_type type;

	for (type = 0; type < ROW_TYPES; type++) {
		row = &work->account->row[type];
		if (row->offered && row->needs_zone && !row->step[STEP_ZONES])
			return true;
	}
	return false;
}

static void
read_zone(struct account_work *work)
{
	static const struct row_declared plain = { .name = "zone", .text = "" };
	const struct row_declared *declared = work->declared;
	struct config *config = work->config;
	struct layer_value value =
		layer_find(config->mem, work->layers, "zone", ROW_A);
	struct fail fail;

	while (declared && strcmp(declared->name, "zone") != 0)
		declared = declared->next;
	if (value.lines) {
		work->account->zone =
			name_read(config->mem, value.lines->text, 1, &fail);
		if (!work->account->zone)
			config_wrong(config, work->section,
				config_first(work->section, "zone"), "%s",
				fail.text);
	} else if (declared ? !declared->optional : zone_missing(work)) {
		missing(work, declared ? declared : &plain);
	}
}

/* An id says nothing to us but with the zone that it stands for. */
static void
check_zone_id(struct account_work *work)
{
	const struct config_entry *id = config_first(work->section, "zone_id");

	if (id && id->lines->text[0] && !work->account->zone &&
		work->account->row[ROW_A].step[STEP_ZONES])
		config_wrong(work->config, work->section, id,
			"stands together with zone, which is missing");
}

static bool
carries(const struct row *row, enum row_step step)
{
	return row_step_holds(row, step, "ttl") ||
	       (row_step_holds(row, step, "value") &&
		       row_step_holds(row, STEP_VALUE, "ttl"));
}

static bool
reads_ttl(const struct row *row)
{
	const struct row_binding *at;
	enum row_step i;

	for (i = STEP_RECORDS; i <= STEP_RECORD; i++) {
		if (!row->step[i] || !row->step[i]->reading)
			continue;
		for (at = row->step[i]->reading->bindings; at; at = at->next)
			if (strcmp(at->variable, "ttl") == 0)
				return true;
	}
	return false;
}

/* What becomes of the account's `ttl` where it does not reach a record at
 * once; NULL: it does. */
static const char *
ttl_trouble(const struct row *row)
{
	const enum row_step change = row->step[STEP_UPDATE] ? STEP_UPDATE
				     : row->step[STEP_SET]  ? STEP_SET
							    : STEP_CREATE;

	if (!carries(row, change))
		return row->step[STEP_CREATE] && carries(row, STEP_CREATE)
			       ? "sends it with new records alone"
			       : "does not send it";
	return row->step[STEP_RECORDS] && !reads_ttl(row)
		       ? "sends it to a record with its next address only"
		       : NULL;
}

static void
check_ttl(struct account_work *work)
{
	const struct row *row;
	const char *trouble;
	enum row_type type;

	for (type = 0; type < ROW_TYPES; type++) {
		row = &work->account->row[type];
		if (!row->offered || row->runs ||
			!layer_find(work->config->mem, work->own, "ttl", type)
				 .lines)
			continue;
		trouble = ttl_trouble(row);
		if (trouble)
			config_warn(work->config, work->section,
				config_first(work->section, "ttl"), "%s %s",
				work->account->provider, trouble);
	}
}

/* The number of bits behind the slash, 1 to 127; 0: something else. */
static int
read_prefix(const char *text)
{
	int bits = 0;

	if (*text == '0')
		return 0;
	for (; *text >= '0' && *text <= '9' && bits < 128; text++)
		bits = bits * 10 + (*text - '0');
	return *text || bits > 127 ? 0 : bits;
}

/* "::1234:5678/64" or "mac 00:11:22:33:44:55". */
static bool
parse_suffix(struct account *account, struct address *host, const char *text)
{
	const size_t len = strcspn(text, "/");

	account->suffix = text;
	account->host = host;
	if (strncmp(text, "mac ", 4) == 0) {
		account->prefix = 64; /* RFC 4291 section 2.5.1 */
		return address_from_mac(
			host, text + 4 + strspn(text + 4, " \t"));
	}
	account->prefix = text[len] ? read_prefix(text + len + 1) : 0;
	return account->prefix > 0 && address_parse(host, text, len) &&
	       host->family == 6;
}

static void
read_suffix(struct account_work *work)
{
	const struct config_entry *entry;
	const char *text = general(work, "suffix", &entry);
	struct address *host = mem_take(work->config->mem, sizeof(*host));

	if (!text)
		return;
	if (!parse_suffix(work->account, host, text))
		config_wrong(work->config, work->section, entry,
			"%s: a host part is ::1234:5678/64 or mac 00:11:22:33:44:55",
			text);
	else if (!work->has[ROW_AAAA])
		config_wrong(work->config, work->section, entry,
			"is for IPv6, and %s is not there",
			work->family[ROW_AAAA]);
}

void
account_read_general(struct account_work *work)
{
	struct account *account = work->account;
	const struct config_entry *entry;
	struct layer_value value;

	if (account->row[ROW_A].runs)
		read_host(work);
	else
		read_server(work);
	read_zone(work);
	check_zone_id(work);
	check_ttl(work);
	read_suffix(work);
	if (general(work, "lookup", &entry) && !work->has[ROW_A] &&
		!work->has[ROW_AAAA])
		config_wrong(work->config, work->section, entry,
			"neither %s nor %s is there", work->family[ROW_A],
			work->family[ROW_AAAA]);
	value = layer_find(work->config->mem, work->layers, "refresh", ROW_A);
	if (value.lines)
		account->refresh = config_time(value.lines->text);
	if (account->refresh < 0)
		account->refresh = 0;
	entry = config_first(work->section, "refresh");
	if (entry && account->refresh > 0 && account->refresh < REFRESH_LEAST &&
		!reads_first(account))
		config_warn(work->config, work->section, entry,
			"calls the service every %s though nothing changed, which services block: 1d is enough",
			entry->lines->text);
}
