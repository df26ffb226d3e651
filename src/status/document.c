/* SPDX-License-Identifier: ISC */
/*
 * What the state file knows, as a JSON document (ddns(1), JSON DOCUMENTS).
 */
#include "status/internal.h"
#include "document.h"
#include "exit.h"

static const char *
or_null(const char *text)
{
	return *text ? text : NULL;
}

static void
add_item(struct document *document, const struct status_item *item)
{
	/* the words of update where they mean the same */
	static const char *const words[] = {
		[DECIDE_FINE] = "ok",
		[DECIDE_DUE] = "pending",
		[DECIDE_PENDING] = "held",
		[DECIDE_REFUSED] = "refused",
		[DECIDE_UNKNOWN] = "no-address",
	};
	const struct state_name *state = item->state;

	document_open(document, NULL, '{');
	document_text(document, "name", item->name);
	document_text(document, "type", row_types[item->type]);
	document_text(document, "account", item->account->id);
	document_text(document, "provider", item->account->provider);
	document_address(document, "address", state->confirmed);
	document_time(
		document, "since", state->confirmed->family ? state->since : 0);
	document_address(document, "wanted", &item->want);
	document_text(document, "state", words[item->decision]);
	document_time(document, "until", item->until > 0 ? item->until : 0);
	document_text(document, "message", or_null(item->why));
	document_text(document, "next", or_null(item->step));
	document_time(document, "attempt", state->attempt);
	document_number(document, "failures", state->failures);
	document_close(document);
}

static void
add_source(struct document *document, const struct stats_source *source)
{
	const unsigned tries = source->month[0].tries + source->month[1].tries;
	const unsigned valid = source->month[0].valid + source->month[1].valid;

	document_open(document, NULL, '{');
	document_text(document, "source", source->source);
	document_number(document, "tries", tries);
	document_number(document, "valid", valid);
	document_number(document, "ms", source->ms);
	document_number(document, "failures", source->failures);
	document_time(document, "failed", source->failed);
	document_text(document, "cause", or_null(source->cause));
	document_close(document);
}

static void
add_set(struct document *document, const struct status *status,
	const struct lookup_set *set)
{
	const struct state_lookup *row =
		state_lookup(status->state, set->title);
	const struct lookup_source *source;

	document_open(document, NULL, '{');
	document_text(document, "lookup", set->title);
	document_number(document, "family", set->family);
	document_address(document, "address", row->address);
	document_switch(document, "lacking", row->lacking);
	document_open(document, "sources", '[');
	for (source = set->sources; source; source = source->next)
		add_source(document,
			stats_source(status->stats, set->title, source->shown));
	document_close(document);
	document_close(document);
}

static void
add_problems(struct document *document, const struct state *state)
{
	const struct state_problem *row;

	document_open(document, "problems", '[');
	for (row = state->problems; row; row = row->next) {
		document_open(document, NULL, '{');
		document_text(document, "about", row->key);
		document_time(document, "first", row->first);
		document_time(document, "said", row->said);
		document_text(document, "message", or_null(row->text));
		document_switch(document, "notice", report_is_notice(row->why));
		document_close(document);
	}
	document_close(document);
}

void
status_document(const struct status *status)
{
	struct document document = { .depth = 0 };
	const struct stats *stats = status->stats;
	const struct status_item *item;
	const struct lookup_set *set;

	document_open(&document, NULL, '{');
	document_number(
		&document, "exit", status->well ? EXIT_FINE : EXIT_AGAIN);
	document_time(&document, "last_run", stats->last_run);
	if (stats->last_run > 0)
		document_number(&document, "last_exit", stats->last_exit);
	else
		document_text(&document, "last_exit", NULL);
	document_open(&document, "names", '[');
	for (item = status->items; item; item = item->next)
		add_item(&document, item);
	document_close(&document);
	document_open(&document, "lookups", '[');
	for (set = status->plan->sets; set; set = set->next)
		add_set(&document, status, set);
	document_close(&document);
	add_problems(&document, status->state);
	document_print(&document);
}

void
status_refusal(const char *why)
{
	struct document document = { .depth = 0 };

	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_STATE);
	document_open(&document, "problems", '[');
	document_problem(&document, "failed", why, NULL);
	document_print(&document);
}
