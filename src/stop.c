/* SPDX-License-Identifier: ISC */
/* Signals, standard descriptors and whether our memory can be looked at. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "stop.h"
#include "exit.h"

static volatile sig_atomic_t came;
static int ends[2] = { -1, -1 };
static struct stop_group *volatile groups;

void
stop_open_standard(void)
{
	int fd;

	/* a file that is too large is an error, as a full disk is */
	signal(SIGXFSZ, SIG_IGN);
	/* upwards: open gives the lowest free descriptor, which is this one */
	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", O_RDWR) != fd)
			_exit(EXIT_AGAIN);
	}
}

void
stop_hide_memory(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void
note(int signo)
{
	int error = errno;

	if (came == 0) {
		came = signo;
		/* the pipe is empty: this can neither block nor fail */
		if (write(ends[1], "", 1) < 0)
			errno = error;
	}
	errno = error;
}

/* A handler may look at any time: each change of the list is one write. */
void
stop_with(struct stop_group *group, pid_t pid)
{
	group->pid = pid;
	group->next = groups;
	groups = group;
}

void
stop_without(const struct stop_group *group)
{
	struct stop_group *volatile *place = &groups;

	while (*place && *place != group)
		place = &(*place)->next;
	if (*place)
		*place = group->next;
}

/* Nothing that might need memory: no stdio, no handlers of exit. */
_Noreturn void
stop_now(const char *text)
{
	const struct stop_group *group;

	for (group = groups; group; group = group->next)
		kill(-group->pid, SIGKILL);
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(EXIT_AGAIN);
	_exit(EXIT_AGAIN);
}

/* Nothing of the loop has come back: what is on disk is whole and stays. */
static void
give_up(int signo)
{
	(void)signo;
	stop_now(
		"ddns: the run was still busy long after its deadline: it is ended here; what was saved before stands\n");
}

static void
open_pipe(void)
{
	int i;

	if (ends[0] >= 0)
		return;
	if (pipe(ends) < 0) {
		fprintf(stderr, "ddns: cannot make a pipe: %s\n",
			strerror(errno));
		_exit(EXIT_AGAIN);
	}
	for (i = 0; i < 2; i++) {
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
		fcntl(ends[i], F_SETFL, O_NONBLOCK);
	}
}

void
stop_catch(unsigned alarm_seconds)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP };
	struct sigaction catch = { .sa_handler = note, .sa_flags = SA_RESTART };
	struct sigaction old;
	sigset_t set;
	size_t i;

	open_pipe();
	sigemptyset(&catch.sa_mask);
	sigemptyset(&set);
	for (i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		/* nohup(1) means that the run goes on */
		if (signals[i] == SIGHUP &&
			sigaction(SIGHUP, NULL, &old) == 0 &&
			old.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &catch, NULL);
		sigaddset(&set, signals[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	/* a parent may hand these down ignored or blocked */
	signal(SIGALRM, give_up);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	alarm(alarm_seconds);
}

int
stop_signal(void)
{
	return came;
}

int
stop_fd(void)
{
	return ends[0];
}

void
stop_raise(void)
{
	int signo = came;
	sigset_t set;

	if (signo == 0)
		return;
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
}
