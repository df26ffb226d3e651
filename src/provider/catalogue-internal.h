/*
 * The rows there are, and the layers of one.
 */
#ifndef DDNS_PROVIDER_CATALOGUE_INTERNAL_H
#define DDNS_PROVIDER_CATALOGUE_INTERNAL_H

#include <stdbool.h>

struct catalogue;
struct config;
struct config_section;
struct layer;
struct layer_work;
struct mem;
struct provider_text;
struct row;
struct row_declared;

struct catalogue_row {
	struct catalogue_row *next;
	const char *name;
	const struct provider_text *text;     /* NULL: a user's row */
	const struct config_section *section; /* built in: once it is read */
	struct catalogue_row *hidden; /* the built-in row of the same name */
};

/* The user's, which catalogue_new was given. */
struct config *catalogue_config(struct catalogue *catalogue);

/* NULL: there is none. A user's row hides a built-in one. */
struct catalogue_row *catalogue_find(
	struct catalogue *catalogue, const char *name);

/* Nearest name of a row, or NULL. */
const char *catalogue_nearest(struct catalogue *catalogue, const char *name);

/*
 * The row's section with its `like` rows below. NULL: `like` is wrong; if it
 * is this row's fault, work (or NULL) is told, whose top is then its section.
 */
const struct layer *catalogue_layers(struct catalogue *catalogue,
	struct catalogue_row *row, struct mem *mem, struct layer_work *work);

/* Makes and checks both types from work's layers. */
void catalogue_make(struct layer_work *work, struct row *rows,
	struct row_declared **declared);

/* The mistakes of the layers below the topmost; empty if there are none. */
void catalogue_make_below(
	struct layer_work *below, const struct layer_work *work);

/* Checks one of the user's rows. */
void catalogue_check_row(struct catalogue *catalogue, struct catalogue_row *row,
	struct config *config);

#endif
