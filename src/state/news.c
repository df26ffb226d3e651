/* SPDX-License-Identifier: ISC */
/* News that was not taken: a few pieces, in the order in which they came. */
#include <string.h>

#include "state/internal.h"

#define NEWS_KEPT INT64_C(86400)

/* Rows come the last one first. */
bool
state_add_news(struct state *state, void *row)
{
	struct state_news *piece = row;

	piece->next = state->news;
	state->news = piece;
	return true;
}

static void
drop_oldest(struct state *state, const char *to)
{
	struct state_news **at = &state->news;

	while (*at && strcmp((*at)->to, to) != 0)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

void
state_keep_news(struct state *state, const struct state_news *piece)
{
	struct state_news **at = &state->news, *copy;
	int count = 1;

	for (; *at; at = &(*at)->next)
		count += strcmp((*at)->to, piece->to) == 0;
	copy = mem_take(state->mem, sizeof *copy);
	copy->when = piece->when;
	copy->to = mem_text(state->mem, piece->to);
	copy->event = mem_text(state->mem, piece->event);
	copy->name = mem_text(state->mem, piece->name);
	copy->type = mem_text(state->mem, piece->type);
	copy->account = mem_text(state->mem, piece->account);
	copy->was = mem_text(state->mem, piece->was);
	copy->now = mem_text(state->mem, piece->now);
	copy->text = mem_text(state->mem, piece->text);
	*at = copy;
	for (; count > STATE_NEWS; count--)
		drop_oldest(state, piece->to);
}

void
state_forget_news(struct state *state, const struct state_news *piece)
{
	struct state_news **at = &state->news;

	while (*at && ((*at)->when != piece->when ||
			      strcmp((*at)->to, piece->to) != 0 ||
			      strcmp((*at)->event, piece->event) != 0 ||
			      strcmp((*at)->text, piece->text) != 0))
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

void
state_expire_news(struct state *state, int64_t now)
{
	struct state_news **at = &state->news;

	while (*at) {
		if ((*at)->when > now)
			(*at)->when = now;
		if (now - (*at)->when >= NEWS_KEPT)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}
