/* SPDX-License-Identifier: ISC */
/* The system's clocks and its random bytes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "exit.h"
#include "stop.h"

int64_t
clock_now(void)
{
	return time(NULL);
}

int64_t
clock_ms(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
clock_random(void *bytes, size_t len)
{
	static int fd = -1; /* stays open: signatures take some each */
	unsigned char *at = bytes;

	if (fd < 0)
		fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && len > 0) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += n;
		len -= (size_t)n;
	}
	if (fd < 0 || len > 0) {
		fputs("ddns: no random bytes from /dev/urandom\n", stderr);
		exit(EXIT_AGAIN);
	}
}

void
clock_wait(int64_t ms)
{
	struct pollfd stop = { .fd = stop_fd(), .events = POLLIN };
	const int64_t end = clock_ms() + ms;
	int64_t left;

	/* poll and not nanosleep: a signal right before it is not missed */
	while (!stop_signal() && (left = end - clock_ms()) > 0)
		poll(&stop, 1, (int)left);
}

void
clock_splay(int max)
{
	uint64_t random;

	if (max <= 0)
		return;
	clock_random(&random, sizeof random);
	clock_wait((int64_t)(random % ((uint64_t)max * 1000 + 1)));
}

void
clock_text(char *text, size_t size, const char *format, int64_t when)
{
	/* the caller's format was checked at the caller's */
	size_t (*const make)(char *, size_t, const char *, const struct tm *) =
		strftime;
	time_t seconds = (time_t)when;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || make(text, size, format, &tm) == 0)
		text[0] = '\0';
}
