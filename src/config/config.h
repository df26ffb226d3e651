/* SPDX-License-Identifier: ISC */
/*
 * The configuration file as sections, keys and lines, and its general keys
 * understood. The only user of inih. Provider rows are read by it, too.
 *
 * The room may use address, authority, file, nearest and secret. All rooms that
 * read sections use it: lookup, provider, nsupdate, event, plan and the commands.
 */
#ifndef DDNS_CONFIG_CONFIG_H
#define DDNS_CONFIG_CONFIG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

struct buf;
struct fail;
struct mem;

/* One line of a value. */
struct config_line {
	struct config_line *next;
	const char *text;	/* trimmed */
	int line;
	bool cut;		/* a comment behind ` ;` was cut from the line */
	bool odd;		/* of config_words: holds a full-width comma */
};

struct config_entry {
	struct config_entry *next;
	const char *key;	/* as written */
	struct config_line *lines;	/* at least one; a key written again
					   is an entry of its own */
	int line;
};

struct config_section {
	struct config_section *next;
	const char *name;	/* whole, as between the brackets, spaces folded */
	const char *kind;	/* its first word */
	const char *label;	/* the rest, "" if there is none */
	struct config_entry *entries;	/* in the order of the file */
	int line;
	bool broken;		/* its header was reported: judge no further */
	bool lost;		/* a key was: what it lacks is not known */
};

/* A mistake or a warning. */
struct config_note {
	struct config_note *next;
	int line;		/* 0: none */
	const char *text;	/* "FILE:LINE: [SECTION] KEY: what is wrong" */
	bool warning;
};

/* [ddns]; texts are NULL where the key is not there. */
struct config_general {
	const char *state;
	int64_t timeout;	/* seconds, all of these */
	int64_t deadline;
	int64_t remind;
	int patience;
	bool syslog;
	const char *hook;
	const char *heartbeat;
	const char *proxy;
	const char *ca_file;
};

struct config {
	struct mem *mem;	/* all that hangs below */
	const char *path;	/* as named to the user */
	struct config_section *sections;
	struct config_note *notes;	/* sorted by line */
	struct config_note *near;	/* the note that was added last */
	struct table said;		/* the notes by what they say */
	int mistakes;			/* notes that are not warnings */
	struct config_general general;
	bool others_read;		/* others can read the file */
	bool strict;			/* it belongs to the user or to root,
					   so it may name programs */
};

/*
 * Reads a file: never NULL; what is wrong stands in notes, and a file that
 * cannot be read at all has one mistake and no sections. A section written
 * twice is a mistake, and stands in the list twice.
 */
struct config *config_read(const char *path);

/* Reads rows from memory; name stands for the path in messages. */
struct config *config_read_text(const char *name, const char *text,
	size_t len);
void config_free(struct config *config);

/* Fills general from [ddns], reporting what is wrong there. */
void config_understand(struct config *config);

/*
 * Adds a mistake or a warning; one that is there already is not added again.
 * section and entry may be NULL; line 0 takes the line of entry, else of
 * section.
 */
void config_wrong(struct config *config, const struct config_section *section,
	const struct config_entry *entry, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void config_wrong_line(struct config *config,
	const struct config_section *section, const struct config_entry *entry,
	int line, const char *text);
void config_warn(struct config *config, const struct config_section *section,
	const struct config_entry *entry, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The first entry of a key, or NULL. */
const struct config_entry *config_first(const struct config_section *section,
	const char *key);

/* The entry of a key, or NULL; reports a key that stands twice. Whether it
 * goes on in indented lines is left to config_single. */
const struct config_entry *config_one(struct config *config,
	const struct config_section *section, const char *key);

/* False, and reported: indented lines follow a key that takes one value. */
bool config_single(struct config *config, const struct config_section *section,
	const struct config_entry *entry);

/* What is wrong with the text of a secret, as it is or as a KEY_file has it;
 * NULL: nothing. key is its name, without `_file`. */
const char *config_secret_fault(
	struct mem *mem, const char *key, const char *text);

/* The same of a text that ddns.ini.example has where a secret is to stand. */
const char *config_example_fault(const char *text);

/*
 * Checks a text that is not to be shown. False, and reported: ` ;` cut it
 * short. Warns once if others can read the file.
 */
bool config_private(struct config *config, const struct config_section *section,
	const struct config_entry *entry);

/* Checks a password or a token that stands in the file itself: as above, and
 * for what it was copied with. Warns if it is too short to be hidden. */
bool config_secret(struct config *config, const struct config_section *section,
	const struct config_entry *entry);

/* The words of all lines of an entry, split at commas and white space; each
 * with its line. */
struct config_line *config_words(struct config *config,
	const struct config_entry *entry);

enum config_kind {
	CONFIG_TEXT,		/* const char * */
	CONFIG_PATH,		/* const char *, absolute */
	CONFIG_CERTIFICATES,	/* the same, of certificates in PEM */
	CONFIG_PROGRAM,		/* the same, of a program */
	CONFIG_SECRET_URL,	/* const char *, http or https; hidden */
	CONFIG_PROXY,		/* const char *, as libcurl takes it */
	CONFIG_TIME,		/* int64_t, seconds */
	CONFIG_COUNT,		/* int */
	CONFIG_SWITCH,		/* bool, yes or no */
	CONFIG_NETWORKS,	/* struct networks; may be written again */
	CONFIG_OWN,		/* the caller reads it; may be written again */
};

/* A key that a section may have, and where its value goes. */
struct config_key {
	const char *name;
	enum config_kind kind;
	size_t offset;		/* in the target */
	int64_t fallback;	/* of times, counts and switches */
	int64_t min;
	int64_t max;		/* 0: none */
};

/*
 * Sets the fallbacks, then what the section says (NULL: nothing). Texts and
 * networks that are not written are left as they are. Reports unknown keys,
 * keys given twice and values that are wrong, which are left as they are, too.
 */
void config_fill(struct config *config, const struct config_section *section,
	const struct config_key *keys, size_t count, void *target);

/* "90", "25d"; "1d 12h" is wrong: one number and s, m, h or d. -1: not a time. */
int64_t config_time(const char *text);

/*
 * The first line of a file, without its end, for KEY_file; of one that begins
 * with `{` all lines, as one. `credential:NAME` is looked up in
 * $CREDENTIALS_DIRECTORY. NULL: *fail says why. Warns if others can read the
 * file.
 */
const char *config_file_line(struct config *config, const char *path,
	struct fail *fail);

/* All lines of such a file, up to 64 KiB, without the last one's end; else as
 * above. */
const char *config_file_whole(struct config *config, const char *path,
	struct fail *fail);

/* Adds the whole of such a file, up to 64 KiB, to out; else as above. */
bool config_file_text(struct config *config, const char *path,
	struct buf *out, struct fail *fail);

/* " (token?)", the nearest of the known words, or "". */
const char *config_hint(struct config *config, const char *word,
	const char *const *known);

/* Where it is looked for if -c does not say, NULL at the end; from mem. */
const char *const *config_places(struct mem *mem);

/* The first of the places where there is one, else the last; from mem. */
const char *config_default_path(struct mem *mem);

/* Where the state is (key `state`, or the default); from config's memory. */
const char *config_state_path(struct config *config, struct fail *fail);

#endif
