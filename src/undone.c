/* SPDX-License-Identifier: ISC */
/* Undoes escapes, and keeps track of where the bytes came from. */
#include <stdint.h>
#include <string.h>

#include "escape.h"
#include "memory.h"
#include "undone.h"

static struct undone
sized(size_t most)
{
	return (struct undone){
		.from = memory_take_all(most, sizeof(uint32_t)),
		.to = memory_take_all(most, sizeof(uint32_t)),
	};
}

void
undone_free(struct undone *layer)
{
	buf_free(&layer->text);
	memory_give(layer->from);
	memory_give(layer->to);
}

struct undone
undone_start(const char *text, size_t len)
{
	struct undone layer = sized(len);
	size_t i;

	buf_add(&layer.text, text, len);
	for (i = 0; i < len; i++) {
		layer.from[i] = (uint32_t)i;
		layer.to[i] = (uint32_t)i + 1;
	}
	return layer;
}

void
undone_mark(const struct undone *layer, size_t at, size_t len, char *marks)
{
	for (; len > 0; at++, len--)
		memset(marks + layer->from[at], 1,
			layer->to[at] - layer->from[at]);
}

/* A space may stand as `+`: left to `secret`, as a `+` may be itself. */
static size_t
read_escape(const struct buf *text, size_t at, char bytes[ESCAPE_BYTES],
	size_t *count)
{
	size_t size = 0;

	if (text->at[at] != '+')
		size = escape_read(text->at + at, text->len - at, bytes, count);
	if (size > 0)
		return size;
	bytes[0] = text->at[at];
	*count = 1;
	return 1;
}

/* Whether there is anything to undo. */
static bool
has_escapes(const struct undone *layer)
{
	const char *c = buf_text(&layer->text);
	const char *end = c + layer->text.len;

	while (c < end && *c != '%' && *c != '\\' && *c != '&')
		c++;
	return c < end;
}

bool
undone_more(struct undone *layer)
{
	const size_t most = layer->text.len;
	struct undone next;
	char bytes[ESCAPE_BYTES];
	size_t at, size, count, i;

	if (!has_escapes(layer))
		return false;
	next = sized(most);
	for (at = 0; at < most; at += size) {
		size = read_escape(&layer->text, at, bytes, &count);
		for (i = 0; i < count; i++) {
			next.from[next.text.len + i] = layer->from[at];
			next.to[next.text.len + i] = layer->to[at + size - 1];
		}
		buf_add(&next.text, bytes, count);
	}
	undone_free(layer);
	*layer = next;
	return next.text.len < most;
}
