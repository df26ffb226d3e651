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

const char *
nearest_word(const char *word, const char *const *known)
{
	size_t len = strlen(word), best, far;
	const char *nearest = NULL;

	if (len == 0 || len > WORD_MAX_BYTES)
		return NULL;
	/* of a short word, two changes leave too little */
	best = len < 4 ? 2 : len < 9 ? 3 : len / 3 + 1;
	for (; *known; known++) {
		if (strlen(*known) > WORD_MAX_BYTES)
			continue;
		far = distance(word, *known);
		if (far < best) {
			best = far;
			nearest = *known;
		}
	}
	return nearest;
}
