/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "state/state.h"
#include "in-folder.h"

/* Seconds of UTC moments around the turn of a month and of a year. */
#define NOV_30 INT64_C(1796083199) /* 2026-11-30T23:59:59Z */
#define DEC_1 INT64_C(1796083200)
#define DEC_31 INT64_C(1798761599) /* 2026-12-31T23:59:59Z */
#define JAN_1 INT64_C(1798761600)
#define NOV (2026 * 12 + 10)

#define TEXT \
	"# ddns stats 1\nmonth\t24322\nrun\t1796083100\t4\n" \
	"source\tipv4\thttps://a.example/ip\t7\t5\t60\t9\t2\t130\t1796083099" \
	"\ttimed out\n"

static void
counts_are_kept(void **folder)
{
	struct state_files *files = open_locked("s");
	struct stats *stats;
	struct stats_source *source;

	(void)folder;
	/* the blank lines: of a run killed while it wrote a shorter text */
	put("s.stats", TEXT "\n\n");
	stats = stats_load(files, NOV_30);
	source = stats->sources;
	assert_int_equal(stats->month, NOV);
	assert_int_equal(stats->last_run, 1796083100);
	assert_int_equal(stats->last_exit, 4);
	assert_non_null(source);
	assert_string_equal(source->set, "ipv4");
	assert_string_equal(source->source, "https://a.example/ip");
	assert_int_equal(source->month[0].tries, 7);
	assert_int_equal(source->month[0].valid, 5);
	assert_int_equal(source->month[1].tries, 60);
	assert_int_equal(source->month[1].valid, 9);
	assert_int_equal(source->failures, 2);
	assert_int_equal(source->ms, 130);
	assert_int_equal(source->failed, 1796083099);
	assert_string_equal(source->cause, "timed out");
	assert_int_equal(unlink("s.stats"), 0);
	stats_save(files, stats);
	expect_text("s.stats", TEXT);
	assert_int_equal(stat_of("s.stats").st_mode & 0777, 0600);
	stats_free(stats);
	state_close(files);
}

static void
months_roll_over(void **folder)
{
	static const struct {
		int64_t from, to;
		unsigned tries[2];
		bool kept;
	} rows[] = {
		{ NOV_30, NOV_30, { 1, 0 }, true },
		{ NOV_30, DEC_1, { 0, 1 }, true },
		{ DEC_1, DEC_31, { 1, 0 }, true },
		{ DEC_31, JAN_1, { 0, 1 }, true },
		{ NOV_30, JAN_1, { 0, 0 }, false },
		/* the clock was wrong */
		{ JAN_1, DEC_31, { 0, 0 }, false },
		{ 0, NOV_30, { 0, 0 }, false },
	};
	size_t i;

	(void)folder;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct state_files *files = open_locked("s");
		struct stats *stats = stats_load(files, rows[i].from);
		const struct stats_source *source;

		stats_try(stats, stats_source(stats, "ipv4", "x"), NULL,
			rows[i].from, 1);
		stats_save(files, stats);
		stats_free(stats);
		stats = stats_load(files, rows[i].to);
		source = stats->sources;
		if (!source != !rows[i].kept)
			fail_msg("row %zu", i);
		if (source) {
			assert_int_equal(
				source->month[0].tries, rows[i].tries[0]);
			assert_int_equal(
				source->month[1].tries, rows[i].tries[1]);
			assert_int_equal(
				source->month[1].valid, rows[i].tries[1]);
		}
		stats_free(stats);
		state_close(files);
		assert_int_equal(unlink("s.stats"), 0);
	}
}

static void
months_are_those_of_the_calendar(void **folder)
{
	/* 1 March of 2000, 2004, 2100 and 2400 */
	static const int about[] = { 11017, 12478, 47541, 157114 };
	struct state_files *files = open_locked("s");
	struct stats *stats;
	struct tm date;
	time_t now;
	size_t i;
	int day;

	(void)folder;
	for (i = 0; i < sizeof about / sizeof about[0]; i++)
		for (day = about[i] - 400; day < about[i] + 400; day++) {
			now = (time_t)day * 86400;
			stats = stats_load(files, now);
			assert_non_null(gmtime_r(&now, &date));
			assert_int_equal(stats->month,
				(date.tm_year + 1900) * 12 + date.tm_mon);
			stats_free(stats);
		}
	state_close(files);
}

static void
damage_starts_anew(void **folder)
{
	static const char *const rows[] = {
		"",
		"# ddns state 1\nrun\t1\t1\n",
		"# ddns stats 1\nrun\t1\t1",
		"# ddns stats 1\nrun\tx\t1\n",
		"# ddns stats 1\nrun\t1\t1\nmonth\t-1\n",
		"# ddns stats 1\nrun\t1\t1\nsource\tipv4\n",
		"# ddns stats 1\nrun\t1\t1\nsource\t\tx\t1\t1\t0\t0\t0\t0\t0\t"
		"\n",
		"# ddns stats 1\nrun\t1\t1\nsource\tipv4\tx\t-1\t1\t0\t0\t0\t0\t0"
		"\t\n",
		"# ddns stats 1\nrun\t1\t1\n\033\n",
		TEXT TEXT,
	};
	size_t i;

	(void)folder;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct state_files *files = open_locked("s");
		struct stats *stats;

		put("s.stats", rows[i]);
		stats = stats_load(files, NOV_30);
		if (stats->last_run != 0 || stats->sources)
			fail_msg("row %zu", i);
		stats_free(stats);
		state_close(files);
		assert_int_equal(count_files("."), 2);
	}
}

static void
tries_are_counted(void **folder)
{
	struct state_files *files = open_locked("s");
	struct stats *stats = stats_load(files, NOV_30);
	struct stats_source *source = stats_source(stats, "ipv4", "x");
	char cause[] = "timed out";
	int i;

	(void)folder;
	stats_try(stats, source, NULL, NOV_30, 100);
	assert_int_equal(source->ms, 100);
	stats_try(stats, source, NULL, NOV_30, 201);
	assert_int_equal(source->ms, 151);
	stats_try(stats, source, cause, NOV_30, 9999);
	cause[0] = 'x';
	stats_try(stats, source, NULL, NOV_30, 300);
	assert_int_equal(source->ms, 201);
	assert_int_equal(source->failures, 0);
	stats_try(stats, source, "a", NOV_30, 0);
	stats_try(stats, source, "b\nc", NOV_30 - 1, 0);
	assert_int_equal(source->failures, 2);
	assert_int_equal(source->failed, NOV_30 - 1);
	assert_string_equal(source->cause, "b\nc");
	assert_int_equal(source->month[0].tries, 6);
	assert_int_equal(source->month[0].valid, 3);
	assert_int_equal(source->month[1].tries, 0);
	for (i = 0; i < 1000; i++)
		stats_try(stats, source, NULL, NOV_30, 200);
	for (i = 0; i < 100; i++)
		stats_try(stats, source, NULL, NOV_30, 1000);
	assert_in_range(source->ms, 990, 1000);
	stats_try(stats, source, NULL, NOV_30, -5);
	assert_in_range(source->ms, 900, 999);

	assert_ptr_equal(stats_source(stats, "ipv4", "x"), source);
	assert_ptr_not_equal(stats_source(stats, "ipv6", "x"), source);
	assert_ptr_not_equal(stats_source(stats, "ipv4", "w"), source);
	assert_ptr_not_equal(stats_source(stats, "ipv4", "y"), source);
	assert_ptr_equal(stats_source(stats, "ipv4", "x"), source);
	/* and no further than a count goes */
	source->month[0].tries = UINT_MAX;
	stats_try(stats, source, "a", NOV_30, 0);
	assert_true(source->month[0].tries == UINT_MAX);
	stats_free(stats);
	stats_free(NULL);
	state_close(files);
}

static void
a_useless_source_is_told(void **folder)
{
	static const struct {
		struct stats_count month[2];
		bool useless;
	} rows[] = {
		{ { { 0, 0 }, { 0, 0 } }, false },
		{ { { 49, 0 }, { 0, 0 } }, false },
		{ { { 50, 0 }, { 0, 0 } }, true },
		{ { { 25, 0 }, { 25, 0 } }, true },
		{ { { 50, 5 }, { 0, 0 } }, true },
		{ { { 50, 6 }, { 0, 0 } }, false },
		{ { { 10, 0 }, { 90, 10 } }, true },
		{ { { 10, 1 }, { 90, 10 } }, false },
		{ { { UINT32_MAX, 0 }, { UINT32_MAX, UINT32_MAX } }, false },
	};
	size_t i;

	(void)folder;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct stats_source source = {
			.month = { rows[i].month[0], rows[i].month[1] },
		};

		if (stats_useless(&source) != rows[i].useless)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(counts_are_kept),
		IN_FOLDER(months_roll_over),
		IN_FOLDER(months_are_those_of_the_calendar),
		IN_FOLDER(damage_starts_anew),
		IN_FOLDER(tries_are_counted),
		IN_FOLDER(a_useless_source_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
