/* SPDX-License-Identifier: ISC */
/*
 * Between the files of update: a run, the sets of lookups and the items that it
 * is about. update runs it, items collects, apply decides and calls providers,
 * show prints a dry run, settle notes the problems, document and events tell
 * others.
 */
#ifndef DDNS_UPDATE_INTERNAL_H
#define DDNS_UPDATE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "buf.h"
#include "cli.h"
#include "decide.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "http/http.h"
#include "lookup/lookup.h"
#include "plan.h"
#include "report.h"
#include "state/state.h"

/* A set of lookups that may take part. */
struct update_set {
	struct update_set *next;
	const struct lookup_set *lookups;
	struct state_lookup *state;
	struct lookup lookup;
	struct fail fail;
	struct address found;
	struct address current; /* found now, or the last that was */
	bool used;              /* some name of this run needs it */
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
	struct update_set *set;
	struct update_item *other; /* of the same name, the other type */
	struct state_name *state;
	struct state_account *hold;
	unsigned digest;
	enum decision decision;
	bool decided;
	bool begun; /* a provider call was begun */
	bool unfit; /* the suffix makes no address that may be published */
	bool waits; /* it had no turn in this run */
	struct update_call *call; /* that it is part of; NULL: none */
	struct state_name before; /* as it was when the call was begun */
	struct address want;
	struct address old;   /* confirmed before this run */
	struct address tried; /* in the last attempt before it, as before.tried */
	struct address was; /* what the record held */
	struct exchange_dry dry;
	struct exchange_job job;
};

struct update_call {
	struct update_call *next;
	struct exchange *exchange; /* one of the two */
	struct nsupdate *nsupdate;
	bool stopped; /* the account is held since this call */
	size_t left;  /* jobs without a result */
};

struct update {
	const struct cli *cli;
	struct plan *plan;
	struct mem *mem;
	struct state_files *files;
	struct state *state;
	struct stats *stats;
	struct http *http;
	struct fail no_http; /* why there is no http */
	struct update_set *sets;
	struct update_item *items; /* an account's follow each other */
	struct update_set *looking; /* the first that has not finished, or one
				       before it */
	struct fail cause; /* of the job that ends: it is kept in the state */
	const char *late;  /* why some had no turn */
	struct update_call *calls;
	int calls_left; /* that have jobs without a result */
	struct report report;
	struct http_timer *gather;
	struct http_timer *saving; /* of what an account confirmed */
	int64_t saved;             /* clock_ms */
	int64_t now;
	int finished;        /* provider calls that have a result */
	int64_t shown;       /* clock_ms when it was last shown how many */
	int wide;            /* columns of that line; 0: there is none */
	bool claimed;        /* no other run tells what the state keeps */
	bool broken;         /* the state could not be written */
	struct fail fail;    /* why */
	struct fail trouble; /* what ended the run, "" if nothing did */
};

/* items.c: which sets and items take part. */
void update_collect(struct update *update);

/* apply.c: decides the items whose lookups are finished, starts what is due. */
void update_begin(struct update *update);

/* apply.c: gives what has no result yet one: the run was ended before. What
 * had no turn is as if it had not been begun. */
void update_drop(struct update *update, const char *why);

/* apply.c: what the name had: as confirmed, unless others undid that, else as
 * the record was read. */
const struct address *update_before(const struct update_item *item);

/* apply.c: whether a provider confirmed another address than before, or that a
 * record which others had changed holds it again. */
bool update_changed(const struct update_item *item);

/* apply.c: reports what was changed, in the order of the configuration. */
void update_report_changes(struct update *update, struct report *report);

/* show.c: whether the name would be changed, or was read and is right. */
bool update_shown(const struct update_item *item);

/* show.c: prints what a dry run learned. */
void update_show(struct update *update);

/*
 * terminal.c: one more provider call has its result; a terminal is shown how
 * many there are of how many, and the line is taken off again before anything
 * else is printed.
 */
void update_show_progress(struct update *update);
void update_end_progress(struct update *update);

/* terminal.c: tells a terminal that there was nothing to tell. */
void update_show_rest(const struct update *update, int status);

/* settle.c: notes all problems, and returns the exit status. */
int update_settle(struct update *update);

/*
 * events.c: runs the hook and the webhook for each piece of news, and the
 * heartbeat, which fails without http. To be called without the lock. What
 * fails is a problem like others, and is noted in the state; news that was
 * taken leaves it, that of earlier runs is offered again first.
 */
void update_tell(struct update *update, int status, int64_t deadline);

/* events.c: puts the news into the state, for the receivers there are, until it
 * is taken: what a run says after a save is not lost with the run. */
void update_keep_news(struct update *update, const struct report *report);

/* events.c: forgets news for a receiver that there is no more. */
void update_forget_news(struct update *update);

/* document.c: prints the run as a document. */
void update_document(const struct update *update, int status, int64_t started);

#endif
