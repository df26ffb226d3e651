/* SPDX-License-Identifier: ISC */
/*
 * The only maker of processes: absolute path, no shell, own process group that
 * is killed with it, a clean environment, no descriptor above 2. It waits by
 * clock and stop, and knows no loop. event runs hooks with it; program has it
 * under the loop.
 */
#ifndef DDNS_CHILD_H
#define DDNS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "stop.h"

struct fail;

struct child {
	pid_t pid;
	int out;	/* read end of its stdout; -1: it goes to our stderr */
	int in;		/* write end of its stdin; -1: /dev/null */
	int error;	/* read end of its stderr; -1: likewise */
	struct stop_group group;
};

struct child_options {
	char *const *argv;	/* argv[0] is the absolute path */
	char *const *env;	/* DDNS_*, beside PATH HOME LANG TZ; or NULL */
	bool read_out;
	bool read_error;	/* its stderr comes with its stdout */
	bool keep_error;	/* its stderr comes on its own */
	bool write_in;
};

/* False: *fail tells why; nothing runs. No pipe blocks. */
bool child_start(struct child *child, const struct child_options *options,
	struct fail *fail);

/* Whether it has not ended yet. */
bool child_runs(const struct child *child);

/*
 * Waits at most ms for the end, then kills the group. True: exit status 0;
 * false: *fail tells how it ended. Closes the pipes.
 */
bool child_end(struct child *child, long ms, struct fail *fail);

/* Kills the group and reaps it. Closes the pipes. */
void child_kill(struct child *child);

#endif
