/* SPDX-License-Identifier: ISC */
/* Asks the sources of a set until enough of them agree. */
#include "lookup/internal.h"
#include "clock.h"
#include "http/http.h"
#include "log.h"

static void
begin(void *arg)
{
	struct lookup_try *try = arg;

	try->source->kind->ask(try);
}

/* By a timer, so that a try never ends from within. */
static void
ask_next(struct lookup *lookup)
{
	struct lookup_try *try = mem_take(lookup->mem, sizeof(*try));

	try->lookup = lookup;
	try->source = lookup->then;
	try->address = mem_take(lookup->mem, sizeof(*try->address));
	try->ms = (long)clock_ms();
	lookup->then = try->source->next;
	*lookup->end = try;
	lookup->end = &try->next;
	log_step("%s: asking %s", lookup->set->title, try->source->shown);
	http_loop_after(lookup->http, 0, begin, try);
}

static int
agreeing(const struct lookup *lookup, const struct address *address)
{
	const struct lookup_try *try;
	int count = 0;

	for (try = lookup->tries; try; try = try->next)
		if (try->valid && address_equal(try->address, address))
			count++;
	return count;
}

static bool
first_valid(const struct lookup *lookup, const struct lookup_try *try)
{
	const struct lookup_try *t;

	for (t = lookup->tries; t && !t->valid; t = t->next)
		;
	return t == try;
}

/* Whether this valid answer ends the search. */
static bool
settles(const struct lookup *lookup, const struct lookup_try *try)
{
	if (first_valid(lookup, try) &&
		address_equal(try->address, lookup->last))
		return true;
	return agreeing(lookup, try->address) >= lookup->set->agree;
}

/* Names what came of each source, for a lookup that found nothing. */
static void
explain(struct lookup *lookup)
{
	const struct lookup_try *try;
	struct buf text = { 0 };
	char shown[ADDRESS_TEXT];
	bool differ = false;

	for (try = lookup->tries; try; try = try->next) {
		differ = differ || try->valid;
		if (try->valid)
			address_format(try->address, shown);
		buf_printf(&text, "%s%s: %s", text.len ? "; " : "",
			try->source->shown,
			try->valid   ? shown
			: try->ended ? try->cause
				     : "no answer yet");
	}
	if (differ)
		fail_set(lookup->fail, "fewer than %d sources agree: %s",
			lookup->set->agree, buf_text(&text));
	else
		fail_set(lookup->fail, "no valid address: %s", buf_text(&text));
	buf_free(&text);
}

static void
finish(struct lookup *lookup, const struct lookup_try *used)
{
	char text[ADDRESS_TEXT];

	lookup->used = used;
	if (used) {
		*lookup->found = *used->address;
		address_format(used->address, text);
		log_step("%s: %s", lookup->set->title, text);
	} else {
		explain(lookup);
	}
	lookup->finished = true;
	lookup->done(lookup->arg, lookup);
}

/* All at once: the result is what asking in order would have given. */
static void
finish_all(struct lookup *lookup)
{
	const struct lookup_try *try, *t;
	int count;

	for (try = lookup->tries; try; try = try->next) {
		count = 0;
		for (t = lookup->tries; t; t = t->next) {
			if (t->valid && address_equal(t->address, try->address))
				count++;
			if (t == try)
				break;
		}
		if (try->valid && count >= lookup->set->agree)
			break;
	}
	finish(lookup, try);
}

static void
advance(struct lookup_try *try)
{
	struct lookup *lookup = try->lookup;
	const struct lookup_try *t;

	for (t = lookup->all ? lookup->tries : NULL; t && t->ended; t = t->next)
		;
	if (lookup->all && !t)
		finish_all(lookup);
	else if (lookup->all)
		return;
	else if (try->valid && settles(lookup, try))
		finish(lookup, try);
	else if (lookup->then)
		ask_next(lookup);
	else
		finish(lookup, NULL);
}

void
lookup_start(struct lookup *lookup)
{
	lookup->ended = advance;
	lookup->end = &lookup->tries;
	lookup->then = lookup->set->sources;
	do
		ask_next(lookup);
	while (lookup->all && lookup->then);
}

void
lookup_stop(struct lookup *lookup)
{
	struct lookup_try *try;

	for (try = lookup->tries; try; try = try->next) {
		if (try->work)
			try->source->kind->stop(try->work);
		try->work = NULL;
	}
	if (lookup->all && !lookup->finished)
		finish_all(lookup);
}
