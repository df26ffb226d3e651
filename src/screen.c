#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "screen.h"
#include "buf.h"

#define USUAL 80
#define LEAST 60
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

/* Bytes that go on a character take no column. */
static int
columns_of(const char *text, size_t len)
{
	int columns = 0;
	size_t i;

	for (i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

int
screen_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

/* A word ends at a blank, but what stands in backquotes is one. */
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

void
screen_pad(struct buf *out, int columns, const char *text)
{
	int rest = columns - screen_columns(text);

	buf_str(out, text);
	buf_printf(out, "%*s", rest > 0 ? rest : 0, "");
}
