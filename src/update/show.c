/* SPDX-License-Identifier: ISC */
/* What a dry run prints: a line for each name, and what would be sent. */
#include <string.h>

#include "update/internal.h"

#define FEW 10 /* requests that are shown unasked */

bool
update_shown(const struct update_item *item)
{
	return item->begun && item->job.done &&
	       item->job.outcome <= OUTCOME_CHANGED;
}

static void
put_name(struct buf *out, const struct update_item *item)
{
	const struct exchange_trait *trait = item->dry.traits;
	char was[ADDRESS_TEXT], want[ADDRESS_TEXT];

	address_format(item->dry.read ? &item->was : &item->old, was);
	address_format(&item->want, want);
	buf_printf(out, "%s %s ", item->name, row_types[item->type]);
	if (item->job.outcome == OUTCOME_SAME)
		buf_printf(out, "holds %s already", want);
	else
		buf_printf(out, "%s -> %s", was, want);
	buf_printf(out, " (%s)", item->account->id);
	for (; trait; trait = trait->next)
		buf_printf(out, ", %s", trait->text);
	buf_str(out, item->dry.read ? "\n" : ", not read\n");
}

/* Indented; what was sent is marked. */
static void
put_request(struct buf *out, const struct exchange_shown *shown)
{
	const char *line = shown->text;
	size_t len;

	for (; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		buf_char(out, '\t');
		buf_printable(out, line, len);
		buf_str(out, line == shown->text && shown->sent ? " (sent)\n"
								: "\n");
	}
}

/* Reads come with the first name that they were for, writes with the last. */
static void
put_requests(struct buf *out, const struct update_item *item, bool reads)
{
	const struct exchange_shows *shows = item->dry.requests;
	struct exchange_shown *shown;

	for (; shows; shows = shows->next) {
		shown = shows->shown;
		shown->left--;
		if (shown->sent ? !reads || shown->printed : shown->left > 0)
			continue;
		shown->printed = true;
		put_request(out, shown);
	}
}

/* Counts how many names each request is for, and the writes. */
static int
count_writes(const struct update *update)
{
	const struct update_item *item;
	const struct exchange_shows *shows;
	int count = 0;

	for (item = update->items; item; item = item->next)
		for (shows = item->dry.requests; shows && update_shown(item);
			shows = shows->next)
			if (shows->shown->left++ == 0 && !shows->shown->sent)
				count++;
	return count;
}

void
update_show(struct update *update)
{
	const bool reads = update->cli->verbose;
	const struct update_item *item;
	struct buf out = { 0 };
	int count;
	bool all;

	if (update->cli->json || update->cli->quiet)
		return;
	count = count_writes(update);
	all = reads || count <= FEW;
	for (item = update->items; item; item = item->next) {
		if (!update_shown(item))
			continue;
		put_name(&out, item);
		if (all)
			put_requests(&out, item, reads);
	}
	if (!all)
		buf_printf(&out, "%d requests are not shown; -v shows them\n",
			count);
	report_output(buf_text(&out));
	buf_free(&out);
}
