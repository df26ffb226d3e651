/* SPDX-License-Identifier: ISC */
/*
 * Between the files of status: how each name stands, for text and document.
 */
#ifndef DDNS_STATUS_INTERNAL_H
#define DDNS_STATUS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "buf.h"
#include "cli.h"
#include "decide.h"
#include "plan.h"
#include "report.h"
#include "state/state.h"

/* A name and type of an account. */
struct status_item {
	struct status_item *next;
	const struct account *account;
	const char *name;
	enum row_type type;
	const struct state_name *state;
	const struct state_account *hold;
	unsigned digest; /* of the account now */
	struct address want; /* family 0: none is known */
	bool unfit;          /* the suffix makes none of use */
	enum decision decision;
	bool whole;       /* its account is held, whatever its own fate */
	int64_t until;    /* held until; -1 for good, 0 not held */
	const char *why;  /* "", or why it is not well */
	const char *step; /* "", or what comes next */
};

struct status {
	const struct cli *cli;
	struct plan *plan;
	struct mem *mem;
	struct state *state;
	struct stats *stats;
	struct status_item *items; /* in the order of the configuration */
	int64_t now;
	bool well;
};

/* text.c: prints all of it for people. */
void status_text(const struct status *status);

/* document.c: prints the same for programs. */
void status_document(const struct status *status);

/* document.c: prints the document of a state that cannot be read. */
void status_refusal(const char *why);

#endif
