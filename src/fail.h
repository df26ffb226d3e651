/* SPDX-License-Identifier: ISC */
/*
 * What went wrong, in words, and how a name's update ended.
 */
#ifndef DDNS_FAIL_H
#define DDNS_FAIL_H

#include <stdbool.h>

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* A cause for people: one line, no final dot, no program name. */
struct fail {
	char text[1024];
};

/* How the update of one name ended; ordered from best to worst. */
enum outcome {
	OUTCOME_SAME,		/* the provider had the address already */
	OUTCOME_CHANGED,	/* the provider confirmed the new address */
	OUTCOME_LATER,		/* passing fault of this name */
	OUTCOME_BUSY,		/* the account must wait */
	OUTCOME_REFUSED,	/* this name waits for the user */
	OUTCOME_DENIED,		/* this account waits for the user */
};

/* Sets the text, cut to fit; always returns false, for `return fail_set`. */
bool fail_set(struct fail *fail, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts "WHERE: " before the text; always returns false. */
bool fail_at(struct fail *fail, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
