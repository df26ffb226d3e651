#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lookup/lookup.h"
#include "lookup/internal.h"
#include "address-find.h"
#include "buf.h"
#include "clock.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "log.h"

static void advance(struct lookup *lookup, struct lookup_try *try);

static void (*const ask_by_kind[])(struct lookup_try *) = {
	[SOURCE_HTTP] = lookup_ask_http,
	[SOURCE_FILE] = lookup_ask_file,
	[SOURCE_INTERFACE] = lookup_ask_interface,
	[SOURCE_EXEC] = lookup_ask_exec,
};

static void
ask(struct lookup *lookup, const struct lookup_source *source)
{
	struct lookup_try *try = mem_take(lookup->mem, sizeof(*try));

	try->lookup = lookup;
	try->source = source;
	try->address = mem_take(lookup->mem, sizeof(*try->address));
	try->ms = (long)clock_ms();
	*lookup->end = try;
	lookup->end = &try->next;
	log_step("%s: asking %s", lookup->set->title, source->shown);
	ask_by_kind[source->kind](try);
}

static void
ask_next(struct lookup *lookup)
{
	const struct lookup_source *source = lookup->then;

	lookup->then = source->next;
	ask(lookup, source);
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

/* Names what each source said, for a lookup that found nothing. */
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

	for (try = lookup->tries; try; try = try->next)
		if (!try->ended)
			return;
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
advance(struct lookup *lookup, struct lookup_try *try)
{
	if (lookup->all)
		finish_all(lookup);
	else if (try->valid && settles(lookup, try))
		finish(lookup, try);
	else if (lookup->then)
		ask_next(lookup);
	else
		finish(lookup, NULL);
}

static void
end_try(struct lookup_try *try)
{
	try->ms = (long)clock_ms() - try->ms;
	try->ended = true;
	advance(try->lookup, try);
}

void
lookup_hit(struct lookup_try *try)
{
	try->valid = true;
	end_try(try);
}

void
lookup_missed(struct lookup_try *try, const char *format, ...)
{
	struct fail fail;
	va_list args;

	va_start(args, format);
	vsnprintf(fail.text, sizeof(fail.text), format, args);
	va_end(args);
	try->cause = mem_text(try->lookup->mem, fail.text);
	log_step("%s: %s: %s", try->lookup->set->title, try->source->shown,
		try->cause);
	end_try(try);
}

static void
judge_text(struct lookup_try *try, const char *text, size_t len)
{
	const struct lookup_set *set = try->lookup->set;
	struct fail fail;

	if (address_find(try->address, text, len, set->rule, &fail) ==
		ADDRESS_FOUND)
		lookup_hit(try);
	else
		lookup_missed(try, "%s", fail.text);
}

void
lookup_judge(struct lookup_try *try, const char *body, size_t len)
{
	const char *pointer = try->source->pointer;
	struct json_t *root;
	struct buf text = { 0 };
	struct fail fail;

	if (!pointer) {
		judge_text(try, body, len);
		return;
	}
	root = json_read(body, len, &fail);
	if (!root)
		lookup_missed(try, "%s", fail.text);
	else if (!json_first(root, pointer, &text))
		lookup_missed(try, "nothing at %s", pointer);
	else
		judge_text(try, buf_text(&text), text.len);
	json_free(root);
	buf_free(&text);
}

static void
answered(void *arg, const struct http_answer *answer)
{
	struct lookup_try *try = arg;

	if (answer->status == 0)
		lookup_missed(try, "%s", answer->fail->text);
	else if (answer->status != 200)
		lookup_missed(try, "HTTP %d", answer->status);
	else
		lookup_judge(try, answer->body, answer->len);
}

void
lookup_ask_http(struct lookup_try *try)
{
	const struct lookup *lookup = try->lookup;
	const struct http_request request = {
		.method = "GET",
		.url = try->source->url,
		.family = lookup->set->family,
		.bind = lookup->set->bind,
		.timeout_ms = lookup->timeout_ms,
		.ceiling = LOOKUP_CEILING,
		.redirects = LOOKUP_REDIRECTS,
		.clear_text = true,
	};

	http_start(lookup->http, &request, answered, try);
}

void
lookup_start(struct lookup *lookup)
{
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

	for (try = lookup->tries; try; try = try->next)
		lookup_stop_exec(try);
}
