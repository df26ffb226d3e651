#include <string.h>

#include "status/status.h"
#include "address.h"
#include "buf.h"
#include "clock.h"
#include "config/config.h"
#include "lookup/lookup.h"
#include "plan.h"
#include "provider/row.h"
#include "report.h"
#include "screen.h"
#include "state/state.h"
#include "decide.h"
#include "status/internal.h"

#define DETAIL 6 /* blanks before what belongs to a line */

enum { NAME, TYPE, ADDRESS, AGE, STATE, COLUMNS };

struct page {
	const struct status *status;
	struct buf *out;
	int width;
	int column[COLUMNS];
	bool wide; /* a name fits in one line */
};

static const char *const headings[COLUMNS] = { "NAME", "TYPE", "ADDRESS", "AGE",
	"STATE" };

static const char *const words[] = {
	[DECIDE_FINE] = "ok",
	[DECIDE_DUE] = "pending",
	[DECIDE_PENDING] = "held",
	[DECIDE_REFUSED] = "waits for you",
	[DECIDE_UNKNOWN] = "no address",
};

/* Adds a paragraph with its secrets masked. */
static void
say(struct page *page, int indent, const struct buf *text)
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

/* "5 minutes ago"; a time in the future is not believed. */
static void
add_ago(struct buf *out, int64_t now, int64_t when)
{
	status_age(out, when < now ? now - when : 0);
	buf_str(out, " ago");
}

/* The text of a column, in buf where it has to be made. */
static const char *
cell(const struct status *status, const struct status_item *item, int column,
	struct buf *buf)
{
	char address[ADDRESS_TEXT];
	const int64_t age = status->now - item->state->since;

	buf_cut(buf, 0);
	switch (column) {
	case NAME:
		return item->name;
	case TYPE:
		return row_types[item->type];
	case ADDRESS:
		address_format(item->state->confirmed, address);
		buf_str(buf, address);
		break;
	case AGE:
		if (item->state->confirmed->family == 0 || age < 0)
			return "-";
		status_age(buf, age);
		break;
	default:
		return words[item->decision];
	}
	return buf_text(buf);
}

static void
measure(struct page *page)
{
	const struct status_item *item;
	struct buf buf = { 0 };
	int column, columns, sum = 2 * COLUMNS;

	for (column = 0; column < COLUMNS; column++) {
		page->column[column] = screen_columns(headings[column]);
		for (item = page->status->items; item; item = item->next) {
			columns = screen_columns(
				cell(page->status, item, column, &buf));
			if (columns > page->column[column])
				page->column[column] = columns;
		}
		sum += page->column[column];
	}
	page->wide = sum <= page->width;
	buf_free(&buf);
}

/* Nothing stands behind the last column. */
static void
add_cell(struct page *page, int column, const char *text)
{
	buf_str(page->out, "  ");
	if (column == STATE)
		buf_printf(page->out, "%s\n", text);
	else
		screen_pad(page->out, page->column[column], text);
}

static void
add_row(struct page *page, const struct status_item *item)
{
	struct buf buf = { 0 };
	int column;

	for (column = 0; column < COLUMNS; column++)
		add_cell(page, column,
			item ? cell(page->status, item, column, &buf)
			     : headings[column]);
	buf_free(&buf);
}

/* In a narrow page a name has a line, and each of its types some. */
static void
add_tall(struct page *page, const struct status_item *item, bool first)
{
	struct buf buf = { 0 };
	const struct status *status = page->status;
	const bool fine = item->decision == DECIDE_FINE;

	if (first)
		buf_printf(page->out, "  %s\n", item->name);
	buf_printf(page->out, "    %-4s  %s\n", row_types[item->type],
		cell(status, item, ADDRESS, &buf));
	if (item->state->confirmed->family != 0)
		buf_printf(page->out, "%*s%sconfirmed %s ago\n", DETAIL + 4, "",
			fine ? "ok, " : "", cell(status, item, AGE, &buf));
	buf_free(&buf);
}

/* Goes on behind the word of the last column, where there is one. */
static void
add_reason(struct page *page, const struct status_item *item)
{
	const int indent = page->wide ? DETAIL : DETAIL + 4;
	struct buf text = { 0 };

	if (!page->wide)
		buf_printf(&text, "%s ", words[item->decision]);
	if (item->decision == DECIDE_PENDING) {
		buf_str(&text, "until ");
		add_time(&text, item->until);
		buf_char(&text, ' ');
	}
	if (*item->why)
		buf_printf(&text, "because %s", item->why);
	if (text.len > 0)
		say(page, indent, &text);
	buf_cut(&text, 0);
	buf_printf(&text, "next: %s", item->step);
	say(page, indent, &text);
	buf_free(&text);
}

static void
add_names(struct page *page)
{
	const struct status_item *item, *last = NULL;

	measure(page);
	if (page->wide)
		add_row(page, NULL);
	for (item = page->status->items; item; last = item, item = item->next) {
		if (!last || last->account != item->account)
			buf_printf(page->out, "[%s]\n", item->account->title);
		if (page->wide)
			add_row(page, item);
		else
			add_tall(page, item,
				!last || last->account != item->account ||
					strcmp(last->name, item->name) != 0);
		if (item->decision != DECIDE_FINE)
			add_reason(page, item);
	}
}

static void
add_run(struct page *page)
{
	static const char *const meanings[] = {
		[0] = "all is well",
		[1] = "a name is tried again",
		[4] = "no valid address was found",
		[7] = "a name waits for you",
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
	say(page, 0, &text);
	buf_char(page->out, '\n');
	buf_free(&text);
}

static void
add_source(struct page *page, const struct stats_source *source)
{
	const unsigned tries = source->month[0].tries + source->month[1].tries;
	const unsigned valid = source->month[0].valid + source->month[1].valid;
	struct buf text = { 0 };

	if (tries == 0)
		buf_printf(page->out, "  %5s", "-");
	else
		buf_printf(page->out, "  %3u %%", valid * 100 / tries);
	buf_printf(page->out, "  %6u", tries);
	if (valid == 0)
		buf_printf(page->out, "  %6s", "-");
	else
		buf_printf(page->out, "  %6u", source->ms);
	buf_printf(page->out, "  %s\n", source->source);
	if (source->failures > 0) {
		buf_printf(&text, "%u failure%s in a row, the last ",
			source->failures, source->failures == 1 ? "" : "s");
		add_ago(&text, page->status->now, source->failed);
		buf_printf(&text, ": %s", source->cause);
		say(page, DETAIL, &text);
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

/* Names and accounts have told theirs above. */
static bool
is_told(const struct state_problem *row)
{
	return !*row->text || strncmp(row->key, "name ", 5) == 0 ||
	       strncmp(row->key, "account ", 8) == 0;
}

static void
add_problems(struct page *page)
{
	const struct state_problem *row;
	struct buf text = { 0 };
	bool first = true;

	for (row = page->status->state->problems; row; row = row->next) {
		if (is_told(row))
			continue;
		if (first)
			buf_str(page->out, "\nproblems\n");
		first = false;
		buf_cut(&text, 0);
		buf_str(&text, row->text);
		say(page, 2, &text);
		buf_cut(&text, 0);
		buf_str(&text, "first seen ");
		add_ago(&text, page->status->now, row->first);
		say(page, DETAIL, &text);
	}
	buf_free(&text);
}

void
status_text(const struct status *status, struct buf *out)
{
	struct page page = {
		.status = status,
		.out = out,
		.width = screen_width(),
	};
	const struct lookup_set *set;

	add_run(&page);
	add_names(&page);
	buf_str(out, "\n  VALID   TRIES      MS  SOURCE\n");
	for (set = status->plan->sets; set; set = set->next)
		add_set(&page, set);
	add_problems(&page);
}
