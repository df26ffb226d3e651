/* SPDX-License-Identifier: ISC */
/*
 * A run as a JSON document (ddns(1), JSON DOCUMENTS).
 */
#include <string.h>

#include "update/internal.h"
#include "clock.h"
#include "document.h"

static void
add_set(struct document *document, const struct update_set *set)
{
	const struct lookup_try *used = set->lookup.used;

	document_open(document, NULL, '{');
	document_text(document, "lookup", set->lookups->title);
	document_number(document, "family", set->lookups->family);
	document_address(document, "address", &set->current);
	document_switch(document, "found", set->fresh);
	document_switch(document, "lacking", set->lacking);
	document_text(document, "source", used ? used->source->shown : NULL);
	document_text(document, "message", set->fresh ? NULL : set->fail.text);
	document_close(document);
}

/* How a name stands, in a word; ddns(1), JSON DOCUMENTS. */
static const char *
outcome_of(const struct update_item *item)
{
	static const char *const words[] = {
		[DECIDE_FINE] = "unchanged",
		[DECIDE_DUE] = "due",
		[DECIDE_PENDING] = "held",
		[DECIDE_REFUSED] = "refused",
		[DECIDE_UNKNOWN] = "no-address",
	};
	static const char *const ends[] = {
		[OUTCOME_SAME] = "same",
		[OUTCOME_CHANGED] = "same",
		[OUTCOME_LATER] = "pending",
		[OUTCOME_BUSY] = "pending",
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_DENIED] = "refused",
	};

	if (!item->decided)
		return words[DECIDE_UNKNOWN];
	if (!item->begun)
		return words[item->decision];
	if (item->update->cli->dry_run)
		return item->job.outcome == OUTCOME_CHANGED
			       ? words[DECIDE_DUE]
			       : ends[item->job.outcome];
	return update_changed(item) ? "changed" : ends[item->job.outcome];
}

/* Why the name waits, or NULL. */
static const char *
reason_of(const struct update_item *item)
{
	const struct state_account *hold = item->hold;

	if (!item->decided || item->decision == DECIDE_FINE)
		return NULL;
	if (item->decision == DECIDE_UNKNOWN)
		return item->set->fail.text;
	if (item->begun && item->job.outcome <= OUTCOME_CHANGED)
		return NULL;
	if (item->waits)
		return item->update->late;
	if (!item->begun && hold->until != 0 && *hold->text)
		return hold->text;
	return *item->state->text ? item->state->text : NULL;
}

/* What the name holds now, as far as it was read. */
static void
add_dry(struct document *document, const struct update_item *item)
{
	const struct exchange_trait *trait = item->dry.traits;

	document_switch(document, "read", item->dry.read);
	document_address(document, "holds", &item->was);
	document_open(document, "attributes", '[');
	for (; trait; trait = trait->next)
		document_text(document, NULL, trait->text);
	document_close(document);
}

static void
add_item(struct document *document, const struct update_item *item)
{
	document_open(document, NULL, '{');
	document_text(document, "name", item->name);
	document_text(document, "type", row_types[item->type]);
	document_text(document, "account", item->account->id);
	document_text(document, "provider", item->account->provider);
	document_address(document, "old", update_before(item));
	document_address(document, "new", &item->want);
	document_text(document, "outcome", outcome_of(item));
	document_text(document, "message", reason_of(item));
	if (item->update->cli->dry_run)
		add_dry(document, item);
	document_close(document);
}

/* What was reported, and what ended the run. */
static void
add_problems(struct document *document, const struct update *update)
{
	const struct report_news *news;

	document_open(document, "problems", '[');
	for (news = update->report.news; news; news = news->next)
		if (!report_is_change(news))
			document_problem(document, news->event, news->text,
				&news->about);
	if (*update->trouble.text)
		document_problem(document, "failed", update->trouble.text,
			&(const struct report_subject){ .name = NULL });
	document_close(document);
}

/* A list of its lines. */
static void
add_request(struct document *document, const char *text)
{
	struct mem *mem = mem_new();
	size_t len;

	document_open(document, "request", '[');
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		document_text(document, NULL, mem_textn(mem, text, len));
	}
	document_close(document);
	mem_free(mem);
}

static bool
has_request(const struct update_item *item, const struct exchange_shown *shown)
{
	const struct exchange_shows *shows = item->dry.requests;

	while (shows && shows->shown != shown)
		shows = shows->next;
	return shows && update_shown(item);
}

/* The request, with all names that it is for: `left` of them, of which `first`
 * is the first. */
static void
add_write(struct document *document, const struct update_item *first,
	const struct exchange_shown *shown)
{
	const struct update_item *item;
	struct mem *mem = mem_new();
	int left = shown->left;

	document_open(document, NULL, '{');
	add_request(document, shown->text);
	document_open(document, "names", '[');
	for (item = first; item && left > 0; item = item->next) {
		if (!has_request(item, shown))
			continue;
		left--;
		document_text(document, NULL,
			mem_printf(mem, "%s %s", item->name,
				row_types[item->type]));
	}
	document_close(document);
	document_close(document);
	mem_free(mem);
}

/* What a dry run would send. */
static void
add_writes(struct document *document, const struct update *update)
{
	const struct update_item *item;
	const struct exchange_shows *shows;

	for (item = update->items; item; item = item->next)
		for (shows = item->dry.requests; shows && update_shown(item);
			shows = shows->next)
			shows->shown->left++;
	document_open(document, "writes", '[');
	for (item = update->items; item; item = item->next)
		for (shows = item->dry.requests; shows && update_shown(item);
			shows = shows->next) {
			if (shows->shown->sent || shows->shown->printed)
				continue;
			shows->shown->printed = true;
			add_write(document, item, shows->shown);
		}
	document_close(document);
}

void
update_document(const struct update *update, int status, int64_t started)
{
	struct document document = { .depth = 0 };
	const struct update_set *set;
	const struct update_item *item;

	document_open(&document, NULL, '{');
	document_time(&document, "started", update->now);
	document_number(&document, "duration_ms", clock_ms() - started);
	document_number(&document, "exit", status);
	document_number(&document, "requests",
		update->http ? http_count(update->http) : 0);
	document_open(&document, "lookups", '[');
	for (set = update->sets; set; set = set->next)
		if (set->used)
			add_set(&document, set);
	document_close(&document);
	document_open(&document, "names", '[');
	for (item = update->items; item; item = item->next)
		add_item(&document, item);
	document_close(&document);
	if (update->cli->dry_run)
		add_writes(&document, update);
	add_problems(&document, update);
	document_print(&document);
}
