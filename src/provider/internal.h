/* SPDX-License-Identifier: ISC */
/*
 * Between the files of provider, from the words of the language up to the
 * accounts: words, layers, texts taken apart, rows made, rows checked.
 */
#ifndef DDNS_PROVIDER_INTERNAL_H
#define DDNS_PROVIDER_INTERNAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "config/config.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "provider/row.h"

/* row.c: the words of the language. */

/* What a word is; a word may be many things. */
enum row_word {
	WORD_KEY = 1 << 0,     /* a key of rows */
	WORD_TYPED = 1 << 1,   /* which may be written for one type: KEY.A */
	WORD_REPEATS = 1 << 2, /* which, written again, adds a line */
	WORD_GOES_ON = 1 << 3, /* whose value may have further lines */
	WORD_ACCOUNT = 1 << 4, /* a key of every account */
	WORD_NAMES = 1 << 5,   /* which lists names */
	WORD_TOLD = 1 << 6,    /* which changes nothing that is sent */

	WORD_TEXT = 1 << 7,      /* a variable of all texts */
	WORD_PAGE = 1 << 8,      /* of requests that may have pages */
	WORD_WRITE = 1 << 9,     /* of those that write records */
	WORD_BATCH = 1 << 10,    /* of `batch` */
	WORD_READ = 1 << 11,     /* which an answer may give */
	WORD_COMPARED = 1 << 12, /* to be compared, not kept */
};

#define WORD_VARIABLE (WORD_TEXT | WORD_PAGE | WORD_WRITE | WORD_BATCH)

/* What the word is, of enum row_word; 0: it is not a word of the language. */
unsigned row_word(const char *name);

/* Whether a step is sent for all names at once, in place of the next step. */
bool row_step_all(enum row_step step);

const char *row_meaning_name(enum row_meaning meaning);

/* The steps that a test may be for, by the name behind its key's dot, as bits
 * of enum row_step; 0: it has none. */
#define ROW_WRITE "write"
#define ROW_WRITES (2u * (1u << STEP_BATCH) - (1u << STEP_SET))
unsigned row_steps(const char *name);

/* Words, NULL at the end. Zero-initialise. */
struct row_words {
	const char **at;
	size_t count;
	size_t cap;
};

void row_words_add(struct mem *mem, struct row_words *words, const char *word);

/* Adds the words of the language that are one of these. */
void row_words_of(struct mem *mem, struct row_words *words, unsigned is);

bool row_words_have(const struct row_words *words, const char *word);

/* layer.c: account over row over `like` row, key by key; ddns-rows(5),
 * LAYERS. */

/* One section; the topmost comes first. */
struct layer {
	const struct layer *below;
	const struct config_section *section;
};

/* What the layers write for a key. */
struct layer_value {
	const char *wanted;              /* as asked for: "set" */
	const char *key;                 /* as written: "set", "set.A" */
	const struct layer *layer;       /* NULL: no layer writes it */
	const struct config_line *lines; /* NULL: not written, or hidden */
	int line;
};

/*
 * The value for one type. Lines are copies; those of a key that is written
 * again follow each other, empty ones are left out.
 */
struct layer_value layer_find(struct mem *mem, const struct layer *top,
	const char *key, enum row_type type);

/* The key without .A or .AAAA; *typed: it had one. */
const char *layer_plain(struct mem *mem, const char *key, bool *typed);

/* Whether `key`, as written in a section, gives a value to a key and type. */
bool layer_fits(const char *written, const char *key, enum row_type type);

/* Work on the layers of one row, and the mistakes found. */
struct layer_mistake {
	struct layer_mistake *next;
	const char *key;
	int line; /* 0: it stands in a lower layer */
	const char *text;
};

struct layer_work {
	struct mem *mem;
	const struct layer *top;
	struct layer_mistake *mistakes;
	const char *key; /* at work */
	int line;
};

/* The value of a key, which from now on is the key at work. */
struct layer_value layer_at(
	struct layer_work *work, const char *key, enum row_type type);

/* From now on, mistakes are of the row as a whole. */
void layer_whole(struct layer_work *work);

/* Adds a mistake of the key at work, once. Always false. */
bool layer_wrong(struct layer_work *work, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Reports all mistakes but those that `but` (or NULL) has, too. */
void layer_report(struct config *config, const struct layer_work *work,
	const struct layer_work *but);

/* parse.c: texts of a row taken apart, ddns-rows(5), REQUESTS. Mistakes
 * are those of the key at work. */

/* A request; an item, if it begins with no method and `item` allows it. */
struct row_request *row_parse_request(
	struct layer_work *work, const struct config_line *lines, bool item);

/* An item, whatever it begins with. */
struct row_request *row_parse_item(
	struct layer_work *work, const struct config_line *lines);

/* Header fields; another line is a mistake. */
const struct config_line *row_parse_fields(
	struct layer_work *work, const struct config_line *lines);

/* Whether http:// at the beginning of a URL names this machine; https is
 * fine. False: the mistake is added. */
bool row_parse_origin(struct layer_work *work, const char *url);

/* reading.c: what a row reads from answers, and what it declares. */

/* Whether a URL is sent as a whole. False: the mistake is added. */
bool row_parse_whole(struct layer_work *work, const char *url);

/* What stands behind `->`. */
struct row_reading *row_parse_reading(
	struct layer_work *work, const char *text);

/* The tests of a key, which are for these steps. */
struct match *row_parse_tests(struct layer_work *work,
	const struct layer_value *value, unsigned steps);

/* Pointers, one a line of the result. */
const struct config_line *row_parse_pointers(
	struct layer_work *work, const struct config_line *lines);

/* Declarations, put behind those in *list; a name stands once. */
void row_parse_declared(struct layer_work *work,
	const struct config_line *lines, bool secret,
	struct row_declared **list);

/* make.c: a struct row from its layers, and what its texts hold. */

/* Makes the row for one type; mistakes of form go to work. */
void row_make(struct layer_work *work, struct row *row, enum row_type type);

/* A TTL, `300` or `5m`, as seconds in digits; NULL: it is not one. */
const char *row_ttl(struct mem *mem, const char *text);

/* What the layers declare, or NULL. */
struct row_declared *row_make_declared(struct layer_work *work);

/*
 * Calls each(text, arg) for all templates of one step: URL, fields, body.
 * False as soon as each returns false.
 */
bool row_each_of_step(const struct row *row, enum row_step step,
	bool (*each)(const char *text, void *arg), void *arg);

/* The same for what goes with all requests: url, jwt, auth, header. */
bool row_each_shared(const struct row *row,
	bool (*each)(const char *text, void *arg), void *arg);

/* Whether a step, all requests, or a test hold one of the variables, which
 * are written with a space between them. */
bool row_step_holds(
	const struct row *row, enum row_step step, const char *variables);
bool row_shared_holds(const struct row *row, const char *variables);
bool row_tests_hold(const struct row *row, enum row_meaning meaning,
	const char *variables);

/* Whether a write sends the address, by itself or by the batch that takes
 * it. */
bool row_sends_address(const struct row *row, enum row_step step);

/* check.c: the mistakes that a row can have, ddns-rows(5), MESSAGES. */

/* Checks a row that row_make made for a type. */
void row_check(struct layer_work *work, const struct row *row,
	enum row_type type, const struct row_declared *declared);

/* Checks what the layers hold together: declarations, defaults, ceilings. */
void row_check_layers(
	struct layer_work *work, const struct row_declared *declared);

/* Whether a variable stands bare in a JSON body of the row. */
bool row_check_bare(const struct row *row, const char *variable);

/*
 * Checks the keys of the topmost section: known, given once, in one line.
 * words: other keys that are known there, besides the declared ones.
 */
void row_check_keys(struct config *config, const struct layer_work *work,
	const struct row_declared *declared, const struct row_words *words);

/* catalogue.c: the rows there are, with their names and sections. */

/* The built-in rows, made from src/providers at build time (texts.c). */
struct provider_text {
	const char *name;
	const char *aka;  /* other names, a space between them */
	const char *file; /* "providers/dyndns2.ini" */
	int line;         /* of its section in there */
	const char *text; /* from its section line to the next */
};
extern const struct provider_text provider_texts[];
extern const size_t provider_text_count;

struct catalogue_row {
	struct catalogue_row *next;
	const char *name;
	const char *aka; /* other names, a space between them */
	const struct provider_text *text;     /* NULL: a user's row */
	const struct config_section *section; /* built in: once it is read */
	struct catalogue_row *hidden; /* the built-in row of the same name */
};

/* Lasts as long as the catalogue. */
struct mem *catalogue_mem(struct catalogue *catalogue);

/* The user's, which catalogue_new was given. */
struct config *catalogue_config(struct catalogue *catalogue);

/* The first of all rows, which are sorted by name; not the hidden. */
struct catalogue_row *catalogue_first(struct catalogue *catalogue);

/* The section of a row; a built-in one is read when it is first needed. */
const struct config_section *catalogue_section(
	struct catalogue *catalogue, struct catalogue_row *row);

/* Whether sections of this name are of another kind: [ipv4], [webhook] ... */
bool catalogue_reserved(const char *name);

/* Whether the name is the row's, or among its other names. */
bool catalogue_named(const struct catalogue_row *row, const char *name);

/* The next of words with spaces between them, or NULL; *at goes on behind. */
const char *catalogue_next(const char **at, size_t *len);

/*
 * The row of a name, else the one that has it among its other names. NULL:
 * there is none. A user's row hides a built-in one.
 */
struct catalogue_row *catalogue_find(
	struct catalogue *catalogue, const char *name);

/*
 * What a row, or else the one that it hides, writes for a key that people
 * read: title, site, advice. NULL: nothing.
 */
const struct config_line *catalogue_told(struct catalogue *catalogue,
	struct catalogue_row *row, struct mem *mem, const char *key);

/* search.c: rows by their names and hosts. */

/* Reports other names of a user's row that cannot be, or are another's. */
void catalogue_check_aka(
	struct catalogue *catalogue, const struct catalogue_row *row);

/* layered.c: a row with the layers below it. */

/*
 * The row's section with its `like` rows below. NULL: `like` is wrong; if it
 * is this row's fault, work (or NULL) has the mistake, and its top is then the
 * row's section.
 */
const struct layer *catalogue_layers(struct catalogue *catalogue,
	struct catalogue_row *row, struct mem *mem, struct layer_work *work);

/* Makes and checks both types from work's layers; returns what they declare. */
struct row_declared *catalogue_make(
	struct layer_work *work, struct row rows[ROW_TYPES]);

/* The mistakes of the layers below the topmost; empty if there are none. */
void catalogue_make_below(
	struct layer_work *below, const struct layer_work *work);

/* account.c, and below it account-values.c and account-names.c. */

struct account_work {
	struct config *config;
	struct config_section *section;
	struct account *account;
	const struct layer *own;    /* the section alone */
	const struct layer *layers; /* with the rows below */
	const struct row_declared *declared;
	const char *family[ROW_TYPES]; /* "[ipv4 LABEL]", "[ipv6 LABEL]" */
	bool has[ROW_TYPES];           /* lookups */
	struct row_value *values;      /* become the account's */
	struct row_value *defaults;
};

/* Reads what is declared; adds each _file's content to the fingerprint. */
void account_read_values(struct account_work *work, struct buf *fingerprint);

/* Reads server, zone, lookup, suffix, refresh. */
void account_read_general(struct account_work *work);

/* Reads names, ipv4 and ipv6. */
void account_read_names(struct account_work *work);

#endif
