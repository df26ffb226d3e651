/* SPDX-License-Identifier: ISC */
/*
 * Allocations that fail: the FAIL_AT-th since the start, and with FAIL_ON set
 * all that follow. FAIL_COUNT names a file that gets how many there were.
 * A library for LD_PRELOAD; with WRAP an object for the linker, whose malloc
 * and calloc are the only allocators of the program (src/memory.c), for use
 * with ASan.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long count;
static long at;
static bool on;
static int told = -1;

__attribute__((constructor)) static void
start(void)
{
	const char *text = getenv("FAIL_AT"), *path = getenv("FAIL_COUNT");

	on = getenv("FAIL_ON");
	if (path)
		told = open(
			path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	atomic_store(&count, 0);
	at = text ? strtol(text, NULL, 10) : 0;
}

__attribute__((destructor)) static void
end(void)
{
	if (told >= 0)
		dprintf(told, "%ld\n", atomic_load(&count));
}

static bool
fails(void)
{
	const long one = atomic_fetch_add(&count, 1) + 1;

	if (at == 0 || (on ? one < at : one != at))
		return false;
	errno = ENOMEM;
	return true;
}

#ifdef WRAP

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t number, size_t size);
void *__wrap_calloc(size_t number, size_t size);

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t number, size_t size)
{
	return fails() ? NULL : __real_calloc(number, size);
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *bytes, size_t size);
void *__libc_memalign(size_t align, size_t size);

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *
realloc(void *bytes, size_t size)
{
	return fails() ? NULL : __libc_realloc(bytes, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

int
posix_memalign(void **out, size_t align, size_t size)
{
	*out = fails() ? NULL : __libc_memalign(align, size);
	return *out ? 0 : ENOMEM;
}

#endif
