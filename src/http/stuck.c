/* SPDX-License-Identifier: ISC */
/*
 * Gets libcurl out of a connection whose server never stops sending. Some
 * frames of HTTP/2 keep it reading, within one call, and none of its callbacks
 * is called: nothing but a signal comes between.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "http/internal.h"
#include "clock.h"

#define SOCKETS 128   /* that are watched at most */
#define TICK_US 50000 /* of processor time, which a stuck call burns */
#define TICKS 30      /* within one call: it is stuck */
#define LONG_MS 2000  /* likewise, where little of a processor is ours */
#define CHANGES 5     /* of what waits to be read: by this connection */
#define TRIES 3       /* to shut those alone that are read */

static volatile sig_atomic_t turn;  /* odd: within a call of libcurl */
static volatile sig_atomic_t until; /* seconds: nobody waits for longer */

/* All others are the handler's. */
static struct {
	volatile sig_atomic_t fd; /* and 1; 0: none */
	int waits;                /* bytes to be read */
	int changes;              /* of these, in this turn */
	bool read;                /* they became fewer: not only more came */
} sockets[SOCKETS];

/* Notes whether somebody reads from the socket. */
static void
look_at(int i, bool anew)
{
	int waits = 0;

	if (sockets[i].fd == 0 || ioctl(sockets[i].fd - 1, FIONREAD, &waits))
		return;
	if (anew) {
		sockets[i].changes = 0;
		sockets[i].read = false;
	} else {
		sockets[i].changes += waits != sockets[i].waits;
		sockets[i].read |= waits < sockets[i].waits;
	}
	sockets[i].waits = waits;
}

static void
tick(int signo)
{
	static sig_atomic_t last;
	static int ticks, late;
	static int64_t since;
	const bool anew = turn != last;
	const int before = errno;
	const int64_t now = clock_ms();
	bool stuck;
	int i;

	(void)signo;
	last = turn;
	if (turn % 2 == 0)
		return;
	since = anew ? now : since;
	ticks = anew ? 0 : ticks + 1;
	late = anew || now / 1000 <= until ? 0 : late + 1;
	stuck = ticks >= TICKS || now - since >= LONG_MS;
	for (i = 0; i < SOCKETS; i++) {
		look_at(i, anew);
		if (sockets[i].fd != 0 &&
			(late > TRIES || (late && sockets[i].read) ||
				(stuck && sockets[i].changes >= CHANGES)))
			shutdown(sockets[i].fd - 1, SHUT_RDWR);
	}
	errno = before;
}

void
http_stuck_watch(void)
{
	struct sigaction catch = { .sa_handler = tick, .sa_flags = SA_RESTART };
	const struct timeval often = { 0, TICK_US };
	const struct itimerval timer = { often, often };

	sigemptyset(&catch.sa_mask);
	sigaction(SIGPROF, &catch, NULL);
	setitimer(ITIMER_PROF, &timer, NULL);
}

void
http_stuck_enter(int64_t deadline)
{
	const int64_t end = deadline / 1000 + 1;

	if (deadline && end < until)
		until = (sig_atomic_t)end;
	turn++;
}

void
http_stuck_leave(void)
{
	turn++;
}

void
http_stuck_wait(int64_t ms)
{
	const int64_t end = ms / 1000 + 1;

	if (end > until)
		until = (sig_atomic_t)end;
}

void
http_stuck_open(int fd)
{
	int i = 0;

	while (i < SOCKETS && sockets[i].fd != 0)
		i++;
	if (i < SOCKETS)
		sockets[i].fd = fd + 1;
}

int
http_stuck_close(void *arg, curl_socket_t fd)
{
	int i;

	(void)arg;
	for (i = 0; i < SOCKETS; i++)
		if (sockets[i].fd == fd + 1)
			sockets[i].fd = 0;
	return close(fd);
}
