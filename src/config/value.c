/* SPDX-License-Identifier: ISC */
/* Values of keys: times, counts, paths and so on, read by a row a key. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "config/config.h"
#include "address-find.h"
#include "authority.h"
#include "buf.h"
#include "fail.h"
#include "pieces.h"
#include "secret.h"

/* One value on its way to its place. */
struct reading {
	struct config *config;
	const struct config_section *section;
	const struct config_entry *entry;
	const struct config_key *key;
	const char *text; /* of the first line */
	void *place;
};

int64_t
config_time(const char *text)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {
		{ '\0', 1 },
		{ 's', 1 },
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 'd', 86400 },
	};
	size_t digits = strspn(text, "0123456789"), i;
	int64_t number = 0;

	/* nine digits: what is longer is not a time that anybody means */
	if (digits == 0 || digits > 9)
		return -1;
	for (i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	for (i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (text[digits] == units[i].unit &&
			(!text[digits] || !text[digits + 1]))
			return number * units[i].seconds;
	}
	return -1;
}

static bool
put_text(struct reading *r)
{
	*(const char **)r->place = r->text;
	return true;
}

static bool
put_path(struct reading *r)
{
	if (*r->text != '/') {
		config_wrong(r->config, r->section, r->entry,
			"\"%s\" is not an absolute path", r->text);
		return false;
	}
	return put_text(r);
}

static bool
put_certificates(struct reading *r)
{
	struct fail fail;

	if (!put_path(r))
		return false;
	if (authority_read(r->text, &fail))
		return true;
	config_wrong(r->config, r->section, r->entry, "%s", fail.text);
	return false;
}

static bool
put_program(struct reading *r)
{
	if (!r->config->strict) {
		config_wrong(r->config, r->section, r->entry,
			"a file that names a program must belong to you or to root (chown)");
		return false;
	}
	return put_path(r);
}

static bool
begins(const char *text, const char *scheme)
{
	size_t i;

	/* RFC 3986 section 3.1: without case */
	for (i = 0; scheme[i]; i++) {
		if (tolower((unsigned char)text[i]) != scheme[i])
			return false;
	}
	return text[i] != '\0';
}

static bool
put_secret_url(struct reading *r)
{
	secret_hide(r->text);
	if (!config_secret(r->config, r->section, r->entry))
		return false;
	if (!begins(r->text, "https://") && !begins(r->text, "http://")) {
		config_wrong(r->config, r->section, r->entry,
			"not a URL that begins with https:// or http://");
		return false;
	}
	return put_text(r);
}

static bool
put_proxy(struct reading *r)
{
	/* CURLOPT_PROXY(3); without a scheme it is an HTTP proxy */
	static const char *const schemes[] = { "http://", "https://",
		"socks4://", "socks4a://", "socks5://", "socks5h://" };
	const char *host = strstr(r->text, "://");
	bool known = !host;
	size_t i;

	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		known = known || begins(r->text, schemes[i]);
	host = host ? host + 3 : r->text;
	pieces_hide_user(host, strlen(host));
	if (strchr(host, '@'))
		config_secret(r->config, r->section, r->entry);
	if (!known || strpbrk(r->text, " \t")) {
		config_wrong(r->config, r->section, r->entry,
			"not a URL of a proxy: http, https, socks4, socks4a, socks5 or socks5h");
		return false;
	}
	return put_text(r);
}

static bool
out_of_range(struct reading *r, int64_t number, const char *unit)
{
	const struct config_key *key = r->key;

	if (number >= key->min && (key->max == 0 || number <= key->max))
		return false;
	if (key->max == 0)
		config_wrong(r->config, r->section, r->entry,
			"%s is too small: at least %" PRId64 "%s", r->text,
			key->min, unit);
	else
		config_wrong(r->config, r->section, r->entry,
			"%s is out of range: %" PRId64 " to %" PRId64 "%s",
			r->text, key->min, key->max, unit);
	return true;
}

static bool
put_time(struct reading *r)
{
	int64_t seconds = config_time(r->text);

	if (seconds < 0) {
		config_wrong(r->config, r->section, r->entry,
			"\"%s\" is not a time: a number and s, m, h or d",
			r->text);
		return false;
	}
	if (out_of_range(r, seconds, " seconds"))
		return false;
	*(int64_t *)r->place = seconds;
	return true;
}

static bool
put_count(struct reading *r)
{
	size_t digits = strspn(r->text, "0123456789");

	if (digits > 9 || r->text[digits] != '\0') {
		config_wrong(r->config, r->section, r->entry,
			"\"%s\" is not a number", r->text);
		return false;
	}
	if (out_of_range(r, config_time(r->text), ""))
		return false;
	*(int *)r->place = (int)config_time(r->text);
	return true;
}

static bool
put_switch(struct reading *r)
{
	static const struct {
		const char *word;
		bool on;
	} words[] = {
		{ "yes", true },
		{ "no", false },
		{ "true", true },
		{ "false", false },
	};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(r->text, words[i].word) == 0) {
			*(bool *)r->place = words[i].on;
			return true;
		}
	}
	config_wrong(r->config, r->section, r->entry,
		"\"%s\" is neither yes nor no", r->text);
	return false;
}

static bool
put_networks(struct reading *r)
{
	const struct config_line *words = config_words(r->config, r->entry);
	struct networks *networks = r->place;
	const struct config_line *word;
	struct network *list;
	size_t count = networks->count;

	for (word = words; word; word = word->next)
		count++;
	list = mem_take(r->config->mem, count * sizeof *list);
	count = networks->count;
	if (count > 0)
		memcpy(list, networks->list, count * sizeof *list);
	for (word = words; word; word = word->next) {
		if (network_parse(&list[count], word->text))
			count++;
		else
			config_wrong_line(r->config, r->section, r->entry,
				word->line,
				mem_printf(r->config->mem,
					"\"%s\" is not a network, such as 10.0.0.0/8 (no bit set behind the prefix)",
					word->text));
	}
	networks->list = list;
	networks->count = count;
	return true;
}

/* How a kind is read, and whether its key may stand again, in many lines. */
static const struct {
	bool (*put)(struct reading *r);
	bool many;
} readers[] = {
	[CONFIG_TEXT] = { put_text, false },
	[CONFIG_PATH] = { put_path, false },
	[CONFIG_CERTIFICATES] = { put_certificates, false },
	[CONFIG_PROGRAM] = { put_program, false },
	[CONFIG_SECRET_URL] = { put_secret_url, false },
	[CONFIG_PROXY] = { put_proxy, false },
	[CONFIG_TIME] = { put_time, false },
	[CONFIG_COUNT] = { put_count, false },
	[CONFIG_SWITCH] = { put_switch, false },
	[CONFIG_NETWORKS] = { put_networks, true },
	[CONFIG_OWN] = { NULL, true },
};

static void
fall_back(const struct config_key *key, void *place)
{
	if (key->kind == CONFIG_TIME)
		*(int64_t *)place = key->fallback;
	else if (key->kind == CONFIG_COUNT)
		*(int *)place = (int)key->fallback;
	else if (key->kind == CONFIG_SWITCH)
		*(bool *)place = key->fallback != 0;
}

static void
put(struct reading *r)
{
	bool many = readers[r->key->kind].many;

	if (!many &&
		config_one(r->config, r->section, r->key->name) != r->entry)
		return; /* reported as given twice */
	if (!many && !config_single(r->config, r->section, r->entry))
		return;
	r->text = r->entry->lines->text;
	if (!*r->text && !r->entry->lines->next)
		config_wrong(r->config, r->section, r->entry, "has no value");
	else if (readers[r->key->kind].put)
		readers[r->key->kind].put(r);
}

static void
unknown(struct config *config, const struct config_section *section,
	const struct config_entry *entry, const struct config_key *keys,
	size_t count)
{
	const char **names = mem_take(config->mem, (count + 1) * sizeof *names);
	size_t i;

	for (i = 0; i < count; i++)
		names[i] = keys[i].name;
	config_wrong(config, section, entry, "unknown key%s",
		config_hint(config, entry->key, names));
}

void
config_fill(struct config *config, const struct config_section *section,
	const struct config_key *keys, size_t count, void *target)
{
	const struct config_entry *entry = section ? section->entries : NULL;
	size_t i;

	for (i = 0; i < count; i++)
		fall_back(&keys[i], (char *)target + keys[i].offset);
	for (; entry; entry = entry->next) {
		for (i = 0; i < count; i++) {
			if (strcmp(entry->key, keys[i].name) == 0)
				break;
		}
		if (i == count)
			unknown(config, section, entry, keys, count);
		else
			put(&(struct reading){ .config = config,
				.section = section,
				.entry = entry,
				.key = &keys[i],
				.place = (char *)target + keys[i].offset });
	}
}

#define GENERAL(member) offsetof(struct config_general, member)

void
config_understand(struct config *config)
{
	static const struct config_key keys[] = {
		{ "state", CONFIG_PATH, GENERAL(state), 0, 0, 0 },
		{ "timeout", CONFIG_TIME, GENERAL(timeout), 10, 1, 300 },
		{ "deadline", CONFIG_TIME, GENERAL(deadline), 120, 1, 86400 },
		{ "patience", CONFIG_COUNT, GENERAL(patience), 3, 1, 1000 },
		{ "remind", CONFIG_TIME, GENERAL(remind), 86400, 60, 0 },
		{ "hook", CONFIG_PROGRAM, GENERAL(hook), 0, 0, 0 },
		{ "heartbeat", CONFIG_SECRET_URL, GENERAL(heartbeat), 0, 0, 0 },
		{ .name = "heartbeat_good", .kind = CONFIG_OWN },
		{ .name = "heartbeat_refused", .kind = CONFIG_OWN },
		{ "syslog", CONFIG_SWITCH, GENERAL(syslog), 0, 0, 0 },
		{ "proxy", CONFIG_PROXY, GENERAL(proxy), 0, 0, 0 },
		{ "ca_file", CONFIG_CERTIFICATES, GENERAL(ca_file), 0, 0, 0 },
	};
	const size_t count = sizeof keys / sizeof keys[0];
	struct config_section *section;

	config_fill(config, NULL, keys, count, &config->general);
	for (section = config->sections; section; section = section->next) {
		if (strcmp(section->name, "ddns") != 0)
			continue;
		config_fill(config, section, keys, count, &config->general);
	}
}
