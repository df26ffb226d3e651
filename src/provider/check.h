/*
 * The mistakes that a row can have: ddns-providers(5), MESSAGES.
 */
#ifndef DDNS_PROVIDER_CHECK_H
#define DDNS_PROVIDER_CHECK_H

#include <stdbool.h>

struct config;
struct layer_words;
struct layer_work;
struct row;
struct row_declared;

/* Checks a row that row_make made for a type (enum row_type). */
void row_check(struct layer_work *work, const struct row *row, int type,
	const struct row_declared *declared);

/* Checks what the layers hold together: declarations, defaults, ceilings. */
void row_check_layers(
	struct layer_work *work, const struct row_declared *declared);

/* Whether a variable stands bare in a JSON body of the row. */
bool row_check_bare(const struct row *row, const char *variable);

/*
 * Checks the keys of the topmost section: known, given once, in one line.
 * words: other keys that are known there, besides the declared ones.
 */
void row_check_keys(struct config *config, const struct layer_work *work,
	const struct row_declared *declared, const struct layer_words *words);

#endif
