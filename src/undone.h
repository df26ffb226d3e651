/* SPDX-License-Identifier: ISC */
/*
 * A text with so many escapes undone, one within another. Each byte knows from
 * where to where it stood in the text that it was at first. For `secret`.
 */
#ifndef DDNS_UNDONE_H
#define DDNS_UNDONE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct undone {
	struct buf text;
	uint32_t *from;
	uint32_t *to;
};

/* The text itself; to be freed. */
struct undone undone_start(const char *text, size_t len);

/* Undoes each escape once. False: there was none. */
bool undone_more(struct undone *layer);

/* Sets the marks of what bytes of the layer stood for. */
void undone_mark(
	const struct undone *layer, size_t at, size_t len, char *marks);

void undone_free(struct undone *layer);

#endif
