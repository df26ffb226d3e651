/* SPDX-License-Identifier: ISC */
/* RFC 6901, with lists that stand for their elements */
#include <string.h>

#include <jansson.h>

#include "buf.h"
#include "json/json.h"
#include "json/internal.h"

#define DIGITS "0123456789"

struct search {
	bool (*each)(json_t *value, void *arg);
	void *arg;
	bool ended;
};

static enum json_met search_at(
	struct search *search, json_t *value, const char *pointer);

/* One answer for the elements of a list: there, if it is for one of them. */
static enum json_met
both(enum json_met sum, enum json_met met)
{
	return sum == JSON_LIST || met != JSON_ABSENT ? JSON_LIST : sum;
}

static enum json_met
search_list(struct search *search, const json_t *list, const char *pointer)
{
	enum json_met sum = JSON_ABSENT;
	size_t i;

	for (i = 0; i < json_array_size(list) && !search->ended; i++)
		sum = both(sum,
			search_at(search, json_array_get(list, i), pointer));
	return i > 0 && *pointer ? sum : JSON_LIST;
}

static enum json_met
search_members(struct search *search, json_t *object, const char *pointer)
{
	enum json_met sum = JSON_ABSENT;
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (search->ended)
			break;
		sum = both(sum, search_at(search, value, pointer));
	}
	return json_object_size(object) > 0 && *pointer ? sum : JSON_LIST;
}

/* Section 4: `~1` is a slash and `~0` a tilde. */
static void
unescape(struct buf *key, const char *token, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (token[i] == '~' && i + 1 < len)
			buf_char(key, token[++i] == '1' ? '/' : '~');
		else
			buf_char(key, token[i]);
}

static json_t *
get_member(json_t *object, const char *token, size_t len)
{
	struct buf key = { 0 };
	json_t *value;

	unescape(&key, token, len);
	value = json_object_get(object, buf_text(&key));
	buf_free(&key);
	return value;
}

/* Section 4: an index has no leading zeros. */
static bool
is_index(const char *token, size_t len, size_t *index)
{
	size_t i;

	if (len == 0 || len > 7 || strspn(token, DIGITS) < len ||
		(len > 1 && *token == '0'))
		return false;
	for (*index = 0, i = 0; i < len; i++)
		*index = *index * 10 + (size_t)(token[i] - '0');
	return true;
}

static enum json_met
search_end(struct search *search, json_t *value)
{
	if (json_is_array(value))
		return search_list(search, value, "");
	if (json_is_null(value))
		return JSON_NOTHING;
	if (!search->ended)
		search->ended = !search->each(value, search->arg);
	return json_is_object(value) ? JSON_ITEM : JSON_VALUE;
}

static enum json_met
search_at(struct search *search, json_t *value, const char *pointer)
{
	const char *token = pointer + 1;
	size_t len;
	size_t index;

	if (!value)
		return JSON_ABSENT;
	if (*pointer != '/')
		return search_end(search, value);
	len = strcspn(token, "/");
	if (json_is_array(value)) {
		if (!is_index(token, len, &index))
			return search_list(search, value, pointer);
		value = json_array_get(value, index);
	} else if (len == 1 && *token == '*' && json_is_object(value)) {
		return search_members(search, value, token + len);
	} else {
		value = get_member(value, token, len);
	}
	return search_at(search, value, token + len);
}

enum json_met
json_find(json_t *root, const char *pointer,
	bool (*each)(json_t *value, void *arg), void *arg)
{
	struct search search = { each, arg, false };

	return search_at(&search, root, pointer);
}

static bool
first(json_t *value, void *arg)
{
	struct buf *text = arg;

	if (!json_text(value, text))
		return true;
	buf_char(text, '\0');
	return false;
}

bool
json_first(json_t *root, const char *pointer, struct buf *out)
{
	struct buf found = { 0 };
	bool any;

	json_find(root, pointer, first, &found);
	any = found.len > 0;
	if (any)
		buf_add(out, found.at, found.len - 1);
	buf_free(&found);
	return any;
}
