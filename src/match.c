/* SPDX-License-Identifier: ISC */
/* Reads tests of answers, and asks them. */
#include "match.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "config/config.h"
#include "fail.h"
#include "json/json.h"

#define SPACES " \t"

bool
match_pointer_ok(const char *pointer, struct fail *fail)
{
	if (pointer[0] && pointer[0] != '/')
		return fail_set(fail, "a pointer begins with /");
	return json_pointer_ok(pointer) ||
	       fail_set(fail,
		       "in a pointer, ~ is written ~0 and / is written ~1");
}

/* "404" and "5xx" as numbers; 0: neither. */
static int
status_of(const char *text)
{
	if (strlen(text) != 3 || text[0] < '1' || text[0] > '5')
		return 0;
	if (strcmp(text + 1, "xx") == 0)
		return text[0] - '0';
	if (strspn(text, "0123456789") != 3)
		return 0;
	return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

static struct match *
read_one(const struct match_reader *reader, const char *text)
{
	struct match *match = mem_take(reader->mem, sizeof *match);
	const size_t len = strcspn(text, "=");
	struct fail fail;

	match->status = status_of(text);
	if (match->status > 0) {
		match->kind = MATCH_STATUS;
		return match;
	}
	match->kind = text[0] == '/' ? MATCH_POINTER : MATCH_TEXT;
	if (match->kind == MATCH_TEXT)
		match->text = mem_text(reader->mem, text);
	else if (text[len] == '=')
		match->text = mem_text(reader->mem, text + len + 1);
	if (match->kind == MATCH_TEXT)
		return match;
	match->pointer = mem_textn(reader->mem, text, len);
	if (!match_pointer_ok(match->pointer, &fail)) {
		fail_at(&fail, "%s", text);
		reader->wrong(reader->arg, fail.text);
	}
	return match;
}

const char *
match_next(struct mem *mem, const char **text)
{
	const char *at = *text + strspn(*text, SPACES ",");
	size_t len = strcspn(at, ",");

	*text = at + len;
	while (len > 0 && strchr(SPACES, at[len - 1]))
		len--;
	return len > 0 ? mem_textn(mem, at, len) : NULL;
}

struct match *
match_read(const struct match_reader *reader, const struct config_line *lines)
{
	struct match *first = NULL, **end = &first;
	const char *text, *one;

	for (; lines; lines = lines->next) {
		text = lines->text;
		while ((one = match_next(reader->mem, &text))) {
			*end = read_one(reader, one);
			end = &(*end)->next;
		}
	}
	return first;
}

/*
 * ddns-rows(5), ANSWERS: text is pattern, or begins with it and a space,
 * `,` `;` or `:`; case does not count, `*` stands for any text.
 */
static bool
matches(const char *text, const char *pattern)
{
	const char *star = NULL, *again = NULL;

	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			again = text;
		} else if (!*pattern && strchr(" \t,;:", *text)) {
			return true; /* the end of text, too */
		} else if (*pattern && tolower((unsigned char)*pattern) ==
					       tolower((unsigned char)*text)) {
			pattern++;
			text++;
		} else if (star && *again) {
			text = ++again;
			pattern = star;
		} else {
			return false;
		}
	}
}

/* Takes the next line with more than spaces, without those around it. */
static bool
next_line(const char **body, struct buf *out)
{
	size_t len;

	buf_cut(out, 0);
	*body += strspn(*body, " \t\r\n");
	len = strcspn(*body, "\r\n");
	buf_add(out, *body, len);
	*body += len;
	while (out->len > 0 && strchr(SPACES, out->at[out->len - 1]))
		buf_cut(out, out->len - 1);
	return out->len > 0;
}

/* The first line counts, or each for a text that begins with `*`. */
static bool
some_line_matches(
	const char *body, const char *pattern, bool any, struct buf *decided)
{
	struct buf line = { 0 };
	bool more = true, found = false;

	while (more && !found) {
		more = next_line(&body, &line) && any;
		found = matches(buf_text(&line), pattern);
	}
	if (found && decided)
		buf_str(decided, buf_text(&line));
	buf_free(&line);
	return found;
}

/* A place is searched for a value that matches; no pattern: for any. */
struct search {
	const char *pattern;
	bool found;
};

static bool
search_value(struct json_t *value, void *arg)
{
	struct search *search = arg;
	struct buf text = { 0 };

	search->found = !search->pattern ||
			(json_text(value, &text) &&
				matches(buf_text(&text), search->pattern));
	buf_free(&text);
	return !search->found;
}

bool
match_holds(const struct match *match, const struct match_answer *answer,
	const char *pattern, struct buf *line)
{
	struct search search = { pattern, false };

	switch (match->kind) {
	case MATCH_STATUS:
		return match->status == answer->status ||
		       match->status == answer->status / 100;
	case MATCH_POINTER:
		if (answer->doc)
			json_find(answer->doc, match->pointer, search_value,
				&search);
		return search.found;
	case MATCH_TEXT:
		return some_line_matches(
			answer->body, pattern, *match->text == '*', line);
	}
	return false;
}
