/* SPDX-License-Identifier: ISC */
/* Each piece has its size in front, so that it can be wiped as a whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <openssl/crypto.h>

#include "memory.h"
#include "stop.h"

#define STACK_WIPED 40960
#define LARGE (128 * 1024) /* pieces that go back to the system at once */
#define SMALL 1024 /* glibc keeps such pieces at hand, but not for calloc */

struct head {
	_Alignas(max_align_t) size_t len;
};

static size_t used;
static size_t held;                     /* of answers */
static size_t answers = MEMORY_ANSWERS; /* that may be held */

_Noreturn void
memory_none(void)
{
	stop_now("ddns: out of memory\n");
}

/* Not known to the compiler, so never left out; OPENSSL_cleanse is slower. */
static void *(*const volatile wipe)(void *, int, size_t) = memset;

void
memory_wipe(void *bytes, size_t len)
{
	if (len > 0)
		wipe(bytes, 0, len);
}

__attribute__((noinline)) static void
wipe_below(void)
{
	char used_before[STACK_WIPED];

	memory_wipe(used_before, sizeof used_before);
}

void
memory_wipe_stack(void)
{
	struct rlimit most;

	/* beside the environment, which may fill a quarter of it (execve(2)) */
	if (getrlimit(RLIMIT_STACK, &most) == 0 &&
		most.rlim_cur >= (rlim_t)4 * STACK_WIPED)
		wipe_below();
}

void *
memory_take(size_t len)
{
	struct head *head = NULL;

	if (len <= SMALL && len <= MEMORY_MOST - used) {
		head = malloc(sizeof *head + len);
		if (head)
			memset(head + 1, 0, len);
	} else if (len <= MEMORY_MOST - used) {
		head = calloc(1, sizeof *head + len);
	}
	if (head) {
		head->len = len;
		used += len;
		return head + 1;
	}
	memory_none();
}

void *
memory_take_all(size_t count, size_t size)
{
	if (size > 0 && count > MEMORY_MOST / size)
		memory_none();
	return memory_take(count * size);
}

void
memory_give(void *bytes)
{
	struct head *head = bytes;

	if (!bytes)
		return;
	head--;
	used -= head->len;
	memory_wipe(head, sizeof *head + head->len);
	free(head);
}

void *
memory_resize(void *bytes, size_t len)
{
	size_t had = bytes ? ((struct head *)bytes - 1)->len : 0;
	void *made;

	if (bytes && len <= had && len > had / 2)
		return bytes;
	made = memory_take(len);
	if (bytes)
		memcpy(made, bytes, had < len ? had : len);
	memory_give(bytes);
	return made;
}

char *
memory_text(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(memory_take(len), text, len);
}

static void *
crypto_take(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return memory_take(len);
}

static void *
crypto_resize(void *bytes, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	/* malloc(3) of libcrypto: 0 bytes of something frees it */
	if (bytes && len == 0) {
		memory_give(bytes);
		return NULL;
	}
	return memory_resize(bytes, len);
}

static void
crypto_give(void *bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	memory_give(bytes);
}

void
memory_serve(void)
{
#ifdef __GLIBC__
	/* else it keeps more and larger ones, each time that one is freed */
	mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
	CRYPTO_set_mem_functions(crypto_take, crypto_resize, crypto_give);
	/* the end of the process cleans up as well, and for nothing */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}

size_t
memory_used(void)
{
	return used;
}

bool
memory_hold(size_t more, size_t own)
{
	const size_t left = answers - held;

	if (more > left || own + more > left - more)
		return false;
	held += more;
	return true;
}

void
memory_expect(size_t bytes)
{
	answers += bytes;
}

void
memory_release(size_t bytes)
{
	held -= bytes;
}
