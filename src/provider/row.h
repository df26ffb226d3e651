/*
 * Provider rows: sections [provider NAME] in the language of
 * ddns-providers(5), built in or a user's own, with their layers, checked and
 * made ready for one account.
 */
#ifndef DDNS_PROVIDER_ROW_H
#define DDNS_PROVIDER_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"

struct address;
struct config;
struct config_line;
struct config_section;
struct mem;

enum row_type { ROW_A, ROW_AAAA, ROW_TYPES };

/* "A", "AAAA" */
extern const char *const row_types[ROW_TYPES];

/* Steps and meanings bear the names of their keys: row_steps, row_meanings. */
enum row_step {
	STEP_LOGIN,
	STEP_ZONES,
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

/* In the order in which they are tried. */
enum row_meaning {
	MEANS_MISSING,
	MEANS_DENIED,
	MEANS_REFUSED,
	MEANS_BUSY,
	MEANS_LATER,
	MEANS_GOOD,
	MEANINGS
};

extern const char *const row_steps[STEPS];
extern const char *const row_meanings[MEANINGS];

struct row_binding {
	struct row_binding *next;
	const char *variable;
	const char *pointer; /* from an item */
};

struct row_reading {
	const char *items; /* pointer to the items; NULL: none was written */
	const char *page;  /* pointer from the top; NULL: pages are counted */
	struct row_binding *bindings; /* without page */
};

/* A request, or an item (no method: its body alone counts). */
struct row_request {
	struct request_text text;
	struct row_reading *reading; /* NULL: none */
	bool paged;                  /* holds {page} or {offset} */
};

enum row_test_kind { TEST_STATUS, TEST_POINTER, TEST_TEXT };

struct row_test {
	struct row_test *next;
	enum row_test_kind kind;
	int status; /* 404, or 5 for 5xx */
	const char *pointer;
	const char *text; /* template; NULL: the place must only exist */
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

/* A row as one account uses it for one type. */
struct row {
	bool offered;     /* has set, create or update, or runs a program */
	const char *runs; /* the program that does the update; NULL: none */
	const struct row_request *step[STEPS]; /* NULL: none */
	const struct row_test *test[MEANINGS];
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

struct account_name {
	struct account_name *next;
	const char *name;     /* ASCII, lower case, no final dot */
	bool type[ROW_TYPES]; /* asked for (of the families with lookups) */
	int line;
};

/* An account, ready to be used by exchange. */
struct account {
	struct account *next;
	const char *title; /* "cloudflare", "dyndns2 no-ip" */
	const char *provider;
	const struct config_section *section;
	struct row row[ROW_TYPES];
	const struct row_value *values;   /* what the account writes */
	const struct row_value *defaults; /* what the row writes */
	const char *server; /* origin without final slash, or NULL */
	const char *zone;   /* of the account, else of the row, or NULL */
	const char *lookup; /* LABEL of the lookups, "" */
	const char *suffix; /* as written, or NULL */
	const struct address *host; /* of the suffix, or NULL */
	int prefix;                 /* bits that stand before the host part */
	int64_t refresh;            /* seconds, 0: never */
	struct account_name *names;
	const char *fingerprint; /* section but names, row, files */
	size_t fingerprint_len;
};

/* The rows there are: built in, and the configuration's own. */
struct catalogue;

struct catalogue *catalogue_new(struct config *config);
void catalogue_free(struct catalogue *catalogue);

/* Names of all rows, sorted, NULL at the end; the catalogue's. */
const char *const *catalogue_names(struct catalogue *catalogue);

/* Whether a user's row of this name hides a built-in one. */
bool catalogue_hides(struct catalogue *catalogue, const char *name);

/* Checks all of the user's rows, used or not. Reports in the config. */
void catalogue_check(struct catalogue *catalogue);

/*
 * Reads an account's section. has[] tells which families have lookups in the
 * account's LABEL; it is asked by a callback once the label is known. NULL:
 * mistakes were reported. The memory is the config's.
 */
struct account *account_read(struct catalogue *catalogue,
	struct config_section *section,
	bool (*has)(void *arg, const char *label, enum row_type type),
	void *arg);

/* The built-in rows, made from src/providers at build time. */
struct provider_text {
	const char *name;
	const char *file; /* "providers/dyndns2.ini" */
	int line;         /* of its section in there */
	const char *text; /* from its section line to the next */
};
extern const struct provider_text provider_texts[];
extern const size_t provider_text_count;

#endif
