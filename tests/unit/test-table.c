/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "buf.h"
#include "table.h"

struct thing {
	const char *key[TABLE_KEY];
	int value;
};

static void
key_of(const void *thing, const char *key[TABLE_KEY])
{
	const struct thing *of = thing;
	size_t i;

	for (i = 0; i < TABLE_KEY; i++)
		key[i] = of->key[i];
}

/* Steps on one table, in order; found: the value, 0: nothing. */
static const struct {
	char step; /* + adds, - removes, ? finds */
	struct thing thing;
	size_t count; /* behind it */
} steps[] = {
	{ '?', { { "a" }, 0 }, 0 },
	{ '-', { { "a" }, 0 }, 0 },
	{ '+', { { "a" }, 1 }, 1 },
	{ '?', { { "a" }, 1 }, 1 },
	{ '?', { { "A" }, 0 }, 1 },
	{ '?', { { "" }, 0 }, 1 },
	{ '?', { { "a", "" }, 0 }, 1 },
	{ '+', { { "" }, 2 }, 2 },
	{ '?', { { "" }, 2 }, 2 },
	/* where one text of a key ends counts */
	{ '+', { { "ab", "c" }, 3 }, 3 },
	{ '+', { { "a", "bc" }, 4 }, 4 },
	{ '+', { { "a", "b", "c" }, 5 }, 5 },
	{ '?', { { "ab", "c" }, 3 }, 5 },
	{ '?', { { "a", "bc" }, 4 }, 5 },
	{ '?', { { "a", "b", "c" }, 5 }, 5 },
	{ '?', { { "a", "b" }, 0 }, 5 },
	{ '?', { { "abc" }, 0 }, 5 },
	/* the later one stays */
	{ '+', { { "a", "bc" }, 6 }, 5 },
	{ '?', { { "a", "bc" }, 6 }, 5 },
	{ '-', { { "a", "bc" }, 0 }, 4 },
	{ '?', { { "a", "bc" }, 0 }, 4 },
	{ '-', { { "a", "bc" }, 0 }, 4 },
	{ '?', { { "a" }, 1 }, 4 },
	{ '?', { { "ab", "c" }, 3 }, 4 },
	{ '+', { { "a", "bc" }, 7 }, 5 },
	{ '?', { { "a", "bc" }, 7 }, 5 },
};

static void
steps_in_order(void **unused)
{
	struct mem *mem = mem_new();
	struct table table = { .mem = mem, .key = key_of };
	const struct thing *found;
	struct thing *thing;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		thing = mem_take(mem, sizeof *thing);
		*thing = steps[i].thing;
		if (steps[i].step == '+')
			table_add(&table, thing);
		else if (steps[i].step == '-')
			table_remove(&table, thing->key);
		found = table_find(&table, thing->key);
		if ((found ? found->value : 0) != thing->value ||
			table.count != steps[i].count)
			fail_msg("step %zu: %d, %zu", i,
				found ? found->value : 0, table.count);
	}
	mem_free(mem);
}

/* Every so many of the texts are removed; the others must stay found, whatever
 * stood behind whom. */
static const struct {
	int texts;
	int every;
} fills[] = {
	{ 1, 1 },
	{ 7, 2 },
	{ 8, 3 },
	{ 9, 1 },
	{ 1000, 2 },
	{ 1000, 7 },
	{ 20000, 3 },
};

static void
fill(int texts, int every)
{
	struct mem *mem = mem_new();
	struct table table = { .mem = mem, .key = table_text };
	const char *key[TABLE_KEY] = { NULL };
	int i, left = texts;

	for (i = 0; i < texts; i++)
		table_add(&table, mem_printf(mem, "h%d.example.com", i));
	assert_int_equal(table.count, texts);
	for (i = 0; i < texts; i += every, left--) {
		key[0] = mem_printf(mem, "h%d.example.com", i);
		table_remove(&table, key);
	}
	assert_int_equal(table.count, left);
	for (i = 0; i < texts; i++) {
		const char *text = mem_printf(mem, "h%d.example.com", i);
		const char *found = table_find_text(&table, text);

		if (!found != (i % every == 0))
			fail_msg("%d of %d, every %d", i, texts, every);
		if (found)
			assert_string_equal(found, text);
	}
	mem_free(mem);
}

static void
many_texts(void **unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof fills / sizeof fills[0]; i++)
		fill(fills[i].texts, fills[i].every);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_in_order),
		cmocka_unit_test(many_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
