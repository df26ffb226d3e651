/* SPDX-License-Identifier: ISC */
/*
 * Between the files of lookup. From above: lookup.c goes from source to source
 * of a set, set.c and source.c read them, each kind of source is a file; all
 * of these end a try by try.c, which calls back lookup.c by a pointer.
 */
#ifndef DDNS_LOOKUP_INTERNAL_H
#define DDNS_LOOKUP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "address-find.h"
#include "buf.h"
#include "fail.h"
#include "lookup/lookup.h"

#define LOOKUP_CEILING 65536 /* bytes of an answer */

/* A kind of source: a row of the table in source.c. */
struct lookup_kind {
	const char *prefix; /* what a source of the kind begins with */
	bool program;       /* runs one: for a configuration of our own */

	/*
	 * Reads what stands behind the prefix, which lives as long as mem:
	 * sets place, pointer or argv, and `shown`, if it is not to be shown
	 * as it is written. False: *fail tells why.
	 */
	bool (*read)(struct lookup_source *source, struct mem *mem,
		const char *text, struct fail *fail);

	/*
	 * Asks. Ends, now or from the loop, with one of lookup_judge,
	 * lookup_hit and lookup_missed; takes no longer than
	 * lookup->timeout_ms. What is to be stopped stands in try->work until
	 * then.
	 */
	void (*ask)(struct lookup_try *try);

	/* Ends what stands in try->work, as the loop is over; NULL: none. */
	void (*stop)(void *work);
};

extern const struct lookup_kind lookup_kind_file;
extern const struct lookup_kind lookup_kind_interface;
extern const struct lookup_kind lookup_kind_exec;
extern const struct lookup_kind lookup_kind_http;

/* Ends a try with a whole answer, in which the address is looked for. */
void lookup_judge(struct lookup_try *try, const char *body, size_t len);

/* Ends a try with the address that was put into try->address. */
void lookup_hit(struct lookup_try *try);

/* Ends a try with the cause why there is no address. */
void lookup_missed(struct lookup_try *try, const char *format, ...)
	PRINTF_LIKE(2, 3);

#endif
