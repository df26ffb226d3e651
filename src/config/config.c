/* SPDX-License-Identifier: ISC */
/* A configuration as a whole: what is said of it, and its entries by key. */
#include <string.h>

#include "config/config.h"
#include "config/internal.h"
#include "buf.h"
#include "secret.h"

/* What is known of a note before it is written. */
struct remark {
	const struct config_section *section;
	const struct config_entry *entry;
	int line;
	bool warning;
};

static void
key_of_note(const void *note, const char *key[TABLE_KEY])
{
	const struct config_note *of = note;

	key[0] = of->text;
	key[1] = of->warning ? "warning" : "mistake";
}

struct config *
config_new(const char *path)
{
	struct mem *mem = mem_new();
	struct config *config = mem_take(mem, sizeof *config);

	config->mem = mem;
	config->path = mem_text(mem, path);
	config->strict = true;
	config->said = (struct table){ .mem = mem, .key = key_of_note };
	return config;
}

void
config_free(struct config *config)
{
	if (config)
		mem_free(config->mem);
}

/* Behind all of its line and of those before; whoever reads adds them in
 * order, so that the last one is a good place to begin at. */
static struct config_note **
place(struct config *config, int line)
{
	struct config_note *near = config->near, **at = &config->notes;

	if (near && near->line <= line)
		at = &near->next;
	while (*at && (*at)->line <= line)
		at = &(*at)->next;
	return at;
}

static void
insert(struct config *config, const struct remark *remark, const char *text)
{
	struct config_note *note = mem_take(config->mem, sizeof *note);
	const char *key[TABLE_KEY] = { NULL };
	struct config_note **at;

	note->line = remark->line;
	note->text = text;
	note->warning = remark->warning;
	key_of_note(note, key);
	if (table_find(&config->said, key))
		return;
	table_add(&config->said, note);
	at = place(config, note->line);
	note->next = *at;
	*at = config->near = note;
	if (!note->warning)
		config->mistakes++;
}

/* FILE:LINE: [SECTION] KEY: what is wrong */
static void
add(struct config *config, struct remark remark, const char *what)
{
	const struct config_section *section = remark.section;
	const struct config_entry *entry = remark.entry;
	struct buf text = { 0 };

	if (remark.line == 0)
		remark.line = entry ? entry->line : section ? section->line : 0;
	buf_printable(&text, config->path, strlen(config->path));
	if (remark.line > 0)
		buf_printf(&text, ":%d", remark.line);
	buf_str(&text, ": ");
	if (section && *section->name) {
		buf_char(&text, '[');
		buf_printable(&text, section->name, strlen(section->name));
		buf_str(&text, "] ");
	}
	if (entry) {
		buf_printable(&text, entry->key, strlen(entry->key));
		buf_str(&text, ": ");
	}
	buf_printable(&text, what, strlen(what));
	insert(config, &remark, mem_text(config->mem, buf_text(&text)));
	buf_free(&text);
}

static void __attribute__((format(printf, 3, 0)))
add_format(struct config *config, struct remark remark, const char *format,
	va_list args)
{
	struct buf what = { 0 };

	buf_vprintf(&what, format, args);
	add(config, remark, buf_text(&what));
	buf_free(&what);
}

void
config_wrong(struct config *config, const struct config_section *section,
	const struct config_entry *entry, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_format(config,
		(struct remark){ .section = section, .entry = entry }, format,
		args);
	va_end(args);
}

void
config_wrong_line(struct config *config, const struct config_section *section,
	const struct config_entry *entry, int line, const char *text)
{
	add(config,
		(struct remark){
			.section = section, .entry = entry, .line = line },
		text);
}

void
config_warn(struct config *config, const struct config_section *section,
	const struct config_entry *entry, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_format(config,
		(struct remark){
			.section = section, .entry = entry, .warning = true },
		format, args);
	va_end(args);
}

const struct config_entry *
config_one(struct config *config, const struct config_section *section,
	const char *key)
{
	const struct config_entry *entry, *found = NULL;

	for (entry = section->entries; entry; entry = entry->next) {
		if (strcmp(entry->key, key) != 0)
			continue;
		if (found)
			config_wrong(config, section, entry,
				"given twice, first in line %d", found->line);
		else
			found = entry;
	}
	return found;
}

const struct config_entry *
config_first(const struct config_section *section, const char *key)
{
	const struct config_entry *entry = section->entries;

	while (entry && strcmp(entry->key, key) != 0)
		entry = entry->next;
	return entry;
}

bool
config_single(struct config *config, const struct config_section *section,
	const struct config_entry *entry)
{
	const struct config_line *line = entry->lines;

	/* an empty first line has made room for the indented one behind it */
	if (line->line == entry->line)
		line = line->next;
	if (!line)
		return true;
	config_wrong_line(config, section, entry, line->line,
		"an indented line goes on here, but this key takes one value (begin keys in the first column)");
	return false;
}

static void
warn_of_readers(struct config *config)
{
	if (config->others_read)
		config_warn(config, NULL, NULL,
			"others can read this file, and it holds secrets: chmod o-r %s",
			config->path);
}

bool
config_private(struct config *config, const struct config_section *section,
	const struct config_entry *entry)
{
	const struct config_line *line;
	bool right = true;

	for (line = entry->lines; line; line = line->next) {
		if (!line->cut)
			continue;
		config_wrong_line(config, section, entry, line->line,
			"a `;` behind a space cuts the secret: put comments on lines of their own, and a secret that holds this into KEY_file");
		right = false;
	}
	warn_of_readers(config);
	return right;
}

bool
config_secret(struct config *config, const struct config_section *section,
	const struct config_entry *entry)
{
	bool right = config_private(config, section, entry);
	const char *text = entry->lines->text, *fault;

	if (strstr(text, " #") || strstr(text, "\t#"))
		fault = "a `#` behind a space would be part of the secret: put comments on lines of their own, and a secret that holds this into KEY_file";
	else /* quotes are reported for every key */
		fault = strchr("\"'", *text) ? NULL
					     : config_secret_fault(config->mem,
						       entry->key, text);
	if (fault)
		config_wrong(config, section, entry, "%s", fault);
	else if (right && *text && !entry->lines->next &&
		 strlen(text) < SECRET_LEAST)
		config_warn(config, section, entry,
			"fewer than %d letters: too short to be hidden where it is printed",
			SECRET_LEAST);
	return right && !fault;
}

struct config_line *
config_words(struct config *config, const struct config_entry *entry)
{
	static const char between[] = ", \t\v\f\r";
	struct config_line *words = NULL, **end = &words;
	const struct config_line *line;

	for (line = entry->lines; line; line = line->next) {
		const char *at = line->text + strspn(line->text, between);

		while (*at) {
			struct config_line *word =
				mem_take(config->mem, sizeof *word);
			size_t len = strcspn(at, between);

			word->text = mem_textn(config->mem, at, len);
			word->line = line->line;
			word->cut = line->cut;
			word->odd = strstr(word->text, "\xEF\xBC\x8C") ||
				    strstr(word->text, "\xE3\x80\x81");
			*end = word;
			end = &word->next;
			at += len + strspn(at + len, between);
		}
	}
	return words;
}
