/* SPDX-License-Identifier: ISC */
/*
 * A whole configuration understood: lookups, accounts and what holds between
 * them. Reads by config, lookup, provider, nsupdate and event; every command
 * but `providers` starts from it. Who includes it has what a plan is made of.
 */
#ifndef DDNS_PLAN_H
#define DDNS_PLAN_H

#include <stdbool.h>

#include "config/config.h"
#include "lookup/lookup.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "table.h"

struct address;
struct state;
struct event_request;

/* A name of an account and one of its types, with the lookups for it. */
struct plan_item {
	struct plan_item *next;
	const struct account *account;
	const char *name;
	enum row_type type;
	const struct lookup_set *set;
};

struct plan {
	struct config *config;
	struct catalogue *catalogue;
	struct lookup_set *sets;  /* in the order of the file */
	struct table by_label;    /* finds them */
	struct account *accounts; /* in the order of the file */
	struct plan_item *items;  /* in the order of the file */
	struct event_request *webhook;   /* NULL: none */
	struct event_request *heartbeat; /* NULL: none */
};

/*
 * Reads and checks everything; never NULL. config->mistakes tells whether it
 * may be used.
 */
struct plan *plan_read(const char *path);

/*
 * The same of the general keys and the lookups alone: accounts may be missing
 * or not right yet; so may lookups, unless they are needed.
 */
struct plan *plan_read_lookups(const char *path, bool needed);
void plan_free(struct plan *plan);

/* The lookups of a family and label, or NULL. */
struct lookup_set *plan_set(
	const struct plan *plan, int family, const char *label);

/*
 * The address that names of the account are to have when their lookup found
 * this one. False: the suffix makes none that may be published.
 */
bool plan_want(const struct account *account, const struct lookup_set *set,
	struct address *address);

/* What of a plan a command uses. */
struct plan_use {
	const struct lookup_set *sets; /* that are asked; NULL: none */
	const char *state;             /* its path; NULL: there is none */
	bool acts; /* it calls providers, writes the state and gives news */
};

/* Gives up what such a command does not need. plan may be NULL. */
void plan_confine(const struct plan *plan, const struct plan_use *use);

/* Whether a name as a user writes it is that of an account. */
bool plan_same_name(const char *written, const char *name);

/*
 * What an account is remembered by in the state: 16 bits under the state's
 * key, enough to notice a change, too few to test a password.
 */
unsigned plan_digest(const struct account *account, const struct state *state);

#endif
