/* SPDX-License-Identifier: ISC */
/* A text as sections, keys and lines: what inih sees of it, and its faults. */
#include "config/internal.h"

#include <ctype.h>
#include <string.h>

#include <ini.h>

#include "buf.h"
#include "config/config.h"
#include "secret.h"
#include "table.h"

/*
 * inih cuts what is longer, or makes new lines of it (INI_MAX_LINE 200 with
 * the line's end and a NUL; MAX_SECTION and MAX_NAME 50). A longer value never
 * goes through it: it sees STAND_IN, which on_value replaces.
 */
#define INIH_MAX_BYTES 198
#define LINE_MAX_BYTES 65536
#define NAME_MAX_BYTES 49
#define STAND_IN '-'

/* Borrowed bytes without a NUL behind them. */
struct piece {
	const char *at;
	size_t len;
};

/* What a line is: empty or comment, header, indented, or the rest. */
enum form { FORM_NOTHING, FORM_SECTION, FORM_MORE, FORM_KEY };

/* As inih sees spaces. */
static bool
is_space(char c)
{
	return isspace((unsigned char)c);
}

/* Without spaces at both ends. */
static struct piece
trim(struct piece text)
{
	while (text.len > 0 && is_space(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && is_space(text.at[text.len - 1]))
		text.len--;
	return text;
}

/* Bytes before the first c; all of them if there is none. */
static size_t
find(struct piece text, char c)
{
	const char *at = text.len ? memchr(text.at, c, text.len) : NULL;

	return at ? (size_t)(at - text.at) : text.len;
}

/* The text before the first comment, ` ;`. */
static struct piece
uncommented(struct piece text)
{
	size_t i;

	for (i = 1; i < text.len; i++) {
		if (text.at[i] == ';' && is_space(text.at[i - 1]))
			text.len = i;
	}
	return text;
}

/* Cuts the next line off the rest; it comes without its LF or CRLF. */
static struct piece
cut_line(struct piece *rest)
{
	size_t len = find(*rest, '\n');
	struct piece line = { rest->at, len };

	if (len < rest->len) {
		len++;
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
	}
	rest->at += len;
	rest->len -= len;
	return line;
}

static enum form
form_of(struct piece line)
{
	struct piece text = trim(line);

	if (text.len == 0 || text.at[0] == ';' || text.at[0] == '#')
		return FORM_NOTHING;
	if (text.at != line.at)
		return FORM_MORE;
	return line.at[0] == '[' ? FORM_SECTION : FORM_KEY;
}

/* A name with single spaces between its words. */
static const char *
fold(struct mem *mem, struct piece name)
{
	char *text = mem_take(mem, name.len + 1), *out = text;
	size_t i;

	name = trim(name);
	for (i = 0; i < name.len; i++) {
		if (!is_space(name.at[i]))
			*out++ = name.at[i];
		else if (!is_space(name.at[i - 1]))
			*out++ = ' ';
	}
	return text;
}

/* The words of a text that looks like a section's header; 0: it does not, as
 * a JSON array. */
static int
bracketed(struct piece text)
{
	int words = 0;
	size_t i;

	if (text.len < 3 || text.at[0] != '[' || text.at[text.len - 1] != ']')
		return 0;
	text.at++;
	text.len -= 2;
	text = trim(text);
	if (text.len == 0 || !isalpha((unsigned char)text.at[0]))
		return 0;
	for (i = 0; i < text.len; i++) {
		if (is_space(text.at[i]))
			continue;
		if (!isalnum((unsigned char)text.at[i]) &&
			!strchr("._-", text.at[i]))
			return 0;
		if (i == 0 || is_space(text.at[i - 1]))
			words++;
	}
	return words;
}

/* A control byte in a line but tab, in words; NULL: none. */
static const char *
byte_fault(struct piece line)
{
	size_t i;

	if (find(line, '\0') < line.len)
		return "a NUL byte stands in this line";
	if (find(line, '\r') < line.len)
		return "a lone carriage return stands in this line (lines end in LF or CRLF)";
	for (i = 0; i < line.len; i++)
		if (line.at[i] == 0x7F ||
			((unsigned char)line.at[i] < ' ' && line.at[i] != '\t'))
			return "a control byte stands in this line";
	return NULL;
}

/* The state between the lines. */
struct reader {
	struct config *config;
	struct piece rest;
	int line;
	enum form form;
	struct piece given; /* what inih is to see of the line */
	bool held;          /* its value is too long for that */
	bool cut;
	bool lost;     /* what indented lines belong to was refused */
	bool headless; /* reported that a key has no section */
	struct config_section *section;
	struct config_section **section_end;
	struct table sections; /* by their names */
	struct config_entry *entry;
	struct config_entry **entry_end;
	struct config_line **line_end;
};

static void
wrong(struct reader *r, const char *what)
{
	config_wrong_line(r->config,
		r->form == FORM_SECTION ? NULL : r->section,
		r->form == FORM_MORE ? r->entry : NULL, r->line, what);
}

/* A key that cannot be taken; the lines that go on with it are not judged. */
static void
lose(struct reader *r)
{
	r->entry = NULL;
	r->lost = true;
	if (r->section)
		r->section->lost = true;
}

static void
entry_add(struct reader *r, const char *key)
{
	struct config_entry *entry = mem_take(r->config->mem, sizeof *entry);

	entry->key = mem_text(r->config->mem, key);
	entry->line = r->line;
	*r->entry_end = entry;
	r->entry_end = &entry->next;
	r->entry = entry;
	r->line_end = &entry->lines;
	r->lost = false;
}

static void
line_add(struct reader *r, const char *text)
{
	struct config_line *line = r->entry->lines;

	/* `names =` and the names below: nothing stands in the first line */
	if (!line || *line->text || line->cut || line->next) {
		line = mem_take(r->config->mem, sizeof *line);
		*r->line_end = line;
		r->line_end = &line->next;
	}
	line->text = mem_text(r->config->mem, text);
	line->line = r->line;
	line->cut = r->cut;
}

/* What is wrong with a key, or NULL. */
static const char *
key_fault(const struct reader *r, const char *key, const char *value)
{
	/* what a source of lookups begins with: `interface:eth0` */
	static const struct {
		const char *kind, *rest;
	} sources[] = { { "interface", "NAME" }, { "exec", "/PROGRAM" } };
	size_t i;

	if (!*key)
		return "no key stands before the `=`";
	if (strlen(key) > NAME_MAX_BYTES)
		return mem_printf(r->config->mem,
			"a key of %zu bytes; at most %d are read", strlen(key),
			NAME_MAX_BYTES);
	if (find(r->given, ':') >= find(r->given, '='))
		return NULL;
	for (i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strcmp(key, sources[i].kind) == 0)
			return mem_printf(r->config->mem,
				"%s: is not a key: url = %s:%s", key, key,
				sources[i].rest);
	if (strncmp(value, "//", 2) == 0)
		return "a URL stands where a key is due: write `KEY = URL`, or indent the line to go on with the key above";
	return NULL;
}

/* Where the value begins in what inih is to see. */
static size_t
value_begin(const struct reader *r)
{
	size_t equals = find(r->given, '='), colon = find(r->given, ':');

	if (r->form == FORM_MORE)
		return 1;
	return (equals < colon ? equals : colon) + 1;
}

static const char *
held_value(const struct reader *r)
{
	size_t begin = value_begin(r);
	struct piece value = { r->given.at + begin, r->given.len - begin };

	value = trim(value);
	return mem_textn(r->config->mem, value.at, value.len);
}

/* inih's call for each value. Sections are ours: it cuts their names. */
static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct reader *r = arg;
	const char *what;

	(void)section;
	if (r->form == FORM_KEY) {
		what = key_fault(r, key, value);
		if (what)
			wrong(r, what);
		if (what || !r->section)
			lose(r);
		else
			entry_add(r, key);
	}
	if (r->entry)
		line_add(r, r->held ? held_value(r) : value);
	return 1;
}

static void
key_of_section(const void *section, const char *key[TABLE_KEY])
{
	key[0] = ((const struct config_section *)section)->name;
}

static void
section_add(struct reader *r, struct piece name)
{
	struct mem *mem = r->config->mem;
	struct config_section *section = mem_take(mem, sizeof *section);
	const struct config_section *other;
	size_t kind;

	section->name = fold(mem, name);
	kind = strcspn(section->name, " ");
	section->kind = mem_textn(mem, section->name, kind);
	section->label = section->name + kind + (section->name[kind] == ' ');
	section->line = r->line;
	secret_show(section->name);
	secret_show(section->kind);
	r->section = section;
	r->entry_end = &section->entries;
	r->entry = NULL;
	r->lost = false;
	if (!*section->name)
		return; /* its keys are read, and shown to nobody */
	other = table_find_text(&r->sections, section->name);
	if (other) {
		config_wrong(r->config, section, NULL,
			"this section is given twice, first in line %d",
			other->line);
		section->broken = true;
	} else {
		table_add(&r->sections, section);
	}
	/* the state knows accounts by it */
	if (!buf_is_printable(section->name)) {
		config_wrong(r->config, section, NULL,
			"the name of a section is UTF-8 text");
		section->broken = true;
	}
	*r->section_end = section;
	r->section_end = &section->next;
}

/* The name between the brackets; what cannot be taken is reported. */
static struct piece
section_name(struct reader *r, struct piece line)
{
	struct piece name = { line.at + 1, line.len - 1 }, behind;
	bool closed;

	name = uncommented(name);
	closed = find(name, ']') < name.len;
	name.len = find(name, ']');
	if (!closed) {
		wrong(r, "`[` without `]`");
		return trim(name);
	}
	behind.at = name.at + name.len + 1;
	behind.len = line.len - name.len - 2;
	if (trim(uncommented(behind)).len > 0)
		wrong(r, "text stands behind the `]`");
	if (trim(name).len == 0)
		wrong(r, "a section without a name");
	return name;
}

static struct piece
judge_section(struct reader *r, struct piece line)
{
	const int before = r->config->mistakes;
	struct piece name = section_name(r, line);

	if (name.len > NAME_MAX_BYTES) {
		wrong(r,
			mem_printf(r->config->mem,
				"a section name of %zu bytes; at most %d are read",
				name.len, NAME_MAX_BYTES));
		name.len = 0;
	}
	section_add(r, name);
	r->section->broken |= r->config->mistakes > before;
	return (struct piece){ 0 };
}

/* Whether it is this key of a row, for both types or for one. */
static bool
is_key(const struct config_entry *entry, const char *key)
{
	size_t len = strlen(key);

	return strncmp(entry->key, key, len) == 0 &&
	       (entry->key[len] == '\0' || entry->key[len] == '.');
}

/* `[variable]` is also how a row declares what may be missing. */
static bool
declares(const struct config_entry *entry)
{
	return is_key(entry, "secret") || is_key(entry, "setting");
}

static struct piece
judge_more(struct reader *r, struct piece line)
{
	struct piece text = trim(line);
	int words = bracketed(text);

	if (words > 1 || (words == 1 && !(r->entry && declares(r->entry)))) {
		wrong(r,
			"an indented section header: begin it in the first column");
		r->form = FORM_SECTION;
		return judge_section(r, text);
	}
	if (!r->entry && !r->lost) {
		wrong(r,
			"an indented line, and no key stands before it: begin keys in the first column");
	} else if (r->entry && uncommented(line).len < line.len) {
		wrong(r,
			"a `;` behind a space in an indented line, where inih's versions differ: put comments on lines of their own");
	} else if (r->entry) {
		return line;
	}
	return (struct piece){ 0 };
}

static struct piece
judge_key(struct reader *r, struct piece line)
{
	struct piece plain = uncommented(line);

	if (!r->section && !r->headless) {
		wrong(r,
			"no section stands before this line: begin with one, such as [ddns]");
		r->headless = true;
	}
	/* the comment is cut here, as not every build of inih cuts it */
	r->cut = plain.len < line.len;
	if (find(plain, '=') < plain.len || find(plain, ':') < plain.len)
		return plain;
	wrong(r, "no `=` in this line");
	lose(r);
	return (struct piece){ 0 };
}

static struct piece
judge_nothing(struct reader *r, struct piece line)
{
	(void)r;
	(void)line;
	return (struct piece){ 0 };
}

/* What inih is to see of a line without faults in its bytes. */
static struct piece (*const judge[])(struct reader *, struct piece) = {
	[FORM_NOTHING] = judge_nothing,
	[FORM_SECTION] = judge_section,
	[FORM_MORE] = judge_more,
	[FORM_KEY] = judge_key,
};

/* Faults in a line's bytes, in words. */
static const char *
fault(const struct reader *r, struct piece line)
{
	const char *bytes = byte_fault(line);

	/* a long comment is not a fault: inih never sees it */
	if (bytes || line.len <= LINE_MAX_BYTES || r->form == FORM_NOTHING)
		return bytes;
	return mem_printf(r->config->mem,
		"a line of %zu bytes; at most %d are read", line.len,
		LINE_MAX_BYTES);
}

static struct piece
judge_line(struct reader *r)
{
	struct piece line = cut_line(&r->rest);
	const char *what;

	r->line++;
	r->form = form_of(line);
	r->cut = false;
	what = fault(r, line);
	if (!what)
		return judge[r->form](r, line);
	wrong(r, what);
	if (r->form == FORM_SECTION)
		section_add(r, (struct piece){ "", 0 });
	else if (r->form == FORM_KEY)
		lose(r);
	return (struct piece){ 0 };
}

/* Puts what inih is to see of the line, its length. */
static size_t
hand_over(struct reader *r, char *out)
{
	size_t begin = value_begin(r);

	r->held = r->given.len > INIH_MAX_BYTES;
	if (r->held && begin >= INIH_MAX_BYTES) {
		wrong(r, mem_printf(r->config->mem,
				 "a key of %zu bytes; at most %d are read",
				 begin - 1, NAME_MAX_BYTES));
		lose(r);
		return 0;
	}
	if (!r->held)
		begin = r->given.len;
	if (begin > 0)
		memcpy(out, r->given.at, begin);
	if (r->held)
		out[begin++] = STAND_IN;
	return begin;
}

/* inih's reader: one line each time; an empty one for what it must not see. */
static char *
next_line(char *out, int size, void *arg)
{
	struct reader *r = arg;
	size_t len;

	if (r->rest.len == 0)
		return NULL;
	if (size < INIH_MAX_BYTES + 2) {
		wrong(r, "this system's inih is built for shorter lines");
		return NULL;
	}
	r->given = judge_line(r);
	len = hand_over(r, out);
	out[len] = '\n';
	out[len + 1] = '\0';
	return out;
}

/* Quotes mean nothing, so a value within them is not what was meant. */
static void
judge_quotes(struct config *config, const struct config_section *section,
	const struct config_entry *entry)
{
	const struct config_line *last = entry->lines;
	char quote = entry->lines->text[0];
	size_t len;

	while (last->next)
		last = last->next;
	len = strlen(last->text);
	if ((quote != '"' && quote != '\'') || last->text[len - 1] != quote ||
		(last == entry->lines && len < 2))
		return;
	/* the item of a row is often a JSON string */
	if (is_key(entry, "value"))
		return;
	config_wrong(config, section, entry,
		"a value in quotes: they would be part of it, take them off");
}

static bool
wide(const char *text, size_t len)
{
	return len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 ||
				   memcmp(text, "\xFE\xFF", 2) == 0);
}

void
config_parse(struct config *config, const char *text, size_t len)
{
	struct reader r = { .config = config, .rest = { text, len } };
	const struct config_section *section;
	const struct config_entry *entry;
	int bad;

	r.section_end = &config->sections;
	r.sections =
		(struct table){ .mem = config->mem, .key = key_of_section };
	if (wide(text, len)) {
		config_wrong_line(config, NULL, NULL, 1,
			"UTF-16: save the file as UTF-8");
		return;
	}
	/* inih takes one off, too */
	while (r.rest.len >= 3 && memcmp(r.rest.at, "\xEF\xBB\xBF", 3) == 0)
		r.rest = (struct piece){ r.rest.at + 3, r.rest.len - 3 };
	bad = ini_parse_stream(next_line, &r, on_value, &r);
	if (bad != 0 && config->mistakes == 0)
		config_wrong(
			config, NULL, NULL, "inih could not read it (%d)", bad);
	for (section = config->sections; section; section = section->next) {
		for (entry = section->entries; entry; entry = entry->next)
			judge_quotes(config, section, entry);
	}
}
