/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as STATE.stats. What is taken from them is written, and read again
 * it is the same; tries that are counted then are there at the next reading.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "fail.h"
#include "folder.h"
#include "state/internal.h"

#define NOW 1700000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[300], stats_path[320];

static void
remove_files(void)
{
	unlink(stats_path);
	rmdir(folder);
}

static void
make_folder(void)
{
	if (*folder)
		return;
	folder_make(remove_files);
	snprintf(path, sizeof path, "%s/ddns.state", folder);
	snprintf(stats_path, sizeof stats_path, "%s.stats", path);
}

static void
write_stats(const uint8_t *data, size_t size)
{
	FILE *file = fopen(stats_path, "w");

	demand(file && fwrite(data, 1, size, file) == size &&
		fclose(file) == 0);
}

static void
read_stats(const struct state_files *files, struct buf *text)
{
	demand(state_read_beside(files, ".stats", text));
}

static void
check_source(const struct stats_source *source)
{
	const struct stats_source *next = source->next;
	int order = next ? strcmp(source->set, next->set) : -1;

	demand(*source->set && *source->source && source->cause);
	demand(source->month[0].tries || source->month[1].tries);
	demand(order < 0 ||
		(order == 0 && strcmp(source->source, next->source) < 0));
	stats_useless(source);
}

/* A further try of the first source, and one of a new one. */
static void
count(struct state_files *files, struct stats *stats)
{
	struct stats_source *source = stats->sources;
	unsigned tries = source ? source->month[0].tries : 0;
	struct stats *again;

	if (source)
		stats_try(stats, source, "HTTP 500\n", NOW, 1);
	stats_try(stats, stats_source(stats, "ipv4", "~new"), NULL, NOW, -5);
	stats_save(files, stats);
	again = stats_load(files, NOW);
	demand(again->sources != NULL);
	if (source && strcmp(again->sources->source, source->source) == 0)
		demand(again->sources->month[0].tries == tries + 1 ||
			tries + 1 == 0 || strcmp(source->source, "~new") == 0);
	stats_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = { 0 }, twice = { 0 };
	const struct stats_source *source;
	struct state_files *files;
	struct stats *stats;
	struct fail fail;

	make_folder();
	write_stats(data, size);
	files = state_open(path, &fail);
	demand(files != NULL);
	stats = stats_load(files, NOW);
	for (source = stats->sources; source; source = source->next)
		check_source(source);
	stats_save(files, stats);
	read_stats(files, &once);
	stats_free(stats);
	stats = stats_load(files, NOW);
	stats_save(files, stats);
	read_stats(files, &twice);
	demand(once.len == twice.len &&
		memcmp(once.at, twice.at, once.len) == 0);
	count(files, stats);
	stats_free(stats);
	stats_free(stats_load(files, NOW + (int64_t)31 * 86400));
	state_close(files);
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
