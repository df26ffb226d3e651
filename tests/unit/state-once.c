/* SPDX-License-Identifier: ISC */
/*
 * One run over a state: `state-once PATH TIME` loads it, puts TIME into a row,
 * saves it, writes statistics beside it and prints the row. Exit status: 5 if
 * it cannot be read or written, 6 if it is locked.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "exit.h"
#include "fail.h"
#include "state/state.h"

static int
tell(const struct fail *fail)
{
	fprintf(stderr, "state-once: %s\n", fail->text);
	return EXIT_STATE;
}

static int
run(struct state_files *files, int64_t when, struct fail *fail)
{
	struct state *state = state_load(files, fail);
	struct stats *stats;
	bool damaged, saved;

	if (!state)
		return tell(fail);
	damaged = state->damaged;
	state_lookup(state, "ipv4")->found = when;
	saved = state_save(files, state, fail);
	state_free(state);
	if (!saved)
		return tell(fail);
	stats = stats_load(files, when);
	stats->last_run = when;
	stats_save(files, stats);
	stats_free(stats);
	printf("%lld%s\n", (long long)when, damaged ? " damaged" : "");
	return EXIT_FINE;
}

int
main(int argc, char **argv)
{
	struct fail fail = { "" };
	struct state_files *files;
	enum state_lock lock;
	int status = EXIT_LOCKED;

	if (argc != 3)
		return EXIT_USAGE;
	files = state_open(argv[1], &fail);
	if (!files)
		return tell(&fail);
	lock = state_lock(files, &fail);
	if (lock == STATE_LOCKED)
		status = run(files, strtoll(argv[2], NULL, 10), &fail);
	else if (lock == STATE_BROKEN)
		status = tell(&fail);
	state_close(files);
	return status;
}
