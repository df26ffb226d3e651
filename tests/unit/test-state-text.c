/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "buf.h"
#include "fail.h"
#include "state/internal.h"

#define HEAD "# ddns state 1\n"
#define HEX "000102030405060708090a0b0c0d0e0f"
#define KEY "key\t" HEX HEX "\n"
#define LOOKUP "lookup\tipv4\t203.0.113.7\t1700000000\t0\t1700000001\n"
#define LACKING "lookup\tipv6 wan2\tnone\t0\t1\t1700000001\n"
#define NAME \
	"name\ta.example.com\tA\tcloudflare\t203.0.113.7\t1700000000\t" \
	"1700000001\t2\t1700000300\tlater\t00ff\t1700000002\tno answer\t" \
	"203.0.113.8\n"
/* as versions before wrote it */
#define NAME_OLD \
	"name\ta.example.com\tA\tcloudflare\t203.0.113.7\t1700000000\t" \
	"1700000001\t2\t1700000300\tlater\t00ff\t1700000002\tno answer\n"
#define NAME_NONE \
	"name\ta.example.com\tA\tcloudflare\t203.0.113.7\t1700000000\t" \
	"1700000001\t2\t1700000300\tlater\t00ff\t1700000002\tno answer\t" \
	"none\n"
#define NAME6 \
	"name\ta.example.com\tAAAA\tdyndns2 no-ip\tnone\t0\t0\t0\t-1\t" \
	"refused\tbeef\t1700000002\t\tnone\n"
#define LEFT "left\ta.example.com\tA\tcloudflare\t192.0.2.1\n"
#define LEFT2 "left\ta.example.com\tA\tcloudflare\t192.0.2.2\n"
#define ACCOUNT \
	"account\tcloudflare\t-1\t1700000000\tdenied\t1\t0001\tbadauth\n"
#define PROBLEM "problem\tlookup ipv4\t1700000000\t3\t1\t0\tno address\n"
#define NEWS \
	"news\t1700000000\twebhook\tchanged\ta.example.com\tA\tcloudflare\t" \
	"none\t203.0.113.7\ta.example.com A none -> 203.0.113.7\n"
#define NEWS2 "news\t1700000001\thook\tfailed\t\t\t\t\t\tno address\n"
#define EVERY \
	HEAD KEY LOOKUP LACKING NAME NAME6 LEFT LEFT2 ACCOUNT PROBLEM NEWS NEWS2

static void
expect_format(struct state *state, const char *text)
{
	struct buf out = { 0 };

	state_format(state, &out);
	assert_string_equal(buf_text(&out), text);
	assert_int_equal(out.len, strlen(text));
	buf_free(&out);
}

static void
every_member_is_read(void **unused)
{
	struct state *state = state_parse(EVERY, strlen(EVERY));
	const struct state_lookup *lookup = state->lookups;
	const struct state_name *name = state->names;
	const struct state_left *left = state->left;
	const struct state_account *account = state->accounts;
	const struct state_problem *problem = state->problems;
	const struct state_news *news = state->news;
	struct address address, other;

	(void)unused;
	assert_true(address_parse(&address, "203.0.113.7", 11));
	assert_false(state->damaged);
	assert_int_equal(state->key[1], 1);
	assert_int_equal(state->key[31], 15);

	assert_string_equal(lookup->set, "ipv4");
	assert_true(address_equal(lookup->address, &address));
	assert_int_equal(lookup->found, 1700000000);
	assert_int_equal(lookup->seen, 1700000001);
	assert_false(lookup->lacking);
	assert_string_equal(lookup->next->set, "ipv6 wan2");
	assert_int_equal(lookup->next->address->family, 0);
	assert_true(lookup->next->lacking);

	assert_string_equal(name->name, "a.example.com");
	assert_string_equal(name->type, "A");
	assert_string_equal(name->account, "cloudflare");
	assert_true(address_equal(name->confirmed, &address));
	assert_int_equal(name->since, 1700000000);
	assert_int_equal(name->attempt, 1700000001);
	assert_int_equal(name->failures, 2);
	assert_int_equal(name->until, 1700000300);
	assert_int_equal(name->why, OUTCOME_LATER);
	assert_int_equal(name->digest, 0xff);
	assert_int_equal(name->seen, 1700000002);
	assert_string_equal(name->text, "no answer");
	assert_true(address_parse(&other, "203.0.113.8", 11));
	assert_true(address_equal(name->tried, &other));
	assert_int_equal(name->next->tried->family, 0);
	assert_int_equal(name->next->until, -1);
	assert_string_equal(name->next->text, "");

	assert_string_equal(left->name, "a.example.com");
	assert_string_equal(left->type, "A");
	assert_string_equal(left->account, "cloudflare");
	assert_true(address_parse(&address, "192.0.2.1", 9));
	assert_true(address_equal(left->address, &address));
	assert_non_null(left->next);

	assert_string_equal(account->account, "cloudflare");
	assert_int_equal(account->until, -1);
	assert_int_equal(account->set, 1700000000);
	assert_int_equal(account->why, OUTCOME_DENIED);
	assert_int_equal(account->failures, 1);
	assert_int_equal(account->digest, 1);
	assert_string_equal(account->text, "badauth");

	assert_string_equal(problem->key, "lookup ipv4");
	assert_int_equal(problem->first, 1700000000);
	assert_int_equal(problem->runs, 3);
	assert_int_equal(problem->why, 1);
	assert_int_equal(problem->said, 0);
	assert_string_equal(problem->text, "no address");
	assert_false(problem->fresh);

	assert_int_equal(news->when, 1700000000);
	assert_string_equal(news->to, "webhook");
	assert_string_equal(news->event, "changed");
	assert_string_equal(news->name, "a.example.com");
	assert_string_equal(news->type, "A");
	assert_string_equal(news->account, "cloudflare");
	assert_string_equal(news->was, "none");
	assert_string_equal(news->now, "203.0.113.7");
	assert_string_equal(news->text, "a.example.com A none -> 203.0.113.7");
	assert_string_equal(news->next->to, "hook");
	assert_string_equal(news->next->name, "");
	assert_null(news->next->next);

	expect_format(state, EVERY);
	state_free(state);
}

struct reading {
	const char *text;
	size_t len; /* 0: up to the NUL */
	bool damaged;
	const char *taken; /* the state, as it is written again */
};

#define KEEP_20 "\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\t14\t15"
#define LAST_KEY "key\t" ZERO "0000000000000000000000000000000f\n"
#define NO_KEY "key\t" ZERO ZERO "\n"
#define ZERO "00000000000000000000000000000000"
#define NAME_OF(n) \
	"name\t" n "\tA\tx\tnone\t0\t0\t0\t0\tsame\t0000\t0\t\tnone\n"
#define WITH(confirmed, since, failures, until, why, digest) \
	"name\tb\tA\tx\t" confirmed "\t" since "\t0\t" failures "\t" until \
	"\t" why "\t" digest "\t0\t\tnone\n"
#define PROBLEM_OF(text) "problem\tp\t1\t2\t3\t4\t" text "\n"

static const struct reading readings[] = {
	/* whole */
	{ HEAD, 0, false, HEAD NO_KEY },
	{ HEAD KEY, 0, false, HEAD KEY },
	{ "# ddns state 2\n" KEY, 0, false, HEAD KEY },
	{ HEAD "# by hand\n\nfuture\tx\ty\n" KEY, 0, false, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\tnone\t0\t0\t0\tmore\tand more\n", 0, false,
		HEAD KEY "lookup\tipv4\tnone\t0\t0\t0\n" },
	{ HEAD "lookup\tipv4\tnone\t0\t0\t0" KEEP_20 "\n" KEY, 0, false,
		HEAD KEY "lookup\tipv4\tnone\t0\t0\t0\n" },
	/* a time in the future is kept */
	{ HEAD KEY "lookup\tipv4\tnone\t253402300799\t0\t0\n", 0, false,
		HEAD KEY "lookup\tipv4\tnone\t253402300799\t0\t0\n" },
	{ HEAD KEY NAME_OLD, 0, false, HEAD KEY NAME_NONE },
	{ HEAD KEY WITH("none", "0", "0", "0", "same",
		  "0000") "name\tc\tA\tx\t"
			  "none\t0\t0\t0\t0\tsame\t0000\t0\t\t::1\n",
		0, true, HEAD KEY WITH("none", "0", "0", "0", "same", "0000") },
	/* any order is read, one is written */
	{ HEAD NAME_OF("c") NAME_OF("a") KEY NAME_OF("b"), 0, false,
		HEAD KEY NAME_OF("a") NAME_OF("b") NAME_OF("c") },
	{ HEAD KEY PROBLEM_OF("tab\\tline\\nback\\\\slash"), 0, false,
		HEAD KEY PROBLEM_OF("tab\\tline\\nback\\\\slash") },
	{ HEAD KEY PROBLEM_OF("\xE5\xBD\x93"), 0, false,
		HEAD KEY PROBLEM_OF("\xE5\xBD\x93") },

	/* the first line */
	{ "", 0, true, HEAD NO_KEY },
	{ "\n", 0, true, HEAD NO_KEY },
	{ KEY NAME, 0, true, HEAD KEY NAME },
	{ "# ddns state\n" KEY, 0, true, HEAD KEY },
	{ "# ddns state 0\n" KEY, 0, true, HEAD KEY },
	{ "# ddns state 1x\n" KEY, 0, true, HEAD KEY },
	{ "# ddns stats 1\n" KEY, 0, true, HEAD KEY },
	{ " # ddns state 1\n" KEY, 0, true, HEAD KEY },
	{ "# ddns state 1\t1\n" KEY, 0, true, HEAD KEY },
	{ "\xEF\xBB\xBF# ddns state 1\n" KEY, 0, true, HEAD KEY },
	{ "# ddns state 1\r\n" KEY, 0, true, HEAD KEY },

	/* the last line */
	{ "# ddns state 1", 0, true, HEAD NO_KEY },
	{ HEAD KEY "lookup\tipv4\tnone\t17000\t0\t0", 0, true, HEAD KEY },
	{ HEAD KEY "future", 0, true, HEAD KEY },

	/* the key */
	{ HEAD NO_KEY, 0, true, HEAD NO_KEY },
	{ HEAD LAST_KEY NAME, 0, false, HEAD LAST_KEY NAME },
	{ HEAD "key\n" NAME, 0, true, HEAD NO_KEY NAME },
	{ HEAD "key\t" HEX "\n" NAME, 0, true, HEAD NO_KEY NAME },
	{ HEAD "key\t" HEX HEX "0\n", 0, true, HEAD NO_KEY },
	{ HEAD "key\n" KEY NAME, 0, true, HEAD KEY NAME },
	{ HEAD "key\t" HEX "0001020304050607g8090a0b0c0d0e0f\n", 0, true,
		HEAD NO_KEY },

	/* bytes */
	{ HEAD KEY NEWS "news\t1\t\tchanged\t\t\t\t\t\tx\n", 0, true,
		HEAD KEY NEWS },
	{ HEAD KEY "problem\tp\t1\t2\t3\t4\ta\0b\n" NAME,
		sizeof(HEAD KEY "problem\tp\t1\t2\t3\t4\ta\0b\n" NAME) - 1,
		true, HEAD KEY NAME },
	{ HEAD KEY "\0\0\0\0\n", sizeof(HEAD KEY "\0\0\0\0\n") - 1, true,
		HEAD KEY },
	{ HEAD KEY PROBLEM_OF("\033[2J") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\037") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\177") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\x7F") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\xFF") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\xC2\x9B") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\xE2\x80\xAE") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\r") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY "future\t\x01\n", 0, true, HEAD KEY },

	/* escapes */
	{ HEAD KEY PROBLEM_OF("\\x") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("\\") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY PROBLEM_OF("a\\T") NAME, 0, true, HEAD KEY NAME },

	/* fields */
	{ HEAD KEY "lookup\n" NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY "lookup\tipv4\tnone\t0\t0\n" NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY "lookup\tipv5\tnone\t0\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\t\tnone\t0\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\t\t0\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\t2001:db8::1\t0\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv6\t192.0.2.1\t0\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\t192.0.2.256\t0\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\tnone\t-1\t0\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\tnone\t0\t2\t0\n", 0, true, HEAD KEY },
	{ HEAD KEY "lookup\tipv4\tnone\t253402300800\t0\t0\n", 0, true,
		HEAD KEY },
	{ HEAD KEY NAME_OF("") NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY WITH("::1", "0", "0", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "", "0", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "-", "0", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "+1", "0", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "1x", "0", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", " 1", "0", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH(
		  "none", "9999999999999999999", "0", "0", "same", "0000"),
		0, true, HEAD KEY },
	{ HEAD KEY WITH("none", "0", "-1", "0", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "0", "2147483648", "0", "same", "0000"), 0,
		true, HEAD KEY },
	{ HEAD KEY WITH("none", "0", "0", "-2", "same", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "0", "0", "0", "fine", "0000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "0", "0", "0", "same", "000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "0", "0", "0", "same", "10000"), 0, true,
		HEAD KEY },
	{ HEAD KEY WITH("none", "0", "0", "0", "same", "000G"), 0, true,
		HEAD KEY },
	{ HEAD KEY "name\tb\tTXT\tx\tnone\t0\t0\t0\t0\tsame\t0000\t0\t\n", 0,
		true, HEAD KEY },
	/* rows of the same key: one of them is taken */
	{ HEAD KEY LOOKUP LOOKUP, 0, true, HEAD KEY LOOKUP },
	{ HEAD KEY NAME NAME, 0, true, HEAD KEY NAME },
	{ HEAD KEY LEFT2 LEFT, 0, false, HEAD KEY LEFT LEFT2 },
	{ HEAD KEY LEFT LEFT, 0, true, HEAD KEY LEFT },
	{ HEAD KEY "left\ta\tA\tx\tnone\n", 0, true, HEAD KEY },
	{ HEAD KEY "left\ta\tAAAA\tx\t192.0.2.1\n", 0, true, HEAD KEY },
	{ HEAD KEY "left\ta\tA\tx\n", 0, true, HEAD KEY },
	{ HEAD KEY ACCOUNT ACCOUNT, 0, true, HEAD KEY ACCOUNT },
	{ HEAD KEY PROBLEM PROBLEM, 0, true, HEAD KEY PROBLEM },
};

static void
text_is_read(void **unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof readings / sizeof readings[0]; i++) {
		const struct reading *row = &readings[i];
		struct state *state = state_parse(
			row->text, row->len ? row->len : strlen(row->text));

		if (state->damaged != row->damaged)
			fail_msg("row %zu: damaged is %d", i, state->damaged);
		expect_format(state, row->taken);
		state_free(state);
	}
}

static void
any_text_survives(void **unused)
{
	static const struct {
		const char *text;
		const char *again;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "\t\n\\", "\t\n\\" },
		{ "\\t", "\\t" },
		{ "\\", "\\" },
		{ "\n\n", "\n\n" },
		{ "\033[2J", "\\x1B[2J" },
		{ "\xFF", "\\xFF" },
		{ "\r", "\\x0D" },
		{ "当前 IP：203.0.113.7", "当前 IP：203.0.113.7" },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct state *state = state_parse(HEAD KEY, strlen(HEAD KEY));
		struct buf out = { 0 }, again = { 0 };
		struct state *other;

		state_problem(state, "key\tof\nit")->text = rows[i].text;
		state_format(state, &out);
		other = state_parse(out.at, out.len);
		assert_false(other->damaged);
		assert_string_equal(other->problems->key, "key\tof\nit");
		assert_string_equal(other->problems->text, rows[i].again);
		state_format(other, &again);
		assert_string_equal(out.at, again.at);
		buf_free(&out);
		buf_free(&again);
		state_free(other);
		state_free(state);
	}
}

static void
news_is_kept_whole(void **unused)
{
	struct state *from = state_parse(HEAD NEWS, strlen(HEAD NEWS));
	struct state *to = state_parse(HEAD KEY, strlen(HEAD KEY));

	(void)unused;
	state_keep_news(to, from->news);
	state_free(from);
	expect_format(to, HEAD KEY NEWS);
	state_free(to);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_is_kept_whole),
		cmocka_unit_test(every_member_is_read),
		cmocka_unit_test(text_is_read),
		cmocka_unit_test(any_text_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
