/* SPDX-License-Identifier: ISC */
/*
 * The state file: what was found and confirmed, what failed, what was
 * reported; and the statistics beside it. Their format is described in
 * ddns(1), FILES. It uses address and clock, and knows neither configuration
 * nor providers. update writes it, status reads it; plan, decide and report
 * take its rows.
 */
#ifndef DDNS_STATE_STATE_H
#define DDNS_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

struct address;
struct mem;

#define STATE_KEY 32	/* random bytes of the digest key */

/* A set of lookups: "ipv4", "ipv6", "ipv4 wan2". */
struct state_lookup {
	struct state_lookup *next;
	const char *set;
	struct address *address;	/* last agreed; family 0: none */
	int64_t found;			/* when it was last found */
	bool lacking;			/* the network lacks this family */
	int64_t seen;			/* last named by the configuration */
};

/* A name, type and account. */
struct state_name {
	struct state_name *next;
	const char *name;
	const char *type;		/* "A", "AAAA" */
	const char *account;		/* "cloudflare", "dyndns2 no-ip" */
	struct address *confirmed;	/* family 0: none */
	int64_t since;			/* confirmed since */
	int64_t attempt;		/* last attempt */
	int failures;			/* in a row */
	int64_t until;			/* held until; 0 no hold, -1 for good */
	enum outcome why;		/* of the last attempt */
	unsigned digest;		/* of the account at the last attempt */
	int64_t seen;			/* last named by the configuration */
	const char *text;		/* message of the last failure, "" */
	struct address *tried;		/* in the last attempt; family 0: none */
};

/*
 * An address that was to go from a name when another had come, and whose delete
 * failed: a later run ends it.
 */
struct state_left {
	struct state_left *next;
	const char *name;		/* as of the state_name */
	const char *type;
	const char *account;
	struct address *address;
	struct state_left *also; /* another of the name (as `gone`, not stored) */
	bool gone;	/* forgotten; it leaves the list when that is written */
};

/* An account that is held as a whole. */
struct state_account {
	struct state_account *next;
	const char *account;
	int64_t until;		/* 0 no hold, -1 for good */
	int64_t set;		/* when that was decided */
	enum outcome why;
	int failures;
	unsigned digest;
	const char *text;
	bool named;	/* of a name that stays (not stored) */
};

/* Something that was or may be reported. */
struct state_problem {
	struct state_problem *next;
	const char *key;	/* what it is about: "name ...", "lookup ipv4" */
	int64_t first;		/* first seen */
	int runs;		/* in a row */
	int why;		/* report's kind of the problem, a number to state */
	int64_t said;		/* last reported; 0: not yet */
	const char *text;	/* as it was last reported */
	bool fresh;		/* seen in this run (as `gone`, not stored) */
	bool gone;		/* forgotten; it leaves the list when that is
				   written */
};

/* A piece of news that a receiver has not taken yet. */
struct state_news {
	struct state_news *next;
	int64_t when;
	const char *to;		/* "hook", "webhook" */
	const char *event;	/* "changed", "failed", "recovered" */
	const char *name;	/* what does not apply is "", from here on */
	const char *type;
	const char *account;
	const char *was;
	const char *now;
	const char *text;	/* masked, printable */
	bool fresh;		/* of this run (as `taken`, not stored) */
	bool taken;
};

struct state_index;	/* finds the rows of the lists */

struct state {
	struct mem *mem;
	struct state_index *index;
	struct state_lookup *lookups;
	struct state_name *names;
	struct state_left *left;
	struct state_account *accounts;
	struct state_problem *problems;
	struct state_news *news;	/* the oldest first */
	unsigned char key[STATE_KEY];
	bool damaged;		/* if locked, it was kept as STATE.bad */
};

struct state_files;	/* the open folder, the names in it and the lock */

/*
 * Opens the folder of the path, making what is missing of it (0700). NULL:
 * *fail tells why (writable by others, not a folder, ...).
 */
struct state_files *state_open(const char *path, struct fail *fail);
void state_close(struct state_files *files);

/*
 * As state_open, but makes nothing: for status and check. Without the folder
 * the state is empty.
 */
struct state_files *state_look(const char *path, struct fail *fail);

enum state_lock { STATE_LOCKED, STATE_HELD, STATE_BROKEN };

/*
 * Takes STATE.lock, without waiting. HELD: another run has it. Removes the
 * temporary files of runs that were killed.
 */
enum state_lock state_lock(struct state_files *files, struct fail *fail);
void state_unlock(struct state_files *files);

/*
 * Reads the state; a missing one is empty, of a damaged one what was readable
 * is taken, and, with the lock, it is kept as STATE.bad. A missing key is
 * made. NULL: it cannot be read or kept; *fail tells why.
 */
struct state *state_load(struct state_files *files, struct fail *fail);
void state_free(struct state *state);

/*
 * Writes it if anything in it changed since it was loaded or saved. Needs the
 * lock.
 */
bool state_save(struct state_files *files, struct state *state,
	struct fail *fail);

/*
 * Keeps room on the disk for what a run may come to know, so that state_save
 * does not fail for want of it; until the lock is given up.
 */
bool state_reserve(struct state_files *files, struct state *state,
	struct fail *fail);

/*
 * The row, made if it is missing. The key is copied; other texts that are put
 * into a row must live as long (mem_text from state->mem). The lists are in the
 * order of their keys when they are loaded or saved; between, new rows
 * stand first.
 */
struct state_lookup *state_lookup(struct state *state, const char *set);
struct state_name *state_name(struct state *state, const char *name,
	const char *type, const char *account);
struct state_account *state_account(struct state *state, const char *account);
struct state_problem *state_problem(struct state *state, const char *key);

/* The same of one that is there; NULL: it is not. */
struct state_problem *state_problem_of(
	const struct state *state, const char *key);

/* Notes an address that is left; one that is noted already is not again. */
void state_leave(struct state *state, const struct state_name *name,
	const struct address *address);

/* Forgets all that is left of the name. */
void state_leave_none(struct state *state, const struct state_name *name);

/* One that is left of the name, the others behind it by `also`; NULL: none. */
struct state_left *state_left_of(
	const struct state *state, const struct state_name *name);

/* Takes a problem out of the list. */
void state_forget(struct state *state, struct state_problem *problem);

#define STATE_NEWS 20	/* pieces that are kept for a receiver */

/*
 * Adds a copy of the piece, unless one is there that says the same; it is
 * fresh. Of a receiver that has too many, only the newest are written.
 */
void state_keep_news(struct state *state, const struct state_news *piece);

/* Takes a piece that says the same out of the list, if there is one. */
void state_forget_news(struct state *state, const struct state_news *piece);

/*
 * Claims to be the one who tells what is kept, until the files are closed or
 * the process ends. False: another run is at it.
 */
bool state_claim_news(const struct state_files *files);

/*
 * Drops rows not named by the configuration for 90 days: lookups and names by
 * `seen`, what is left and accounts with their last name, problems that are not fresh by the
 * last time they were seen or reported; and news older than a day. A time that
 * is 0 or lies in the future becomes now. To be called before state_save.
 */
void state_expire(struct state *state, int64_t now);

/*
 * STATE.stats: how well each lookup source does, and the last run. Lost or
 * damaged it starts anew.
 */

struct stats_count {
	unsigned tries;
	unsigned valid;
};

struct stats_source {
	struct stats_source *next;
	const char *set;	/* "ipv4", ... */
	const char *source;	/* as shown: scheme, host and path */
	struct stats_count month[2];	/* this calendar month (UTC), the last */
	unsigned failures;	/* in a row */
	const char *cause;	/* of the last failure, "" */
	int64_t failed;		/* when, 0 never */
	unsigned ms;		/* mean answer time of valid answers */
};

struct stats {
	struct mem *mem;
	struct stats_source *sources;
	int64_t last_run;
	int last_exit;
	int month;		/* year * 12 + month of month[0] */
};

/* Never NULL. now decides which months count. */
struct stats *stats_load(struct state_files *files, int64_t now);

/* What cannot be written is only logged: it is lost. */
void stats_save(struct state_files *files, struct stats *stats);
void stats_free(struct stats *stats);

/* The row of a source, made if it is missing; both texts are copied. */
struct stats_source *stats_source(struct stats *stats, const char *set,
	const char *source);

/* Counts one try; cause NULL: a valid answer, after ms. */
void stats_try(struct stats *stats, struct stats_source *source,
	const char *cause, int64_t when, long ms);

/* 50 or more tries, at most 10 % of them valid. */
bool stats_useless(const struct stats_source *source);

#endif
