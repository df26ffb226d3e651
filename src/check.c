#include <stdio.h>
#include <string.h>

#include "check.h"
#include "buf.h"
#include "config.h"
#include "document.h"
#include "exit.h"
#include "fail.h"
#include "lookup.h"
#include "plan.h"
#include "provider.h"
#include "report.h"

bool
check_notes(const struct config *config, bool warnings)
{
	const struct config_note *note;

	for (note = config->notes; note; note = note->next)
		if (warnings || !note->warning)
			report_error("%s%s", note->warning ? "warning: " : "",
				note->text);
	return config->mistakes == 0;
}

void
check_document(const struct config *config)
{
	struct buf out = { 0 };
	struct document document = { .out = &out };
	const struct config_note *note;

	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_CONFIG);
	document_open(&document, "problems", '[');
	for (note = config->notes; note; note = note->next) {
		document_open(&document, NULL, '{');
		document_text(&document, "event",
			note->warning ? "warning" : "failed");
		document_text(&document, "message", note->text);
		document_close(&document, '}');
	}
	document_close(&document, ']');
	document_close(&document, '}');
	report_output(buf_text(&out));
	buf_free(&out);
}

static void
show_set(const struct lookup_set *set)
{
	const struct lookup_source *source;

	printf("\n[%s]", set->title);
	if (set->agree > 1)
		printf(" %d sources must agree", set->agree);
	if (set->bind)
		printf(" bound to %s", set->bind);
	putchar('\n');
	for (source = set->sources; source; source = source->next)
		printf("  %s\n", source->shown);
}

static const char *
types_of(const struct account_name *name)
{
	if (name->type[ROW_A] && name->type[ROW_AAAA])
		return "A AAAA";
	return name->type[ROW_A] ? "A" : "AAAA";
}

static void
show_account(const struct account *account)
{
	const struct account_name *name;

	printf("\n[%s] provider %s", account->title, account->provider);
	if (account->server)
		printf(", server %s", account->server);
	if (account->zone)
		printf(", zone %s", account->zone);
	if (*account->lookup)
		printf(", lookup %s", account->lookup);
	if (account->suffix)
		printf(", suffix %s", account->suffix);
	putchar('\n');
	for (name = account->names; name; name = name->next)
		printf("  %s %s\n", name->name, types_of(name));
}

static void
show_general(const struct plan *plan, const char *state)
{
	const struct config *config = plan->config;
	const struct config_general *general = &config->general;

	printf("configuration %s\nstate         %s\n", config->path, state);
	printf("timeout %d s, deadline %d s, patience %d runs, remind after "
	       "%d s\n",
		(int)general->timeout, (int)general->deadline,
		general->patience, (int)general->remind);
	if (general->hook)
		printf("hook          %s\n", general->hook);
	/* their texts are secret as a whole */
	if (plan->webhook)
		printf("webhook       yes\n");
	if (general->heartbeat)
		printf("heartbeat     yes\n");
	if (general->ca_file)
		printf("ca_file       %s\n", general->ca_file);
}

int
check_run(const struct plan *plan, bool verbose)
{
	struct config *config = plan->config;
	const struct lookup_set *set;
	const struct account *account;
	const char *state;
	struct fail fail;

	(void)verbose;
	if (!check_notes(config, true))
		return EXIT_CONFIG;
	state = config_state_path(config, &fail);
	show_general(plan, state ? state : fail.text);
	for (set = plan->sets; set; set = set->next)
		show_set(set);
	for (account = plan->accounts; account; account = account->next)
		show_account(account);
	return EXIT_FINE;
}
