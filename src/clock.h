/* SPDX-License-Identifier: ISC */
/*
 * The only reader of time and randomness. Only .c files that read a clock
 * include it, no header does.
 */
#ifndef DDNS_CLOCK_H
#define DDNS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* UTC, seconds since the epoch. */
int64_t clock_now(void);

/* Monotonic milliseconds, for durations within a run. */
int64_t clock_ms(void);

/* Random bytes from the system; ends the program if there are none. */
void clock_random(void *bytes, size_t len);

/* Sleeps; a signal that stops the run ends it. */
void clock_wait(int64_t ms);

/* Sleeps a random 0 to max seconds, likewise. */
void clock_splay(int max);

/* Puts what strftime makes of a time in UTC; "" if it does not fit. */
void clock_text(char *text, size_t size, const char *format, int64_t when)
	__attribute__((format(strftime, 3, 0)));

#endif
