/* SPDX-License-Identifier: ISC */
/*
 * Signals that end a run in good order, what a process sees to before all else,
 * and the end at once. It uses nothing. main calls it first; who waits, asks it.
 */
#ifndef DDNS_STOP_H
#define DDNS_STOP_H

#include <sys/types.h>

/* Opens closed descriptors 0 to 2 on /dev/null. Call it first. */
void stop_open_standard(void);

/* No core dump and no debugger of the same user shows our secrets. */
void stop_hide_memory(void);

/*
 * SIGTERM, SIGINT, SIGQUIT and SIGHUP set the stop flag (HUP only if it is not
 * ignored), SIGPIPE is ignored, and alarm(seconds) ends a stuck run.
 */
void stop_catch(unsigned alarm_seconds);

/* The signal that came, or 0. */
int stop_signal(void);

/* Readable once a signal came: for poll. */
int stop_fd(void);

/* Ends the process by the signal that came, if one did. */
void stop_raise(void);

/* A group of processes that is killed where the run ends at once. */
struct stop_group {
	struct stop_group *volatile next;
	volatile pid_t pid;
};

void stop_with(struct stop_group *group, pid_t pid);

/* It has ended, or was never added. */
void stop_without(const struct stop_group *group);

/* Ends the run at once, from wherever, a handler too; text tells why. */
_Noreturn void stop_now(const char *text);

#endif
