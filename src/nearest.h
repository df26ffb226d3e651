/* SPDX-License-Identifier: ISC */
/*
 * The known word that is nearest to one that is not known: "did you mean".
 */
#ifndef DDNS_NEAREST_H
#define DDNS_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* A word and the nearest of the known ones that it was compared with. */
struct nearest {
	const char *word;
	const char *known; /* NULL: none is near */
	const char *means; /* what the known word stands for */
	size_t far;        /* fewer changes than that are near */
	bool tie;          /* words of two meanings are as near */
};

void nearest_begin(struct nearest *nearest, const char *word);

/* Compares a known word that stands for something: of several that stand for
 * the same, the first that is near is kept. */
void nearest_try(
	struct nearest *nearest, const char *known, const char *means);

/* The same, but more than one letter makes it another word. */
void nearest_try_close(struct nearest *nearest, const char *known);

/* The one that is nearest, or NULL: none is near, or two are as near. */
const char *nearest_found(const struct nearest *nearest);

/* All of this for a NULL-terminated list of known words. */
const char *nearest_word(const char *word, const char *const *known);

#endif
