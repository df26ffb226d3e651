/* SPDX-License-Identifier: ISC */
/*
 * What the state file knows, as text for people.
 */
#include <string.h>

#include "status/internal.h"
#include "clock.h"
#include "screen.h"

#define HOUR 3600
#define DETAIL 6 /* spaces before what belongs to a line */

enum { NAME, TYPE, ADDRESS, AGE, STATE, COLUMNS };

struct page {
	const struct status *status;
	struct buf *out;
	int width;
	bool wide; /* a name fits in one line */
};

static const char *const words[] = {
	[DECIDE_FINE] = "ok",
	[DECIDE_DUE] = "pending",
	[DECIDE_PENDING] = "held",
	[DECIDE_REFUSED] = "needs attention",
	[DECIDE_UNKNOWN] = "no address",
};

/* Adds a paragraph with its secrets masked. */
static void
add_text(struct page *page, int indent, const struct buf *text)
{
	struct buf shown = { 0 };

	screen_wrap(page->out, page->width, indent,
		report_shown(&shown, buf_text(text)));
	buf_free(&shown);
}

static void
add_time(struct buf *out, int64_t when)
{
	char text[32];

	clock_text(text, sizeof(text), "%Y-%m-%d %H:%M UTC", when);
	buf_str(out, text);
}

/* "3 days": one unit, rounded down. */
static void
add_age(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = {
		{ 86400, "day" },
		{ 3600, "hour" },
		{ 60, "minute" },
		{ 1, "second" },
	};
	size_t i = 0;

	while (i < 3 && seconds < units[i].unit)
		i++;
	buf_printf(out, "%lld %s%s", (long long)(seconds / units[i].unit),
		units[i].name, seconds / units[i].unit == 1 ? "" : "s");
}

/* "5 minutes ago"; a time in the future is not believed. */
static void
add_ago(struct buf *out, int64_t now, int64_t when)
{
	add_age(out, when < now ? now - when : 0);
	buf_str(out, " ago");
}

static void
fill_cells(const char *cells[COLUMNS], const struct status *status,
	const struct status_item *item)
{
	const struct state_name *state = item->state;
	char address[ADDRESS_TEXT];
	struct buf age = { 0 };

	address_format(state->confirmed, address);
	if (state->confirmed->family == 0 || state->since > status->now)
		buf_char(&age, '-');
	else
		add_age(&age, status->now - state->since);
	cells[NAME] = item->name;
	cells[TYPE] = row_types[item->type];
	cells[ADDRESS] = mem_text(status->mem, address);
	cells[AGE] = mem_text(status->mem, buf_text(&age));
	cells[STATE] = words[item->decision];
	buf_free(&age);
}

/* In a narrow page a name has a line, and each of its types some. */
static void
add_tall(struct page *page, const struct status_item *item,
	const char *const cells[COLUMNS], bool first)
{
	if (first)
		buf_printf(page->out, "  %s\n", cells[NAME]);
	buf_printf(page->out, "    %-4s  %s\n", cells[TYPE], cells[ADDRESS]);
	if (item->state->confirmed->family != 0)
		buf_printf(page->out, "%*s%sconfirmed %s ago\n", DETAIL + 4, "",
			item->decision == DECIDE_FINE ? "ok, " : "",
			cells[AGE]);
}

/* What of an account that is held as a whole comes first, or NULL; its items
 * follow each other. */
static const struct status_item *
find_held(const struct status_item *first)
{
	const struct status_item *item = first;

	while (item && item->account == first->account && !item->whole)
		item = item->next;
	return item && item->account == first->account ? item : NULL;
}

/* Goes on behind the word of the last column, where there is one. */
static void
add_reason(struct page *page, const struct status_item *item, int indent)
{
	const bool worded = page->wide && !item->whole;
	struct buf text = { 0 };

	if (!worded)
		buf_printf(&text, "%s ", words[item->decision]);
	if (item->decision == DECIDE_PENDING) {
		buf_str(&text, "until ");
		add_time(&text, item->until);
		buf_char(&text, ' ');
	}
	if (*item->why)
		buf_printf(&text, "because %s", item->why);
	if (text.len > 0)
		add_text(page, indent, &text);
	buf_cut(&text, 0);
	buf_printf(&text, "next: %s",
		item->whole && item->decision == DECIDE_PENDING
			? "the first run after that calls it again"
			: item->step);
	add_text(page, indent, &text);
	buf_free(&text);
}

static void
add_name(struct page *page, const struct screen_column *table,
	const struct status_item *item, const struct status_item *last)
{
	const char *cells[COLUMNS];
	const bool first = !last || last->account != item->account;
	const struct status_item *held = first ? find_held(item) : NULL;

	fill_cells(cells, page->status, item);
	if (first)
		buf_printf(page->out, "[%s]\n", item->account->title);
	if (held)
		add_reason(page, held, 2);
	if (page->wide)
		screen_row(page->out, table, "  ", cells);
	else
		add_tall(page, item, cells,
			first || strcmp(last->name, item->name) != 0);
	if (item->decision != DECIDE_FINE && !item->whole)
		add_reason(page, item, page->wide ? DETAIL : DETAIL + 4);
}

static void
add_names(struct page *page)
{
	struct screen_column table[] = { { "NAME", 0, false },
		{ "TYPE", 0, false }, { "ADDRESS", 0, false },
		{ "AGE", 0, false }, { "STATE", 0, false },
		{ NULL, 0, false } };
	const struct status_item *item, *last = NULL;
	const char *cells[COLUMNS];

	screen_measure(table, NULL);
	for (item = page->status->items; item; item = item->next) {
		fill_cells(cells, page->status, item);
		screen_measure(table, cells);
	}
	page->wide = 2 + screen_table_width(table) <= page->width;
	if (page->wide)
		screen_row(page->out, table, "  ", NULL);
	for (item = page->status->items; item; last = item, item = item->next)
		add_name(page, table, item, last);
}

static void
add_run(struct page *page)
{
	static const char *const meanings[] = {
		[0] = "all is well",
		[1] = "a name is tried again",
		[4] = "no valid address was found",
		[7] = "a name needs attention",
	};
	const struct stats *stats = page->status->stats;
	const int code = stats->last_exit;
	struct buf text = { 0 };

	if (stats->last_run == 0) {
		buf_str(page->out, "no run yet\n\n");
		return;
	}
	buf_str(&text, "last run ");
	add_time(&text, stats->last_run);
	buf_str(&text, ", ");
	add_ago(&text, page->status->now, stats->last_run);
	buf_printf(&text, ": exit %d", code);
	if (code >= 0 && code < (int)(sizeof(meanings) / sizeof(*meanings)) &&
		meanings[code])
		buf_printf(&text, ", %s", meanings[code]);
	add_text(page, 0, &text);
	buf_char(page->out, '\n');
	buf_free(&text);
}

static const struct screen_column sources[] = { { "VALID", 5, true },
	{ "TRIES", 6, true }, { "MS", 6, true }, { "SOURCE", 6, false },
	{ NULL, 0, false } };

static void
add_source(struct page *page, const struct stats_source *source)
{
	const unsigned tries = source->month[0].tries + source->month[1].tries;
	const unsigned valid = source->month[0].valid + source->month[1].valid;
	struct mem *mem = page->status->mem;
	const char *const cells[] = {
		tries == 0 ? "-"
			   : mem_printf(mem, "%u %%", valid * 100 / tries),
		mem_printf(mem, "%u", tries),
		valid == 0 ? "-" : mem_printf(mem, "%u", source->ms),
		source->source,
	};
	const int64_t now = page->status->now;
	struct buf text = { 0 };

	screen_row(page->out, sources, "  ", cells);
	if (source->failures > 0 ||
		(source->failed > now - HOUR && source->failed <= now)) {
		if (source->failures > 0)
			buf_printf(&text, "%u failure%s in a row, the last ",
				source->failures,
				source->failures == 1 ? "" : "s");
		else
			buf_str(&text, "failed ");
		add_ago(&text, now, source->failed);
		buf_printf(&text, ": %s", source->cause);
		add_text(page, DETAIL, &text);
	}
	buf_free(&text);
}

static void
add_set(struct page *page, const struct lookup_set *set)
{
	const struct status *status = page->status;
	const struct state_lookup *row =
		state_lookup(status->state, set->title);
	const struct lookup_source *source;
	char text[ADDRESS_TEXT];

	address_format(row->address, text);
	buf_printf(page->out, "[%s] %s%s\n", set->title,
		row->address->family ? text : "no address yet",
		row->lacking ? ", which the line lacks now" : "");
	for (source = set->sources; source; source = source->next)
		add_source(page,
			stats_source(status->stats, set->title, source->shown));
}

/* Those of names and accounts stand above, with the names. */
static bool
is_shown(const struct state_problem *row, bool notices)
{
	return *row->text && report_is_notice(row) == notices &&
	       strncmp(row->key, "name ", 5) != 0 &&
	       strncmp(row->key, "account ", 8) != 0;
}

static void
add_problems(struct page *page, const char *title, bool notices)
{
	const struct state_problem *row;
	struct buf text = { 0 };

	for (row = page->status->state->problems; row; row = row->next) {
		if (!is_shown(row, notices))
			continue;
		if (title)
			buf_printf(page->out, "\n%s\n", title);
		title = NULL;
		buf_cut(&text, 0);
		buf_str(&text, row->text);
		add_text(page, 2, &text);
		buf_cut(&text, 0);
		buf_str(&text, "first seen ");
		add_ago(&text, page->status->now, row->first);
		add_text(page, DETAIL, &text);
	}
	buf_free(&text);
}

void
status_text(const struct status *status)
{
	struct buf out = { 0 };
	struct page page = {
		.status = status,
		.out = &out,
		.width = screen_width(),
	};
	const struct lookup_set *set;

	add_run(&page);
	add_names(&page);
	buf_char(&out, '\n');
	screen_row(&out, sources, "  ", NULL);
	for (set = status->plan->sets; set; set = set->next)
		add_set(&page, set);
	add_problems(&page, "problems", false);
	add_problems(&page, "notices", true);
	report_output(buf_text(&out));
	buf_free(&out);
}
