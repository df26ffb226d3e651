/* SPDX-License-Identifier: ISC */
/* A document without what nobody will ask it for. */
#include <string.h>

#include <jansson.h>

#include "json/json.h"
#include "json/internal.h"
#include "memory.h"

#define DIGITS "0123456789"

/* Whether a pointer's first token is, or may be, this member's name. */
static bool
leads_to(const char *pointer, const char *key)
{
	const size_t len = strcspn(pointer + 1, "/");

	/* an escape is not undone: such a one leads to all */
	return memchr(pointer + 1, '~', len) ||
	       (len == 1 && pointer[1] == '*') ||
	       (len == strlen(key) && memcmp(pointer + 1, key, len) == 0);
}

/* Whether all that is below is wanted. */
static bool
is_whole(const json_t *value, const char *const *pointers, size_t count)
{
	size_t i;

	if (!json_is_array(value) && !json_is_object(value))
		return true;
	for (i = 0; i < count; i++)
		if (*pointers[i] != '/' ||
			(json_is_array(value) && pointers[i][1] &&
				strchr(DIGITS, pointers[i][1])))
			return true;
	return false;
}

static json_t *
pick_list(const json_t *list, const char *const *pointers, size_t count)
{
	json_t *made = json_array();
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		json_array_append_new(made,
			json_pick(json_array_get(list, i), pointers, count));
	return made;
}

static json_t *
pick_members(json_t *object, const char *const *pointers, size_t count)
{
	const char **below = memory_take_all(count, sizeof *below);
	json_t *made = json_object(), *value;
	const char *key;
	size_t i, wanted;

	json_object_foreach(object, key, value)
	{
		for (i = wanted = 0; i < count; i++)
			if (leads_to(pointers[i], key))
				below[wanted++] = pointers[i] + 1 +
						  strcspn(pointers[i] + 1, "/");
		if (wanted > 0)
			json_object_set_new(
				made, key, json_pick(value, below, wanted));
	}
	memory_give(below);
	return made;
}

json_t *
json_pick(json_t *value, const char *const *pointers, size_t count)
{
	if (is_whole(value, pointers, count))
		return json_incref(value);
	if (json_is_array(value))
		return pick_list(value, pointers, count);
	return pick_members(value, pointers, count);
}
