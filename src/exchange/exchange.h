/* SPDX-License-Identifier: ISC */
/*
 * Runs a row: brings names of one account to their addresses, by requests to
 * the account's provider. A state machine on the loop of http, a step for each
 * answer. Uses http, sign, template, json and the rows of provider; update runs
 * it, also dry: up to the first write. internal.h says how a job flows.
 */
#ifndef DDNS_EXCHANGE_EXCHANGE_H
#define DDNS_EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"
#include "provider/row.h"

struct account;
struct address;
struct exchange;
struct http;
struct mem;

/* An address that was ours, or that a record taken over had held: a delete that
 * failed has left it beside the new one. */
struct exchange_left {
	const struct exchange_left *next;
	const struct address *address;
};

/* A request of a dry run, secrets masked: "METHOD URL", then its fields and
 * body, indented. One that serves several jobs is there once for all. */
struct exchange_shown {
	const char *text;
	bool sent;    /* it only read */
	int left;     /* the caller's, 0 */
	bool printed; /* likewise */
};

struct exchange_shows {
	struct exchange_shows *next;
	struct exchange_shown *shown;
};

/* "ttl 300", "ttl 60 -> 300" */
struct exchange_trait {
	struct exchange_trait *next;
	const char *text;
};

/* What a dry run learned of a job. */
struct exchange_dry {
	struct mem *mem; /* the caller's, of all that is below */
	bool read;       /* what the name holds: exchange_job.was tells */
	struct exchange_trait *traits;
	struct exchange_shows *requests; /* in the order of sending */
};

/* One name and type to bring to an address. */
struct exchange_job {
	struct exchange_job *next;
	const char *name;
	enum row_type type;
	const struct address *want;
	const struct address *last;  /* last confirmed; family 0: none */
	const struct exchange_left *left; /* of earlier runs */
	const struct address *ip[2]; /* the name's current addresses, IPv4
					and IPv6, due or not; family 0 */

	/* NULL, or all that writes is noted here and not sent; OUTCOME_CHANGED
	 * if there is such a request */
	struct exchange_dry *dry;

	/* the result, once `finished` was called */
	bool done;
	enum outcome outcome;
	bool daily;          /* REFUSED, DENIED without a word of the
				service: tried once a day */
	int64_t hold;        /* BUSY, LATER: seconds the answer or
				the row says, 0: none */
	struct fail *fail;   /* the caller's; set unless SAME/CHANGED, and
				read by `finished`: jobs may share it */
	bool foreign;        /* the record held an address that was
				neither ours nor the new one */
	bool missed;         /* it was read, and there was no record */
	struct address *was; /* the caller's; what it held, family 0
				if there was no record or no read */
	bool stays;          /* a record of it is still there beside the
				one that holds `want` now */
	bool waits;          /* not done when the loop ended: nothing was
				written, and no answer was awaited */

	void (*finished)(void *arg, struct exchange_job *job);
	void *arg;
};

struct exchange_options {
	struct http *http;
	long timeout_ms; /* of one request */
};

/*
 * Starts the jobs of an account (linked by next; they must outlive the
 * exchange; all of them are dry or none is). The first request goes alone, the rest once its answer shows that
 * the credentials work. `finished` is called once for each job, not from
 * within this function, unless the loop ends before.
 */
struct exchange *exchange_start(const struct exchange_options *options,
	const struct account *account, struct exchange_job *jobs);

/* Once the loop has ended: sets `waits` of the jobs. NULL is fine. */
void exchange_end(struct exchange *exchange);
void exchange_free(struct exchange *exchange);

#endif
