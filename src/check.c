/*
 * The command `check`: tells the mistakes of a configuration, or what it means.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cli.h"
#include "document.h"
#include "exit.h"
#include "fail.h"
#include "plan.h"
#include "report.h"

static bool
report_notes(const struct config *config, bool warnings)
{
	const struct config_note *note;

	for (note = config->notes; note; note = note->next)
		if (warnings || !note->warning)
			report_error("%s%s", note->warning ? "warning: " : "",
				note->text);
	return config->mistakes == 0;
}

static void
print_document(const struct config *config)
{
	struct document document = { .depth = 0 };
	const struct config_note *note;

	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_CONFIG);
	document_open(&document, "problems", '[');
	for (note = config->notes; note; note = note->next)
		document_problem(&document,
			note->warning ? "warning" : "failed", note->text, NULL);
	document_print(&document);
}

bool
check_usable(const struct cli *cli, const struct config *config)
{
	if (report_notes(config, false))
		return true;
	if (cli->json && !cli->quiet)
		print_document(config);
	return false;
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

/* The files that an account's keys name: KEY_file. */
static void
show_files(const struct config_section *section)
{
	const struct config_entry *entry;
	const size_t tail = strlen("_file");
	size_t len;

	for (entry = section->entries; entry; entry = entry->next) {
		len = strlen(entry->key);
		if (len > tail && strcmp(entry->key + len - tail, "_file") == 0)
			printf("  %s %s\n", entry->key, entry->lines->text);
	}
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

int
check_run(const struct plan *plan, bool verbose)
{
	struct config *config = plan->config;
	const struct lookup_set *set;
	const struct account *account;
	const char *state;
	struct fail fail;

	if (!report_notes(config, true))
		return EXIT_CONFIG;
	state = config_state_path(config, &fail);
	show_general(plan, state ? state : fail.text);
	for (set = plan->sets; set; set = set->next)
		show_set(set);
	for (account = plan->accounts; account; account = account->next)
		show_account(account);
	if (verbose)
		show_rows(plan);
	return EXIT_FINE;
}
