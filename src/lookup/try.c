/* SPDX-License-Identifier: ISC */
/* The end of a try: an answer is judged, an address or a cause is kept. */
#include <stdarg.h>
#include <stdio.h>

#include "lookup/internal.h"
#include "clock.h"
#include "json/json.h"
#include "log.h"

static void
end_try(struct lookup_try *try)
{
	try->ms = (long)clock_ms() - try->ms;
	try->ended = true;
	try->lookup->ended(try);
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
	struct address_rule rule = *try->lookup->set->rule;
	struct fail fail;

	rule.own = try->source->own;
	if (address_find(try->address, text, len, &rule, &fail) ==
		ADDRESS_FOUND)
		lookup_hit(try);
	else
		lookup_missed(try, "%s", fail.text);
}

/* All texts count, each a word of its own. */
static bool
add_text(struct json_t *value, void *arg)
{
	struct buf *text = arg;

	if (json_text(value, text))
		buf_char(text, '\n');
	return true;
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
	else if (json_find(root, pointer, add_text, &text), text.len == 0)
		lookup_missed(try, "nothing at %s", pointer);
	else
		judge_text(try, buf_text(&text), text.len - 1);
	json_free(root);
	buf_free(&text);
}
