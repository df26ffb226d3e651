/* SPDX-License-Identifier: ISC */
/*
 * Header fields (RFC 9110, section 5) in the order in which they are sent.
 */
#ifndef DDNS_FIELD_H
#define DDNS_FIELD_H

#include <stddef.h>

struct mem;

struct field {
	struct field *next;
	const char *name;
	const char *value;
};

/*
 * Section 5.6.2: the length of the name that a line "Name: value" begins with;
 * 0: it does not begin with one.
 */
size_t field_name(const char *line);

/* Adds a line "Name: value" behind the others; the memory is mem's. */
void field_add(struct mem *mem, struct field **fields, const char *line);

#endif
