/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "buf.h"
#include "screen.h"

static const struct {
	int width;
	int indent;
	const char *text;
	const char *expected;
} wraps[] = {
	{ 10, 0, "", "\n" },
	{ 10, 2, "a", "  a\n" },
	{ 10, 0, "0123456789", "0123456789\n" },
	{ 10, 0, "01234 6789", "01234 6789\n" },
	{ 10, 0, "01234 6789 b", "01234 6789\nb\n" },
	{ 10, 0, "01234 67890", "01234\n67890\n" },
	{ 10, 4, "ab cd ef", "    ab cd\n    ef\n" },
	{ 10, 4, "longer-than-it b", "    longer-than-it\n    b\n" },
	{ 10, 0, "  many   spaces  ", "many\nspaces\n" },
	{ 10, 0, "run `a b c d e`, now", "run\n`a b c d e`,\nnow\n" },
	{ 10, 0, "an open ` quote here", "an open `\nquote here\n" },
	/* four characters, of which each takes three bytes and two columns */
	{ 14, 0, "当前地址 ab cd", "当前地址 ab cd\n" },
	{ 13, 0, "当前地址 ab cd", "当前地址 ab\ncd\n" },
};

static void
test_wrap(void **unused)
{
	struct buf out = { 0 };
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
		screen_wrap(
			&out, wraps[i].width, wraps[i].indent, wraps[i].text);
		assert_string_equal(buf_text(&out), wraps[i].expected);
		buf_free(&out);
	}
}

/* Characters count, not bytes; a column of nothing is not there. */
static void
test_table(void **unused)
{
	static const char *const cells[][5] = {
		{ "ab", "x", "", "1", "" },
		{ "é", "", "", "12345", "at the end " },
	};
	struct screen_column table[] = { { "A", 0, false }, { "B", 3, false },
		{ "", 0, false }, { "NO", 4, true }, { "", 0, false },
		{ NULL, 0, false } };
	struct buf out = { 0 };
	size_t i;

	(void)unused;
	screen_measure(table, NULL);
	assert_int_equal(screen_table_width(table), 1 + 2 + 3 + 2 + 4);
	for (i = 0; i < 2; i++)
		screen_measure(table, cells[i]);
	assert_int_equal(screen_table_width(table), 2 + 2 + 3 + 2 + 5 + 2 + 11);
	screen_row(&out, table, "* ", NULL);
	for (i = 0; i < 2; i++)
		screen_row(&out, table, "", cells[i]);
	table[0].width = 1; /* too narrow */
	table[3].width = 1;
	screen_row(&out, table, "", cells[1]);
	assert_string_equal(buf_text(&out), "* A   B       NO\n"
					    "ab  x        1\n"
					    "é        12345  at the end\n"
					    "é       12345  at the end\n");
	buf_free(&out);
}

static void
test_width(void **unused)
{
	static const struct {
		const char *columns;
		int expected;
	} rows[] = {
		{ "100", 100 },
		{ "60", 60 },
		{ "20", 60 },
		{ "9999999999999999999", 200 },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("COLUMNS", rows[i].columns, 1);
		assert_int_equal(screen_width(), rows[i].expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
