#include "provider/layer.h"

#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "config/config.h"

static const struct {
	const char *name;
	bool typed;   /* may be written for one type */
	bool repeats; /* may be written again */
	bool goes_on; /* may have further lines */
} keys[] = {
	{ "site", false, false, false },
	{ "like", false, false, false },
	{ "runs", false, false, false },
	{ "secret", false, true, true },
	{ "setting", false, true, true },
	{ "url", true, false, true },
	{ "header", true, true, true },
	{ "auth", true, false, false },
	{ "jwt", true, false, false },
	{ "login", true, false, true },
	{ "zones", true, false, true },
	{ "records", true, false, true },
	{ "record", true, false, true },
	{ "set", true, false, true },
	{ "create", true, false, true },
	{ "update", true, false, true },
	{ "delete", true, false, true },
	{ "batch", true, false, true },
	{ "publish", true, false, true },
	{ "value", true, false, true },
	{ "missing", true, true, true },
	{ "denied", true, true, true },
	{ "refused", true, true, true },
	{ "busy", true, true, true },
	{ "later", true, true, true },
	{ "good", true, true, true },
	{ "error", true, true, true },
	{ "hold", true, false, false },
	{ "ttl", true, false, false },
	{ "type", true, false, false },
	{ "zone", false, false, false },
	{ "refresh", false, false, false },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* In the order of enum row_type. */
static const char *const suffixes[] = { ".A", ".AAAA" };

#define TYPES (sizeof(suffixes) / sizeof(suffixes[0]))

static size_t
key_index(const char *key)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (strcmp(keys[i].name, key) == 0)
			break;
	return i;
}

bool
layer_knows(const char *key)
{
	return key_index(key) < KEYS;
}

bool
layer_typed(const char *key)
{
	size_t i = key_index(key);

	return i == KEYS || keys[i].typed;
}

bool
layer_repeats(const char *key)
{
	size_t i = key_index(key);

	return i < KEYS && keys[i].repeats;
}

bool
layer_goes_on(const char *key)
{
	size_t i = key_index(key);

	return i < KEYS && keys[i].goes_on;
}

void
layer_word(struct mem *mem, struct layer_words *words, const char *word)
{
	const char **at;

	if (words->count + 2 > words->cap) {
		words->cap = words->cap ? 2 * words->cap : 64;
		at = mem_take(mem, words->cap * sizeof(*at));
		if (words->count > 0)
			memcpy(at, words->at, words->count * sizeof(*at));
		words->at = at;
	}
	words->at[words->count++] = word;
	words->at[words->count] = NULL;
}

void
layer_keys(struct mem *mem, struct layer_words *words)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		layer_word(mem, words, keys[i].name);
}

const char *
layer_plain(struct mem *mem, const char *key, int *type)
{
	size_t len = strlen(key), tail;
	int i;

	*type = -1;
	for (i = 0; i < (int)TYPES; i++) {
		tail = strlen(suffixes[i]);
		if (len <= tail || strcmp(key + len - tail, suffixes[i]) != 0)
			continue;
		*type = i;
		return mem_textn(mem, key, len - tail);
	}
	return key;
}

bool
layer_fits(const char *written, const char *key, int type)
{
	size_t len = strlen(key);

	if (strncmp(written, key, len) != 0)
		return false;
	return written[len] == '\0' ||
	       strcmp(written + len, suffixes[type]) == 0;
}

/* What one section writes under exactly this key. */
static bool
section_find(struct mem *mem, const struct layer *layer, const char *suffix,
	struct layer_value *value)
{
	const size_t len = strlen(value->wanted);
	const struct config_line *line;
	struct config_line *copy, *first = NULL, **end = &first;
	const struct config_entry *entry;

	value->layer = NULL;
	for (entry = layer->section->entries; entry; entry = entry->next) {
		if (strncmp(entry->key, value->wanted, len) != 0 ||
			strcmp(entry->key + len, suffix) != 0)
			continue;
		if (!value->layer) {
			value->layer = layer;
			value->key = entry->key;
			value->line = entry->line;
		}
		for (line = entry->lines; line; line = line->next) {
			if (line->text[0] == '\0')
				continue;
			copy = mem_take(mem, sizeof(*copy));
			copy->text = mem_text(mem, line->text);
			copy->line = line->line;
			copy->cut = line->cut;
			*end = copy;
			end = &copy->next;
		}
	}
	value->lines = first;
	return value->layer != NULL;
}

struct layer_value
layer_find(struct mem *mem, const struct layer *top, const char *key, int type)
{
	struct layer_value value = { .key = key, .wanted = key };
	const struct layer *layer;

	for (layer = top; layer; layer = layer->below)
		if (section_find(mem, layer, suffixes[type], &value) ||
			section_find(mem, layer, "", &value))
			break;
	return value;
}

struct layer_value
layer_at(struct layer_work *work, const char *key, int type)
{
	struct layer_value value = layer_find(work->mem, work->top, key, type);

	work->key = value.key;
	work->line = value.layer == work->top ? value.line : 0;
	return value;
}

static bool
same(const struct layer_mistake *a, const struct layer_mistake *b)
{
	if (!a->key || !b->key)
		return a->key == b->key && strcmp(a->text, b->text) == 0;
	return strcmp(a->key, b->key) == 0 && strcmp(a->text, b->text) == 0;
}

static bool
told(const struct layer_work *work, const struct layer_mistake *mistake)
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
	if (told(work, mistake))
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
		if (but && told(but, at))
			continue;
		entry.key = at->key;
		entry.line = at->line ? at->line : section->line;
		config_wrong(config, section, at->key ? &entry : NULL, "%s",
			at->text);
	}
}
