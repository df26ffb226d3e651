/* SPDX-License-Identifier: ISC */
/* Layers of a row: account over row over `like` row, key by key. */
#include "provider/internal.h"

#include <string.h>

/* Whether a key is written so: for both types (""), or for one (".A"). */
static bool
ends(const char *rest, const char *type)
{
	return type ? rest[0] == '.' && strcmp(rest + 1, type) == 0
		    : rest[0] == '\0';
}

const char *
layer_plain(struct mem *mem, const char *key, bool *typed)
{
	const char *dot = strrchr(key, '.');
	enum row_type type;

	*typed = false;
	if (!dot || dot == key)
		return key;
	for (type = ROW_A; type < ROW_TYPES; type++)
		*typed = *typed || ends(dot, row_types[type]);
	return *typed ? mem_textn(mem, key, (size_t)(dot - key)) : key;
}

bool
layer_fits(const char *written, const char *key, enum row_type type)
{
	size_t len = strlen(key);

	return strncmp(written, key, len) == 0 &&
	       (ends(written + len, NULL) ||
		       ends(written + len, row_types[type]));
}

/* Copies of the lines that are not empty, put at *end; the new end. Their texts
 * live as long as the sections. */
static struct config_line **
copy_lines(struct mem *mem, const struct config_line *line,
	struct config_line **end)
{
	struct config_line *copy;

	for (; line; line = line->next) {
		if (line->text[0] == '\0')
			continue;
		copy = mem_take(mem, sizeof(*copy));
		copy->text = line->text;
		copy->line = line->line;
		copy->cut = line->cut;
		*end = copy;
		end = &copy->next;
	}
	return end;
}

/* What one section writes under the key for a type, or for both (NULL). */
static bool
section_find(struct mem *mem, const struct layer *layer, const char *type,
	struct layer_value *value)
{
	const size_t len = strlen(value->wanted);
	struct config_line *first = NULL, **end = &first;
	const struct config_entry *entry;

	value->layer = NULL;
	for (entry = layer->section->entries; entry; entry = entry->next) {
		if (entry->key[0] != value->wanted[0] ||
			strncmp(entry->key, value->wanted, len) != 0 ||
			!ends(entry->key + len, type))
			continue;
		if (!value->layer) {
			value->layer = layer;
			value->key = entry->key;
			value->line = entry->line;
		}
		end = copy_lines(mem, entry->lines, end);
	}
	value->lines = first;
	return value->layer != NULL;
}

struct layer_value
layer_find(struct mem *mem, const struct layer *top, const char *key,
	enum row_type type)
{
	struct layer_value value = { .key = key, .wanted = key };
	const struct layer *layer;

	for (layer = top; layer; layer = layer->below)
		if (section_find(mem, layer, row_types[type], &value) ||
			section_find(mem, layer, NULL, &value))
			break;
	return value;
}

struct layer_value
layer_at(struct layer_work *work, const char *key, enum row_type type)
{
	struct layer_value value = layer_find(work->mem, work->top, key, type);

	work->key = value.key;
	work->line = value.layer == work->top ? value.line : 0;
	return value;
}

void
layer_whole(struct layer_work *work)
{
	work->key = NULL;
	work->line = 0;
}

static bool
same(const struct layer_mistake *a, const struct layer_mistake *b)
{
	if (!a->key || !b->key)
		return a->key == b->key && strcmp(a->text, b->text) == 0;
	return strcmp(a->key, b->key) == 0 && strcmp(a->text, b->text) == 0;
}

static bool
is_known(const struct layer_work *work, const struct layer_mistake *mistake)
{
	const struct layer_mistake *at;

	for (at = work->mistakes; at; at = at->next)
		if (same(at, mistake))
			return true;
	return false;
}

bool
layer_wrong(struct layer_work *work, const char *format, ...)
{
	struct layer_mistake *mistake = mem_take(work->mem, sizeof(*mistake));
	struct layer_mistake **end;
	struct buf text = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	mistake->key = work->key;
	mistake->line = work->line;
	mistake->text = mem_text(work->mem, buf_text(&text));
	buf_free(&text);
	if (is_known(work, mistake))
		return false;
	for (end = &work->mistakes; *end; end = &(*end)->next)
		;
	*end = mistake;
	return false;
}

void
layer_report(struct config *config, const struct layer_work *work,
	const struct layer_work *but)
{
	const struct config_section *section = work->top->section;
	const struct layer_mistake *at;
	struct config_entry entry = { 0 };

	for (at = work->mistakes; at; at = at->next) {
		if (but && is_known(but, at))
			continue;
		entry.key = at->key;
		entry.line = at->line ? at->line : section->line;
		config_wrong(config, section, at->key ? &entry : NULL, "%s",
			at->text);
	}
}
