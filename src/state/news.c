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

/* Where a piece stands that says the same, or the end. */
static struct state_news **
find(struct state *state, const struct state_news *piece)
{
	struct state_news **at = &state->news;

	while (*at && ((*at)->when != piece->when ||
			      strcmp((*at)->to, piece->to) != 0 ||
			      strcmp((*at)->event, piece->event) != 0 ||
			      strcmp((*at)->text, piece->text) != 0))
		at = &(*at)->next;
	return at;
}

void
state_keep_news(struct state *state, const struct state_news *piece)
{
	struct state_news **at = find(state, piece), *copy = *at;

	if (!copy) {
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
	}
	copy->fresh = true;
}

void
state_forget_news(struct state *state, const struct state_news *piece)
{
	struct state_news **at = find(state, piece);

	if (*at)
		*at = (*at)->next;
}

bool
state_news_stays(const struct state_news *piece)
{
	const struct state_news *later = piece->next;
	int count = 0;

	for (; later && count < STATE_NEWS; later = later->next)
		count += strcmp(later->to, piece->to) == 0;
	return count < STATE_NEWS;
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
