/* SPDX-License-Identifier: ISC */
/* Documents by jansson, and what kind they are. */
#include <string.h>

#include <jansson.h>

#include "buf.h"
#include "fail.h"
#include "json/json.h"
#include "json/internal.h"
#include "memory.h"

#define BLANKS " \t\r\n"
#define DIGITS "0123456789"

/* Behind spaces and a byte order mark. */
static const char *
first_byte(const char *text, const char *end)
{
	if (end - text >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (text < end && *text && strchr(BLANKS, *text))
		text++;
	return text;
}

enum json_kind
json_kind(const char *text, size_t len)
{
	const char *end = text + len;

	text = first_byte(text, end);
	if (text == end || !*text || !strchr("{[<", *text))
		return JSON_NEITHER;
	return *text == '<' ? JSON_XML : JSON_JSON;
}

/* Copies a string; NULL if it holds \u0000, or does not end. */
static const char *
copy_string(struct buf *out, const char *at, const char *end)
{
	const char *start = at++;

	for (; at < end && *at != '"'; at++) {
		if (*at != '\\')
			continue;
		if (++at == end ||
			(end - at >= 5 && memcmp(at, "u0000", 5) == 0))
			return NULL;
	}
	if (at == end)
		return NULL;
	buf_add(out, start, (size_t)(++at - start));
	return at;
}

/* Writes a number as a string that begins with a NUL. */
static const char *
copy_number(struct buf *out, const char *at, const char *end)
{
	size_t digits = out->len + strlen("\"\\u0000");

	buf_str(out, "\"\\u0000");
	while (at < end && *at && strchr(DIGITS "+-.eE", *at))
		buf_char(out, *at++);
	if (!json_bare_ok(buf_text(out) + digits))
		return NULL;
	buf_char(out, '"');
	return at;
}

/* Bytes of memory that what begins so takes, its text apart. */
static size_t
cost_of(char first)
{
	switch (first) {
	case '{':
		return JSON_COST_OBJECT;
	case '[':
		return JSON_COST_LIST;
	case ',':
		return JSON_COST_PLACE;
	default:
		return first == '"' || first == '-' ||
				       (first >= '0' && first <= '9')
			       ? JSON_COST_STRING
			       : 0;
	}
}

/*
 * Numbers become strings, so that their digits stay as they are; the NUL in
 * front tells them from strings, which may hold none.
 */
static bool
keep_numbers(
	struct buf *out, const char *text, const char *end, struct fail *fail)
{
	const char *at = text;
	size_t cost = 0;
	int depth = 0;

	while (at && at < end && cost + out->len <= JSON_MEMORY) {
		cost += cost_of(*at);
		if (*at == '"') {
			at = copy_string(out, at, end);
		} else if (*at && strchr("-" DIGITS, *at)) {
			at = copy_number(out, at, end);
		} else {
			depth += (*at == '{' || *at == '[') -
				 (*at == '}' || *at == ']');
			if (depth > JSON_DEPTH)
				return fail_set(
					fail, "not JSON: nested too deep");
			buf_char(out, *at++);
		}
	}
	if (!at)
		return fail_set(fail,
			"not JSON: a number or string is not well-formed");
	return at == end || fail_set(fail, "%s", JSON_TOO_MUCH);
}

static json_t *
read_json(const char *text, const char *end, struct fail *fail)
{
	struct buf kept = { 0 };
	json_error_t error;
	json_t *root = NULL;
	int len;

	if (!keep_numbers(&kept, text, end, fail))
		goto out;
	root = json_loadb(buf_text(&kept), kept.len,
		JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
	if (root)
		goto out;
	/* What follows "near" is the answer's, with numbers as written here. */
	len = (int)strlen(error.text);
	if (strstr(error.text, " near "))
		len = (int)(strstr(error.text, " near ") - error.text);
	fail_set(fail, "not JSON: %.*s", len, error.text);
out:
	buf_free(&kept);
	return root;
}

json_t *
json_read(const char *text, size_t len, struct fail *fail)
{
	const char *end = text + len;

	json_set_alloc_funcs(memory_take, memory_give);
	if (len > JSON_MAX) {
		fail_set(fail, "longer than %d bytes", JSON_MAX);
		return NULL;
	}
	switch (json_kind(text, len)) {
	case JSON_JSON:
		return read_json(first_byte(text, end), end, fail);
	case JSON_XML:
		text = first_byte(text, end);
		return json_read_xml(text, (size_t)(end - text), fail);
	case JSON_NEITHER:
		break;
	}
	fail_set(fail, "neither JSON nor XML");
	return NULL;
}

void
json_free(json_t *root)
{
	json_decref(root);
}

bool
json_is_list(const json_t *value)
{
	return json_is_array(value);
}

bool
json_is_empty(const json_t *value)
{
	return json_array_size(value) + json_object_size(value) == 0;
}

bool
json_text(const json_t *value, struct buf *out)
{
	const char *text = json_string_value(value);
	size_t bare = json_is_string(value) && json_bare(value);

	if (json_is_boolean(value))
		buf_str(out, json_is_true(value) ? "true" : "false");
	else if (text)
		buf_add(out, text + bare, json_string_length(value) - bare);
	return text || json_is_boolean(value);
}

bool
json_bare(const json_t *value)
{
	return json_is_boolean(value) ||
	       (json_string_length(value) > 0 &&
		       *json_string_value(value) == '\0');
}
