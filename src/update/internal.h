/*
 * Between the files of update: a run and what it is about.
 */
#ifndef DDNS_UPDATE_INTERNAL_H
#define DDNS_UPDATE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "decide.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "lookup/lookup.h"
#include "provider/account.h"
#include "report.h"

/* A set of lookups in use. */
struct update_line {
	struct update_line *next;
	const struct lookup_set *set;
	struct state_lookup *state;
	struct lookup lookup;
	struct fail fail;
	struct address found;
	struct address current; /* found now, or the last that was */
	bool used;              /* some name of this run hangs on it */
	bool fresh;             /* found in this run */
	bool decided;           /* its names were decided */
	bool lacking;           /* the line has no such family today */
};

/* A name, type and account of this run. */
struct update_item {
	struct update_item *next;
	struct update *update;
	const struct account *account;
	const char *name;
	enum row_type type;
	struct update_line *line;
	struct update_item *other; /* of the same name, the other type */
	struct state_name *state;
	struct state_account *hold;
	unsigned digest;
	enum decision decision;
	bool decided;
	bool begun; /* a provider call was begun */
	bool unfit; /* the suffix makes no address that may be published */
	struct address want;
	struct address old; /* confirmed before this run */
	struct address was;
	struct fail fail;
	const char *preview; /* of a dry run, for the document */
	struct exchange_job job;
};

struct update_call {
	struct update_call *next;
	struct exchange *exchange; /* one of the two */
	struct nsupdate *nsupdate;
};

struct update {
	const struct cli *cli;
	struct plan *plan;
	struct mem *mem;
	struct state_files *files;
	struct state *state;
	struct stats *stats;
	struct http *http;
	struct fail no_http; /* why there is none */
	struct update_line *lines;
	struct update_item *items;
	struct update_call *calls;
	struct report report;
	struct http_timer *gather;
	int64_t now;
	bool broken;         /* the state could not be written */
	struct fail fail;    /* why */
	struct fail trouble; /* what ended the run, "" if nothing did */
};

/* update-items.c: which lines and names take part. */
void update_collect(struct update *update);

/* update-apply.c */

/* Decides the names of all lines that are finished and starts what is due. */
void update_begin(struct update *update);

/* Gives what has no result yet one: the run was ended before. */
void update_drop(struct update *update, const char *why);

/* Whether a provider confirmed another address than before. */
bool update_changed(const struct update_item *item);

/* Says what was changed, in the order of the configuration. */
void update_say_changes(struct update *update);

/* update-settle.c */

/* Notes all problems, and returns the exit status. */
int update_settle(struct update *update);

/* update-lines.c */

/* Notes whether a line has its address, and how its sources do. */
void update_settle_line(struct update *update, struct update_line *line);

/* update-events.c */

/*
 * Runs the hook and the webhook for each piece of news, and the heartbeat. To
 * be called without the lock. What fails is a problem like others, and is
 * noted in the state. Without http the heartbeat fails.
 */
void update_tell(struct update *update, int status, int64_t deadline);

/* update-document.c: the run as a document on stdout. */
void update_document(const struct update *update, int status, int64_t started);

#endif
