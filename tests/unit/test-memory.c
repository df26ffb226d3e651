/* SPDX-License-Identifier: ISC */
/* How much of answers is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory.h"

#define MIB ((size_t)1024 * 1024)

/* MiB that each of so many holders gets, one after the other. */
static void
each_holder_leaves_room(void **state)
{
	static const struct {
		size_t ceiling, holders;
		size_t got[10];
	} rows[] = {
		{ 8, 1, { 3 } },
		{ 8, 3, { 3, 1, 1 } },
		{ 1, 10, { 1, 1, 1, 1, 1, 0, 0, 0, 0, 0 } },
		{ 2, 4, { 2, 2, 1, 0 } },
	};
	size_t i, n, own, all;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (n = 0, all = 0; n < rows[i].holders; n++, all += own) {
			own = 0;
			while (own < rows[i].ceiling * MIB &&
				memory_hold(MIB, own))
				own += MIB;
			assert_int_equal(own, rows[i].got[n] * MIB);
		}
		memory_release(all);
	}
	assert_false(memory_hold(MEMORY_ANSWERS + 1, 0));
	assert_false(memory_hold(SIZE_MAX, 0));
	assert_false(memory_hold(1, SIZE_MAX - 1));
	assert_false(memory_hold(MEMORY_ANSWERS, 0));
	memory_expect(MEMORY_ANSWERS);
	assert_true(memory_hold(MEMORY_ANSWERS, 0));
	memory_release(MEMORY_ANSWERS);
}

static void
what_is_used_is_counted(void **state)
{
	const size_t before = memory_used();
	char *bytes = memory_take(1000);

	(void)state;
	assert_int_equal(memory_used(), before + 1000);
	bytes = memory_resize(bytes, 3000);
	assert_int_equal(memory_used(), before + 3000);
	memory_give(bytes);
	assert_int_equal(memory_used(), before);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_holder_leaves_room),
		cmocka_unit_test(what_is_used_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
