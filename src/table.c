/* SPDX-License-Identifier: ISC */
/* Open addressing with linear probing. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "table.h"

#define LEAST 16

void
table_text(const void *thing, const char *key[TABLE_KEY])
{
	key[0] = thing;
}

/* FNV-1a, a byte of no text between two; its high bits are the better ones. */
static size_t
slot_of(const struct table *table, const char *const key[TABLE_KEY])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const char *at;
	size_t i;

	for (i = 0; i < TABLE_KEY && key[i]; i++) {
		for (at = key[i]; *at; at++) {
			hash ^= (unsigned char)*at;
			hash *= UINT64_C(0x100000001b3);
		}
		hash *= UINT64_C(0x100000001b3);
	}
	hash ^= hash >> 32;
	return (size_t)hash & (table->size - 1);
}

static bool
has_key(const struct table *table, const void *thing,
	const char *const key[TABLE_KEY])
{
	const char *own[TABLE_KEY] = { NULL };
	size_t i;

	table->key(thing, own);
	for (i = 0; i < TABLE_KEY && key[i] && own[i]; i++)
		if (strcmp(key[i], own[i]) != 0)
			return false;
	return i == TABLE_KEY || key[i] == own[i];
}

/* Where the thing of a key is, or would be. */
static size_t
place(const struct table *table, const char *const key[TABLE_KEY])
{
	size_t at = slot_of(table, key);

	while (table->slots[at] && !has_key(table, table->slots[at], key))
		at = (at + 1) & (table->size - 1);
	return at;
}

void *
table_find(const struct table *table, const char *const key[TABLE_KEY])
{
	return table->count > 0 ? table->slots[place(table, key)] : NULL;
}

void *
table_find_text(const struct table *table, const char *text)
{
	const char *const key[TABLE_KEY] = { text };

	return table_find(table, key);
}

static void
put(struct table *table, void *thing)
{
	const char *key[TABLE_KEY] = { NULL };
	void **slot;

	table->key(thing, key);
	slot = &table->slots[place(table, key)];
	table->count += !*slot;
	*slot = thing;
}

static void
grow(struct table *table)
{
	void **const old = table->slots;
	const size_t size = table->size;
	size_t i;

	table->size = size > 0 ? 2 * size : LEAST;
	table->slots = mem_take(table->mem, table->size * sizeof(void *));
	table->count = 0;
	for (i = 0; i < size; i++)
		if (old[i])
			put(table, old[i]);
}

void
table_add(struct table *table, void *thing)
{
	if (2 * (table->count + 1) > table->size)
		grow(table);
	put(table, thing);
}

/* What stands behind it without a gap is put anew: else it would be lost. */
void
table_remove(struct table *table, const char *const key[TABLE_KEY])
{
	size_t at = table->count > 0 ? place(table, key) : 0;
	void *thing;

	if (table->count == 0 || !table->slots[at])
		return;
	table->slots[at] = NULL;
	table->count--;
	while (at = (at + 1) & (table->size - 1), (thing = table->slots[at])) {
		table->slots[at] = NULL;
		table->count--;
		put(table, thing);
	}
}
