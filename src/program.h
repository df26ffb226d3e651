/* SPDX-License-Identifier: ISC */
/*
 * Runs a program under the loop of http: writes to it what it reads, takes
 * what it writes, and ends it in time. It uses child and http; lookup (exec:)
 * and nsupdate use it. A hook runs without the loop: that is child alone.
 */
#ifndef DDNS_PROGRAM_H
#define DDNS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct fail;
struct http;
struct program;

/* How it ended; valid during the callback. */
struct program_end {
	const struct buf *out;	/* what it wrote */
	bool whole;		/* all of it was read */
	bool good;		/* that, and its exit status was 0 */
	const struct fail *fail;	/* unless good */
};

struct program_options {
	char *const *argv;	/* argv[0] is the absolute path */
	const struct buf *in;	/* its stdin; copied; NULL: /dev/null */
	bool read_error;	/* its stderr comes with its stdout; else it is
				   shown by -v, its last line in *fail */
	size_t ceiling;		/* bytes that it may write */
	long timeout_ms;	/* for all of it */
	long linger_ms;		/* from the end of its output to its own; 0: timeout_ms */

	void (*done)(void *arg, const struct program_end *end);
	void *arg;
};

/*
 * Starts it; `done` is called once, not from within, unless the loop ends
 * before; the program is gone then. NULL: *fail says why, nothing runs.
 */
struct program *program_start(struct http *http,
	const struct program_options *options, struct fail *fail);

/* Kills one whose end was not told; NULL is fine. */
void program_stop(struct program *program);

#endif
