/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "json/json.h"

static struct json_t *
must_read(const char *text)
{
	struct fail fail = { 0 };
	struct json_t *root = json_read(text, strlen(text), &fail);

	if (!root)
		fail_msg("%s: %s", text, fail.text);
	return root;
}

/* Adds each value: its text, `!` behind what is bare, `{}` for an object. */
static bool
collect(struct json_t *value, void *arg)
{
	struct buf *out = arg;

	if (out->len > 0)
		buf_str(out, "|");
	if (!json_text(value, out))
		buf_str(out, "{}");
	if (json_bare(value))
		buf_str(out, "!");
	return true;
}

struct row {
	const char *text;
	const char *pointer;
	enum json_met met;
	const char *found;
};

static void
check_all(const struct row *rows, size_t count, enum json_kind kind)
{
	struct json_t *root;
	struct buf out = { 0 };
	enum json_met met;
	size_t i;

	for (i = 0; i < count; i++) {
		root = must_read(rows[i].text);
		assert_int_equal(
			json_kind(rows[i].text, strlen(rows[i].text)), kind);
		met = json_find(root, rows[i].pointer, collect, &out);
		if (met != rows[i].met ||
			strcmp(buf_text(&out), rows[i].found) != 0)
			fail_msg("%s %s: %d %s", rows[i].text, rows[i].pointer,
				(int)met, buf_text(&out));
		buf_free(&out);
		json_free(root);
	}
}

static void
test_find(void **state)
{
	static const struct row rows[] = {
		/* RFC 6901 */
		{ "{\"a\":{\"b\":\"x\"}}", "/a/b", JSON_VALUE, "x" },
		{ "{\"a\":{\"b\":\"x\"}}", "/a", JSON_ITEM, "{}" },
		{ "{\"a\":{\"b\":\"x\"}}", "/b", JSON_ABSENT, "" },
		{ "{\"a\":{\"b\":\"x\"}}", "/a/b/c", JSON_ABSENT, "" },
		{ "{\"a/b\":1,\"m~n\":2,\"~1\":3}", "/a~1b", JSON_VALUE, "1!" },
		{ "{\"a/b\":1,\"m~n\":2,\"~1\":3}", "/m~0n", JSON_VALUE, "2!" },
		{ "{\"a/b\":1,\"m~n\":2,\"~1\":3}", "/~01", JSON_VALUE, "3!" },
		{ "{\"\":{\"\":4}}", "/", JSON_ITEM, "{}" },
		{ "{\"\":{\"\":4}}", "//", JSON_VALUE, "4!" },
		{ "{\"a\":1}", "", JSON_ITEM, "{}" },
		{ "{\"a\":null}", "/a", JSON_NOTHING, "" },
		{ "{\"a\":null}", "/a/b", JSON_ABSENT, "" },

		/* a list stands for its elements, unless an index follows */
		{ "[\"a\",\"b\"]", "", JSON_LIST, "a|b" },
		{ "[\"a\",\"b\"]", "/1", JSON_VALUE, "b" },
		{ "[\"a\",\"b\"]", "/2", JSON_ABSENT, "" },
		{ "[\"a\",\"b\"]", "/01", JSON_ABSENT, "" },
		{ "[\"a\",\"b\"]", "/99999999999999999999", JSON_ABSENT, "" },
		{ "{\"r\":[{\"n\":1},{\"n\":2}]}", "/r/n", JSON_LIST, "1!|2!" },
		{ "{\"r\":[{\"n\":1},{\"n\":2}]}", "/r/0/n", JSON_VALUE, "1!" },
		{ "{\"r\":[{\"n\":1},{\"n\":2}]}", "/r", JSON_LIST, "{}|{}" },
		{ "{\"r\":[{\"n\":[1,2]},{\"n\":3},{}]}", "/r/n", JSON_LIST,
			"1!|2!|3!" },
		{ "[[1,[2]],3]", "", JSON_LIST, "1!|2!|3!" },
		{ "[[{\"a\":1}],[{\"a\":2}]]", "/a", JSON_LIST, "1!|2!" },
		{ "[[{\"a\":1}],[{\"a\":2}]]", "/1/a", JSON_LIST, "2!" },
		{ "{\"0\":\"x\"}", "/0", JSON_VALUE, "x" },
		{ "[null,1]", "", JSON_LIST, "1!" },

		/* lists of none, and lists that are not there */
		{ "{\"r\":[]}", "/r", JSON_LIST, "" },
		{ "{\"r\":[]}", "/r/n", JSON_LIST, "" },
		{ "{\"r\":[{\"a\":1}]}", "/r/n", JSON_ABSENT, "" },
		{ "{\"r\":[{\"n\":null}]}", "/r/n", JSON_LIST, "" },
		{ "[]", "/a/b", JSON_LIST, "" },

		/* every member */
		{ "{\"1\":{\"h\":\"a\"},\"2\":{\"h\":\"b\"}}", "/*/h",
			JSON_LIST, "a|b" },
		{ "{\"1\":{\"h\":\"a\"},\"2\":{\"h\":\"b\"}}", "/*", JSON_LIST,
			"{}|{}" },
		{ "[]", "/*", JSON_LIST, "" },
		{ "{}", "/*/h", JSON_LIST, "" },
		{ "{\"s\":\"failed\"}", "/*/h", JSON_ABSENT, "" },
		{ "[{\"a\":1},{\"b\":2}]", "/*", JSON_LIST, "1!|2!" },

		/* texts */
		{ "[1.50,12345678901234567890123,1e999,-0,true,false,\"1\"]",
			"", JSON_LIST,
			"1.50!|12345678901234567890123!|1e999!|-0!|true!|false!|1" },
		{ "[\"\\u00e9\\n\\\\u0000 \\\" 1\"]", "", JSON_LIST,
			"é\n\\u0000 \" 1" },
		{ "\xef\xbb\xbf \r\n\t{\"a\" : [ 1 , 2 ] }\n", "/a", JSON_LIST,
			"1!|2!" },
	};

	(void)state;
	check_all(rows, sizeof rows / sizeof *rows, JSON_JSON);
}

static void
test_xml(void **state)
{
	static const struct row rows[] = {
		{ "<a><b>x</b></a>", "/b", JSON_VALUE, "x" },
		{ "<a><b>x</b><b>y</b><c/></a>", "/b", JSON_LIST, "x|y" },
		{ "<a><b>x</b><b>y</b><b>z</b></a>", "/b/1", JSON_VALUE, "y" },
		{ "<a><b><c>1</c></b><b><c>2</c></b></a>", "/b/c", JSON_LIST,
			"1|2" },
		{ "<a><b/></a>", "/b", JSON_VALUE, "" },
		{ "<a><b></b></a>", "", JSON_ITEM, "{}" },
		{ "<a>x</a>", "", JSON_VALUE, "x" },
		{ "<a/>", "/b", JSON_ABSENT, "" },
		{ "<a>\n  <b>\n x y \n</b>\n</a>", "/b", JSON_VALUE, "x y" },
		{ "<a>text<b k='v'>1</b>more</a>", "/b", JSON_VALUE, "1" },
		{ "<a><b>&lt;&amp;&#233;<![CDATA[<x>]]></b></a>", "/b",
			JSON_VALUE, "<&é<x>" },
		{ "<a><b>1</b><c>2</c></a>", "/*", JSON_LIST, "1|2" },
		{ " <?xml version=\"1.0\" encoding=\"utf-16\"?>"
		  "<interface-response><ErrCount>0</ErrCount><errors />"
		  "</interface-response>",
			"/ErrCount", JSON_VALUE, "0" },
		{ "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a><b>1</b></a>",
			"/b", JSON_VALUE, "1" },
	};

	(void)state;
	check_all(rows, sizeof rows / sizeof *rows, JSON_XML);
}

struct refusal {
	const char *text;
	const char *fail;
};

static void
test_refused(void **state)
{
	static const struct refusal rows[] = {
		{ "", "neither JSON nor XML" },
		{ " \n", "neither JSON nor XML" },
		{ "good 192.0.2.1", "neither JSON nor XML" },
		{ "\"a\"", "neither JSON nor XML" },
		{ "{", "not JSON: string or '}' expected" },
		{ "{\"a\":1,\"a\":2}", "not JSON: duplicate object key" },
		{ "{\"a\":1 2}", "not JSON: '}' expected" },
		{ "{} x", "not JSON: end of file expected" },
		{ "{}{}", "not JSON: end of file expected" },
		{ "[01]", "not JSON: a number or string is not well-formed" },
		{ "[1.]", "not JSON: a number or string is not well-formed" },
		{ "[-]", "not JSON: a number or string is not well-formed" },
		{ "[\"a]", "not JSON: a number or string is not well-formed" },
		{ "[\"a\\", "not JSON: a number or string is not well-formed" },
		{ "[\"\\u0000\"]",
			"not JSON: a number or string is not well-formed" },
		{ "{1:2}", "not JSON: NUL byte in object key not supported" },
		{ "[nan]", "not JSON: invalid token" },
		{ "[true1]", "not JSON: ']' expected" },
		{ "[\"\xff\"]", "not JSON: unable to decode byte 0xff" },
		{ "<a><b></a>", "not XML: mismatched tag at line 1" },
		{ "<a/>\n<b/>",
			"not XML: junk after document element at line 2" },
		{ "<a>&b;</a>", "not XML: undefined entity at line 1" },
		{ "<a>\xff</a>",
			"not XML: not well-formed (invalid token) at line 1" },
		{ "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
			"not XML: a DOCTYPE with declarations at line 1" },
		{ "<!DOCTYPE a SYSTEM \"x\"><a>0&b;</a>",
			"not XML: undefined entity at line 1" },
		{ "<", "not XML: unclosed token at line 1" },
	};
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&fail, 0, sizeof fail);
		assert_null(
			json_read(rows[i].text, strlen(rows[i].text), &fail));
		assert_string_equal(fail.text, rows[i].fail);
	}
	assert_null(json_read("[1,\0]", 5, &fail));
	assert_null(json_read("<a>\0</a>", 8, &fail));
}

/* Nested deeper than any answer, and longer. */
static void
test_ceilings(void **state)
{
	static char text[1024 * 1024 + 2];
	struct json_t *root;
	struct fail fail;
	int i;

	(void)state;
	for (i = 0; i < 64; i++) {
		memcpy(text + 3 * i, "<a>", 3);
		memcpy(text + 3 * 64 + 4 * i, "</a>", 4);
	}
	root = json_read(text, 7 * 64, &fail);
	assert_non_null(root);
	json_free(root);
	memcpy(text + 3 * 64, "<b/>", 4);
	assert_null(json_read(text, 7 * 64, &fail));
	assert_string_equal(fail.text, "not XML: nested too deep at line 1");

	strcpy(text, "<a>");
	for (i = 0; i < 50000; i++)
		memcpy(text + 3 + 4 * i, "<b/>", 4);
	assert_null(json_read(text, 3 + 4 * 50000, &fail));
	assert_string_equal(fail.text,
		"not XML: more values than a document may have at line 1");

	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	root = json_read(text, 128, &fail);
	assert_non_null(root);
	json_free(root);
	memset(text, '[', sizeof text);
	memset(text + 65, ']', 65);
	assert_null(json_read(text, 130, &fail));
	assert_string_equal(fail.text, "not JSON: nested too deep");

	memset(text, ',', sizeof text);
	text[0] = '[';
	assert_null(json_read(text, sizeof text - 2, &fail));
	assert_string_equal(fail.text, "more values than a document may have");
	assert_null(json_read(text, sizeof text - 1, &fail));
	assert_string_equal(fail.text, "longer than 1048576 bytes");
}

static bool
twice(struct json_t *value, void *arg)
{
	int *calls = arg;

	(void)value;
	return ++*calls < 2;
}

static void
test_ends_early(void **state)
{
	struct json_t *root = must_read("[[1,2],{\"a\":3}]");
	int calls = 0;

	(void)state;
	json_find(root, "", twice, &calls);
	assert_int_equal(calls, 2);
	json_free(root);
	json_free(NULL);
}

static void
test_first(void **state)
{
	static const struct row rows[] = {
		{ "{\"e\":[{\"m\":null},{\"m\":{}},{\"m\":\"x\"}]}", "/e/m",
			JSON_VALUE, "x" },
		{ "{\"m\":\"\"}", "/m", JSON_VALUE, "" },
		{ "{\"m\":[7.0]}", "/m", JSON_VALUE, "7.0" },
		{ "{\"m\":{}}", "/m", JSON_ABSENT, "" },
		{ "{\"m\":null}", "/m", JSON_ABSENT, "" },
		{ "{}", "/m", JSON_ABSENT, "" },
		{ "<a><m>x</m></a>", "/m", JSON_VALUE, "x" },
	};
	struct json_t *root;
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		root = must_read(rows[i].text);
		buf_str(&out, "=");
		assert_int_equal(json_first(root, rows[i].pointer, &out),
			rows[i].met == JSON_VALUE);
		assert_string_equal(buf_text(&out) + 1, rows[i].found);
		buf_free(&out);
		json_free(root);
	}
}

/* What is found below a pointer in the whole, and in what was picked. */
static void
test_pick(void **state)
{
	static const struct {
		const char *text;
		const char *pointers[3];
		const char *gone; /* what was there, and is not any more */
	} rows[] = {
		{ "{\"r\":[{\"n\":1,\"x\":2},{\"n\":3,\"x\":4}]}",
			{ "/r/", "/r/n" }, "/r/x" },
		{ "{\"r\":[{\"n\":null},{\"n\":[5,6]}],\"y\":7}",
			{ "/r/", "/r/n" }, "/y" },
		{ "{\"r\":{},\"y\":7}", { "/r/" }, "/y" },
		{ "{\"r\":[],\"y\":7}", { "/r/", "/r/n" }, "/y" },
		{ "{\"y\":7}", { "/r/", "/r/n" }, "/y" },
		{ "[{\"n\":1,\"x\":2}]", { "/", "/n" }, "/x" },
		{ "[\"a\",\"b\"]", { "/", "" }, NULL },
		{ "{\"a/b\":{\"m~n\":1},\"y\":7}", { "/a~1b/m~0n" }, NULL },
		{ "{\"a\":{\"n\":1},\"b\":{\"n\":2,\"x\":3}}", { "/*/n" },
			"/b/x" },
		{ "{\"r\":[[1,2],[3]],\"y\":4}", { "/r/1/0", "/r/0/1" }, "/y" },
		{ "<a><r><n>1</n><x>2</x></r><r><n>3</n></r></a>",
			{ "/r/", "/r/n" }, "/r/x" },
	};
	struct json_t *root, *picked;
	struct buf whole = { 0 }, rest = { 0 };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		root = must_read(rows[i].text);
		for (n = 0; n < 3 && rows[i].pointers[n]; n++)
			continue;
		picked = json_pick(root, rows[i].pointers, n);
		while (n-- > 0) {
			assert_int_equal(json_find(root, rows[i].pointers[n],
						 collect, &whole),
				json_find(picked, rows[i].pointers[n], collect,
					&rest));
			assert_string_equal(buf_text(&whole), buf_text(&rest));
		}
		buf_free(&whole);
		buf_free(&rest);
		if (rows[i].gone) {
			assert_true(json_first(root, rows[i].gone, &whole));
			assert_false(json_first(picked, rows[i].gone, &rest));
		}
		buf_free(&whole);
		json_free(root);
		json_free(picked);
	}
}

static void
test_texts(void **state)
{
	static const struct row bare[] = {
		{ "0", "", JSON_VALUE, "" },
		{ "-12.50e+3", "", JSON_VALUE, "" },
		{ "12345678901234567890", "", JSON_VALUE, "" },
		{ "true", "", JSON_VALUE, "" },
		{ "false", "", JSON_VALUE, "" },
		{ "null", "", JSON_ABSENT, "" },
		{ "", "", JSON_ABSENT, "" },
		{ "-", "", JSON_ABSENT, "" },
		{ "00", "", JSON_ABSENT, "" },
		{ "+1", "", JSON_ABSENT, "" },
		{ "1.", "", JSON_ABSENT, "" },
		{ ".5", "", JSON_ABSENT, "" },
		{ "1e", "", JSON_ABSENT, "" },
		{ "1 ", "", JSON_ABSENT, "" },
		{ "True", "", JSON_ABSENT, "" },
	};
	static const struct row pointers[] = {
		{ "", "", JSON_VALUE, "" },
		{ "/", "", JSON_VALUE, "" },
		{ "/a/b~1c~0", "", JSON_VALUE, "" },
		{ "a", "", JSON_ABSENT, "" },
		{ "/a~", "", JSON_ABSENT, "" },
		{ "/a~2", "", JSON_ABSENT, "" },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bare / sizeof *bare; i++)
		assert_int_equal(
			json_bare_ok(bare[i].text), bare[i].met == JSON_VALUE);
	for (i = 0; i < sizeof pointers / sizeof *pointers; i++)
		assert_int_equal(json_pointer_ok(pointers[i].text),
			pointers[i].met == JSON_VALUE);

	json_escape(&out, "a\"\\/\b\f\n\r\t\x01\x1f\x7f é\0b", 17);
	assert_string_equal(buf_text(&out),
		"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é\\u0000b");
	buf_free(&out);
	assert_int_equal(json_kind(" [", 2), JSON_JSON);
	assert_int_equal(json_kind("\xef\xbb\xbf<", 4), JSON_XML);
	assert_int_equal(json_kind(" x", 2), JSON_NEITHER);
	assert_int_equal(json_kind("", 0), JSON_NEITHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_ends_early),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
