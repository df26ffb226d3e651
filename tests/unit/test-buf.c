/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
an_empty_buffer_reads_as_empty_text(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_add(&buf, NULL, 0);
	assert_string_equal(buf_text(&buf), "");
	assert_int_equal(buf.len, 0);
	buf_free(&buf);
	buf_free(&buf);
	buf_free(NULL);
}

static void
a_buffer_keeps_every_byte_while_it_grows(void **state)
{
	struct buf buf = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		buf_char(&buf, (char)(i % 251));
		assert_int_equal(buf.len, i + 1);
		assert_int_equal(buf.at[buf.len], 0);
		assert_true(buf.cap > buf.len);
	}
	for (i = 0; i < 5000; i++)
		assert_int_equal((unsigned char)buf.at[i], i % 251);
	buf_free(&buf);
	assert_null(buf.at);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.cap, 0);
	buf_str(&buf, "again");
	assert_string_equal(buf_text(&buf), "again");
	buf_free(&buf);
}

static void
printf_adds_texts_of_any_length(void **state)
{
	struct buf buf = { 0 };
	size_t len, total = 0;

	(void)state;
	for (len = 0; len < 300; len++) {
		buf_printf(&buf, "%*s", (int)len, len ? "x" : "");
		total += len;
		assert_int_equal(buf.len, total);
		assert_int_equal(strlen(buf.at), total);
		if (len)
			assert_int_equal(buf.at[total - 1], 'x');
	}
	buf_cut(&buf, 0);
	buf_printf(&buf, "%s=%d%%", "n", -7);
	assert_string_equal(buf.at, "n=-7%");
	buf_free(&buf);
}

static void
cutting_wipes_the_rest(void **state)
{
	static const char zero[7] = { 0 };
	struct buf buf = { 0 };

	(void)state;
	buf_cut(&buf, 0);
	buf_str(&buf, "keep secret");
	buf_cut(&buf, 12);
	buf_cut(&buf, 11);
	assert_string_equal(buf_text(&buf), "keep secret");
	buf_cut(&buf, 4);
	assert_int_equal(buf.len, 4);
	assert_string_equal(buf_text(&buf), "keep");
	assert_memory_equal(buf.at + 4, zero, sizeof zero);
	buf_free(&buf);
}

static void
printable_escapes_what_must_not_be_shown(void **state)
{
	static const struct {
		const char *bytes;
		const char *want;
	} rows[] = {
		{ "plain \\ \"text\" ~", "plain \\ \"text\" ~" },
		{ "a\tb\r\nc", "a\\x09b\\x0D\\x0Ac" },
		{ "\x1B[31mred\x7F", "\\x1B[31mred\\x7F" },
		{ "\xE5\xBD\x93\xC3\xA9\xF0\x9F\x98\x80",
			"\xE5\xBD\x93\xC3\xA9\xF0\x9F\x98\x80" },
		{ "\xC2\x9F|\xC2\xA0", "\\xC2\\x9F|\xC2\xA0" },
		{ "\xC2\x80", "\\xC2\\x80" },
		{ "\x80\xBF\xFE\xFF", "\\x80\\xBF\\xFE\\xFF" },
		{ "\xC0\xAF", "\\xC0\\xAF" },
		{ "\xC1\xBF", "\\xC1\\xBF" },
		{ "\xE0\x9F\xBF", "\\xE0\\x9F\\xBF" },
		{ "\xE0\xA0\x80", "\xE0\xA0\x80" },
		{ "\xF0\x8F\xBF\xBF", "\\xF0\\x8F\\xBF\\xBF" },
		{ "\xF0\x90\x80\x80", "\xF0\x90\x80\x80" },
		{ "\xED\x9F\xBF", "\xED\x9F\xBF" },
		{ "\xED\xA0\x80", "\\xED\\xA0\\x80" },
		{ "\xED\xBF\xBF", "\\xED\\xBF\\xBF" },
		{ "\xEE\x80\x80", "\xEE\x80\x80" },
		{ "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF" },
		{ "\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80" },
		{ "\xF5\x80\x80\x80", "\\xF5\\x80\\x80\\x80" },
		{ "\xE5\xBD", "\\xE5\\xBD" },
		{ "\xE5\xBDx", "\\xE5\\xBDx" },
		{ "\xE5\xE5\xBD\x93", "\\xE5\xE5\xBD\x93" },
		{ "\xF0\x9F\x98", "\\xF0\\x9F\\x98" },
		{ "\xD8\x9B|\xD8\x9C|\xD8\x9D",
			"\xD8\x9B|\\xD8\\x9C|\xD8\x9D" },
		{ "\xE2\x80\x8D|\xE2\x80\x8E|\xE2\x80\x8F|\xE2\x80\x90",
			"\xE2\x80\x8D|\\xE2\\x80\\x8E|\\xE2\\x80\\x8F|"
			"\xE2\x80\x90" },
		{ "\xE2\x80\xA9|\xE2\x80\xAA|\xE2\x80\xAE|\xE2\x80\xAF",
			"\xE2\x80\xA9|\\xE2\\x80\\xAA|\\xE2\\x80\\xAE|"
			"\xE2\x80\xAF" },
		{ "\xE2\x81\xA5|\xE2\x81\xA6|\xE2\x81\xA9|\xE2\x81\xAA",
			"\xE2\x81\xA5|\\xE2\\x81\\xA6|\\xE2\\x81\\xA9|"
			"\xE2\x81\xAA" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct buf buf = { 0 };

		buf_str(&buf, "<");
		buf_printable(&buf, rows[i].bytes, strlen(rows[i].bytes));
		buf_str(&buf, ">");
		buf.at[buf.len - 1] = '\0';
		assert_string_equal(buf.at + 1, rows[i].want);
		buf_free(&buf);
	}
}

/* An end within a sequence, and a NUL, which no C string can show. */
static void
printable_takes_exactly_len_bytes(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	buf_printable(&buf, "", 0);
	assert_int_equal(buf.len, 0);
	buf_printable(&buf, "a\0b", 3);
	assert_string_equal(buf_text(&buf), "a\\x00b");
	buf_cut(&buf, 0);
	buf_printable(&buf, "\xE5\xBD\x93", 2);
	assert_string_equal(buf_text(&buf), "\\xE5\\xBD");
	buf_free(&buf);
}

static void
a_pool_gives_zeroed_aligned_bytes(void **state)
{
	struct mem *mem = mem_new();
	size_t len, i;

	(void)state;
	for (len = 0; len < 200; len++) {
		unsigned char *bytes = mem_take(mem, len);

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (i = 0; i < len; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xA5, len);
	}
	mem_free(mem);
	mem_free(NULL);
}

static void
a_pool_copies_texts(void **state)
{
	struct mem *mem = mem_new();
	char text[] = "text";
	char *copy = mem_text(mem, text);
	char *part = mem_textn(mem, "part of it", 4);
	char *none = mem_textn(mem, NULL, 0);
	char *made = mem_printf(mem, "%s %d", "number", 42);

	(void)state;
	text[0] = 'n';
	assert_string_equal(copy, "text");
	assert_string_equal(part, "part");
	assert_string_equal(none, "");
	assert_string_equal(made, "number 42");
	mem_free(mem);
}

static void
wiping_leaves_zeros_and_no_more(void **state)
{
	unsigned char bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const unsigned char want[8] = { 1, 2, 0, 0, 0, 0, 7, 8 };

	(void)state;
	mem_wipe(bytes + 2, 4);
	assert_memory_equal(bytes, want, sizeof want);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_reads_as_empty_text),
		cmocka_unit_test(a_buffer_keeps_every_byte_while_it_grows),
		cmocka_unit_test(printf_adds_texts_of_any_length),
		cmocka_unit_test(cutting_wipes_the_rest),
		cmocka_unit_test(printable_escapes_what_must_not_be_shown),
		cmocka_unit_test(printable_takes_exactly_len_bytes),
		cmocka_unit_test(a_pool_gives_zeroed_aligned_bytes),
		cmocka_unit_test(a_pool_copies_texts),
		cmocka_unit_test(wiping_leaves_zeros_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
