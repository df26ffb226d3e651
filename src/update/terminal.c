/* SPDX-License-Identifier: ISC */
/*
 * What a run tells a person at a terminal, and no program: how far it is, and
 * that all is as it was. There is no colour and no escape sequence in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "update/internal.h"
#include "clock.h"

#define MANY 20   /* names, from which on it is told how far the run is */
#define EVERY 100 /* milliseconds at least between two such lines */
#define FEW 3     /* addresses that are told */

/* Neither stdout nor stderr goes elsewhere, and somebody wants to see it. */
static bool
is_watched(const struct update *update)
{
	return !update->cli->quiet && !update->cli->json &&
	       isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

/* Whether a line can be written over: a dumb terminal has lines alone, and the
 * steps of -v are to stay. */
static bool
rewrites(const struct update *update)
{
	const char *term = getenv("TERM");

	return is_watched(update) && !update->cli->verbose && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static int
count_begun(const struct update *update)
{
	const struct update_item *item;
	int count = 0;

	for (item = update->items; item; item = item->next)
		count += item->begun;
	return count;
}

void
update_show_progress(struct update *update)
{
	const int64_t now = clock_ms();
	int begun;

	update->finished++;
	if (now - update->shown < EVERY || !rewrites(update))
		return;
	begun = count_begun(update);
	if (begun < MANY)
		return;
	update->shown = now;
	/* it grows only: what stood there is covered */
	update->wide = fprintf(stderr, "\r%d of %d", update->finished, begun);
}

void
update_end_progress(struct update *update)
{
	if (update->wide > 0)
		fprintf(stderr, "\r%*s\r", update->wide - 1, "");
	update->wide = 0;
}

/* The addresses of a run, each once; returns how many there are. */
static int
collect_addresses(const struct update *update, const struct address *found[FEW])
{
	const struct update_item *item;
	int count = 0, i;

	for (item = update->items; item; item = item->next) {
		for (i = 0; i < count && i < FEW; i++)
			if (address_equal(found[i], &item->want))
				break;
		if (i < count && i < FEW)
			continue;
		if (count < FEW)
			found[count] = &item->want;
		count++;
	}
	return count;
}

/* "203.0.113.7 and 2001:db8::7"; there may be as many as there are names,
 * where a suffix makes them. */
static void
add_addresses(struct buf *out, const struct update *update)
{
	const struct address *found[FEW];
	const int count = collect_addresses(update, found);
	char text[ADDRESS_TEXT];
	int i;

	for (i = 0; i < count && i < FEW; i++) {
		address_format(found[i], text);
		buf_printf(out, "%s%s",
			i == 0           ? ""
			: i == count - 1 ? " and "
					 : ", ",
			text);
	}
	if (count > FEW)
		buf_str(out, " and others");
}

static int
count_names(const struct update *update)
{
	const struct update_item *item;
	int count = 0;

	for (item = update->items; item; item = item->next)
		count += item->next == NULL || item->next != item->other;
	return count;
}

void
update_show_rest(const struct update *update, int status)
{
	const int names = update->items ? count_names(update) : 0;
	struct buf text = { 0 };

	if (status != 0 || update->report.news || names == 0 ||
		!is_watched(update) ||
		(update->cli->dry_run && count_begun(update) > 0))
		return;
	buf_str(&text, update->items->name);
	if (names > 1)
		buf_printf(&text, " and %d more", names - 1);
	buf_str(&text, ": ");
	add_addresses(&text, update);
	buf_str(&text, ", unchanged\n");
	report_output(buf_text(&text));
	buf_free(&text);
}
