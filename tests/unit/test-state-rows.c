/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "state/internal.h"

#define HEAD "# ddns state 1\n"

static void
rows_are_found_again(void **unused)
{
	struct state *state = state_parse(HEAD, strlen(HEAD));
	struct state_name *name = state_name(state, "b", "A", "x");
	struct state_lookup *lookup = state_lookup(state, "ipv6");
	struct state_account *account = state_account(state, "x");
	struct state_problem *problem = state_problem(state, "p");

	(void)unused;
	assert_int_equal(name->confirmed->family, 0);
	assert_int_equal(lookup->address->family, 0);
	assert_ptr_not_equal(state_name(state, "b", "AAAA", "x"), name);
	assert_ptr_not_equal(state_name(state, "b", "A", "y"), name);
	assert_ptr_not_equal(state_name(state, "a", "A", "x"), name);
	assert_ptr_equal(state_name(state, "b", "A", "x"), name);
	assert_ptr_not_equal(state_lookup(state, "ipv4"), lookup);
	assert_ptr_equal(state_lookup(state, "ipv6"), lookup);
	assert_ptr_not_equal(state_account(state, "w"), account);
	assert_ptr_equal(state_account(state, "x"), account);
	assert_ptr_not_equal(state_problem(state, "o"), problem);
	assert_ptr_equal(state_problem(state, "p"), problem);
	state_forget(state, problem);
	state_tidy(state);
	assert_string_equal(state->problems->key, "o");
	assert_null(state->problems->next);
	state_forget(state, problem);
	state_tidy(state);
	assert_string_equal(state->problems->key, "o");
	state_free(state);
	state_free(NULL);
}

static int
count_left(const struct state *state, const struct state_name *name)
{
	const struct state_left *left = state_left_of(state, name);
	int count = 0;

	for (; left; left = left->also)
		count++;
	return count;
}

static void
what_is_left_belongs_to_a_name(void **unused)
{
	static const char *const texts[] = { "192.0.2.2", "192.0.2.1",
		"192.0.2.2" };
	struct state *state = state_parse(HEAD, strlen(HEAD));
	struct state_name *name = state_name(state, "b", "A", "x");
	struct state_name *other = state_name(state, "b", "A", "y");
	struct address address = { .family = 0 };
	size_t i;

	(void)unused;
	state_leave(state, name, &address);
	assert_null(state->left);
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_true(address_parse(&address, texts[i], 9));
		state_leave(state, name, &address);
	}
	state_leave(state, other, &address);
	assert_int_equal(count_left(state, name), 2);
	assert_int_equal(count_left(state, other), 1);
	name->seen = other->seen = 1700000000;
	state_expire(state, 1700000000);
	assert_int_equal(count_left(state, name), 2);
	state_leave_none(state, name);
	assert_int_equal(count_left(state, name), 0);
	assert_int_equal(count_left(state, other), 1);
	/* it goes with its name */
	other->seen = 1;
	state_expire(state, 1700000000);
	assert_null(state->left);
	state_free(state);
}

#define NOW INT64_C(1700000000)
#define DAY INT64_C(86400)

static void
old_rows_expire(void **unused)
{
	static const struct {
		int64_t seen;
		bool kept;
		int64_t after;
	} rows[] = {
		{ NOW, true, NOW },
		{ NOW - DAY, true, NOW - DAY },
		{ NOW - 90 * DAY + 1, true, NOW - 90 * DAY + 1 },
		{ NOW - 90 * DAY, false, 0 },
		{ 1, false, 0 },
		{ 0, true, NOW },
		{ NOW + 1, true, NOW },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct state *state = state_parse(HEAD, strlen(HEAD));

		state_name(state, "b", "A", "x")->seen = rows[i].seen;
		state_account(state, "x")->until = -1;
		state_lookup(state, "ipv4")->seen = rows[i].seen;
		state_expire(state, NOW);
		if (!state->names != !rows[i].kept ||
			!state->lookups != !rows[i].kept ||
			!state->accounts != !rows[i].kept)
			fail_msg("row %zu", i);
		if (rows[i].kept) {
			assert_int_equal(state->names->seen, rows[i].after);
			assert_int_equal(state->lookups->seen, rows[i].after);
		}
		state_free(state);
	}
}

static void
old_problems_expire(void **unused)
{
	static const struct {
		int64_t first, said;
		bool fresh, kept;
	} rows[] = {
		{ NOW, 0, false, true },
		{ NOW - 100 * DAY, NOW - 80 * DAY, false, true },
		{ NOW - 100 * DAY, 0, false, false },
		{ NOW - 100 * DAY, NOW - 90 * DAY, false, false },
		{ NOW - 100 * DAY, NOW - 90 * DAY, true, true },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct state *state = state_parse(HEAD, strlen(HEAD));
		struct state_problem *problem = state_problem(state, "p");

		problem->first = rows[i].first;
		problem->said = rows[i].said;
		problem->fresh = rows[i].fresh;
		state_expire(state, NOW);
		if (!state->problems != !rows[i].kept)
			fail_msg("row %zu", i);
		state_free(state);
	}
}

static void
keep(struct state *state, const char *to, int64_t when)
{
	const struct state_news piece = { .when = when,
		.to = to,
		.event = "failed",
		.name = "",
		.type = "",
		.account = "",
		.was = "",
		.now = "",
		.text = "x" };

	state_keep_news(state, &piece);
}

/* "W3 H4 ": the receivers and times of what is kept. */
static void
expect_news(struct state *state, const char *text)
{
	const struct state_news *piece = state->news;
	char kept[200] = "";
	size_t len = 0;

	for (; piece; piece = piece->next)
		len += (size_t)snprintf(kept + len, sizeof kept - len,
			"%c%lld ", *piece->to == 'w' ? 'W' : 'H',
			(long long)piece->when);
	assert_string_equal(kept, text);
	state_free(state);
}

/* Kept until it is written: it may still be told. */
static void
the_oldest_news_is_not_written(void **unused)
{
	struct state *state = state_parse(HEAD, strlen(HEAD));
	struct buf text = { 0 };
	int i;

	(void)unused;
	keep(state, "hook", 1);
	for (i = 2; i < 24; i++)
		keep(state, "webhook", i);
	keep(state, "hook", 24);
	assert_int_equal(state->news->next->when, 2);
	state_format(state, &text);
	state_free(state);
	state = state_parse(buf_text(&text), text.len);
	buf_free(&text);
	expect_news(state,
		"H1 W4 W5 W6 W7 W8 W9 W10 W11 W12 W13 W14 W15 W16 W17 W18 "
		"W19 W20 W21 W22 W23 H24 ");
}

static void
news_that_was_taken_is_forgotten(void **unused)
{
	const struct state_news taken = {
		.when = 2, .to = "hook", .event = "failed", .text = "x"
	};
	const struct state_news others[] = {
		{ NULL, 2, "hook", "changed", "", "", "", "", "", "x", false,
			false },
		{ NULL, 2, "hook", "failed", "", "", "", "", "", "y", false,
			false },
	};
	struct state *state = state_parse(HEAD, strlen(HEAD));

	(void)unused;
	keep(state, "hook", 1);
	keep(state, "webhook", 2);
	state_keep_news(state, &others[0]);
	state_keep_news(state, &others[1]);
	keep(state, "hook", 2);
	keep(state, "hook", 2);
	state_forget_news(state, &taken);
	state_forget_news(state, &taken);
	expect_news(state, "H1 W2 H2 H2 ");
}

static void
old_news_expires(void **unused)
{
	struct state *state = state_parse(HEAD, strlen(HEAD));

	(void)unused;
	keep(state, "hook", NOW - DAY);
	keep(state, "hook", NOW - DAY + 1);
	keep(state, "hook", NOW + 100 * DAY);
	state_expire(state, NOW);
	assert_int_equal(state->news->when, NOW - DAY + 1);
	assert_int_equal(state->news->next->when, NOW);
	assert_null(state->news->next->next);
	state_free(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_found_again),
		cmocka_unit_test(what_is_left_belongs_to_a_name),
		cmocka_unit_test(old_rows_expire),
		cmocka_unit_test(old_problems_expire),
		cmocka_unit_test(the_oldest_news_is_not_written),
		cmocka_unit_test(news_that_was_taken_is_forgotten),
		cmocka_unit_test(old_news_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
