/* SPDX-License-Identifier: ISC */
/*
 * Whether a name is due, and how long it is left alone after a failure. Pure:
 * no time, no files, no network. update decides by it what to do, status what
 * the next run will do.
 */
#ifndef DDNS_DECIDE_H
#define DDNS_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

struct address;
struct state_account;
struct state_name;

enum decision {
	DECIDE_FINE,    /* holds the current address */
	DECIDE_DUE,     /* the provider is to be called */
	DECIDE_PENDING, /* due, but held for a while */
	DECIDE_REFUSED, /* due, but held until the user acts */
	DECIDE_UNKNOWN, /* due or not: there is no current address */
};

struct decide_facts {
	const struct state_name *name;
	const struct state_account *account;
	const struct address *current; /* family 0: none was ever found */
	bool fresh;                    /* found in this run */
	int64_t found;                 /* else: when it was found */
	unsigned digest; /* of the account's section and row, now */
	int64_t refresh; /* seconds, 0: never */
	int64_t now;
	bool force;
};

enum decision decide(const struct decide_facts *facts);

/* Seconds to wait after so many failures in a row: 0, 5, 10, 20 ... 60 min. */
int64_t decide_wait(int failures);

/*
 * Whether a hold set at `set` is in force. A time that lies in the future is
 * not believed, nor is a hold of more than 24 hours; -1 stands for good.
 */
bool decide_held(int64_t until, int64_t set, int64_t now);

#define DECIDE_DAY 86400 /* the longest hold, but one for good */

#endif
