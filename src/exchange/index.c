/* SPDX-License-Identifier: ISC */
/*
 * Items of an answer by the name in them, for many works may look for theirs in
 * the same list: from the second one on they find them.
 */
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"

struct exchange_index {
	struct mem *mem;
	const char *items, *pointer, *variable; /* by which it was made */
	struct table table; /* the first entry of each name */
	size_t known, bare; /* items with a name, and without */
	struct fail fail;   /* "", or why the items are not there */
};

static void
key_of_entry(const void *entry, const char *key[TABLE_KEY])
{
	key[0] = ((const struct exchange_entry *)entry)->name;
}

/* On the way through the items. */
struct making {
	struct exchange_index *index;
	const struct row_reading *reading;
};

static bool
each_item(struct json_t *item, void *arg)
{
	const struct making *making = arg;
	struct exchange_index *index = making->index;
	struct exchange_entry *entry, *first;
	struct buf text = { 0 }, name = { 0 };
	struct fail fail;

	if (exchange_answer_text(
		    item, making->reading, index->variable, &text, &fail)) {
		name_canonical(&name, buf_text(&text));
		entry = mem_take(index->mem, sizeof *entry);
		entry->name = mem_text(index->mem, buf_text(&name));
		entry->at = index->known++;
		entry->item = item;
		first = table_find_text(&index->table, entry->name);
		if (first)
			first->last->next = entry;
		else
			table_add(&index->table, first = entry);
		first->last = entry;
	} else {
		index->bare++;
	}
	buf_free(&text);
	buf_free(&name);
	return true;
}

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static void
make(const struct call *call, const struct row_reading *reading,
	const char *variable)
{
	struct mem *mem = mem_new();
	struct exchange_index *index = mem_take(mem, sizeof *index);
	struct making making = { index, reading };
	const struct call *page;

	index->mem = mem;
	index->items = reading->items;
	index->pointer = exchange_answer_pointer(reading, variable);
	index->variable = variable;
	index->table = (struct table){ .mem = mem, .key = key_of_entry };
	for (page = call; page; page = page->more)
		if (!exchange_answer_items(
			    page, reading, each_item, &making, &index->fail))
			break;
	exchange_index_free(call->first);
	call->first->index = index;
}

bool
exchange_index_serves(const struct call *call,
	const struct row_reading *reading, const char *variable)
{
	const struct exchange_index *index = call->first->index;
	const char *pointer = exchange_answer_pointer(reading, variable);

	/* most answers are for one work, and have an item or two */
	if (!pointer || call->first->taken++ == 0)
		return false;
	if (!index || !is_same(index->items, reading->items) ||
		!is_same(index->pointer, pointer))
		make(call, reading, variable);
	return true;
}

bool
exchange_index_counts(
	const struct call *call, size_t *known, size_t *bare, struct fail *fail)
{
	const struct exchange_index *index = call->first->index;

	*fail = index->fail;
	if (*fail->text)
		return false;
	*known = index->known;
	*bare = index->bare;
	if (index->bare > 0)
		fail_set(fail, "an item without %s", index->variable);
	return true;
}

const struct exchange_entry *
exchange_index_find(const struct call *call, const char *name)
{
	return table_find_text(&call->first->index->table, name);
}

void
exchange_index_free(struct call *first)
{
	if (first->index)
		mem_free(first->index->mem);
	first->index = NULL;
}
