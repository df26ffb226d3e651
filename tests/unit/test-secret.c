/* SPDX-License-Identifier: ISC */
/*
 * Secrets, and the two ways by which texts leave the ground floor: causes and
 * debug lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "log.h"
#include "secret.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct row {
	const char *text;
	const char *want;
};

static int
forget(void **state)
{
	(void)state;
	secret_forget();
	return 0;
}

static void
expect_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct buf buf = { 0 };

		buf_str(&buf, rows[i].text);
		secret_mask(&buf, 0);
		assert_string_equal(buf_text(&buf), rows[i].want);
		buf_free(&buf);
	}
}

static void
nothing_is_masked_before_something_is_hidden(void **state)
{
	static const struct row rows[] = { { "", "" }, { "abc", "abc" } };

	(void)state;
	secret_hide(NULL);
	secret_hide("");
	expect_rows(rows, COUNT(rows));
}

static void
plain_secrets_are_masked_everywhere(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "hunter", "hunter" },
		{ "hunter12", "***" },
		{ "a hunter12 b", "a *** b" },
		{ "xhunter12x", "x***x" },
		{ "hunter12,hunter12", "***,***" },
		{ "hhunter12 hunterhunter12", "h*** hunter***" },
		{ "Hunter2", "Hunter2" },
		{ "***", "***" },
	};
	char text[] = "hunter12";

	(void)state;
	secret_hide(text);
	memset(text, 'x', sizeof text - 1); /* the list has its own copy */
	expect_rows(rows, COUNT(rows));
}

/* The secret is p@s/w "d&é<+~*' and a tab, in every dress it may be sent in. */
static void
every_spelling_is_masked(void **state)
{
	static const struct row rows[] = {
		{ "p@s/w \"d&\xC3\xA9<+~*'\t", "***" },
		{ "?k=p@s%2Fw%20%22d%26%C3%A9%3C%2B~*%27%09&x", "?k=***&x" },
		{ "?k=p%40s%2Fw%20%22d%26%C3%A9%3C%2B~%2A%27%09&x",
			"?k=***&x" },
		{ "?k=p%40s%2fw%20%22d%26%c3%a9%3c%2b~%2a%27%09&x",
			"?k=***&x" },
		{ "k=p@s%2Fw+%22d%26%C3%A9%3C%2B~*%27%09&x", "k=***&x" },
		{ "k=p%40s%2Fw+%22d%26%C3%A9%3C%2B~%2A%27%09&x", "k=***&x" },
		{ "k=p%40s%2Fw+%22d%26%C3%A9%3C%2B%7E*%27%09&x", "k=***&x" },
		{ "{\"k\":\"p@s/w \\\"d&\xC3\xA9<+~*'\\t\"}",
			"{\"k\":\"***\"}" },
		{ "{\"k\":\"p@s\\/w \\\"d&\xC3\xA9<+~*'\\t\"}",
			"{\"k\":\"***\"}" },
		{ "<k>p@s/w &quot;d&amp;\xC3\xA9&lt;+~*&apos;\t</k>",
			"<k>***</k>" },
		{ "p@s/w \"d&\xC3\xA9<+~*'\\x09", "***" },
		{ "p\\u0040s\\/w \\u0022d\\u0026\\u00e9\\u003C+~*\\u0027\\u0009",
			"***" },
		{ "p&#64;s/w&#x20;&#34;d&amp;&#233;&#60;+~*&#39;&#9;", "***" },
		{ "p@s/w \"d&\xC3\xA9<+~*\t", "p@s/w \"d&\xC3\xA9<+~*\t" },
		{ "Basic cEBzL3cgImQmw6k8K34qJwk=", "Basic ***" },
		/* JSON in JSON, in HTML and in a URL; a URL in a URL */
		{ "p@s/w \\\\\"d&\xC3\xA9<+~*'\\\\t", "***" },
		{ "{p@s/w \\&quot;d&amp;\xC3\xA9&lt;+~*&#39;\\t}", "{***}" },
		{ "p%40s%2Fw%20%5C%22d%26%C3%A9%3C%2B~*%27%5Ct", "***" },
		{ "p%2540s%252Fw%2520%2522d%2526%25C3%25A9%253C%252B~%252A%25"
		  "27%2509",
			"***" },
	};

	(void)state;
	secret_hide("p@s/w \"d&\xC3\xA9<+~*'\t");
	expect_rows(rows, COUNT(rows));
}

/* Any name that is not XML's may be any sign, and no letter. */
static void
names_of_html_are_masked(void **state)
{
	static const char secret[] =
		"+tok_A+b/C=d.e:f!g&h\"i'j<k\xC3\xA9l&hi;m#";
	static const struct row rows[] = {
		{ "<p>+tok_A&plus;b/C=d.e:f!g&h\"i'j<k\xC3\xA9l&hi;m#</p>",
			"<p>***</p>" },
		{ "&plus;tok&lowbar;A&plus;b&sol;C&equals;d&period;e&colon;f"
		  "&excl;g&amp;h&quot;i&apos;j&lt;k&eacute;l&amp;hi&semi;m"
		  "&num;",
			"***" },
		{ "&x;tok&y1;A&z;b&sol;C&equals;d.e:f!g&AMP;h&QUOT;i'j&LT;"
		  "k&#233;l&hi;m&CounterClockwiseContourIntegralx;",
			"***" },
		/* within another escape */
		{ "%26plus%3Btok_A&amp;plus;b/C=d.e:f!g&h\"i'j<k\xC3\xA9"
		  "l&hi;m#",
			"***" },
		{ "&percnt;2Btok_A&bsol;u002bb/C=d.e:f!g&h\"i'j<k"
		  "\xC3\xA9l&hi;m#",
			"***" },
		/* neither a letter nor two signs, and not longer */
		{ "+&t;ok_A+b/C=d.e:f!g&h\"i'j<k\xC3\xA9l&hi;m#",
			"+&t;ok_A+b/C=d.e:f!g&h\"i'j<k\xC3\xA9l&hi;m#" },
		{ "+tok_A&plus;/C=d.e:f!g&h\"i'j<k\xC3\xA9l&hi;m#",
			"+tok_A&plus;/C=d.e:f!g&h\"i'j<k\xC3\xA9l&hi;m#" },
		{ "+tok_A&CounterClockwiseContourIntegralxx;b/C=",
			"+tok_A&CounterClockwiseContourIntegralxx;b/C=" },
		{ "+tok_A&1;b", "+tok_A&1;b" },
		{ "+tok_A&;b", "+tok_A&;b" },
		{ "+tok_A&plus", "+tok_A&plus" },
	};

	(void)state;
	secret_hide(secret);
	expect_rows(rows, COUNT(rows));
}

static void
base64_is_masked_in_both_alphabets(void **state)
{
	static const struct row rows[] = {
		{ "fn5+Pz8/Pn5+fg==", "***" },
		{ "fn5-Pz8_Pn5-fg==", "***" },
		{ "[fn5+Pz8/Pn5+fg]", "[***]" },
		{ "fn5&plus;Pz8&sol;Pn5&#43;fg&equals;&equals;", "***" },
	};

	(void)state;
	secret_hide("~~~\?\?\?>~~~");
	expect_rows(rows, COUNT(rows));
}

/* A user name of each length modulo 3 before the password. */
static void
base64_is_masked_within_longer_base64(void **state)
{
	static const struct row rows[] = {
		{ "Basic YWI6Y29ycmVjdGhvcnNl", "Basic YWI6***" },
		{ "Basic YTpjb3JyZWN0aG9yc2U=", "Basic YTp***U=" },
		{ "Basic YWJjOmNvcnJlY3Rob3JzZQ==", "Basic YWJjOm***Q==" },
	};

	(void)state;
	secret_hide("correcthorse");
	expect_rows(rows, COUNT(rows));
}

static void
short_secrets_are_masked_as_whole_words_or_not_at_all(void **state)
{
	static const struct row rows[] = {
		{ "me", "me" },
		{ "bWU=", "bWU=" },
		{ "four", "***" },
		{ "some four more", "some *** more" },
		{ "four2 _four four_ 2four", "four2 _four four_ 2four" },
		{ "k=four&x", "k=***&x" },
		{ "\"four\"", "\"***\"" },
		{ "fourteen", "fourteen" },
		{ "Zm91cg==", "***" },
		{ "holds secrets, secret", "holds secrets, ***" },
		{ "8bytes!!now", "***now" },
	};

	(void)state;
	secret_hide("me");
	secret_hide("four");
	secret_hide("secret");
	secret_hide("8bytes!!");
	expect_rows(rows, COUNT(rows));
}

/* A label that somebody chose as a password, too. */
static void
names_of_sections_are_shown(void **state)
{
	static const struct row rows[] = {
		{ "[dyndns2 four] four", "[dyndns2 four] ***" },
		{ "home A none -> 1 (dyndns2 four)",
			"home A none -> 1 (dyndns2 four)" },
		{ "[four] (four] four", "[***] (***] ***" },
		{ "{\"a\":\"dyndns2 four\"}", "{\"a\":\"dyndns2 four\"}" },
		{ "dyndns2 four", "dyndns2 four" },
		{ "dyndns2 four it is", "dyndns2 *** it is" },
		{ "[dyndns2 four", "[dyndns2 ***" },
	};

	(void)state;
	secret_show("dyndns2 four");
	secret_show("dyndns2");
	secret_hide("four");
	expect_rows(rows, COUNT(rows));
}

static void
no_piece_of_an_overlapping_secret_is_left(void **state)
{
	static const struct row rows[] = {
		{ "token", "***" },
		{ "token-and-more", "***" },
		{ "token-and", "***-and" },
		{ "more-of-it", "***" },
		{ "token-and-more-of-it", "***" },
		{ "abcdabcdabcdabcd", "***" },
		{ "abcdabcdabcda", "***a" },
		{ "xxabcdabcdabcdxx", "xx***xx" },
	};

	(void)state;
	secret_hide("token");
	secret_hide("token-and-more");
	secret_hide("more-of-it");
	secret_hide("abcdabcd");
	expect_rows(rows, COUNT(rows));
}

static void
masking_begins_where_it_is_told(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	secret_hide("hunter12");
	secret_hide("me");
	buf_str(&buf, "hunter12 hunter12");
	secret_mask(&buf, 8);
	assert_string_equal(buf_text(&buf), "hunter12 ***");
	secret_mask(&buf, 1);
	assert_string_equal(buf_text(&buf), "hunter12 ***");
	secret_mask(&buf, 11);
	secret_mask(&buf, 99);
	assert_string_equal(buf_text(&buf), "hunter12 ***");
	buf_cut(&buf, 0);
	buf_str(&buf, "same");
	secret_mask(&buf, 2);
	assert_string_equal(buf_text(&buf), "same");
	buf_free(&buf);
}

static void
bytes_behind_a_nul_are_masked(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	secret_hide("hunter12");
	buf_add(&buf, "a\0hunter12\0", 11);
	secret_mask(&buf, 0);
	assert_int_equal(buf.len, 6);
	assert_memory_equal(buf.at, "a\0***\0", 6);
	buf_free(&buf);
}

static void
forgetting_ends_the_masking(void **state)
{
	static const struct row rows[] = { { "hunter12", "hunter12" } };

	(void)state;
	secret_hide("hunter12");
	secret_forget();
	expect_rows(rows, COUNT(rows));
	secret_forget();
}

static void
a_cause_is_set_and_placed(void **state)
{
	struct fail fail;

	(void)state;
	assert_false(fail_set(&fail, "%s %d", "status", 500));
	assert_string_equal(fail.text, "status 500");
	assert_false(fail_at(&fail, "%s", "home.example.com"));
	assert_string_equal(fail.text, "home.example.com: status 500");
	assert_false(fail_set(&fail, "(%s)", fail.text));
	assert_string_equal(fail.text, "(home.example.com: status 500)");
}

static void
a_long_cause_is_cut_at_a_character(void **state)
{
	struct fail fail;
	const int most = (int)sizeof fail.text - 1;

	(void)state;
	fail_set(&fail, "%*s", most, "x");
	assert_int_equal(strlen(fail.text), most);
	fail_set(&fail, "%*s", most + 99, "x");
	assert_int_equal(strlen(fail.text), most);
	fail_at(&fail, "where");
	assert_int_equal(strlen(fail.text), most);
	fail_set(&fail, "%*s\xE5\xBD\x93", most - 2, "x");
	assert_int_equal(strlen(fail.text), most - 2);
	fail_set(&fail, "%*s\xE5\xBD\x93", most - 3, "x");
	assert_int_equal(strlen(fail.text), most);
}

static void
a_cause_never_ends_in_half_a_secret(void **state)
{
	struct fail fail;
	const int before = (int)sizeof fail.text - 7;

	(void)state;
	secret_hide("correcthorse");
	fail_set(&fail, "%*scorrecthorse", before, "x");
	assert_string_equal(fail.text + before - 1, "x***");
}

/* A datagram for each write: what a line costs in calls can be counted. */
static ssize_t
take_line(int level, char *line, size_t size)
{
	int pair[2], kept = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	dup2(pair[0], STDERR_FILENO);
	log_level(level);
	log_step("step %d: hunter12 \x1B[2J%s", 1, "a\nb");
	log_wire("wire %d", 2);
	log_level(0);
	dup2(kept, STDERR_FILENO);
	len = recv(pair[1], line, size - 1, MSG_DONTWAIT);
	line[len < 0 ? 0 : len] = '\0';
	if (level == 2) {
		char next[64] = "";

		assert_int_equal(
			recv(pair[1], next, sizeof next - 1, MSG_DONTWAIT), 13);
		assert_string_equal(next, "ddns: wire 2\n");
	}
	assert_int_equal(recv(pair[1], line + size - 1, 1, MSG_DONTWAIT), -1);
	close(kept);
	close(pair[0]);
	close(pair[1]);
	return len;
}

/* A run of secrets is one "***", so the end of the text could come to light. */
static void
a_long_text_is_cut_behind_whole_secrets(void **state)
{
	static const char secret[] = "correct-horse-battery";
	struct buf text = { 0 };
	size_t i;

	(void)state;
	secret_hide(secret);
	for (i = 0; i < 3; i++) {
		buf_str(&text, "first ");
		while (text.len <= SECRET_MOST - i)
			buf_str(&text, secret);
		secret_mask(&text, 0);
		assert_string_equal(buf_text(&text), "first ***");
		buf_free(&text);
	}
	while (text.len < SECRET_MOST / 2 - 3)
		buf_char(&text, '-');
	buf_str(&text, secret);
	while (text.len <= SECRET_MOST)
		buf_char(&text, '-');
	secret_mask(&text, 0);
	assert_int_equal(text.len, SECRET_MOST / 2);
	assert_string_equal(text.at + text.len - 4, "-***");
	buf_free(&text);
}

static void
debug_lines_are_masked_printable_and_whole(void **state)
{
	char line[256];
	int level;

	(void)state;
	secret_hide("hunter12");
	assert_int_equal(take_line(0, line, sizeof line), -1);
	for (level = 1; level <= 2; level++) {
		assert_true(take_line(level, line, sizeof line) > 0);
		assert_string_equal(
			line, "ddns: step 1: *** \\x1B[2Ja\\x0Ab\n");
	}
	assert_int_equal(log_at(), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			nothing_is_masked_before_something_is_hidden, forget),
		cmocka_unit_test_teardown(
			plain_secrets_are_masked_everywhere, forget),
		cmocka_unit_test_teardown(every_spelling_is_masked, forget),
		cmocka_unit_test_teardown(names_of_html_are_masked, forget),
		cmocka_unit_test_teardown(
			base64_is_masked_in_both_alphabets, forget),
		cmocka_unit_test_teardown(
			base64_is_masked_within_longer_base64, forget),
		cmocka_unit_test_teardown(
			short_secrets_are_masked_as_whole_words_or_not_at_all,
			forget),
		cmocka_unit_test_teardown(names_of_sections_are_shown, forget),
		cmocka_unit_test_teardown(
			no_piece_of_an_overlapping_secret_is_left, forget),
		cmocka_unit_test_teardown(
			masking_begins_where_it_is_told, forget),
		cmocka_unit_test_teardown(
			bytes_behind_a_nul_are_masked, forget),
		cmocka_unit_test_teardown(forgetting_ends_the_masking, forget),
		cmocka_unit_test_teardown(a_cause_is_set_and_placed, forget),
		cmocka_unit_test_teardown(
			a_long_cause_is_cut_at_a_character, forget),
		cmocka_unit_test_teardown(
			a_cause_never_ends_in_half_a_secret, forget),
		cmocka_unit_test_teardown(
			a_long_text_is_cut_behind_whole_secrets, forget),
		cmocka_unit_test_teardown(
			debug_lines_are_masked_printable_and_whole, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
