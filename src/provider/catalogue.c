/* SPDX-License-Identifier: ISC */
/* The rows there are, with their names and their sections. */
#include "provider/internal.h"

#include <string.h>

struct catalogue {
	struct mem *mem;
	struct config *config;      /* the user's */
	struct catalogue_row *rows; /* sorted by name; not the hidden */
	struct catalogue_row *last;
	const char **names;
	struct catalogue_text *read; /* built-in rows that were read */
};

struct catalogue_text {
	struct catalogue_text *next;
	struct config *config;
};

/* Puts a row in its place; one of the same name gets hidden. */
static void
insert(struct catalogue *catalogue, struct catalogue_row *row)
{
	struct catalogue_row **at = &catalogue->rows;

	/* those that are built in come in their order */
	if (catalogue->last && strcmp(catalogue->last->name, row->name) < 0)
		at = &catalogue->last->next;
	while (*at && strcmp((*at)->name, row->name) < 0)
		at = &(*at)->next;
	if (*at && strcmp((*at)->name, row->name) == 0) {
		if (!(*at)->text)
			return;
		row->hidden = *at;
		row->next = (*at)->next;
		if (!*row->aka)
			row->aka = (*at)->aka;
	} else {
		row->next = *at;
	}
	*at = row;
	if (!row->next)
		catalogue->last = row;
}

/* The other names that a row writes, a space between them. */
static const char *
aka_of(struct config *config, const struct config_section *section)
{
	const struct config_entry *entry;
	const struct config_line *word;
	struct buf text = { 0 };
	const char *aka;

	for (entry = section->entries; entry; entry = entry->next) {
		if (strcmp(entry->key, "aka") != 0)
			continue;
		for (word = config_words(config, entry); word;
			word = word->next)
			buf_printf(&text, "%s%s", text.len > 0 ? " " : "",
				word->text);
	}
	aka = mem_text(config->mem, buf_text(&text));
	buf_free(&text);
	return aka;
}

struct catalogue *
catalogue_new(struct config *config)
{
	struct mem *mem = mem_new();
	struct catalogue *catalogue = mem_take(mem, sizeof(*catalogue));
	struct config_section *section;
	struct catalogue_row *row;
	size_t i;

	catalogue->mem = mem;
	catalogue->config = config;
	for (i = 0; i < provider_text_count; i++) {
		row = mem_take(mem, sizeof(*row));
		row->name = provider_texts[i].name;
		row->aka = provider_texts[i].aka;
		row->text = &provider_texts[i];
		insert(catalogue, row);
	}
	for (section = config ? config->sections : NULL; section;
		section = section->next) {
		if (strcmp(section->kind, "provider") != 0)
			continue;
		row = mem_take(mem, sizeof(*row));
		row->name = section->label;
		row->aka = aka_of(config, section);
		row->section = section;
		insert(catalogue, row);
	}
	return catalogue;
}

void
catalogue_free(struct catalogue *catalogue)
{
	struct catalogue_text *at;

	if (!catalogue)
		return;
	for (at = catalogue->read; at; at = at->next)
		config_free(at->config);
	mem_free(catalogue->mem);
}

struct mem *
catalogue_mem(struct catalogue *catalogue)
{
	return catalogue->mem;
}

struct config *
catalogue_config(struct catalogue *catalogue)
{
	return catalogue->config;
}

const char *const *
catalogue_names(struct catalogue *catalogue)
{
	const struct catalogue_row *row;
	struct row_words words = { 0 };

	if (!catalogue->names) {
		for (row = catalogue->rows; row; row = row->next)
			row_words_add(catalogue->mem, &words, row->name);
		catalogue->names = words.at;
	}
	return catalogue->names;
}

struct catalogue_row *
catalogue_first(struct catalogue *catalogue)
{
	return catalogue->rows;
}

const char *
catalogue_next(const char **at, size_t *len)
{
	const char *word = *at + strspn(*at, " ");

	*len = strcspn(word, " ");
	*at = word + *len;
	return *len > 0 ? word : NULL;
}

bool
catalogue_named(const struct catalogue_row *row, const char *name)
{
	const char *at = row->aka, *word;
	const size_t wanted = strlen(name);
	size_t len;

	if (strcmp(row->name, name) == 0)
		return true;
	while ((word = catalogue_next(&at, &len)))
		if (len == wanted && memcmp(word, name, len) == 0)
			return true;
	return false;
}

struct catalogue_row *
catalogue_find(struct catalogue *catalogue, const char *name)
{
	struct catalogue_row *first = catalogue->rows, *row;

	for (row = first; row; row = row->next)
		if (strcmp(row->name, name) == 0)
			return row;
	for (row = first; row; row = row->next)
		if (catalogue_named(row, name))
			return row;
	return NULL;
}

const char *
catalogue_name(struct catalogue *catalogue, const char *name)
{
	const struct catalogue_row *row = catalogue_find(catalogue, name);

	return row ? row->name : NULL;
}

bool
catalogue_hides(struct catalogue *catalogue, const char *name)
{
	const struct catalogue_row *row = catalogue_find(catalogue, name);

	return row && row->hidden;
}

const struct config_section *
catalogue_section(struct catalogue *catalogue, struct catalogue_row *row)
{
	struct catalogue_text *text;
	struct buf lines = { 0 };
	int i;

	if (row->section)
		return row->section;
	/* so that its lines have the numbers of its file */
	for (i = 1; i < row->text->line; i++)
		buf_char(&lines, '\n');
	buf_str(&lines, row->text->text);
	text = mem_take(catalogue->mem, sizeof(*text));
	text->config =
		config_read_text(row->text->file, buf_text(&lines), lines.len);
	buf_free(&lines);
	text->next = catalogue->read;
	catalogue->read = text;
	row->section = text->config->sections;
	return row->section;
}

const struct config_line *
catalogue_told(struct catalogue *catalogue, struct catalogue_row *row,
	struct mem *mem, const char *key)
{
	struct layer layer = { .section = NULL };
	struct layer_value value = { .lines = NULL };

	for (; row && !value.lines; row = row->hidden) {
		layer.section = catalogue_section(catalogue, row);
		value = layer_find(mem, &layer, key, ROW_A);
	}
	return value.lines;
}

bool
catalogue_reserved(const char *name)
{
	static const char *const others[] = { "ddns", "ipv4", "ipv6", "webhook",
		"provider" };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i]) == 0)
			return true;
	return false;
}
