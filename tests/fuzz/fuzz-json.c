/* SPDX-License-Identifier: ISC */
/* Input: a pointer, LF, a document. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
visit(struct json_t *value, void *arg)
{
	struct buf text = { 0 };
	size_t *count = arg;

	++*count;
	/* What was written bare can be written bare again. */
	if (json_text(value, &text) && json_bare(value) &&
		!json_bare_ok(buf_text(&text)))
		abort();
	buf_free(&text);
	return *count < 1000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	struct buf pointer = { 0 };
	struct buf text = { 0 };
	struct fail fail = { 0 };
	struct json_t *root;
	enum json_met met;
	size_t count = 0;

	if (!line)
		return 0;
	buf_add(&pointer, data, (size_t)(line - data));
	line++;
	root = json_read(
		(const char *)line, (size_t)(data + size - line), &fail);
	if (!root && !fail.text[0])
		abort();
	if (root && json_pointer_ok(buf_text(&pointer))) {
		met = json_find(root, buf_text(&pointer), visit, &count);
		if ((met == JSON_ABSENT || met == JSON_NOTHING) && count > 0)
			abort();
		json_first(root, buf_text(&pointer), &text);
	}
	json_free(root);
	buf_free(&text);
	buf_free(&pointer);
	return 0;
}
