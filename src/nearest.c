/* SPDX-License-Identifier: ISC */
/* How far words are from each other. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "nearest.h"

#define WORD_MAX_BYTES 64 /* of words that are compared */

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Changes, insertions, removals and swaps of neighbours that make one word of
 * the other (optimal string alignment), without case.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t row[3][WORD_MAX_BYTES + 1];
	size_t *now = row[0], *last = row[1], *before = row[2], *spare;
	size_t i, j, len = strlen(b);

	for (j = 0; j <= len; j++)
		now[j] = j;
	for (i = 1; a[i - 1]; i++) {
		spare = before;
		before = last;
		last = now;
		now = spare;
		now[0] = i;
		for (j = 1; j <= len; j++) {
			now[j] = least(last[j] + 1, now[j - 1] + 1,
				last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
				same(a[i - 2], b[j - 1]) &&
				before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return now[len];
}

void
nearest_begin(struct nearest *nearest, const char *word)
{
	const size_t len = strlen(word);

	*nearest = (struct nearest){ .word = word };
	if (len == 0 || len > WORD_MAX_BYTES)
		return;
	/* of a short word, two changes leave too little */
	nearest->far = len < 4 ? 2 : len < 9 ? 3 : len / 3 + 1;
}

static void
compare(struct nearest *nearest, const char *known, const char *means,
	size_t most)
{
	size_t far;
	bool same_meaning;

	if (nearest->far == 0 || strlen(known) > WORD_MAX_BYTES)
		return;
	far = distance(nearest->word, known);
	if (far > most || far > nearest->far ||
		(far == nearest->far && !nearest->known))
		return;
	same_meaning = nearest->known && strcmp(nearest->means, means) == 0;
	if (far == nearest->far) {
		nearest->tie |= !same_meaning;
		return;
	}
	if (!same_meaning)
		nearest->known = known;
	nearest->means = means;
	nearest->far = far;
	nearest->tie = false;
}

void
nearest_try(struct nearest *nearest, const char *known, const char *means)
{
	compare(nearest, known, means, WORD_MAX_BYTES);
}

void
nearest_try_close(struct nearest *nearest, const char *known)
{
	compare(nearest, known, known, 1);
}

const char *
nearest_found(const struct nearest *nearest)
{
	return nearest->tie ? NULL : nearest->known;
}

const char *
nearest_word(const char *word, const char *const *known)
{
	struct nearest nearest;

	nearest_begin(&nearest, word);
	for (; *known; known++)
		nearest_try(&nearest, *known, *known);
	return nearest_found(&nearest);
}
