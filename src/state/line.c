/* SPDX-License-Identifier: ISC */
/* Lines of fields, as STATE and STATE.stats have them, and rows read from them.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/internal.h"

#define LAST_TIME 253402300799 /* the end of the year 9999 */

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
split(struct state_line *line, char *field, size_t len)
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
		if (line->count < STATE_FIELDS)
			line->fields[line->count++] = field;
		if (!tab)
			return true;
		field = tab + 1;
	}
}

bool
state_read_number(
	const char *field, int64_t least, int64_t most, int64_t *value)
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
is_title(const char *title, const struct state_line *line)
{
	size_t len = strlen(title);
	const char *text = line->fields[0];
	int64_t version;

	return line->count == 1 && strncmp(text, "# ", 2) == 0 &&
	       strncmp(text + 2, title, len) == 0 && text[2 + len] == ' ' &&
	       state_read_number(text + 3 + len, 1, INT32_MAX, &version);
}

static bool
read_line(const struct state_reader *reader, char *text, size_t len, bool first)
{
	struct state_line line;

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
state_read_lines(
	const struct state_reader *reader, const char *text, size_t len)
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
state_add_field(struct buf *out, const char *field)
{
	const size_t whole = strlen(field);

	buf_char(out, '\t');
	if (plain(field, whole) && !memchr(field, '\\', whole)) {
		buf_add(out, field, whole);
		return;
	}
	while (*field) {
		size_t len = strcspn(field, "\t\n");

		add_printable(out, field, len);
		field += len;
		if (*field)
			buf_str(out, *field++ == '\t' ? "\\t" : "\\n");
	}
}

static void
add_number(struct buf *out, int64_t value)
{
	buf_char(out, '\t');
	buf_number(out, value);
}

static bool
read_text(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	*(const char **)at = field;
	return true;
}

static bool
read_key(void *at, const char *field, struct mem *mem)
{
	return read_text(at, field, mem) && *field;
}

static void
write_text(const void *at, struct buf *out)
{
	const char *text = *(const char *const *)at;

	state_add_field(out, text ? text : "");
}

static bool
read_address(void *at, const char *field, struct mem *mem)
{
	struct address *address = mem_take(mem, sizeof *address);

	*(struct address **)at = address;
	return strcmp(field, "none") == 0 ||
	       address_parse(address, field, strlen(field));
}

static void
write_address(const void *at, struct buf *out)
{
	char text[ADDRESS_TEXT];

	address_format(*(struct address *const *)at, text);
	buf_char(out, '\t');
	buf_str(out, text);
}

static bool
read_time(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	return state_read_number(field, 0, LAST_TIME, at);
}

static bool
read_until(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	return state_read_number(field, -1, LAST_TIME, at);
}

static void
write_time(const void *at, struct buf *out)
{
	add_number(out, *(const int64_t *)at);
}

static bool
read_int(void *at, const char *field, struct mem *mem)
{
	int64_t value;

	(void)mem;
	if (!state_read_number(field, 0, INT_MAX, &value))
		return false;
	*(int *)at = (int)value;
	return true;
}

static void
write_int(const void *at, struct buf *out)
{
	add_number(out, *(const int *)at);
}

static bool
read_count(void *at, const char *field, struct mem *mem)
{
	int64_t value;

	(void)mem;
	if (!state_read_number(field, 0, UINT_MAX, &value))
		return false;
	*(unsigned *)at = (unsigned)value;
	return true;
}

static void
write_count(const void *at, struct buf *out)
{
	add_number(out, *(const unsigned *)at);
}

static const char *const outcomes[] = {
	[OUTCOME_SAME] = "same",
	[OUTCOME_CHANGED] = "changed",
	[OUTCOME_LATER] = "later",
	[OUTCOME_BUSY] = "busy",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_DENIED] = "denied",
};
#define OUTCOMES (int)(sizeof outcomes / sizeof outcomes[0])

static bool
read_outcome(void *at, const char *field, struct mem *mem)
{
	int i;

	(void)mem;
	for (i = 0; i < OUTCOMES; i++) {
		if (strcmp(outcomes[i], field) != 0)
			continue;
		*(enum outcome *)at = (enum outcome)i;
		return true;
	}
	return false;
}

static void
write_outcome(const void *at, struct buf *out)
{
	state_add_field(out, outcomes[*(const enum outcome *)at]);
}

/* Four digits: not every text that strtoul takes. */
static bool
read_digest(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	if (strlen(field) != 4 || strspn(field, "0123456789abcdef") != 4)
		return false;
	*(unsigned *)at = (unsigned)strtoul(field, NULL, 16);
	return true;
}

static void
write_digest(const void *at, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned value = *(const unsigned *)at;
	int shift;

	buf_char(out, '\t');
	for (shift = 12; shift >= 0; shift -= 4)
		buf_char(out, digits[value >> shift & 15]);
}

static bool
read_flag(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	*(bool *)at = strcmp(field, "1") == 0;
	return *(bool *)at || strcmp(field, "0") == 0;
}

static void
write_flag(const void *at, struct buf *out)
{
	add_number(out, *(const bool *)at);
}

const struct state_column_kind state_column_key = { read_key, write_text,
	NULL };
const struct state_column_kind state_column_text = { read_text, write_text,
	NULL };
const struct state_column_kind state_column_address = { read_address,
	write_address, NULL };
const struct state_column_kind state_column_address_new = { read_address,
	write_address, "none" };
const struct state_column_kind state_column_time = { read_time, write_time,
	NULL };
const struct state_column_kind state_column_until = { read_until, write_time,
	NULL };
const struct state_column_kind state_column_int = { read_int, write_int, NULL };
const struct state_column_kind state_column_count = { read_count, write_count,
	NULL };
const struct state_column_kind state_column_outcome = { read_outcome,
	write_outcome, NULL };
const struct state_column_kind state_column_digest = { read_digest,
	write_digest, NULL };
const struct state_column_kind state_column_flag = { read_flag, write_flag,
	NULL };

void *
state_read_row(const struct state_columns *columns,
	const struct state_line *line, struct mem *mem)
{
	char *row = mem_take(mem, columns->size);
	size_t i;

	for (i = 0; i < columns->count; i++) {
		const struct state_column *column = &columns->list[i];
		const char *field = i + 1 < line->count ? line->fields[i + 1]
							: column->kind->older;

		if (!field ||
			!column->kind->read(row + column->offset, field, mem))
			return NULL;
	}
	return row;
}

void
state_write_row(
	const struct state_columns *columns, const void *row, struct buf *out)
{
	size_t i;

	buf_str(out, columns->word);
	for (i = 0; i < columns->count; i++) {
		const struct state_column *column = &columns->list[i];

		column->kind->write((const char *)row + column->offset, out);
	}
	buf_char(out, '\n');
}
