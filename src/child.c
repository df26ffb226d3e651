/* SPDX-License-Identifier: ISC */
/* Starts, ends and kills processes. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "buf.h"
#include "clock.h"
#include "fail.h"

#define DESCRIPTORS 256 /* looked at where there is no /proc */
#define STEP_MS 10

/* The pipes of a child on their way: ends as pipe(2) gives them. */
struct pipes {
	int out[2];
	int in[2];
	int error[2];
};

static void
close_all(struct pipes *pipes)
{
	int *const fds[] = { pipes->out, pipes->out + 1, pipes->in,
		pipes->in + 1, pipes->error, pipes->error + 1 };
	size_t i;

	for (i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static void
close_on_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags >= 0 && !(flags & FD_CLOEXEC))
		fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

/*
 * Ours have the flag, but what we inherited and what libraries open may not.
 */
static void
guard_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int fd;

	while (dir && (entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
			(fd = (int)strtol(entry->d_name, NULL, 10)) > 2)
			close_on_exec(fd);
	}
	for (fd = 3; !dir && fd < DESCRIPTORS; fd++)
		close_on_exec(fd);
	if (dir)
		closedir(dir);
}

/* A blocking end of ours would let the child hold the run up. */
static bool
open_pipe(bool wanted, int ends[2], int ours)
{
	return !wanted ||
	       (pipe(ends) == 0 && fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0);
}

static bool
open_pipes(struct pipes *pipes, const struct child_options *options)
{
	return open_pipe(options->read_out, pipes->out, 0) &&
	       open_pipe(options->write_in, pipes->in, 1) &&
	       open_pipe(options->keep_error, pipes->error, 0);
}

/*
 * dup2 gives the child descriptors that stay open. Ours are above 2: main has
 * seen to it that 0 to 2 are taken.
 */
static int
set_actions(posix_spawn_file_actions_t *actions, const struct pipes *pipes,
	bool read_error)
{
	int error;

	if (pipes->in[0] >= 0)
		error = posix_spawn_file_actions_adddup2(
			actions, pipes->in[0], 0);
	else
		error = posix_spawn_file_actions_addopen(
			actions, 0, "/dev/null", O_RDONLY, 0);
	if (error)
		return error;
	error = posix_spawn_file_actions_adddup2(
		actions, pipes->out[1] >= 0 ? pipes->out[1] : 2, 1);
	if (!error && read_error)
		error = posix_spawn_file_actions_adddup2(actions, 1, 2);
	if (!error && pipes->error[1] >= 0)
		error = posix_spawn_file_actions_adddup2(
			actions, pipes->error[1], 2);
	return error;
}

static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t most, none;

	sigemptyset(&none);
	sigfillset(&most);
	sigdelset(&most, SIGKILL);
	sigdelset(&most, SIGSTOP);
	posix_spawnattr_setsigdefault(attributes, &most);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
				    POSIX_SPAWN_SETSIGMASK);
}

/* PATH HOME LANG TZ, then what the caller gives. */
static char **
make_environment(struct mem *mem, char *const *more)
{
	static const struct {
		const char *name;
		const char *otherwise;
	} kept[] = { { "PATH", "/usr/bin:/bin" }, { "HOME", NULL },
		{ "LANG", NULL }, { "TZ", NULL } };
	const size_t own = sizeof kept / sizeof kept[0];
	size_t count = 0, used = 0, i;
	const char *value;
	char **env;

	while (more && more[count])
		count++;
	env = mem_take(mem, (own + count + 1) * sizeof *env);
	for (i = 0; i < own; i++) {
		value = getenv(kept[i].name);
		if (!value)
			value = kept[i].otherwise;
		if (value)
			env[used++] =
				mem_printf(mem, "%s=%s", kept[i].name, value);
	}
	for (i = 0; i < count; i++)
		env[used++] = more[i];
	return env;
}

static int
spawn(pid_t *pid, const struct child_options *options,
	const struct pipes *pipes)
{
	struct mem *mem = mem_new();
	char **env = make_environment(mem, options->env);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	guard_descriptors();
	/* inherited as ignored, it would take the exit status from us */
	signal(SIGCHLD, SIG_DFL);
	error = set_attributes(&attributes);
	if (!error)
		error = set_actions(&actions, pipes, options->read_error);
	if (!error)
		error = posix_spawn(pid, options->argv[0], &actions,
			&attributes, options->argv, env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	mem_free(mem);
	return error;
}

bool
child_start(struct child *child, const struct child_options *options,
	struct fail *fail)
{
	struct pipes pipes = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	const char *path = options->argv[0];
	int error;

	*child = (struct child){ .pid = -1, .out = -1, .in = -1, .error = -1 };
	if (path[0] != '/')
		return fail_set(fail, "%s: not an absolute path", path);
	error = open_pipes(&pipes, options) ? 0 : errno;
	if (!error)
		error = spawn(&child->pid, options, &pipes);
	if (error) {
		close_all(&pipes);
		child->pid = -1;
		return fail_set(fail, "%s: %s", path, strerror(error));
	}
	stop_with(&child->group, child->pid);
	child->out = pipes.out[0];
	child->in = pipes.in[1];
	child->error = pipes.error[0];
	pipes.out[0] = pipes.in[1] = pipes.error[0] = -1;
	close_all(&pipes);
	return true;
}

static void
close_pipes(struct child *child)
{
	if (child->out >= 0)
		close(child->out);
	if (child->in >= 0)
		close(child->in);
	if (child->error >= 0)
		close(child->error);
	child->out = child->in = child->error = -1;
}

static void
forget(struct child *child)
{
	stop_without(&child->group);
	child->pid = -1;
}

/* Whether the child ended by end; *status as waitpid gives it. */
static bool
reap(const struct child *child, int64_t end, int *status)
{
	pid_t pid;

	for (;;) {
		pid = waitpid(child->pid, status, WNOHANG);
		if (pid != 0 && !(pid < 0 && errno == EINTR))
			return true;
		if (stop_signal() || clock_ms() >= end)
			return false;
		poll(NULL, 0, STEP_MS);
	}
}

bool
child_runs(const struct child *child)
{
	siginfo_t info = { .si_pid = 0 };

	return child->pid > 0 &&
	       waitid(P_PID, (id_t)child->pid, &info,
		       WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

void
child_kill(struct child *child)
{
	int status;

	close_pipes(child);
	if (child->pid <= 0)
		return;
	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	forget(child);
}

bool
child_end(struct child *child, long ms, struct fail *fail)
{
	int status = 0;

	close_pipes(child);
	if (child->pid <= 0)
		return fail_set(fail, "it does not run");
	if (!reap(child, clock_ms() + ms, &status)) {
		child_kill(child);
		return fail_set(fail, "%s",
			stop_signal() ? "stopped by a signal"
				      : "did not end in time");
	}
	forget(child);
	if (WIFSIGNALED(status))
		return fail_set(fail, "killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return fail_set(fail, "exit status %d", WEXITSTATUS(status));
	return true;
}
