/*
 * The state file: what was found and confirmed, what failed, what was said.
 * Its format is described in ddns(1), FILES.
 */
#ifndef DDNS_STATE_STATE_H
#define DDNS_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct fail;
struct mem;
struct address;

#define STATE_KEY 32	/* random bytes of the digest key */

/* A set of lookups: "ipv4", "ipv6", "ipv4 wan2". */
struct state_lookup {
	struct state_lookup *next;
	const char *set;
	struct address *address;	/* last agreed; family 0: none */
	int64_t found;			/* when it was last found */
	bool lacking;			/* the line lacks this family */
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
	int why;			/* enum outcome of the last attempt */
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
};

/* An account that is held as a whole. */
struct state_account {
	struct state_account *next;
	const char *account;
	int64_t until;		/* 0 no hold, -1 for good */
	int64_t set;		/* when that was said */
	int why;
	int failures;
	unsigned digest;
	const char *text;
};

/* Something that was or may be said. */
struct state_problem {
	struct state_problem *next;
	const char *key;	/* what it is about: "name ...", "lookup ipv4" */
	int64_t first;		/* first seen */
	int runs;		/* in a row */
	int why;		/* kind of the problem, as report says */
	int64_t said;		/* last said; 0: not yet */
	const char *text;	/* as it was last said */
	bool fresh;		/* seen in this run (not stored) */
};

struct state {
	struct mem *mem;
	struct state_lookup *lookups;
	struct state_name *names;
	struct state_left *left;
	struct state_account *accounts;
	struct state_problem *problems;
	unsigned char key[STATE_KEY];
	bool damaged;		/* if locked, it was kept as STATE.bad */
};

struct state_files;	/* the open folder, the names in it and the lock */

/*
 * Opens the folder of the path, making what is missing of it (0700). NULL:
 * *fail says why (writable by others, not a folder, ...).
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
 * made. NULL: it cannot be read or kept; *fail says why.
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
 * Reads a state from memory, for state_load and the fuzzer; NULL never. Times
 * are kept as they are, also in the future. No key: it is all zeros.
 */
struct state *state_parse(const char *text, size_t len);
void state_format(const struct state *state, struct buf *out);

/*
 * The row, made if it is missing, in a sorted list. The key is copied; other
 * texts that are put into a row must live as long (mem_text from state->mem).
 */
struct state_lookup *state_lookup(struct state *state, const char *set);
struct state_name *state_name(struct state *state, const char *name,
	const char *type, const char *account);
struct state_account *state_account(struct state *state, const char *account);
struct state_problem *state_problem(struct state *state, const char *key);

/* Notes an address that is left; one that is noted already is not again. */
void state_leave(struct state *state, const struct state_name *name,
	const struct address *address);

/* Forgets all that is left of the name. */
void state_leave_none(struct state *state, const struct state_name *name);

/* The first that is left of the name, from `left` on; NULL: none. */
struct state_left *state_left_of(
	struct state_left *left, const struct state_name *name);

/* Takes a problem out of the list. */
void state_forget(struct state *state, struct state_problem *problem);

/*
 * Drops rows not named by the configuration for 90 days: lookups and names by
 * `seen`, what is left and accounts with their last name, problems that are not fresh by the
 * last time they were seen or said. A `seen` that is 0 or lies in the future
 * becomes now. To be called before state_save.
 */
void state_expire(struct state *state, int64_t now);

/*
 * A file beside the state (STATE + suffix), whole, to be freed; NULL if it is
 * not there or not readable.
 */
char *state_read_beside(struct state_files *files, const char *suffix,
	size_t *len);
/* Writes such a file anew, without syncing. */
bool state_write_beside(struct state_files *files, const char *suffix,
	const struct buf *text);

#endif
