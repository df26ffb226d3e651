/* SPDX-License-Identifier: ISC */
/*
 * The one allocator, of the program and of the libraries that it uses: bytes
 * are wiped before they are given back, and where there are none left the run
 * ends (exit status 1) instead of going on with half of what was read.
 */
#ifndef DDNS_MEMORY_H
#define DDNS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* A run never holds more; far above what ten thousand names need. */
#define MEMORY_MOST ((size_t)256 * 1024 * 1024)

/* Answers of all services together, under way and kept, what is made of them
 * above the usual, and what is expected. */
#define MEMORY_ANSWERS ((size_t)6 * 1024 * 1024)

/* len zeroed bytes; never NULL, for 0 bytes neither. */
void *memory_take(size_t len);

/* The same for count things of a size; too many end the run. */
void *memory_take_all(size_t count, size_t size);

/* As realloc; what the bytes held is wiped where they lay before. */
void *memory_resize(void *bytes, size_t len);

/* As strdup. */
char *memory_text(const char *text);

/* NULL is fine. */
void memory_give(void *bytes);

/* Wipes bytes in a way that no compiler leaves out. */
void memory_wipe(void *bytes, size_t len);

/*
 * Wipes the part of the stack that the functions used which have returned:
 * what libraries built there of our secrets. To be called from main.
 */
void memory_wipe_stack(void);

/* Ends the run for want of memory. */
_Noreturn void memory_none(void);

/* libcrypto from now on uses this; to be called before anything uses it. */
void memory_serve(void);

/* How many bytes are taken. */
size_t memory_used(void);

/*
 * Counts more bytes of answers for a holder that has `own` already. False: they
 * are too many. Each holder gets as much as it leaves free for the others, so
 * that none can take all.
 */
bool memory_hold(size_t more, size_t own);

/* So many bytes more of answers are expected: of many names. */
void memory_expect(size_t bytes);

/* They are no longer held. */
void memory_release(size_t bytes);

#endif
