/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"
#include "fail.h"
#include "state/state.h"
#include "decide.h"

#define NOW 1800000000
#define FOR_GOOD (-1)

/* What the state and the run say, relative to NOW; 0 is a time not set. */
static const struct row {
	const char *what;
	const char *current;
	const char *confirmed;
	bool stale;      /* not found in this run */
	int found;       /* then: seconds ago */
	unsigned digest; /* of the state; the account has 7 */
	int failures;
	int attempt; /* seconds ago; negative: in the future */
	int why;
	int until; /* seconds ahead; 0: none, but if ends_now */
	bool ends_now;
	const char *tried;
	unsigned account_digest;
	int account_set;
	int account_why;
	int account_until;
	int refresh;
	bool force;
	enum decision expected;
} rows[] = {
	{ "no address at all", .expected = DECIDE_UNKNOWN },
	{ "first run", "9.9.9.9", .expected = DECIDE_DUE },
	{ "unchanged", "9.9.9.9", "9.9.9.9", .digest = 7,
		.expected = DECIDE_FINE },
	{ "changed", "9.9.9.9", "8.8.8.8", .digest = 7,
		.expected = DECIDE_DUE },
	{ "section changed", "9.9.9.9", "9.9.9.9", .digest = 6,
		.expected = DECIDE_DUE },
	{ "forced", "9.9.9.9", "9.9.9.9", .digest = 7, .force = true,
		.expected = DECIDE_DUE },
	{ "last attempt failed", "9.9.9.9", "9.9.9.9", .digest = 7,
		.failures = 1, .why = OUTCOME_LATER, .expected = DECIDE_DUE },

	{ "refresh not yet", "9.9.9.9", "9.9.9.9", .digest = 7, .attempt = 99,
		.refresh = 100, .expected = DECIDE_FINE },
	{ "refresh due", "9.9.9.9", "9.9.9.9", .digest = 7, .attempt = 100,
		.refresh = 100, .expected = DECIDE_DUE },
	{ "refresh, attempt just now", "9.9.9.9", "9.9.9.9", .digest = 7,
		.refresh = 100, .expected = DECIDE_FINE },
	{ "refresh, attempt in the future", "9.9.9.9", "9.9.9.9", .digest = 7,
		.attempt = -5, .refresh = 100, .expected = DECIDE_DUE },

	{ "stale but held by the name", "9.9.9.9", "9.9.9.9", .stale = true,
		.found = 9000, .digest = 6, .expected = DECIDE_FINE },
	{ "stale, pending, found lately", "9.9.9.9", "8.8.8.8", .stale = true,
		.found = 3599, .digest = 7, .expected = DECIDE_DUE },
	{ "stale, pending, found long ago", "9.9.9.9", "8.8.8.8", .stale = true,
		.found = 3600, .digest = 7, .expected = DECIDE_UNKNOWN },
	{ "stale, pending, found in the future", "9.9.9.9", "8.8.8.8",
		.stale = true, .found = -1, .digest = 7,
		.expected = DECIDE_UNKNOWN },
	{ "stale, pending, found just now", "9.9.9.9", "8.8.8.8", .stale = true,
		.digest = 7, .expected = DECIDE_DUE },
	{ "stale, old, forced", "9.9.9.9", "8.8.8.8", .stale = true,
		.found = 3600, .digest = 7, .force = true,
		.expected = DECIDE_UNKNOWN },

	{ "held for a while", "9.9.9.9", "8.8.8.8", .digest = 7, .failures = 2,
		.attempt = 10, .why = OUTCOME_LATER, .until = 290,
		.expected = DECIDE_PENDING },
	{ "hold over", "9.9.9.9", "8.8.8.8", .digest = 7, .failures = 2,
		.attempt = 300, .why = OUTCOME_LATER, .until = 0,
		.expected = DECIDE_DUE },
	{ "hold set just now, for a day", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 2, .why = OUTCOME_LATER, .until = DECIDE_DAY,
		.expected = DECIDE_PENDING },
	{ "hold over just now", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 2, .attempt = 300, .why = OUTCOME_LATER,
		.ends_now = true, .expected = DECIDE_DUE },
	{ "hold set in the future", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 2, .attempt = -10, .why = OUTCOME_LATER,
		.until = 290, .expected = DECIDE_DUE },
	{ "hold too long to be true", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 2, .attempt = 10, .why = OUTCOME_LATER,
		.until = DECIDE_DAY + 1, .expected = DECIDE_DUE },
	{ "held, section changed", "9.9.9.9", "8.8.8.8", .digest = 6,
		.failures = 1, .attempt = 10, .why = OUTCOME_REFUSED,
		.until = FOR_GOOD, .expected = DECIDE_DUE },
	{ "refused for good", "9.9.9.9", "8.8.8.8", .digest = 7, .failures = 1,
		.attempt = 10, .why = OUTCOME_REFUSED, .until = FOR_GOOD,
		.expected = DECIDE_REFUSED },
	{ "refused for good, forced", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 1, .attempt = 10, .why = OUTCOME_REFUSED,
		.until = FOR_GOOD, .force = true, .expected = DECIDE_DUE },
	{ "refused while it holds the address", "9.9.9.9", "9.9.9.9",
		.digest = 7, .failures = 1, .attempt = 10,
		.why = OUTCOME_REFUSED, .until = FOR_GOOD,
		.expected = DECIDE_REFUSED },

	{ "later, another address since", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 5, .attempt = 10, .why = OUTCOME_LATER,
		.until = 3590, .tried = "7.7.7.7", .expected = DECIDE_DUE },
	{ "later, the same address", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 5, .attempt = 10, .why = OUTCOME_LATER,
		.until = 3590, .tried = "9.9.9.9", .expected = DECIDE_PENDING },
	{ "refused, another address since", "9.9.9.9", "8.8.8.8", .digest = 7,
		.failures = 1, .attempt = 10, .why = OUTCOME_REFUSED,
		.until = FOR_GOOD, .tried = "7.7.7.7",
		.expected = DECIDE_REFUSED },
	{ "refused for a day, another address since", "9.9.9.9", "8.8.8.8",
		.digest = 7, .failures = 1, .attempt = 10,
		.why = OUTCOME_REFUSED, .until = 86000, .tried = "7.7.7.7",
		.expected = DECIDE_REFUSED },
	{ "account busy, another address since", "9.9.9.9", "8.8.8.8",
		.digest = 7, .failures = 1, .why = OUTCOME_BUSY,
		.tried = "7.7.7.7", .account_digest = 7, .account_set = 10,
		.account_why = OUTCOME_BUSY, .account_until = 1800,
		.expected = DECIDE_PENDING },
	{ "later in a busy account, another address since", "9.9.9.9",
		"8.8.8.8", .digest = 7, .failures = 2, .attempt = 10,
		.why = OUTCOME_LATER, .until = 290, .tried = "7.7.7.7",
		.account_digest = 7, .account_set = 10,
		.account_why = OUTCOME_BUSY, .account_until = 1800,
		.expected = DECIDE_PENDING },

	{ "account denied", "9.9.9.9", "8.8.8.8", .digest = 7,
		.account_digest = 7, .account_set = 10,
		.account_why = OUTCOME_DENIED, .account_until = FOR_GOOD,
		.expected = DECIDE_REFUSED },
	{ "account denied, name holds the address", "9.9.9.9", "9.9.9.9",
		.digest = 7, .account_digest = 7, .account_set = 10,
		.account_why = OUTCOME_DENIED, .account_until = FOR_GOOD,
		.expected = DECIDE_FINE },
	{ "account denied, section changed", "9.9.9.9", "8.8.8.8", .digest = 7,
		.account_digest = 6, .account_set = 10,
		.account_why = OUTCOME_DENIED, .account_until = FOR_GOOD,
		.expected = DECIDE_DUE },
	{ "account busy", "9.9.9.9", "8.8.8.8", .digest = 7,
		.account_digest = 7, .account_set = 10,
		.account_why = OUTCOME_BUSY, .account_until = 1800,
		.expected = DECIDE_PENDING },
};

static struct address
parse(const char *text)
{
	struct address address = { 0 };

	if (text)
		assert_true(address_parse(&address, text, strlen(text)));
	return address;
}

static int64_t
ahead(int seconds)
{
	return seconds == FOR_GOOD ? FOR_GOOD : NOW + seconds;
}

static enum decision
decide_row(const struct row *row)
{
	struct address current = parse(row->current);
	struct address confirmed = parse(row->confirmed);
	struct address tried = parse(row->tried);
	const struct state_name name = {
		.confirmed = &confirmed,
		.tried = &tried,
		.attempt = NOW - row->attempt,
		.failures = row->failures,
		.until = row->until || row->ends_now ? ahead(row->until) : 0,
		.why = row->why,
		.digest = row->digest,
	};
	const struct state_account account = {
		.until = row->account_until ? ahead(row->account_until) : 0,
		.set = NOW - row->account_set,
		.why = row->account_why,
		.digest = row->account_digest,
	};
	const struct decide_facts facts = {
		.name = &name,
		.account = &account,
		.current = &current,
		.fresh = !row->stale,
		.found = NOW - row->found,
		.digest = 7,
		.refresh = row->refresh,
		.now = NOW,
		.force = row->force,
	};

	return decide(&facts);
}

static void
test_rows(void **state)
{
	int wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum decision got = decide_row(&rows[i]);

		if (got == rows[i].expected)
			continue;
		print_error("%s: %d instead of %d\n", rows[i].what, (int)got,
			(int)rows[i].expected);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
test_wait(void **state)
{
	static const int minutes[] = { 0, 0, 5, 10, 20, 40, 60, 60, 60 };
	int i;

	(void)state;
	for (i = 0; i < 9; i++)
		assert_int_equal(decide_wait(i), minutes[i] * 60);
	assert_int_equal(decide_wait(100000), 3600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
