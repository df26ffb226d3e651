/* SPDX-License-Identifier: ISC */
/*
 * Exit status of the program: the one list (ddns(1), EXIT STATUS).
 */
#ifndef DDNS_EXIT_H
#define DDNS_EXIT_H

enum exit_status {
	EXIT_FINE = 0,		/* every name holds the current address */
	EXIT_AGAIN = 1,		/* a name could not be updated; tried again */
	EXIT_USAGE = 2,		/* wrong usage */
	EXIT_CONFIG = 3,	/* the configuration is wrong; nothing done */
	EXIT_LOOKUP = 4,	/* no valid address for a family in use */
	EXIT_STATE = 5,		/* state unreadable or unwritable */
	EXIT_LOCKED = 6,	/* another run holds the lock */
	EXIT_REFUSED = 7,	/* a provider refused a name; it waits */
};

#endif
