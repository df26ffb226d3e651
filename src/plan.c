/* SPDX-License-Identifier: ISC */
/*
 * Makes a plan of a configuration, checking what holds between its sections.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "address-find.h"
#include "buf.h"
#include "event/event.h"
#include "fail.h"
#include "http/http.h"
#include "name.h"
#include "nsupdate/nsupdate.h"
#include "sandbox.h"
#include "sign/sign.h"
#include "state/state.h"

/* Of XSI, and so not declared. */
char *realpath(const char *restrict path, char *restrict real);

struct lookup_set *
plan_set(const struct plan *plan, int family, const char *label)
{
	const char *const key[TABLE_KEY] = { family == 4 ? "ipv4" : "ipv6",
		label };

	return table_find(&plan->by_label, key);
}

static void
key_of_set(const void *set, const char *key[TABLE_KEY])
{
	const struct lookup_set *of = set;

	key[0] = of->section->kind;
	key[1] = of->label;
}

bool
plan_want(const struct account *account, const struct lookup_set *set,
	struct address *address)
{
	if (address->family != 6 || !account->host)
		return true;
	*address = address_join(address, account->host, account->prefix);
	return address_valid(address, set->rule);
}

static bool
has_lookups(void *arg, const char *label, enum row_type type)
{
	return plan_set(arg, type == ROW_A ? 4 : 6, label) != NULL;
}

static bool
is_lookup(const struct config_section *section)
{
	return strcmp(section->kind, "ipv4") == 0 ||
	       strcmp(section->kind, "ipv6") == 0;
}

static void
read_lookups(struct plan *plan)
{
	struct config_section *section = plan->config->sections;
	struct lookup_set **end = &plan->sets;

	for (; section; section = section->next) {
		if (section->broken || !is_lookup(section))
			continue;
		if (strpbrk(section->label, " \t"))
			config_wrong(plan->config, section, NULL,
				"a label is one word");
		*end = lookup_set_read(plan->config, section);
		table_add(&plan->by_label, *end);
		end = &(*end)->next;
	}
}

static const char *const general_kinds[] = { "ddns", "ipv4", "ipv6", "provider",
	"webhook", NULL };

static bool
is_general(const struct config_section *section)
{
	int i;

	for (i = 0; general_kinds[i]; i++)
		if (strcmp(section->kind, general_kinds[i]) == 0)
			return true;
	return false;
}

static void
unknown_section(const struct plan *plan, const struct config_section *section)
{
	const char *hint =
		catalogue_hint(plan->catalogue, section->kind, general_kinds);

	if (hint)
		config_wrong(plan->config, section, NULL,
			"unknown section or provider (%s?)", hint);
	else
		config_wrong(plan->config, section, NULL,
			"unknown section or provider (`ddns providers` lists "
			"them)");
}

static void
key_of_account(const void *account, const char *key[TABLE_KEY])
{
	key[0] = ((const struct account *)account)->id;
}

/* Two names of one provider do not make two accounts. */
static void
check_id(const struct plan *plan, struct table *ids, struct account *account)
{
	const struct account *first = table_find_text(ids, account->id);

	if (!first)
		table_add(ids, account);
	else
		config_wrong(plan->config, account->section, NULL,
			"this is the section [%s] of line %d under another "
			"name",
			first->title, first->section->line);
}

/* A section of no kind at all is reported. */
static bool
is_account(const struct plan *plan, const struct config_section *section)
{
	if (section->broken || is_general(section))
		return false;
	if (catalogue_name(plan->catalogue, section->kind))
		return true;
	unknown_section(plan, section);
	return false;
}

static void
read_accounts(struct plan *plan)
{
	struct config_section *section = plan->config->sections;
	struct account **end = &plan->accounts;
	struct table ids = { .mem = plan->config->mem, .key = key_of_account };

	for (; section; section = section->next) {
		if (!is_account(plan, section))
			continue;
		*end = account_read(
			plan->catalogue, section, has_lookups, plan);
		if (!*end)
			continue;
		check_id(plan, &ids, *end);
		if ((*end)->row[ROW_A].runs)
			nsupdate_check(plan->config, *end);
		end = &(*end)->next;
	}
}

/* A name's items, of the types that have lookups; returns where the next go. */
static struct plan_item **
add_items(struct plan *plan, struct plan_item **end,
	const struct account *account, const struct account_name *name)
{
	enum row_type type;
	const struct lookup_set *set;

	for (type = ROW_A; type < ROW_TYPES; type++) {
		set = plan_set(plan, type == ROW_A ? 4 : 6, account->lookup);
		if (!name->type[type] || !set)
			continue;
		*end = mem_take(plan->config->mem, sizeof(**end));
		(*end)->account = account;
		(*end)->name = name->name;
		(*end)->type = type;
		(*end)->set = set;
		end = &(*end)->next;
	}
	return end;
}

static void
collect_items(struct plan *plan)
{
	struct plan_item **end = &plan->items;
	const struct account *account;
	const struct account_name *name;

	for (account = plan->accounts; account; account = account->next)
		for (name = account->names; name; name = name->next)
			end = add_items(plan, end, account, name);
}

static bool
share_type(const struct account_name *a, const struct account_name *b)
{
	return (a->type[ROW_A] && b->type[ROW_A]) ||
	       (a->type[ROW_AAAA] && b->type[ROW_AAAA]);
}

/* The list in which a name of a section stands. */
static const struct config_entry *
entry_at(const struct config_section *section, int line)
{
	const struct config_entry *entry, *found = NULL;

	for (entry = section->entries; entry; entry = entry->next)
		if (entry->line <= line)
			found = entry;
	return found;
}

/* A name at a service, and who has it. */
struct owner {
	struct owner *next; /* of the same name there, the first one first */
	const char *provider;
	const char *server; /* in lower case; "": the row's own */
	const struct account_name *name;
	const struct account *account;
};

static void
key_of_owner(const void *owner, const char *key[TABLE_KEY])
{
	const struct owner *of = owner;

	key[0] = of->name->name;
	key[1] = of->provider;
	key[2] = of->server;
}

static void
compare_owners(const struct plan *plan, const struct owner *first,
	const struct owner *second)
{
	struct fail fail;

	if (!share_type(first->name, second->name))
		return;
	fail_set(&fail, "%s is already in [%s]", second->name->name,
		first->account->title);
	config_wrong_line(plan->config, second->account->section,
		entry_at(second->account->section, second->name->line),
		second->name->line, fail.text);
}

static const char *
lower(struct mem *mem, const char *text)
{
	char *copy = mem_text(mem, text ? text : ""), *at;

	for (at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

static void
check_name(const struct plan *plan, struct table *owners, struct owner *owner)
{
	const char *key[TABLE_KEY] = { NULL };
	struct owner *other;

	key_of_owner(owner, key);
	other = table_find(owners, key);
	if (!other) {
		table_add(owners, owner);
		return;
	}
	for (; other; other = other->next) {
		compare_owners(plan, other, owner);
		if (other->next)
			continue;
		other->next = owner;
		return;
	}
}

/* A name may stand in two accounts, but not of one provider and server. */
static void
check_twice(const struct plan *plan)
{
	struct mem *mem = mem_new();
	struct table owners = { .mem = mem, .key = key_of_owner };
	const struct account *account;
	const struct account_name *name;
	const char *server;
	struct owner *owner;

	for (account = plan->accounts; account; account = account->next) {
		server = lower(mem, account->server);
		for (name = account->names; name; name = name->next) {
			owner = mem_take(mem, sizeof *owner);
			owner->provider = account->provider;
			owner->server = server;
			owner->name = name;
			owner->account = account;
			check_name(plan, &owners, owner);
		}
	}
	mem_free(mem);
}

static void
check_whole(const struct plan *plan)
{
	struct config *config = plan->config;

	if (config->mistakes > 0)
		return;
	if (!plan->accounts)
		config_wrong(config, NULL, NULL,
			"there is not an account: nothing to update");
}

/* The file and its lookups; false: there is nothing more to read. */
static bool
read_general(struct plan *plan)
{
	struct config *config = plan->config;

	plan->catalogue = catalogue_new(config);
	if (!config->sections && config->mistakes > 0)
		return false;
	config_understand(config);
	read_lookups(plan);
	return true;
}

static struct plan *
new_plan(const char *path)
{
	struct config *config = config_read(path);
	struct plan *plan = mem_take(config->mem, sizeof(*plan));

	plan->config = config;
	plan->by_label =
		(struct table){ .mem = config->mem, .key = key_of_set };
	return plan;
}

struct plan *
plan_read(const char *path)
{
	struct plan *plan = new_plan(path);

	if (!read_general(plan))
		return plan;
	catalogue_check(plan->catalogue);
	read_accounts(plan);
	collect_items(plan);
	plan->webhook = event_read_webhook(plan->config);
	plan->heartbeat = event_read_heartbeat(plan->config);
	check_twice(plan);
	check_whole(plan);
	return plan;
}

struct plan *
plan_read_lookups(const char *path, bool needed)
{
	struct plan *plan = new_plan(path);
	const struct config_section *section;

	if (!read_general(plan))
		return plan;
	for (section = plan->config->sections; section; section = section->next)
		is_account(plan, section);
	if (needed && !plan->sets && plan->config->mistakes == 0)
		config_wrong(plan->config, NULL, NULL,
			"no lookups: write a section [ipv4] or [ipv6] with "
			"`url = SOURCE`");
	return plan;
}

void
plan_free(struct plan *plan)
{
	if (!plan)
		return;
	catalogue_free(plan->catalogue);
	config_free(plan->config);
}

bool
plan_same_name(const char *written, const char *name)
{
	return name_is(written, name, NULL);
}

unsigned
plan_digest(const struct account *account, const struct state *state)
{
	unsigned char mac[32];

	sign_hmac_sha256(mac, state->key, STATE_KEY, account->fingerprint,
		account->fingerprint_len);
	return (unsigned)mac[0] << 8 | mac[1];
}

/* The files that are read late: what an account names was read with it. */
struct needs {
	struct sandbox sandbox;
	struct mem *mem;
	const char **files;
	size_t count;
};

static void
need_file(struct needs *needs, const char *path)
{
	const char **files;

	if (!path)
		return;
	files = mem_take(needs->mem, (needs->count + 2) * sizeof *files);
	if (needs->count > 0)
		memcpy(files, needs->files, needs->count * sizeof *files);
	files[needs->count++] = path;
	needs->files = files;
}

/* With its slash; NULL: the path has none. */
static const char *
folder_of(struct needs *needs, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? mem_textn(needs->mem, path, (size_t)(slash - path) + 1)
		     : NULL;
}

/*
 * A new one may be renamed into place while we run, so its folder is needed;
 * and it by itself, where the folder cannot be opened.
 */
static void
need_fresh_file(struct needs *needs, const char *path)
{
	char real[PATH_MAX];

	if (!path)
		return;
	need_file(needs, path);
	need_file(needs, folder_of(needs, realpath(path, real) ? real : path));
}

static void
need_copy(void *arg, const char *path)
{
	struct needs *needs = arg;

	need_file(needs, mem_text(needs->mem, path));
}

static void
need_set(struct needs *needs, const struct lookup_set *set)
{
	const struct lookup_source *source;

	needs->sandbox.binds |= set->bind != NULL;
	for (source = set->sources; source; source = source->next) {
		need_fresh_file(needs, lookup_source_file(source));
		if (lookup_source_runs(source))
			needs->sandbox.programs = SANDBOX_ANY_PROGRAM;
	}
}

/* Of a plan that is acted on, and not only looked at. */
static void
need_programs(struct needs *needs, const struct plan *plan)
{
	const struct account *account;

	for (account = plan->accounts; account; account = account->next)
		if (account->row[ROW_A].runs || account->row[ROW_AAAA].runs)
			needs->sandbox.programs = SANDBOX_NSUPDATE;
	if (plan->config->general.hook)
		needs->sandbox.programs = SANDBOX_ANY_PROGRAM;
}

static void
need_state(struct needs *needs, const struct plan_use *use)
{
	const char *folder = use->state ? folder_of(needs, use->state) : NULL;

	if (use->acts)
		needs->sandbox.folder = folder;
	else
		need_file(needs, folder);
}

void
plan_confine(const struct plan *plan, const struct plan_use *use)
{
	struct needs needs = { .mem = mem_new() };
	const struct lookup_set *set;

	http_authorities(need_copy, &needs);
	if (plan)
		need_file(&needs, plan->config->general.ca_file);
	if (plan && use->acts)
		need_programs(&needs, plan);
	need_state(&needs, use);
	for (set = use->sets; set; set = set->next)
		need_set(&needs, set);
	needs.sandbox.files = needs.files;
	sandbox_enter(&needs.sandbox);
	mem_free(needs.mem);
}
