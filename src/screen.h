/* SPDX-License-Identifier: ISC */
/*
 * Text for people on a screen, or in a mail: paragraphs and tables. Uses buf;
 * the commands print with it.
 */
#ifndef DDNS_SCREEN_H
#define DDNS_SCREEN_H

#include <stdbool.h>

struct buf;

/* Columns: $COLUMNS, else those of the terminal, else 80; 60 at least. */
int screen_width(void);

/*
 * Adds the text and a newline, broken between words so that no line goes
 * beyond width if it can be helped; each line begins with so many spaces. What
 * stands in backquotes, to be copied, is not broken.
 */
void screen_wrap(struct buf *out, int width, int indent, const char *text);

/* A column of a table; a heading of NULL ends the table. */
struct screen_column {
	const char *heading;
	int width;		/* the least; grows with what is measured */
	bool right;		/* its cells stand at the right */
};

/* Widens the columns so that these cells fit; NULL: the headings. */
void screen_measure(struct screen_column *table, const char *const *cells);

/* How wide the rows are, behind what stands before them. */
int screen_table_width(const struct screen_column *table);

/*
 * Adds a line: the cells (NULL: the headings), two spaces between them, behind
 * `before`. A column without width is left out, and so are spaces at the end.
 */
void screen_row(struct buf *out, const struct screen_column *table,
	const char *before, const char *const *cells);

#endif
