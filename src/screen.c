/* SPDX-License-Identifier: ISC */
/*
 * Paragraphs and tables, as wide as the screen.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "screen.h"
#include "buf.h"

#define USUAL 80
#define LEAST 60
#define GAP 2    /* spaces between columns */
#define MOST 200 /* longer lines are hard to read */

static int
bounded(long columns)
{
	if (columns < LEAST)
		return LEAST;
	return columns > MOST ? MOST : (int)columns;
}

int
screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && strtol(columns, NULL, 10) > 0)
		return bounded(strtol(columns, NULL, 10));
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return bounded(size.ws_col);
	return USUAL;
}

/* The first bytes, in UTF-8, of characters that take two columns: of East Asia
 * (U+3000 to U+9FFF, U+A000 to U+DFFF) and in pictures (from U+10000). */
static bool
is_wide(unsigned char first)
{
	return (first >= 0xe3 && first <= 0xed) || first >= 0xf0;
}

/* Bytes that go on a character take no column. */
static int
columns_of(const char *text, size_t len)
{
	int columns = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		columns += (c & 0xc0) != 0x80;
		columns += is_wide(c);
	}
	return columns;
}

/* A word ends at a space, but what stands in backquotes is one. */
static size_t
word_length(const char *text)
{
	const char *end = *text == '`' ? strchr(text + 1, '`') : NULL;
	size_t quoted = end ? (size_t)(end - text) : 0;

	return quoted + strcspn(text + quoted, " ");
}

void
screen_wrap(struct buf *out, int width, int indent, const char *text)
{
	int at = 0, columns;
	size_t len;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		len = word_length(text);
		columns = columns_of(text, len);
		if (at > 0 && at + 1 + columns > width) {
			buf_char(out, '\n');
			at = 0;
		}
		if (at == 0)
			buf_printf(out, "%*s", indent, "");
		else
			buf_char(out, ' ');
		at += columns + (at == 0 ? indent : 1);
		buf_add(out, text, len);
		text += len;
	}
	buf_char(out, '\n');
}

static const char *
cell_of(const struct screen_column *column, const char *const *cells, int at)
{
	return cells ? cells[at] : column->heading;
}

void
screen_measure(struct screen_column *table, const char *const *cells)
{
	const char *cell;
	int i, columns;

	for (i = 0; table[i].heading; i++) {
		cell = cell_of(&table[i], cells, i);
		columns = columns_of(cell, strlen(cell));
		if (columns > table[i].width)
			table[i].width = columns;
	}
}

int
screen_table_width(const struct screen_column *table)
{
	int sum = 0;

	for (; table->heading; table++)
		if (table->width > 0)
			sum += table->width + (sum > 0 ? GAP : 0);
	return sum;
}

void
screen_row(struct buf *out, const struct screen_column *table,
	const char *before, const char *const *cells)
{
	const char *cell;
	int i, rest, gap = 0;

	buf_str(out, before);
	for (i = 0; table[i].heading; i++) {
		if (table[i].width == 0)
			continue;
		cell = cell_of(&table[i], cells, i);
		rest = table[i].width - columns_of(cell, strlen(cell));
		rest = rest > 0 ? rest : 0;
		buf_printf(out, "%*s", gap + (table[i].right ? rest : 0), "");
		buf_str(out, cell);
		buf_printf(out, "%*s", table[i].right ? 0 : rest, "");
		gap = GAP;
	}
	while (out->len > 0 && out->at[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
	buf_char(out, '\n');
}
