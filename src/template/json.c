/* SPDX-License-Identifier: ISC */
/* RFC 8259 */
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "json/json.h"
#include "template/template.h"
#include "template/internal.h"

#define DIGITS "0123456789"
#define BLANKS " \t\r\n"
#define DEPTH_MAX 64

/* A walk over a body's text that writes as it goes. */
struct walk {
	const char *text;
	const char *at;
	const char *end;
	struct buf *out;
	const struct scope *scope;
	struct fail *fail;
	int depth;
};

static enum expansion walk_value(struct walk *walk);

static enum expansion
expected(const struct walk *walk, const char *what)
{
	fail_set(walk->fail, "%s expected at byte %zu", what,
		(size_t)(walk->at - walk->text) + 1);
	return EXPAND_BAD;
}

static void
walk_blanks(struct walk *walk)
{
	size_t len = strspn(walk->at, BLANKS);

	buf_add(walk->out, walk->at, len);
	walk->at += len;
}

static bool
string_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	(void)expression;
	(void)fail;
	json_escape(out, variable->text, strlen(variable->text));
	return true;
}

/* The bytes of an escape behind a backslash; 0: it is none. */
static size_t
escape_length(const char *at)
{
	if (*at == 'u')
		return strspn(at + 1, DIGITS "abcdefABCDEF") >= 4 ? 5 : 0;
	return *at && strchr("\"\\/bfnrt", *at) ? 1 : 0;
}

static enum expansion
walk_string(struct walk *walk)
{
	static const struct place place = { template_byte, string_value,
		false };
	struct span span;
	enum expansion done;
	size_t len;

	if (*walk->at != '"')
		return expected(walk, "'\"'");
	walk->at++;
	for (span.at = walk->at; *walk->at != '"'; walk->at++) {
		if ((unsigned char)*walk->at < ' ')
			return expected(walk, "'\"'");
		if (*walk->at != '\\')
			continue;
		len = escape_length(walk->at + 1);
		if (len == 0)
			return expected(walk, "an escape");
		walk->at += len;
	}
	span.end = walk->at++;
	buf_char(walk->out, '"');
	done = template_span(walk->out, &place, &span, walk->scope, walk->fail);
	buf_char(walk->out, '"');
	return done;
}

static bool
bare_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	if (!variable->raw && !json_bare_ok(variable->text))
		return template_unfit(fail, expression->name, variable->text,
			"is not a number, true or false");
	buf_str(out, variable->text);
	return true;
}

/* Behind the last byte of something bare. */
static const char *
bare_end(const struct walk *walk)
{
	struct span rest = { walk->at, walk->end };
	struct expression expression;
	size_t len;

	for (; rest.at < rest.end; rest.at += len) {
		len = template_expression(&expression, &rest);
		if (len == 0 && strchr(",:[]{}\"" BLANKS, *rest.at))
			break;
		len += len == 0;
	}
	return rest.at;
}

static enum expansion
walk_bare(struct walk *walk)
{
	static const struct place place = { template_byte, bare_value, false };
	struct span span = { walk->at, bare_end(walk) };
	struct expression expression;
	size_t start = walk->out->len;
	bool alone = template_expression(&expression, &span) ==
		     (size_t)(span.end - span.at);
	enum expansion done;

	if (span.at == span.end)
		return expected(walk, "a value");
	done = template_span(walk->out, &place, &span, walk->scope, walk->fail);
	if (done == EXPAND_DONE && alone && walk->out->len == start)
		done = EXPAND_UNSET;
	if (done == EXPAND_DONE && !alone &&
		strcmp(buf_text(walk->out) + start, "null") != 0 &&
		!json_bare_ok(buf_text(walk->out) + start))
		return expected(walk, "a value");
	walk->at = span.end;
	return done;
}

static enum expansion
walk_member(struct walk *walk)
{
	enum expansion name = walk_string(walk);
	enum expansion value;

	if (name == EXPAND_BAD)
		return name;
	walk_blanks(walk);
	if (*walk->at != ':')
		return expected(walk, "':'");
	buf_char(walk->out, *walk->at++);
	walk_blanks(walk);
	value = walk_value(walk);
	return value == EXPAND_DONE ? name : value;
}

/* Members or elements up to `close`; how many were written is in *count. */
static enum expansion
walk_items(struct walk *walk, char close, size_t *count)
{
	enum expansion done;
	size_t mark;

	for (;;) {
		mark = walk->out->len;
		if (*count > 0)
			buf_char(walk->out, ',');
		walk_blanks(walk);
		done = close == '}' ? walk_member(walk) : walk_value(walk);
		if (done == EXPAND_BAD)
			return done;
		walk_blanks(walk);
		if (done == EXPAND_UNSET)
			buf_cut(walk->out, mark);
		else
			++*count;
		if (*walk->at == close)
			return EXPAND_DONE;
		if (*walk->at != ',')
			return expected(walk, "','");
		walk->at++;
	}
}

/* An object or a list; one that is written empty stays. */
static enum expansion
walk_inside(struct walk *walk)
{
	char close = *walk->at == '{' ? '}' : ']';
	enum expansion done;
	size_t count = 0;

	buf_char(walk->out, *walk->at++);
	if (walk->at[strspn(walk->at, BLANKS)] == close) {
		walk_blanks(walk);
		count++;
	} else {
		done = walk_items(walk, close, &count);
		if (done == EXPAND_BAD)
			return done;
	}
	buf_char(walk->out, *walk->at++);
	return count > 0 ? EXPAND_DONE : EXPAND_UNSET;
}

static enum expansion
walk_value(struct walk *walk)
{
	const struct span rest = { walk->at, walk->end };
	struct expression expression;
	enum expansion done;

	if (*walk->at == '"')
		return walk_string(walk);
	if (*walk->at != '[' &&
		(*walk->at != '{' || template_expression(&expression, &rest)))
		return walk_bare(walk);
	if (walk->depth == DEPTH_MAX)
		return expected(walk, "less nesting");
	walk->depth++;
	done = walk_inside(walk);
	walk->depth--;
	return done;
}

enum expansion
template_json(struct buf *out, const char *text, const struct scope *scope,
	struct fail *fail)
{
	struct walk walk = { text, text, text + strlen(text), out, scope, fail,
		0 };
	size_t start = out->len;
	enum expansion done;

	walk_blanks(&walk);
	done = walk_value(&walk);
	if (done != EXPAND_BAD) {
		walk_blanks(&walk);
		if (*walk.at)
			done = expected(&walk, "the end");
	}
	if (done != EXPAND_DONE)
		buf_cut(out, start);
	return done;
}

static struct variable
one(void *arg, const char *name)
{
	const struct variable variable = { "1", false };

	(void)arg;
	(void)name;
	return variable;
}

bool
template_json_ok(const char *text, struct fail *fail)
{
	static const struct scope scope = { .get = one, .arg = NULL };
	struct buf out = { 0 };
	enum expansion done = template_json(&out, text, &scope, fail);

	buf_free(&out);
	return done == EXPAND_DONE;
}
