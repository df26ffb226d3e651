/*
 * Between the files of lookup: one way to ask for each kind of source.
 */
#ifndef DDNS_LOOKUP_INTERNAL_H
#define DDNS_LOOKUP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lookup_try;

#define LOOKUP_CEILING 65536 /* bytes of an answer */
#define LOOKUP_REDIRECTS 3

/* Start asking; each ends with lookup_judge or lookup_missed, not from within.
 */
void lookup_ask_http(struct lookup_try *try);
void lookup_ask_file(struct lookup_try *try);
void lookup_ask_interface(struct lookup_try *try);
void lookup_ask_exec(struct lookup_try *try);

/* Kills the program of a try, if one runs. */
void lookup_stop_exec(struct lookup_try *try);

/* Ends a try with a whole answer, or with an address, or with a cause. */
void lookup_judge(struct lookup_try *try, const char *body, size_t len);
void lookup_hit(struct lookup_try *try);
void lookup_missed(struct lookup_try *try, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
