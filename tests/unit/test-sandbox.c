/* SPDX-License-Identifier: ISC */
/*
 * Enters the sandbox in a process of its own for each row, and tries things.
 */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

long syscall(long number, ...);

#define REFUSED 1 /* by any error: EACCES and EPERM both say so */
#define CREATE_RULESET 444
#define NEVER 0

/* Places of a row: inside is the folder that may be written. */
static char top[] = "/tmp/test-sandbox-XXXXXX";
static char inside[64], outside[64], named[64], resolver[64];

static long landlock; /* version in this kernel; below 1: none */
static bool seccomp;  /* whether it filters here */

static int
make(const char *folder, const char *name, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? errno : close(fd);
}

static int
make_inside(void)
{
	return make(inside, "new", O_WRONLY | O_CREAT | O_EXCL);
}

static int
make_outside(void)
{
	return make(outside, "new", O_WRONLY | O_CREAT | O_EXCL);
}

static int
cut_outside(void)
{
	return make(outside, "file", O_WRONLY | O_TRUNC);
}

static int
read_outside(void)
{
	return make(outside, "file", O_RDONLY);
}

static int
list_outside(void)
{
	return make(outside, ".", O_RDONLY | O_DIRECTORY);
}

static int
read_named(void)
{
	return make(named, "", O_RDONLY) == ENOTDIR &&
			       open(named, O_RDONLY | O_CLOEXEC) >= 0
		       ? 0
		       : errno;
}

static int
write_named(void)
{
	return open(named, O_WRONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static int
read_passwords(void)
{
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static int
read_environment(void)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/environ", (int)getppid());
	return open(path, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

/* What saving a state does. */
static int
replace_inside(void)
{
	int folder = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(folder, "temp", O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || fchmod(fd, 0600) < 0 || ftruncate(fd, 100) < 0 ||
		linkat(folder, "temp", folder, "bad", 0) < 0 ||
		renameat(folder, "temp", folder, "file") < 0 ||
		unlinkat(folder, "bad", 0) < 0 || fsync(folder) < 0)
		return errno;
	return 0;
}

static int
link_inside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/link", inside);
	return symlink("/etc/passwd", path) < 0 ? errno : 0;
}

static int
move_out(void)
{
	char from[96], to[96];

	snprintf(from, sizeof from, "%s/file", inside);
	snprintf(to, sizeof to, "%s/moved", outside);
	return rename(from, to) < 0 ? errno : 0;
}

static int
remove_outside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/file", outside);
	return unlink(path) < 0 ? errno : 0;
}

static int
chmod_outside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/file", outside);
	return chmod(path, 04755) < 0 ? errno : 0;
}

static int
chmodat_outside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/file", outside);
	return fchmodat(AT_FDCWD, path, 04755, 0) < 0 ? errno : 0;
}

/* By a descriptor that may be had for reading. */
static int
fchmod_named(void)
{
	return fchmod(open(named, O_RDONLY | O_CLOEXEC), 04755) < 0 ? errno : 0;
}

static int
give_named(void)
{
	return fchown(open(named, O_RDONLY | O_CLOEXEC), geteuid() + 1,
		       (gid_t)-1) < 0
		       ? errno
		       : 0;
}

static int
keep_named(void)
{
	return fchown(open(named, O_RDONLY | O_CLOEXEC), geteuid(), (gid_t)-1) <
			       0
		       ? errno
		       : 0;
}

static int
chown_outside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/file", outside);
	return chown(path, geteuid(), getegid()) < 0 ? errno : 0;
}

static int
chownat_outside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/file", outside);
	return fchownat(AT_FDCWD, path, geteuid(), getegid(), 0) < 0 ? errno
								     : 0;
}

static int
date_outside(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/file", outside);
	return utimensat(AT_FDCWD, path, NULL, 0) < 0 ? errno : 0;
}

/* A file that is not there: the call itself is refused, or it is not. */
static int
attribute_nothing(void)
{
	return setxattr("", "user.x", "", 0, 0) < 0 && errno != ENOENT ? errno
								       : 0;
}

/* Reads the clock only, which anybody may. */
static int
adjust_clock(void)
{
	struct timex times = { .modes = 0 };

	return syscall(SYS_clock_adjtime, CLOCK_REALTIME, &times) < 0 ? errno
								      : 0;
}

/* To its own name; a length below 0 is looked at by the call itself. */
static int
rename_domain(void)
{
	return syscall(SYS_setdomainname, "", -1) < 0 && errno != EINVAL ? errno
									 : 0;
}

static int
bind_to(int family, int kind, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(family, kind | SOCK_CLOEXEC, 0);
	bool v6 = family == AF_INET6;

	return bind(fd,
		       v6 ? (const struct sockaddr *)&in6
			  : (const struct sockaddr *)&in,
		       v6 ? sizeof in6 : sizeof in) < 0
		       ? errno
		       : 0;
}

static int
bind_tcp(void)
{
	return bind_to(AF_INET, SOCK_STREAM, 0);
}

static int
bind_tcp6(void)
{
	return bind_to(AF_INET6, SOCK_STREAM, 0);
}

static int
bind_udp(void)
{
	return bind_to(AF_INET, SOCK_DGRAM, 0);
}

static int
bind_udp6(void)
{
	return bind_to(AF_INET6, SOCK_DGRAM, 0);
}

static int
bind_port(void)
{
	return bind_to(AF_INET, SOCK_STREAM, 48621);
}

static int
bind_netlink(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return bind(fd, (const struct sockaddr *)&address, sizeof address) < 0
		       ? errno
		       : 0;
}

/* As systemd's libraries do. */
static int
bind_union(void)
{
	union {
		struct sockaddr any;
		struct sockaddr_nl netlink;
	} address = { .netlink = { .nl_family = AF_NETLINK } };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return bind(fd, &address.any, sizeof address) < 0 ? errno : 0;
}

static int
listens(void)
{
	return listen(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 1) < 0
		       ? errno
		       : 0;
}

static int
runs(void)
{
	char path[] = "/bin/true";
	char *argv[] = { path, NULL }, *env[] = { NULL };

	return execve(path, argv, env) < 0 ? errno : 0;
}

static int
spawns(void)
{
	char path[] = "/bin/true";
	char *argv[] = { path, NULL }, *env[] = { NULL };
	pid_t pid;
	int error = posix_spawn(&pid, path, NULL, NULL, argv, env);

	return error ? error : waitpid(pid, NULL, 0) == pid ? 0 : errno;
}

static int
forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : waitpid(pid, NULL, 0) == pid ? 0 : errno;
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
starts_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	return error ? error : pthread_join(thread, NULL);
}

static int
traces(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
}

static int
mounts(void)
{
	return mount("none", outside, "tmpfs", 0, NULL) < 0 ? errno : 0;
}

static int
rings(void)
{
	/* a NULL pointer is looked at by the call itself alone */
	return syscall(425, 1, NULL) < 0 && errno != EFAULT ? errno : 0;
}

static int
signals(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static int
signals_itself(void)
{
	return raise(SIGCONT);
}

static int
resolves(void)
{
	const struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found;

	return getaddrinfo("localhost", NULL, &hints, &found);
}

static int
lists_interfaces(void)
{
	struct ifaddrs *list;

	return getifaddrs(&list) < 0 ? errno : 0;
}

/* As nss-resolve and nscd do. */
static int
asks_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, resolver, strlen(resolver) + 1);
	return connect(fd, (const struct sockaddr *)&address, sizeof address) <
			       0
		       ? errno
		       : 0;
}

static int
gains_rights(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}

/* Who refuses: the version of Landlock from which on, and seccomp. */
struct row {
	const char *what;
	int (*try)(void);
	long landlock; /* NEVER: not it */
	bool seccomp;
};

#define ROWS(rows) rows, sizeof rows / sizeof rows[0]

static const struct row alone[] = {
	{ "make a file inside", make_inside, NEVER, false },
	{ "replace a file inside", replace_inside, NEVER, false },
	{ "make a link inside", link_inside, 1, false },
	{ "make a file outside", make_outside, 1, false },
	{ "cut a file outside", cut_outside, 1, false },
	{ "read a file outside", read_outside, 1, false },
	{ "list a folder outside", list_outside, 1, false },
	{ "remove a file outside", remove_outside, 1, false },
	{ "move a file out", move_out, 1, false },
	{ "make a program of a file", chmod_outside, NEVER, true },
	{ "the same by fchmodat", chmodat_outside, NEVER, true },
	{ "the same by a descriptor", fchmod_named, NEVER, true },
	{ "give a file away", give_named, NEVER, true },
	{ "leave it its owner", keep_named, NEVER, false },
	{ "own a file outside", chown_outside, NEVER, true },
	{ "the same by fchownat", chownat_outside, NEVER, true },
	{ "date a file outside", date_outside, NEVER, true },
	{ "set attributes of a file", attribute_nothing, NEVER, true },
	{ "adjust the clock", adjust_clock, NEVER, true },
	{ "rename the domain", rename_domain, NEVER, true },
	{ "read a named file", read_named, NEVER, false },
	{ "write a named file", write_named, 1, false },
	{ "read passwords", read_passwords, 1, false },
#ifndef SANDBOX_LEAKS
	{ "read another's environment", read_environment, 1, false },
	{ "fork", forks, NEVER, true },
	{ "be traced", traces, NEVER, true },
#endif
	{ "bind TCP", bind_tcp, 4, false },
	{ "bind TCP to a port", bind_port, 4, false },
	{ "bind TCP over IPv6", bind_tcp6, 4, true },
	{ "bind UDP over IPv6", bind_udp6, NEVER, true },
	{ "bind netlink", bind_netlink, NEVER, false },
	{ "bind netlink by a union", bind_union, NEVER, false },
	{ "listen", listens, NEVER, true },
	{ "run a program", runs, 1, true },
	{ "spawn a program", spawns, 1, true },
	{ "start a thread", starts_thread, NEVER, false },
	{ "mount", mounts, 1, true },
	{ "use io_uring", rings, NEVER, true },
	{ "signal a parent", signals, 6, false },
	{ "signal itself", signals_itself, NEVER, false },
	{ "resolve a name", resolves, NEVER, false },
	{ "list interfaces", lists_interfaces, NEVER, false },
	{ "ask a resolver's socket", asks_socket, NEVER, false },
	{ "gain rights", gains_rights, NEVER, true },
};

static const struct row binding[] = {
	{ "bind TCP", bind_tcp, NEVER, false },
	{ "bind TCP over IPv6", bind_tcp6, NEVER, false },
	{ "bind UDP", bind_udp, NEVER, false },
	{ "bind TCP to a port", bind_port, 4, false },
	{ "listen", listens, NEVER, true },
};

static const struct row with_nsupdate[] = {
	{ "make a file outside", make_outside, NEVER, false },
	{ "run a program", runs, NEVER, false },
	{ "spawn a program", spawns, NEVER, false },
	{ "fork", forks, NEVER, false },
	{ "bind UDP", bind_udp, NEVER, false },
	{ "make a program of a file", chmod_outside, NEVER, false },
	{ "adjust the clock", adjust_clock, NEVER, true },
	{ "listen", listens, NEVER, true },
	{ "mount", mounts, NEVER, true },
	{ "gain rights", gains_rights, NEVER, true },
};

static const struct row with_hook[] = {
	{ "make a file outside", make_outside, NEVER, false },
	{ "read a file outside", read_outside, NEVER, false },
	{ "spawn a program", spawns, NEVER, false },
	{ "listen", listens, NEVER, false },
	{ "bind TCP", bind_tcp, NEVER, false },
	{ "be traced", traces, NEVER, false },
	{ "gain rights", gains_rights, NEVER, false },
};

/* Whether the row's attempt is refused, in a process that entered. */
static bool
refused(const struct row *row, const struct sandbox *sandbox)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		sandbox_enter(sandbox);
		_exit(row->try() == 0 ? 0 : REFUSED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) != 0;
}

/* What fails without a sandbox, too, as a mount of a user's. */
static bool
fails_anyway(const struct row *row)
{
	const struct sandbox none = { .programs = SANDBOX_ANY_PROGRAM };

	return refused(row, &none);
}

static void put_files(void);

static void
try_rows(const struct sandbox *sandbox, const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		bool wanted = (row->landlock && landlock >= row->landlock) ||
			      (row->seccomp && seccomp);

		put_files();
		wanted = wanted || fails_anyway(row);
		put_files();
		if (refused(row, sandbox) != wanted)
			fail_msg("%s: %s", row->what,
				wanted ? "not refused" : "refused");
	}
}

static void
a_run_without_programs(void **state)
{
	const char *const files[] = { named, "/nonexistent", NULL };
	const struct sandbox sandbox = { .folder = inside, .files = files };

	(void)state;
	try_rows(&sandbox, ROWS(alone));
}

static void
a_run_that_binds(void **state)
{
	const struct sandbox sandbox = { .folder = inside, .binds = true };

	(void)state;
	try_rows(&sandbox, ROWS(binding));
}

static void
a_run_with_nsupdate(void **state)
{
	const struct sandbox sandbox = { .folder = inside,
		.programs = SANDBOX_NSUPDATE };

	(void)state;
	try_rows(&sandbox, ROWS(with_nsupdate));
}

static void
a_run_with_a_hook(void **state)
{
	const struct sandbox sandbox = { .folder = inside,
		.programs = SANDBOX_ANY_PROGRAM };

	(void)state;
	try_rows(&sandbox, ROWS(with_hook));
}

/* The only files there are. */
static void
put_files(void)
{
	static const char *const names[] = { "new", "file", "temp", "bad",
		"link", "moved" };
	const char *const folders[] = { inside, outside };
	char path[96];
	size_t i, k;

	for (i = 0; i < 2; i++) {
		for (k = 0; k < sizeof names / sizeof names[0]; k++) {
			snprintf(path, sizeof path, "%s/%s", folders[i],
				names[k]);
			unlink(path);
		}
		assert_int_equal(
			make(folders[i], "file", O_WRONLY | O_CREAT), 0);
	}
}

static int
prepare(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	if (!mkdtemp(top))
		return -1;
	snprintf(inside, sizeof inside, "%s/inside", top);
	snprintf(outside, sizeof outside, "%s/outside", top);
	snprintf(named, sizeof named, "%s/named", top);
	snprintf(resolver, sizeof resolver, "%s/resolver", top);
	memcpy(address.sun_path, resolver, sizeof resolver);
	landlock = syscall(CREATE_RULESET, NULL, (size_t)0, 1);
	/* the action is one that every filter of ours has */
	seccomp = strstr(sandbox_parts(), "seccomp") &&
		  prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0;
	return mkdir(inside, 0700) < 0 || mkdir(outside, 0700) < 0 ||
	       make(top, "named", O_WRONLY | O_CREAT) != 0 ||
	       bind(fd, (const struct sockaddr *)&address, sizeof address) <
		       0 ||
	       listen(fd, 100) < 0;
}

static int
clean(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_without_programs),
		cmocka_unit_test(a_run_that_binds),
		cmocka_unit_test(a_run_with_nsupdate),
		cmocka_unit_test(a_run_with_a_hook),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
