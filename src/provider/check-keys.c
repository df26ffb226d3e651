#include <stdint.h>
#include <string.h>

#include "provider/check.h"
#include "buf.h"
#include "config/config.h"
#include "nearest.h"
#include "provider/layer.h"
#include "provider/row.h"
#include "provider/make.h"

#define ROW_BYTES (16 * 1024)
#define DECLARED_MAX 16

/* Whether {variable} stands in a JSON text outside of its strings. */
static bool
stands_bare(const char *json, const char *variable)
{
	size_t len = strlen(variable);
	bool string = false;

	for (; *json; json++) {
		if (*json == '\\' && json[1])
			json++;
		else if (*json == '"')
			string = !string;
		else if (!string && *json == '{' &&
			 strncmp(json + 1, variable, len) == 0 &&
			 json[1 + len] == '}')
			return true;
	}
	return false;
}

bool
row_check_bare(const struct row *row, const char *variable)
{
	const struct row_request *request;
	int i;

	for (i = 0; i < STEPS; i++) {
		request = row->step[i];
		if (request && request->text.kind == BODY_JSON &&
			stands_bare(request->text.body, variable))
			return true;
	}
	return false;
}

static bool
is_row_key(struct mem *mem, const char *key)
{
	const char *plain;
	int type;

	if (layer_knows(key))
		return true;
	plain = layer_plain(mem, key, &type);
	return type >= 0 && layer_knows(plain) && layer_typed(plain);
}

static size_t
section_bytes(struct mem *mem, const struct config_section *section)
{
	const struct config_entry *entry;
	const struct config_line *line;
	size_t bytes = 0;

	for (entry = section->entries; entry; entry = entry->next) {
		if (!is_row_key(mem, entry->key))
			continue;
		bytes += strlen(entry->key);
		for (line = entry->lines; line; line = line->next)
			bytes += strlen(line->text) + 1;
	}
	return bytes;
}

void
row_check_layers(struct layer_work *work, const struct row_declared *declared)
{
	const struct layer *layer;
	struct layer_value value;
	size_t bytes = 0;
	int count = 0;

	work->key = NULL;
	work->line = 0;
	for (layer = work->top; layer; layer = layer->below)
		bytes += section_bytes(work->mem, layer->section);
	if (bytes > ROW_BYTES)
		layer_wrong(work, "is over 16 KiB with its layers");
	for (; declared; declared = declared->next)
		count++;
	if (count > DECLARED_MAX)
		layer_wrong(work, "declares more than %d keys", DECLARED_MAX);
	value = layer_at(work, "refresh", ROW_A);
	if (value.lines && config_time(value.lines->text) < 0)
		layer_wrong(work, "%s: a time is 90s, 30m, 2h or 25d",
			value.lines->text);
}

static bool
is_word(const struct layer_words *words, const char *key)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		if (strcmp(words->at[i], key) == 0)
			return true;
	return false;
}

static bool
is_declared(const struct row_declared *declared, const char *key)
{
	for (; declared; declared = declared->next)
		if (strcmp(declared->name, key) == 0)
			return true;
	return false;
}

static bool
is_names(const char *key)
{
	return strcmp(key, "names") == 0 || strcmp(key, "ipv4") == 0 ||
	       strcmp(key, "ipv6") == 0;
}

static void
check_known(struct config *config, const struct layer_work *work,
	const struct config_entry *entry, const char *plain)
{
	const struct config_section *section = work->top->section;
	const struct config_line *line;
	const bool row_key = layer_knows(plain);
	if (!layer_repeats(plain))
		config_one(config, section, entry->key);
	if (!(row_key && layer_goes_on(plain)) && !is_names(plain)) {
		config_single(config, section, entry);
		return;
	}
	for (line = entry->lines; line && row_key; line = line->next)
		if (line->cut)
			config_wrong_line(config, section, entry, line->line,
				"a `;` behind a blank begins a comment: write \\u003b in JSON, %3B in a URL");
}

void
row_check_keys(struct config *config, const struct layer_work *work,
	const struct row_declared *declared, const struct layer_words *words)
{
	const struct config_section *section = work->top->section;
	const struct config_entry *entry;
	const struct row_declared *at;
	const char *plain, *nearest;
	struct layer_words known = { 0 };
	size_t i;
	int type;

	layer_keys(work->mem, &known);
	for (at = declared; at; at = at->next)
		layer_word(work->mem, &known, at->name);
	for (i = 0; i < words->count; i++)
		layer_word(work->mem, &known, words->at[i]);
	for (entry = section->entries; entry; entry = entry->next) {
		plain = layer_plain(work->mem, entry->key, &type);
		if (is_row_key(work->mem, entry->key) ||
			is_declared(declared, plain) ||
			is_word(words, entry->key)) {
			check_known(config, work, entry, plain);
			continue;
		}
		nearest = nearest_word(plain, known.at);
		if (nearest)
			config_wrong(config, section, entry,
				"unknown key (%s?)", nearest);
		else
			config_wrong(config, section, entry, "unknown key");
	}
}
