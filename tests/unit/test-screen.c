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
	{ 10, 0, "  many   blanks  ", "many\nblanks\n" },
	{ 10, 0, "run `a b c d e`, now", "run\n`a b c d e`,\nnow\n" },
	{ 10, 0, "an open ` quote here", "an open `\nquote here\n" },
	/* four characters, of which each takes three bytes */
	{ 10, 0, "当前地址 ab cd", "当前地址 ab cd\n" },
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

static void
test_pad(void **unused)
{
	struct buf out = { 0 };

	(void)unused;
	screen_pad(&out, 4, "ab");
	screen_pad(&out, 2, "abc");
	screen_pad(&out, 3, "é");
	assert_string_equal(buf_text(&out), "ab  abcé  ");
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
		cmocka_unit_test(test_pad),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
