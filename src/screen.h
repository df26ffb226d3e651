/*
 * Text for people on a screen, or in a mail.
 */
#ifndef DDNS_SCREEN_H
#define DDNS_SCREEN_H

struct buf;

/* Columns: $COLUMNS, else those of the terminal, else 80; 60 at least. */
int screen_width(void);

/* How many columns a UTF-8 text takes. */
int screen_columns(const char *text);

/*
 * Adds the text and a newline, broken between words so that no line goes
 * beyond width if it can be helped; each line begins with so many blanks. What
 * stands in backquotes, to be copied, is not broken.
 */
void screen_wrap(struct buf *out, int width, int indent, const char *text);

/* Adds the text, then blanks up to so many columns. */
void screen_pad(struct buf *out, int columns, const char *text);

#endif
