#include <stdlib.h>
#include <string.h>

#include "state/line.h"
#include "buf.h"

static bool
plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < 0x20 || text[i] > 0x7E)
			return false;
	}
	return true;
}

/* Whether the bytes are such as buf_printable leaves alone. */
static bool
printable(const char *text, size_t len)
{
	struct buf shown = { 0 };
	bool same;

	if (plain(text, len))
		return true;
	buf_printable(&shown, text, len);
	same = shown.len == len;
	buf_free(&shown);
	return same;
}

/* In place. */
static bool
unescape(char *text)
{
	static const char letters[] = "tn\\", bytes[] = "\t\n\\";
	char *to = text;

	for (; *text; text++) {
		const char *letter;

		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		text++;
		letter = *text ? strchr(letters, *text) : NULL;
		if (!letter)
			return false;
		*to++ = bytes[letter - letters];
	}
	*to = '\0';
	return true;
}

/* In place; there is a byte behind the text that is not needed any more. */
static bool
split(struct line *line, char *field, size_t len)
{
	char *end = field + len;

	line->count = 0;
	for (;;) {
		char *tab = memchr(field, '\t', (size_t)(end - field));
		char *stop = tab ? tab : end;

		if (!printable(field, (size_t)(stop - field)))
			return false;
		*stop = '\0';
		if (!unescape(field))
			return false;
		if (line->count < LINE_FIELDS)
			line->fields[line->count++] = field;
		if (!tab)
			return true;
		field = tab + 1;
	}
}

bool
line_number(const char *field, int64_t least, int64_t most, int64_t *value)
{
	const char *digits = field + (*field == '-');
	size_t len = strlen(digits);

	/* 18 digits always fit */
	if (len == 0 || len > 18 || strspn(digits, "0123456789") != len)
		return false;
	*value = strtoll(field, NULL, 10);
	return *value >= least && *value <= most;
}

/* "# TITLE NUMBER"; a higher number is read as far as it is understood. */
static bool
is_title(const char *title, const struct line *line)
{
	size_t len = strlen(title);
	const char *text = line->fields[0];
	int64_t version;

	return line->count == 1 && strncmp(text, "# ", 2) == 0 &&
	       strncmp(text + 2, title, len) == 0 && text[2 + len] == ' ' &&
	       line_number(text + 3 + len, 1, INT32_MAX, &version);
}

static bool
read_line(const struct line_reader *reader, char *text, size_t len, bool first)
{
	struct line line;

	if (!split(&line, text, len))
		return false;
	if (first && is_title(reader->title, &line))
		return true;
	return reader->row(reader->arg, &line) && !first;
}

/*
 * Rows are written in order: read from the last to the first, each one finds
 * its place at the head of its list.
 */
bool
line_read(const struct line_reader *reader, const char *text, size_t len)
{
	char *copy = mem_textn(reader->mem, text, len);
	bool whole = len > 0 && text[len - 1] == '\n';
	size_t start;

	while (len > 0 && text[len - 1] != '\n')
		len--;
	while (len > 0) {
		len--;
		start = len;
		while (start > 0 && text[start - 1] != '\n')
			start--;
		if (!read_line(reader, copy + start, len - start, start == 0))
			whole = false;
		len = start;
	}
	return whole;
}

static void
add_printable(struct buf *out, const char *text, size_t len)
{
	struct buf shown = { 0 };
	size_t i;

	buf_printable(&shown, text, len);
	for (i = 0; i < shown.len; i++) {
		if (shown.at[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, shown.at[i]);
	}
	buf_free(&shown);
}

void
line_add(struct buf *out, const char *field)
{
	buf_char(out, '\t');
	while (*field) {
		size_t len = strcspn(field, "\t\n");

		add_printable(out, field, len);
		field += len;
		if (*field)
			buf_str(out, *field++ == '\t' ? "\\t" : "\\n");
	}
}
