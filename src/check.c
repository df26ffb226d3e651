/* SPDX-License-Identifier: ISC */
/*
 * The command `check`: tells the mistakes of a configuration, or what it means.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "cli.h"
#include "document.h"
#include "exit.h"
#include "fail.h"
#include "plan.h"
#include "report.h"

#define EXAMPLE SYSCONFDIR "/ddns/ddns.ini.example"

/* Where a configuration was looked for, and how to get one. */
static void
show_beginning(void)
{
	struct mem *mem = mem_new();
	const char *const *place = config_places(mem);
	/* in the folder of the sources, before anything is installed */
	const char *example =
		access(EXAMPLE, R_OK) == 0 ? EXAMPLE : "ddns.ini.example";

	report_error("there is no configuration: looked for %s%s%s", place[0],
		place[1] ? " and " : "", place[1] ? place[1] : "");
	report_error(
		"begin with the example, and write your token and names into "
		"it:");
	fprintf(stderr, "  install -D -m 600 %s %s\n", example, place[0]);
	fprintf(stderr, "  ${EDITOR:-vi} %s && ddns check\n", place[0]);
	mem_free(mem);
}

/* Whether there is no file in any of the places. */
static bool
is_missing(const struct cli *cli, const struct config *config)
{
	return !cli->config && !config->sections &&
	       access(config->path, F_OK) != 0 && errno == ENOENT;
}

static bool
report_notes(const struct cli *cli, const struct config *config, bool warnings)
{
	const struct config_note *note;

	if (is_missing(cli, config)) {
		show_beginning();
		return false;
	}
	for (note = config->notes; note; note = note->next)
		if (warnings || !note->warning)
			report_error("%s%s", note->warning ? "warning: " : "",
				note->text);
	return config->mistakes == 0;
}

static void
add_problems(struct document *document, const struct config *config)
{
	const struct config_note *note;

	document_open(document, "problems", '[');
	for (note = config->notes; note; note = note->next)
		document_problem(document, note->warning ? "warning" : "failed",
			note->text, NULL);
	document_close(document);
}

static void
print_mistakes(const struct config *config)
{
	struct document document = { .depth = 0 };

	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_CONFIG);
	add_problems(&document, config);
	document_print(&document);
}

bool
check_usable(const struct cli *cli, const struct config *config)
{
	if (report_notes(cli, config, false))
		return true;
	if (cli->json && !cli->quiet)
		print_mistakes(config);
	return false;
}

/* A program that is not there yet must not stop a run: it is a mistake for
 * this command alone. */
static void
check_program(struct config *config, const struct config_section *section,
	const struct config_entry *entry, int line, const char *path)
{
	struct fail fail = { "" };
	struct stat st;

	if (stat(path, &st) != 0)
		fail_set(&fail, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		fail_set(&fail, "%s is not a program", path);
	else if (access(path, X_OK) != 0)
		fail_set(
			&fail, "%s is not executable: chmod +x %s", path, path);
	if (*fail.text)
		config_wrong_line(config, section, entry, line, fail.text);
}

/* The line of a set in which a source stands. */
static void
check_source(struct config *config, const struct lookup_set *set,
	const struct lookup_source *source)
{
	const struct config_entry *entry = set->section->entries;
	const struct config_line *line;

	for (; entry; entry = entry->next)
		for (line = entry->lines; line; line = line->next)
			if (strcmp(line->text, source->written) == 0)
				check_program(config, set->section, entry,
					line->line, source->argv[0]);
}

static void
check_programs(const struct plan *plan)
{
	struct config *config = plan->config;
	const struct config_section *section = config->sections;
	const struct lookup_set *set;
	const struct lookup_source *source;

	for (set = plan->sets; set; set = set->next)
		for (source = set->sources; source; source = source->next)
			if (lookup_source_runs(source))
				check_source(config, set, source);
	for (; section && config->general.hook; section = section->next)
		if (strcmp(section->name, "ddns") == 0)
			check_program(config, section,
				config_first(section, "hook"), 0,
				config->general.hook);
}

/* Goes on behind a section's name; NULL: nothing. */
static void
show_note(int *count, const char *what, const char *text)
{
	if (text)
		printf("%s %s %s", (*count)++ > 0 ? "," : "", what, text);
}

static void
show_set(const struct lookup_set *set)
{
	const struct lookup_source *source;
	int notes = 0;

	printf("\n[%s]", set->title);
	if (set->agree > 1)
		notes += printf(" %d sources must agree", set->agree);
	show_note(&notes, "bound to", set->bind);
	putchar('\n');
	for (source = set->sources; source; source = source->next)
		printf("  %s\n", source->shown);
}

static const char *
types_of(const struct account_name *name)
{
	if (name->type[ROW_A] && name->type[ROW_AAAA])
		return "A AAAA";
	return row_types[name->type[ROW_A] ? ROW_A : ROW_AAAA];
}

/* Whether the key names a file: KEY_file. */
static bool
names_file(const struct config_entry *entry)
{
	const size_t len = strlen(entry->key), tail = strlen("_file");

	return len > tail && strcmp(entry->key + len - tail, "_file") == 0;
}

static void
show_files(const struct config_section *section)
{
	const struct config_entry *entry;

	for (entry = section->entries; entry; entry = entry->next)
		if (names_file(entry))
			printf("  %s %s\n", entry->key, entry->lines->text);
}

static void
show_account(const struct account *account)
{
	const struct account_name *name;
	int notes = 0;

	printf("\n[%s]", account->title);
	show_note(&notes, "server", account->server);
	show_note(&notes, "zone", account->zone);
	show_note(&notes, "lookup", *account->lookup ? account->lookup : NULL);
	show_note(&notes, "suffix", account->suffix);
	putchar('\n');
	show_files(account->section);
	for (name = account->names; name; name = name->next)
		printf("  %s %s\n", name->name, types_of(name));
}

static void
show(const char *what, const char *text)
{
	if (text)
		printf("%-13s %s\n", what, text);
}

/* As the configuration has it: in the largest unit that divides it. */
static void
show_time(const char *what, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		char name;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	while (i < 3 && (seconds == 0 || seconds % units[i].seconds != 0))
		i++;
	printf("%-13s %lld%c\n", what, (long long)(seconds / units[i].seconds),
		units[i].name);
}

/* Of what may hold a secret only its being there is shown. */
static void
show_general(const struct plan *plan, const char *state)
{
	const struct config_general *general = &plan->config->general;

	show("configuration", plan->config->path);
	show("state", state);
	show_time("timeout", general->timeout);
	show_time("deadline", general->deadline);
	printf("%-13s %d run%s\n", "patience", general->patience,
		general->patience == 1 ? "" : "s");
	show_time("remind", general->remind);
	show("hook", general->hook);
	show("webhook", plan->webhook ? "yes" : NULL);
	show("heartbeat", plan->heartbeat ? "yes" : NULL);
	show("syslog", general->syslog ? "yes" : NULL);
	show("proxy", general->proxy ? "yes" : NULL);
	show("ca_file", general->ca_file);
}

/* Rows of the configuration's own. */
static void
show_rows(const struct plan *plan)
{
	const struct config_section *section = plan->config->sections;

	for (; section; section = section->next)
		if (strcmp(section->kind, "provider") == 0)
			printf("\n[%s]%s\n", section->name,
				catalogue_hides(plan->catalogue, section->label)
					? " hides the built-in row"
					: "");
}

static void
show_all(const struct plan *plan, bool verbose)
{
	struct fail fail;
	const char *state = config_state_path(plan->config, &fail);
	const struct lookup_set *set;
	const struct account *account;

	show_general(plan, state ? state : fail.text);
	for (set = plan->sets; set; set = set->next)
		show_set(set);
	for (account = plan->accounts; account; account = account->next)
		show_account(account);
	if (verbose)
		show_rows(plan);
}

/* The general keys, under the names and in the seconds of the configuration. */
static void
add_general(struct document *document, const struct plan *plan)
{
	const struct config_general *general = &plan->config->general;
	struct fail fail;

	document_text(document, "configuration", plan->config->path);
	document_text(
		document, "state", config_state_path(plan->config, &fail));
	document_number(document, "timeout", general->timeout);
	document_number(document, "deadline", general->deadline);
	document_number(document, "patience", general->patience);
	document_number(document, "remind", general->remind);
	document_text(document, "hook", general->hook);
	document_switch(document, "webhook", plan->webhook != NULL);
	document_switch(document, "heartbeat", general->heartbeat != NULL);
	document_switch(document, "syslog", general->syslog);
	document_switch(document, "proxy", general->proxy != NULL);
	document_text(document, "ca_file", general->ca_file);
}

static void
add_sets(struct document *document, const struct lookup_set *set)
{
	const struct lookup_source *source;

	document_open(document, "lookups", '[');
	for (; set; set = set->next) {
		document_open(document, NULL, '{');
		document_text(document, "lookup", set->title);
		document_number(document, "family", set->family);
		document_number(document, "agree", set->agree);
		document_text(document, "bind", set->bind);
		document_open(document, "sources", '[');
		for (source = set->sources; source; source = source->next)
			document_text(document, NULL, source->shown);
		document_close(document);
		document_close(document);
	}
	document_close(document);
}

static void
add_files(struct document *document, const struct config_section *section)
{
	const struct config_entry *entry;

	document_open(document, "files", '[');
	for (entry = section->entries; entry; entry = entry->next) {
		if (!names_file(entry))
			continue;
		document_open(document, NULL, '{');
		document_text(document, "key", entry->key);
		document_text(document, "file", entry->lines->text);
		document_close(document);
	}
	document_close(document);
}

static void
add_names(struct document *document, const struct account_name *name)
{
	enum row_type type;

	document_open(document, "names", '[');
	for (; name; name = name->next) {
		document_open(document, NULL, '{');
		document_text(document, "name", name->name);
		document_open(document, "types", '[');
		for (type = 0; type < ROW_TYPES; type++)
			if (name->type[type])
				document_text(document, NULL, row_types[type]);
		document_close(document);
		document_close(document);
	}
	document_close(document);
}

static void
add_accounts(struct document *document, const struct account *account)
{
	document_open(document, "accounts", '[');
	for (; account; account = account->next) {
		document_open(document, NULL, '{');
		document_text(document, "account", account->id);
		document_text(document, "section", account->title);
		document_text(document, "provider", account->provider);
		document_text(document, "server", account->server);
		document_text(document, "zone", account->zone);
		document_text(document, "lookup",
			*account->lookup ? account->lookup : NULL);
		document_text(document, "suffix", account->suffix);
		document_number(document, "refresh", account->refresh);
		add_files(document, account->section);
		add_names(document, account->names);
		document_close(document);
	}
	document_close(document);
}

static void
add_rows(struct document *document, const struct plan *plan)
{
	const struct config_section *section = plan->config->sections;

	document_open(document, "rows", '[');
	for (; section; section = section->next) {
		if (strcmp(section->kind, "provider") != 0)
			continue;
		document_open(document, NULL, '{');
		document_text(document, "name", section->label);
		document_switch(document, "hides",
			catalogue_hides(plan->catalogue, section->label));
		document_close(document);
	}
	document_close(document);
}

static void
print_document(const struct plan *plan)
{
	struct document document = { .depth = 0 };

	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_FINE);
	add_general(&document, plan);
	add_sets(&document, plan->sets);
	add_accounts(&document, plan->accounts);
	add_rows(&document, plan);
	add_problems(&document, plan->config);
	document_print(&document);
}

int
check_run(const struct cli *cli, const struct plan *plan)
{
	bool fine;

	check_programs(plan);
	fine = report_notes(cli, plan->config, true);

	if (cli->quiet)
		return fine ? EXIT_FINE : EXIT_CONFIG;
	if (cli->json && fine)
		print_document(plan);
	else if (cli->json)
		print_mistakes(plan->config);
	else if (fine)
		show_all(plan, cli->verbose > 0);
	return fine ? EXIT_FINE : EXIT_CONFIG;
}
