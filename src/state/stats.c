/* SPDX-License-Identifier: ISC */
/* STATE.stats: how well sources answer, month by month. */
#include <limits.h>
#include <string.h>

#include "state/internal.h"

#define TITLE "ddns stats"
#define SUFFIX ".stats"
#define WEIGHT 16 /* answers that the mean answer time goes back */

static const struct state_column head_list[] = {
	{ &state_column_int, offsetof(struct stats, month) },
};

static const struct state_column run_list[] = {
	{ &state_column_time, offsetof(struct stats, last_run) },
	{ &state_column_int, offsetof(struct stats, last_exit) },
};

static const struct state_column source_list[] = {
	{ &state_column_key, offsetof(struct stats_source, set) },
	{ &state_column_key, offsetof(struct stats_source, source) },
	{ &state_column_count, offsetof(struct stats_source, month[0].tries) },
	{ &state_column_count, offsetof(struct stats_source, month[0].valid) },
	{ &state_column_count, offsetof(struct stats_source, month[1].tries) },
	{ &state_column_count, offsetof(struct stats_source, month[1].valid) },
	{ &state_column_count, offsetof(struct stats_source, failures) },
	{ &state_column_count, offsetof(struct stats_source, ms) },
	{ &state_column_time, offsetof(struct stats_source, failed) },
	{ &state_column_text, offsetof(struct stats_source, cause) },
};

static const struct state_columns month_columns = { "month", head_list, 1,
	sizeof(struct stats) };
static const struct state_columns run_columns = { "run", run_list, 2,
	sizeof(struct stats) };
static const struct state_columns source_columns = { "source", source_list,
	sizeof source_list / sizeof source_list[0],
	sizeof(struct stats_source) };

static struct stats *
stats_new(void)
{
	struct mem *mem = mem_new();
	struct stats *stats = mem_take(mem, sizeof *stats);

	stats->mem = mem;
	return stats;
}

void
stats_free(struct stats *stats)
{
	if (stats)
		mem_free(stats->mem);
}

/* Where the source stands or would stand; *there tells which. */
static struct stats_source **
place(struct stats *stats, const char *set, const char *source, bool *there)
{
	struct stats_source **at;
	int order = 1;

	for (at = &stats->sources; *at; at = &(*at)->next) {
		order = strcmp((*at)->set, set);
		if (order == 0)
			order = strcmp((*at)->source, source);
		if (order >= 0)
			break;
	}
	*there = *at && order == 0;
	return at;
}

static bool
add_source(struct stats *stats, struct stats_source *row)
{
	struct stats_source **at;
	bool there;

	if (!row)
		return false;
	at = place(stats, row->set, row->source, &there);
	if (there)
		return false;
	row->next = *at;
	*at = row;
	return true;
}

static bool
read_row(void *arg, const struct state_line *line)
{
	struct stats *stats = arg, *head;

	if (strcmp(line->fields[0], source_columns.word) == 0)
		return add_source(stats,
			state_read_row(&source_columns, line, stats->mem));
	if (strcmp(line->fields[0], month_columns.word) == 0) {
		head = state_read_row(&month_columns, line, stats->mem);
		stats->month = head ? head->month : 0;
		return head;
	}
	if (strcmp(line->fields[0], run_columns.word) == 0) {
		head = state_read_row(&run_columns, line, stats->mem);
		stats->last_run = head ? head->last_run : 0;
		stats->last_exit = head ? head->last_exit : 0;
		return head;
	}
	return true;
}

static struct stats *
parse(const struct buf *text)
{
	struct stats *stats = stats_new();
	const struct state_reader reader = { TITLE, stats->mem, read_row,
		stats };

	if (state_read_lines(&reader, buf_text(text), text->len))
		return stats;
	stats_free(stats);
	return stats_new();
}

static int
month_of(int64_t now)
{
	/* days since 1 March of the year 0, so that a leap day ends a year */
	const int64_t days = now / 86400 + 719468;
	const int64_t era = days / 146097, day = days % 146097;
	const int64_t year =
		(day - day / 1460 + day / 36524 - day / 146096) / 365;
	const int64_t left = day - (365 * year + year / 4 - year / 100);
	const int64_t months = (5 * left + 2) / 153;

	/* gmtime(3) would read the time zone's file first */
	return (int)((era * 400 + year) * 12 + months + 2);
}

/* Counts of a month that is yet to come are not believed. */
static void
roll(struct stats *stats, int month)
{
	struct stats_source **at = &stats->sources;
	int passed = month - stats->month;

	while (*at) {
		struct stats_source *source = *at;

		if (passed == 1)
			source->month[1] = source->month[0];
		else if (passed != 0)
			source->month[1] = (struct stats_count){ 0 };
		if (passed != 0)
			source->month[0] = (struct stats_count){ 0 };
		if (source->month[0].tries || source->month[1].tries)
			at = &source->next;
		else
			*at = source->next;
	}
	stats->month = month;
}

struct stats *
stats_load(struct state_files *files, int64_t now)
{
	struct buf text = { 0 };
	struct stats *stats = state_read_beside(files, SUFFIX, &text)
				      ? parse(&text)
				      : stats_new();

	buf_free(&text);
	roll(stats, month_of(now));
	return stats;
}

void
stats_save(struct state_files *files, struct stats *stats)
{
	const struct stats_source *source;
	struct buf text = { 0 };

	buf_str(&text, "# " TITLE " 1\n");
	state_write_row(&month_columns, stats, &text);
	state_write_row(&run_columns, stats, &text);
	for (source = stats->sources; source; source = source->next)
		state_write_row(&source_columns, source, &text);
	state_write_beside(files, SUFFIX, &text);
	buf_free(&text);
}

struct stats_source *
stats_source(struct stats *stats, const char *set, const char *source)
{
	bool there;
	struct stats_source **at = place(stats, set, source, &there), *made;

	if (there)
		return *at;
	made = mem_take(stats->mem, sizeof *made);
	made->set = mem_text(stats->mem, set);
	made->source = mem_text(stats->mem, source);
	made->cause = "";
	made->next = *at;
	*at = made;
	return made;
}

static void
count(unsigned *counter)
{
	if (*counter < UINT_MAX)
		++*counter;
}

/* Not over all answers: after thousands nothing would move it any more. */
static void
time_answer(struct stats_source *source, long ms)
{
	uint64_t valid =
		(uint64_t)source->month[0].valid + source->month[1].valid;
	int64_t weight = valid < WEIGHT ? (int64_t)valid : WEIGHT;
	int64_t took = ms > 0 ? ms : 0;

	if (took > INT_MAX)
		took = INT_MAX;
	source->ms =
		(unsigned)((source->ms * (weight - 1) + took + weight / 2) /
			   weight);
}

void
stats_try(struct stats *stats, struct stats_source *source, const char *cause,
	int64_t when, long ms)
{
	count(&source->month[0].tries);
	if (cause) {
		count(&source->failures);
		source->cause = mem_text(stats->mem, cause);
		source->failed = when;
		return;
	}
	count(&source->month[0].valid);
	source->failures = 0;
	time_answer(source, ms);
}

bool
stats_useless(const struct stats_source *source)
{
	uint64_t tries =
		(uint64_t)source->month[0].tries + source->month[1].tries;
	uint64_t valid =
		(uint64_t)source->month[0].valid + source->month[1].valid;

	return tries >= 50 && valid * 10 <= tries;
}
