/* SPDX-License-Identifier: ISC */
/*
 * Finds things by texts, however many there are: a hash table. It holds
 * pointers to things that are somebody's, and knows of each where its key is.
 */
#ifndef DDNS_TABLE_H
#define DDNS_TABLE_H

#include <stddef.h>

struct mem;

#define TABLE_KEY 3 /* texts that may make up a key */

/* To be set up with `mem` and `key`, all else zero. */
struct table {
	struct mem *mem; /* of the slots */
	/* Sets the first texts of a thing's key; the others are NULL. They
	 * stay as they are while the thing is in the table. */
	void (*key)(const void *thing, const char *key[TABLE_KEY]);
	void **slots; /* NULL or a thing; a power of two, at most half full */
	size_t size;
	size_t count;
};

/* The key of a thing that is a text itself. */
void table_text(const void *thing, const char *key[TABLE_KEY]);

/* The thing of that key, or NULL. */
void *table_find(const struct table *table, const char *const key[TABLE_KEY]);

/* The same of a key of one text. */
void *table_find_text(const struct table *table, const char *text);

/* Adds a thing; one of the same key gives way to it. */
void table_add(struct table *table, void *thing);

/* Takes the thing of that key out, if there is one. */
void table_remove(struct table *table, const char *const key[TABLE_KEY]);

#endif
