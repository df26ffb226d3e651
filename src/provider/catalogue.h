/* SPDX-License-Identifier: ISC */
/*
 * The rows there are: built in, and the configuration's own, one of which may
 * hide a built-in row of the same name.
 */
#ifndef DDNS_PROVIDER_CATALOGUE_H
#define DDNS_PROVIDER_CATALOGUE_H

#include "provider/row.h"

struct config;
struct config_line;
struct config_section;
struct layer;
struct mem;

struct catalogue;

/* The config may be NULL. */
struct catalogue *catalogue_new(struct config *config);
void catalogue_free(struct catalogue *catalogue);

/* Names of all rows, sorted, NULL at the end; the catalogue's. */
const char *const *catalogue_names(struct catalogue *catalogue);

/* The name of the row that has this name, or this other name, or NULL. */
const char *catalogue_name(struct catalogue *catalogue, const char *name);

/*
 * The name that is most likely meant by one that no row has: that of the
 * service whose host or domain it is, else the one that is spelled nearest.
 * NULL: none, or none alone. others (or NULL): words that are no rows, taken
 * if a single letter is wrong.
 */
const char *catalogue_hint(struct catalogue *catalogue, const char *name,
	const char *const *others);

/* Whether a row has the word in a name, its title or a host, in whatever
 * letter case. */
bool catalogue_has(
	struct catalogue *catalogue, const char *name, const char *word);

/* Whether a user's row of this name hides a built-in one. */
bool catalogue_hides(struct catalogue *catalogue, const char *name);

/* Checks all of the user's rows, used or not. Reports in the config. */
void catalogue_check(struct catalogue *catalogue);

/* A row without an account. */
struct catalogue_view {
	const char *name;
	const char *title;                    /* NULL: none */
	const char *site;                     /* NULL: none */
	const char *aka;                      /* a space between them */
	const struct config_line *advice;
	const char *text;                     /* NULL: a user's row */
	const struct config_section *section; /* of a user's row */
	const struct layer *layers;           /* NULL: its `like` is wrong */
	struct row rows[ROW_TYPES];           /* if there are layers */
	struct row_declared *declared;
};

/* False: no row has this name, or this other name. */
bool catalogue_look(struct catalogue *catalogue, const char *name,
	struct mem *mem, struct catalogue_view *view);

/* What the row of a view writes for a key, for ROW_A, or NULL. */
const char *catalogue_default(
	const struct catalogue_view *view, struct mem *mem, const char *key);

#endif
