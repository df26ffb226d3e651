/*
 * Lines of fields separated by tabs, as in STATE and STATE.stats, and rows
 * whose members are such fields. Private to state and stats.
 */
#ifndef DDNS_STATE_LINE_H
#define DDNS_STATE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct mem;

#define LINE_FIELDS 20 /* more are ignored */

struct line {
	const char *fields[LINE_FIELDS]; /* unescaped; the first: its kind */
	size_t count;
};

/* A file: its first line is "# TITLE NUMBER". */
struct line_reader {
	const char *title;
	struct mem *mem; /* lives as long as the rows */
	bool (*row)(void *arg, const struct line *line);
	void *arg;
};

/*
 * Hands each line that is whole to `row`, the last one first. False if
 * anything was damaged: no first line, a cut last one, unprintable bytes, a
 * wrong escape, or a row that returned false. The rest is read all the same.
 */
bool line_read(const struct line_reader *reader, const char *text, size_t len);

/* Adds a tab and the field, so that line_read takes it whatever it holds. */
void line_add(struct buf *out, const char *field);

/* A decimal number from least to most, at most 18 digits. */
bool line_number(
	const char *field, int64_t least, int64_t most, int64_t *value);

/* How a member of a row is read and written. False: the field is wrong. */
struct column_kind {
	bool (*read)(void *at, const char *field, struct mem *mem);
	void (*write)(const void *at, struct buf *out);
	const char *older; /* the field in rows of versions without it; NULL:
			      all have it */
};

extern const struct column_kind column_key;     /* const char *, never empty */
extern const struct column_kind column_text;    /* const char * */
extern const struct column_kind column_address; /* struct address * */
extern const struct column_kind column_address_new; /* it came later */
extern const struct column_kind column_time;    /* int64_t */
extern const struct column_kind column_until;   /* int64_t, -1 for good */
extern const struct column_kind column_int;     /* int, never negative */
extern const struct column_kind column_count;   /* unsigned */
extern const struct column_kind column_outcome; /* int, enum outcome */
extern const struct column_kind column_digest;  /* unsigned, 16 bits */
extern const struct column_kind column_flag;    /* bool */

struct column {
	const struct column_kind *kind;
	size_t offset;
};

struct columns {
	const char *word; /* first field of the line */
	const struct column *list;
	size_t count;
	size_t size; /* of the row */
};

/* A row from mem; NULL: a field is wrong or missing. */
void *columns_read(const struct columns *columns, const struct line *line,
	struct mem *mem);
void columns_write(
	const struct columns *columns, const void *row, struct buf *out);

#endif
