/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "child.h"
#include "clock.h"
#include "fail.h"
#include "memory.h"
#include "stop.h"

#define PATIENCE 10000

static char folder[] = "/tmp/test-child-XXXXXX";
static char script[sizeof folder + sizeof "/script"];

static int
make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(script, sizeof script, "%s/script", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(script);
	return rmdir(folder);
}

static void
write_script(const char *text)
{
	int fd = open(script, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	assert_true(fd >= 0);
	assert_true(write(fd, "#!/bin/sh\n", 10) == 10);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* What comes until the end of fd; fails after PATIENCE. */
static void
read_all(struct buf *out, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char chunk[4096];
	ssize_t n = 1;

	while (n != 0) {
		assert_int_equal(poll(&poll_fd, 1, PATIENCE), 1);
		n = read(fd, chunk, sizeof chunk);
		assert_true(n >= 0 || errno == EAGAIN);
		if (n > 0)
			buf_add(out, chunk, (size_t)n);
	}
}

static struct child_options
options_for(char **argv, char *const *env)
{
	argv[0] = script;
	return (struct child_options){
		.argv = argv, .env = env, .read_out = true
	};
}

struct row {
	const char *script;
	const char *out;
	bool ok;
	const char *fail;
};

static void
ends(void **state)
{
	static const struct row rows[] = {
		{ "echo 203.0.113.7", "203.0.113.7\n", true, "" },
		{ "exit 3", "", false, "exit status 3" },
		{ "echo half; kill -TERM $$", "half\n", false,
			"killed by signal 15" },
		{ "printf %s \"$1|$2\"", "a b|$(id)", true, "" },
		{ "cat; echo end", "end\n", true, "" },
	};
	char first[] = "a b", second[] = "$(id)";
	char *argv[] = { NULL, first, second, NULL };
	struct child_options options = options_for(argv, NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fail fail = { .text = "" };
		struct buf out = { 0 };
		struct child child;

		write_script(rows[i].script);
		assert_true(child_start(&child, &options, &fail));
		read_all(&out, child.out);
		assert_int_equal(
			child_end(&child, PATIENCE, &fail), rows[i].ok);
		assert_string_equal(buf_text(&out), rows[i].out);
		assert_string_equal(fail.text, rows[i].fail);
		assert_int_equal(child.out, -1);
		buf_free(&out);
	}
}

static void
refusals(void **state)
{
	char relative[] = "script", missing[] = "/nonexistent/program";
	char *const programs[] = { relative, missing };
	static const char *const texts[] = { "script: not an absolute path",
		"/nonexistent/program: No such file or directory" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		char *argv[] = { programs[i], NULL };
		struct child_options options = { .argv = argv,
			.read_out = true };
		struct fail fail = { .text = "" };
		struct child child;

		assert_false(child_start(&child, &options, &fail));
		assert_string_equal(fail.text, texts[i]);
		assert_int_equal(child.out, -1);
		assert_false(child_end(&child, 0, &fail));
		child_kill(&child);
	}
}

static void
environment(void **state)
{
	char name[] = "DDNS_NAME=home.example.com";
	char *env[] = { name, NULL }, *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, env);
	struct fail fail = { .text = "" };
	struct buf out = { 0 };
	struct child child;

	(void)state;
	setenv("HOME", "/home/someone", 1);
	setenv("TZ", "UTC", 1);
	setenv("SECRET_TOKEN", "leaks", 1);
	unsetenv("LANG");
	unsetenv("PATH");
	write_script("/usr/bin/env | /usr/bin/sort | /bin/grep -v ^PWD=");
	assert_true(child_start(&child, &options, &fail));
	read_all(&out, child.out);
	assert_true(child_end(&child, PATIENCE, &fail));
	assert_string_equal(buf_text(&out),
		"DDNS_NAME=home.example.com\nHOME=/home/someone\n"
		"PATH=/usr/bin:/bin\nTZ=UTC\n");
	buf_free(&out);
}

/* Even such as were inherited without close-on-exec. */
static void
no_descriptor_leaks(void **state)
{
	char *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, NULL);
	struct fail fail = { .text = "" };
	struct buf out = { 0 };
	struct child child;
	int low = open("/dev/null", O_RDONLY);
	int high = fcntl(low, F_DUPFD, 200);

	(void)state;
	assert_true(low > 2 && high >= 200);
	/* the glob is expanded by a shell that may hold its script open */
	write_script("for fd in 3 4 5 6 7 8 9; do\n"
		     "  (eval \": <&$fd\") 2>/dev/null && echo $fd\n"
		     "done\n"
		     "ls /proc/self/fd | grep -x '2..'\n"
		     "readlink /proc/self/fd/0\n"
		     "exit 0\n");
	assert_true(child_start(&child, &options, &fail));
	read_all(&out, child.out);
	assert_true(child_end(&child, PATIENCE, &fail));
	assert_string_equal(buf_text(&out), "/dev/null\n");
	close(low);
	close(high);
	buf_free(&out);
}

static void
default_signals(void **state)
{
	char *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, NULL);
	struct fail fail = { .text = "" };
	struct child child;
	sigset_t set, old;

	(void)state;
	options.read_out = false;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	write_script("kill -HUP $$; exit 0");
	assert_true(child_start(&child, &options, &fail));
	assert_false(child_end(&child, PATIENCE, &fail));
	assert_string_equal(fail.text, "killed by signal 1");
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGHUP, SIG_DFL);
}

/* The grandchild holds the pipe: its end shows that it is gone too. */
static void
lateness(void **state)
{
	char *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, NULL);
	struct fail fail = { .text = "" };
	struct buf out = { 0 };
	struct child child;
	int64_t begin = clock_ms();
	int held;

	(void)state;
	write_script("trap '' TERM; echo ready; sleep 1000 & sleep 1000");
	assert_true(child_start(&child, &options, &fail));
	held = fcntl(child.out, F_DUPFD_CLOEXEC, 3);
	assert_true(held > 2);
	assert_false(child_end(&child, 100, &fail));
	assert_string_equal(fail.text, "did not end in time");
	read_all(&out, held);
	assert_true(clock_ms() - begin < PATIENCE);
	close(held);
	buf_free(&out);
}

static void
killed(void **state)
{
	char *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, NULL);
	struct fail fail = { .text = "" };
	struct buf out = { 0 };
	struct child child;
	int held;

	(void)state;
	write_script("sleep 1000 & sleep 1000");
	assert_true(child_start(&child, &options, &fail));
	held = fcntl(child.out, F_DUPFD_CLOEXEC, 3);
	child_kill(&child);
	assert_int_equal(child.pid, -1);
	read_all(&out, held);
	child_kill(&child);
	close(held);
	buf_free(&out);
}

static void
standard_input(void **state)
{
	char *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, NULL);
	struct fail fail = { .text = "" };
	struct buf out = { 0 };
	struct child child;

	(void)state;
	options.write_in = true;
	write_script("read line; echo \"got $line\"");
	assert_true(child_start(&child, &options, &fail));
	assert_int_equal(fcntl(child.in, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(child.out, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(write(child.in, "send\n", 5), 5);
	read_all(&out, child.out);
	assert_true(child_end(&child, PATIENCE, &fail));
	assert_string_equal(buf_text(&out), "got send\n");
	buf_free(&out);
}

/* Want of memory ends a run in the midst of whatever it does. */
static void
an_end_at_once_takes_it_along(void **state)
{
	char *argv[] = { NULL, NULL };
	struct child_options options = options_for(argv, NULL);
	struct fail fail;
	struct buf out = { 0 };
	struct child first, second, ended;
	int ends[2], status;
	pid_t pid;

	(void)state;
	write_script("sleep 1000 & wait");
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 2);
		close(ends[1]);
		if (!child_start(&first, &options, &fail) ||
			!child_start(&ended, &options, &fail) ||
			!child_start(&second, &options, &fail))
			_exit(99);
		child_kill(&ended);
		memory_none();
	}
	close(ends[1]);
	/* to its end: nobody who had it as stderr is left */
	read_all(&out, ends[0]);
	close(ends[0]);
	assert_string_equal(buf_text(&out), "ddns: out of memory\n");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 1);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(refusals),
		cmocka_unit_test(environment),
		cmocka_unit_test(no_descriptor_leaks),
		cmocka_unit_test(default_signals),
		cmocka_unit_test(lateness),
		cmocka_unit_test(killed),
		cmocka_unit_test(standard_input),
		cmocka_unit_test(an_end_at_once_takes_it_along),
	};

	stop_open_standard();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
