/* SPDX-License-Identifier: ISC */
/*
 * What a run gives up once its configuration is read: whatever a fault in a
 * library might be used for and no run needs. Landlock and a filter of system
 * calls on Linux, pledge and unveil where they are; elsewhere nothing.
 */
#ifndef DDNS_SANDBOX_H
#define DDNS_SANDBOX_H

#include <stdbool.h>

enum sandbox_programs {
	SANDBOX_NO_PROGRAM, /* none is ever started */
	SANDBOX_NSUPDATE,   /* that one, which needs to read and to connect */
	SANDBOX_ANY_PROGRAM /* a user's own, which may do what it likes */
};

/* What this run needs beside what each run does. */
struct sandbox {
	const char *folder;         /* that it writes in; NULL: none */
	const char *const *files;   /* that it reads, NULL at the end */
	bool binds;                 /* it binds requests to an interface */
	enum sandbox_programs programs;
};

/*
 * Gives the rest up, for good. What the kernel cannot take goes on as it was,
 * and -v tells. Files that are open stay so. To be called before a thread is
 * started.
 */
void sandbox_enter(const struct sandbox *sandbox);

/* The parts that this program was built with: "Landlock seccomp". */
const char *sandbox_parts(void);

#endif
