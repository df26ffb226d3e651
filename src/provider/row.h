/* SPDX-License-Identifier: ISC */
/*
 * A provider's row: a section [provider NAME] in the language of
 * ddns-rows(5), built in or a user's own, as one account uses it for one
 * type. catalogue.h knows the rows there are, account.h reads accounts.
 *
 * The room may use config, request, match, template, json, sign, name and url, and
 * what stands below them. plan, exchange, nsupdate and the commands use it.
 */
#ifndef DDNS_PROVIDER_ROW_H
#define DDNS_PROVIDER_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "match.h"
#include "request.h"

struct config_line;

enum row_type { ROW_A, ROW_AAAA, ROW_TYPES };

/* "A", "AAAA" */
extern const char *const row_types[ROW_TYPES];

/* Steps and meanings bear the names of their keys. */
enum row_step {
	STEP_LOGIN,
	STEP_ALL_ZONES, /* in place of the one behind it, for many names */
	STEP_ZONES,
	STEP_ALL_RECORDS, /* likewise */
	STEP_RECORDS,
	STEP_RECORD,
	STEP_SET,
	STEP_CREATE,
	STEP_UPDATE,
	STEP_DELETE,
	STEP_BATCH,
	STEP_PUBLISH,
	STEP_VALUE,
	STEPS
};

/* In the order in which they are tried. SAME: it was so already. */
enum row_meaning {
	MEANS_MISSING,
	MEANS_DENIED,
	MEANS_REFUSED,
	MEANS_BUSY,
	MEANS_LATER,
	MEANS_SAME,
	MEANS_GOOD,
	MEANINGS
};

/* "login", "zones", ... */
const char *row_step_name(enum row_step step);

/* Whether a variable that an answer gives is compared, so as to find the item,
 * and not kept for later steps. */
bool row_compared(const char *variable);

struct row_binding {
	struct row_binding *next;
	const char *variable;
	const char *pointer; /* from an item */
};

struct row_reading {
	const char *items; /* pointer to the items; NULL: none was written */
	bool list;         /* `[]`: the answer is the list of items */
	const char *page;  /* pointer from the top; NULL: pages are counted */
	const char *pages; /* to how many there are; NULL: nobody says */
	struct row_binding *bindings; /* without these */
};

/* A request, or an item (no method: its body alone counts). */
struct row_request {
	struct request_text text;
	struct row_reading *reading; /* NULL: none */
	bool paged;                  /* holds {page} or {offset} */
};

struct row_value {
	struct row_value *next;
	const char *name;
	const char *text;
	bool secret;
	bool type[ROW_TYPES]; /* for which it counts: `line.A` */
};

/* What an account of the row declares. */
struct row_declared {
	struct row_declared *next;
	const char *name;
	const char *text; /* for people, "" */
	bool secret;
	bool optional;
};

/* What a row takes an answer for; text: it looks at nothing but lines. */
enum row_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_XML };

/* A row as one account uses it for one type. */
struct row {
	bool offered;     /* has set, create or update, or runs a program */
	const char *runs; /* the program that does the update; NULL: none */
	const struct row_request *step[STEPS]; /* NULL: none */
	const struct match *test[MEANINGS]; /* those of one step first */
	enum row_format format;
	const char *url;
	const char *auth;                 /* NULL: none */
	const char *jwt;                  /* "KEY SCOPE"; NULL: none */
	const struct config_line *fields; /* header */
	const struct config_line *error;  /* pointers */
	int64_t hold;                     /* seconds, 0 if not written */
	const char *ttl;                  /* of new records, NULL: the API's */
	const char *type;                 /* what {type} is */
	bool needs_zone; /* uses {zone}, {name} or {sub}, or has zones */
	bool senders;    /* publishes the sender's address */
};

/* Whether an `error` names a field of the head, and not a pointer. */
bool row_is_field(const char *error);

/* Whether a request of the row holds {variable}. */
bool row_holds(const struct row *row, const char *variable);

#endif
