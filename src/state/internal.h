/* SPDX-License-Identifier: ISC */
/*
 * Between the files of state. From above: state.c and stats.c load and save;
 * text.c tells the rows of a state; rows.c and news.c have its lists, line.c
 * reads and writes rows as lines, file.c does the same with files.
 */
#ifndef DDNS_STATE_INTERNAL_H
#define DDNS_STATE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "address.h"
#include "buf.h"
#include "fail.h"
#include "state/state.h"

/* Files in the state's folder. */

#define STATE_CEILING (32 << 20) /* bytes of a file: 10,000 names that fail */

struct state_files {
	struct mem *mem;
	const char *folder; /* as shown before a name: "/var/lib/ddns/" */
	const char *base;   /* file name of the state */
	int dir;            /* -1: there is not a folder */
	int lock;           /* -1: not locked */
	uid_t owner;        /* of the folder */
	gid_t group;
	const char *room; /* a temporary file that has its blocks, or NULL */
	int room_fd;
	struct buf *saved; /* what the file holds, as far as it is known */
};

/* base + suffix, from the pool. */
const char *state_file_name(
	const struct state_files *files, const char *suffix);

/* "cannot STEP PATH: " and errno's text; false. */
bool state_file_broken(const struct state_files *files, const char *step,
	const char *name, struct fail *fail);

/* Gives a file that root has just made to the folder's owner. */
bool state_file_give(const struct state_files *files, int fd);

/*
 * Opens a regular file; never a link, and a FIFO does not hang. -1: errno is
 * ENOENT if it is not there, else *fail tells why.
 */
int state_file_open(const struct state_files *files, const char *name,
	int flags, struct fail *fail);

enum state_file { STATE_FILE_READ, STATE_FILE_MISSING, STATE_FILE_BROKEN };

/* Adds the file to text: all of it, or one byte more than the ceiling. */
enum state_file state_file_read(const struct state_files *files,
	const char *name, struct buf *text, struct fail *fail);

struct state_file_text {
	const char *name;
	const struct buf *text;
	bool sync;
};

/*
 * Puts a new file in the place of the old one, if there is one: a reader, and
 * whoever comes after a crash, sees one of the two, whole.
 */
bool state_file_replace(struct state_files *files,
	const struct state_file_text *file, struct fail *fail);

/*
 * Keeps room for a file of so many bytes, for state_file_replace to use where
 * it finds none; where there is some already, it does nothing.
 */
bool state_file_reserve(
	struct state_files *files, size_t size, struct fail *fail);

/* Gives up the room. */
void state_file_release(struct state_files *files);

/* Keeps a copy of the state, as it is, as STATE.bad. */
bool state_file_keep(struct state_files *files, struct fail *fail);

/* Removes the temporary files of runs that were killed; needs the lock. */
void state_file_clean(const struct state_files *files);

/* Lines of fields separated by tabs, and rows whose members are such fields. */

#define STATE_FIELDS 20 /* more are ignored */

struct state_line {
	const char *fields[STATE_FIELDS]; /* unescaped; the first: its kind */
	size_t count;
};

/* A file: its first line is "# TITLE NUMBER". */
struct state_reader {
	const char *title;
	struct mem *mem; /* lives as long as the rows */
	bool (*row)(void *arg, const struct state_line *line);
	void *arg;
};

/*
 * Hands each line that is whole to `row`, the last one first. False if
 * anything was damaged: no first line, a cut last one, unprintable bytes, a
 * wrong escape, or a row that returned false. The rest is read all the same.
 */
bool state_read_lines(
	const struct state_reader *reader, const char *text, size_t len);

/* Adds a tab and the field, in a way that is read again whatever it holds. */
void state_add_field(struct buf *out, const char *field);

/* A decimal number from least to most, at most 18 digits. */
bool state_read_number(
	const char *field, int64_t least, int64_t most, int64_t *value);

/* How a member of a row is read and written. False: the field is wrong. */
struct state_column_kind {
	bool (*read)(void *at, const char *field, struct mem *mem);
	void (*write)(const void *at, struct buf *out);
	const char *older; /* the field in rows of versions without it; NULL:
			      all have it */
};

extern const struct state_column_kind
	state_column_key,     /* const char *, never empty */
	state_column_text,    /* const char * */
	state_column_address, /* struct address * */
	state_column_address_new, /* the same, that came later */
	state_column_time,    /* int64_t */
	state_column_until,   /* int64_t, -1 for good */
	state_column_int,     /* int, never negative */
	state_column_count,   /* unsigned */
	state_column_outcome, /* enum outcome */
	state_column_digest,  /* unsigned, 16 bits */
	state_column_flag;    /* bool */

struct state_column {
	const struct state_column_kind *kind;
	size_t offset;
};

struct state_columns {
	const char *word; /* first field of the line */
	const struct state_column *list;
	size_t count;
	size_t size; /* of the row */
};

/* A row, from mem, of a line of that kind; NULL: a field is wrong or missing. */
void *state_read_row(const struct state_columns *columns,
	const struct state_line *line, struct mem *mem);
void state_write_row(
	const struct state_columns *columns, const void *row, struct buf *out);

/* The sorted lists of a state. */

/* A state without rows, and with a key of zeros. */
struct state *state_new(void);

/*
 * Take a row that was read, from state->mem, into its list. False: there is
 * one of the same key already, or its address is of another family.
 */
bool state_add_lookup(struct state *state, void *row);
bool state_add_name(struct state *state, void *row);
bool state_add_left(struct state *state, void *row);
bool state_add_account(struct state *state, void *row);
bool state_add_problem(struct state *state, void *row);
bool state_add_news(struct state *state, void *row);

/* Whether the piece is one of the newest of its receiver. */
bool state_news_stays(const struct state_news *piece);

/* Of state_expire, what is about news. */
void state_expire_news(struct state *state, int64_t now);

/* Brings the lists into order, without what was forgotten. */
void state_tidy(struct state *state);

/* The whole state as text. */

/*
 * Reads a state from memory, for state_load and the fuzzer; NULL never. Times
 * are kept as they are, also in the future. No key: it is all zeros.
 */
struct state *state_parse(const char *text, size_t len);

/* Adds the state in the only form in which it is written, tidied. */
void state_format(struct state *state, struct buf *out);

/* Files beside the state: STATE + suffix. */

/* Adds the whole file to text. False: it is not there or not readable. */
bool state_read_beside(const struct state_files *files, const char *suffix,
	struct buf *text);

/* Writes it anew, without syncing. False: the reason is logged. */
bool state_write_beside(struct state_files *files, const char *suffix,
	const struct buf *text);

#endif
