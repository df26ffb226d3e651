/* SPDX-License-Identifier: ISC */
/*
 * Looks for texts in the memory of a process that ends: each of SEEN, which
 * stand there in hexadecimal of their bits turned round, so that looking for
 * them finds no trace of the question. A library for LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define TEXTS 16
#define LONGEST 128

static unsigned char texts[TEXTS][LONGEST]; /* turned round */
static size_t lens[TEXTS];
static int count, maps = -1;

__attribute__((constructor)) static void
start(void)
{
	const char *at = getenv("SEEN");
	unsigned byte;

	/* not within the sandbox, where /proc cannot be read */
	maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	for (; at && *at && count < TEXTS; count++) {
		while (sscanf(at, "%2x", &byte) == 1 && lens[count] < LONGEST) {
			texts[count][lens[count]++] = (unsigned char)byte;
			at += 2;
		}
		at += *at == ',';
	}
}

static int
is_here(const unsigned char *at, const unsigned char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)~at[i] != text[i])
			return 0;
	return 1;
}

static void
look(const unsigned char *from, const unsigned char *to, const char *name)
{
	const unsigned char *at;
	int i;

	for (i = 0; i < count; i++)
		for (at = from; at + lens[i] <= to; at++)
			if (is_here(at, texts[i], lens[i])) {
				fprintf(stderr, "seen: text %d in %s", i, name);
				break;
			}
}

__attribute__((destructor)) static void
end(void)
{
	static char list[1 << 16];
	char *line, *save = NULL, rights[8], name[256];
	unsigned long from, to;
	size_t len = 0;
	ssize_t got;

	while ((got = read(maps, list + len, sizeof list - 1 - len)) > 0)
		len += (size_t)got;
	for (line = strtok_r(list, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		strcpy(name, "memory\n");
		sscanf(line, "%lx-%lx %7s %*s %*s %*s %255[^\n]", &from, &to,
			rights, name);
		if (rights[1] == 'w') {
			strcat(name, "\n");
			look((const unsigned char *)from,
				(const unsigned char *)to, name);
		}
	}
}
