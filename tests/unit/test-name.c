/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "name.h"

static const struct {
	const char *a, *b, *common; /* NULL: none */
} shared[] = {
	{ "a.example.com", "b.example.com", "example.com" },
	{ "a.example.com", "example.com", "example.com" },
	{ "example.com", "a.example.com", "example.com" },
	{ "a.example.com", "a.example.com", "a.example.com" },
	{ "*.example.com", "a.example.com", "example.com" },
	{ "x.a.example.com", "y.b.a.example.com", "a.example.com" },
	{ "xa.example.com", "ya.example.com", "example.com" },
	{ "a.example.com", "xa.example.com", "example.com" },
	{ "xa.example.com", "a.example.com", "example.com" },
	{ "myexample.com", "example.com", NULL },
	{ "example.com", "myexample.com", NULL },
	{ "a.com", "b.com", NULL },
	{ "com", "a.com", NULL },
	{ "a.example.com", "a.example.org", NULL },
	{ "a", "a", NULL },
	{ "", "a.example.com", NULL },
};

static void
what_names_share(void **state)
{
	const char *common;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof shared / sizeof shared[0]; i++) {
		common = name_common(shared[i].a, shared[i].b);
		if (!shared[i].common) {
			assert_null(common);
			continue;
		}
		assert_string_equal(common, shared[i].common);
		assert_ptr_equal(common,
			shared[i].a + strlen(shared[i].a) - strlen(common));
	}
}

/* In their order; what lies below a name stands right behind it. */
static const char *const sorted[] = {
	"",
	"example.org",
	"com",
	"a.com",
	"example.com",
	"*.example.com",
	"*.a.example.com",
	"b.a.example.com",
	"a-a.example.com",
	"xa.example.com",
	"b.example.com",
	"an-example.com",
};

static void
order_of_names(void **state)
{
	const size_t count = sizeof sorted / sizeof sorted[0];
	size_t i, j;
	int is;

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			is = name_order(sorted[i], sorted[j]);
			assert_int_equal(
				(is > 0) - (is < 0), (i > j) - (i < j));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_names_share),
		cmocka_unit_test(order_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
