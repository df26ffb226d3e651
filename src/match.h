/* SPDX-License-Identifier: ISC */
/*
 * A test of an answer, in the language of ddns-rows(5), ANSWERS: a status,
 * a pointer with or without a text, a text. May use config and json; provider
 * and event read tests, exchange and event ask them of answers.
 */
#ifndef DDNS_MATCH_H
#define DDNS_MATCH_H

#include <stdbool.h>

struct buf;
struct config_line;
struct fail;
struct json_t;
struct mem;

enum match_kind { MATCH_STATUS, MATCH_POINTER, MATCH_TEXT };

struct match {
	struct match *next;
	const char *key; /* of a row: as written, "missing.zones" */
	unsigned steps;  /* of a row: for which it counts, bits by row_step */
	enum match_kind kind;
	int status; /* 404, or 5 for 5xx */
	const char *pointer;
	const char *text; /* template; NULL: the place must only exist */
};

/* Who reads tests, and is told of each mistake. */
struct match_reader {
	struct mem *mem;
	bool (*wrong)(void *arg, const char *text);
	void *arg;
};

/* Reads the tests of all lines, which commas separate. */
struct match *match_read(
	const struct match_reader *reader, const struct config_line *lines);

/*
 * The next of the texts between commas, without spaces around; NULL: there is
 * none.
 */
const char *match_next(struct mem *mem, const char **text);

/* Whether it is a JSON pointer. False: *fail says what is wrong. */
bool match_pointer_ok(const char *pointer, struct fail *fail);

struct match_answer {
	int status;
	const char *body;
	struct json_t *doc; /* NULL: the body is not JSON or XML */
};

/*
 * Whether the test holds of the answer; pattern is the text with its values,
 * NULL where the test has none. A line of the body that decided is added to
 * `line`, which may be NULL.
 */
bool match_holds(const struct match *match, const struct match_answer *answer,
	const char *pattern, struct buf *line);

#endif
