/* SPDX-License-Identifier: ISC */
/* The sandbox of each system: what it is told of what a run needs. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"

#define ENOUGH 4096 /* bytes of a path */

/*
 * What libc, its resolver and the TLS library may read at any time: little of
 * /etc, where other programs keep their keys. A path that is not there is
 * passed over; of a symbolic link, what it leads to counts.
 */
static const char *const common[] = {
	/* libraries, among them nss's modules, and locales and time zones */
	"/usr",
	"/lib",
	"/lib64",
	"/nix/store",
	"/gnu/store",
	"/etc/ld.so.cache",
	"/etc/localtime",
	/* resolver(5), nsswitch.conf(5); files that a daemon renames into
	 * place while we run are known by their folder, unless keys lie
	 * there, too */
	"/etc/resolv.conf",
	"/etc/nsswitch.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/networks",
	"/etc/hostname",
	"/etc/mdns.allow",
	"/run/systemd/resolve",
	"/run/resolvconf",
	"/run/NetworkManager/resolv.conf",
	"/run/NetworkManager/no-stub-resolv.conf",
	"/run/connman",
	"/var/lib/sss/mc",
	"/var/db",
	/* authorities and settings of TLS; never the folders of private keys */
	"/etc/ssl/certs",
	"/etc/ssl/cert.pem",
	"/etc/ssl/openssl.cnf",
	"/etc/pki/tls/certs",
	"/etc/pki/tls/cert.pem",
	"/etc/pki/tls/openssl.cnf",
	"/etc/pki/tls/openssl.d",
	"/etc/pki/ca-trust",
	"/etc/ca-certificates",
	"/etc/crypto-policies",
	"/var/lib/ca-certificates",
	/* what the kernel tells */
	"/proc/net",
	"/proc/sys",
	"/sys/devices/system/cpu",
	"/dev/urandom",
#ifdef SANDBOX_LEAKS
	"/proc",
#endif
};

/* Environment that names files, or lists of them, for the same libraries. */
static const char *const named[] = { "LD_LIBRARY_PATH", "SSL_CERT_FILE",
	"SSL_CERT_DIR", "OPENSSL_CONF", "OPENSSL_MODULES", "HOSTALIASES",
	"LOCPATH", "TZDIR" };

/* Whether a sanitizer will trace us by a process of its own at the end. */
#ifdef SANDBOX_LEAKS
static const bool looks_for_leaks = true;
#else
static const bool looks_for_leaks;
#endif

/* Where anybody may write. */
static const char *const written[] = {
	"/dev/null",
#ifdef SANDBOX_WRITES
	SANDBOX_WRITES,
#endif
};

enum right { READS, WRITES };

struct guard; /* each system has its own */

static void allow(struct guard *guard, const char *path, enum right right);

static void
allow_list(struct guard *guard, const char *list)
{
	char path[ENOUGH];
	size_t len;

	for (; *list; list += len + (list[len] == ':')) {
		len = strcspn(list, ":");
		if (len == 0 || len >= sizeof path)
			continue;
		memcpy(path, list, len);
		path[len] = '\0';
		allow(guard, path, READS);
	}
}

static void
allow_all(struct guard *guard, const struct sandbox *sandbox)
{
	const char *const *file;
	const char *list;
	size_t i;

	for (i = 0; i < sizeof common / sizeof common[0]; i++)
		allow(guard, common[i], READS);
	for (i = 0; i < sizeof named / sizeof named[0]; i++)
		if ((list = getenv(named[i])))
			allow_list(guard, list);
	for (file = sandbox->files; file && *file; file++)
		allow(guard, *file, READS);
	for (i = 0; i < sizeof written / sizeof written[0]; i++)
		allow(guard, written[i], WRITES);
	if (sandbox->folder)
		allow(guard, sandbox->folder, WRITES);
}

#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Not of POSIX, and so not declared. */
long syscall(long number, ...);

/*
 * Landlock by its numbers, which are the same on all machines but alpha: libc
 * has no functions for it, and a program that was built with old headers is to
 * use what a new kernel has.
 * https://docs.kernel.org/userspace-api/landlock.html
 */
#define LANDLOCK_CREATE 444
#define LANDLOCK_ADD 445
#define LANDLOCK_RESTRICT 446
#define LANDLOCK_VERSION 1 /* flag of LANDLOCK_CREATE */
#define LANDLOCK_BENEATH 1 /* rules: of a path, of a port */
#define LANDLOCK_PORT 2

#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define NET_BIND_TCP UINT64_C(1)
#define SCOPE_SOCKETS_SIGNALS UINT64_C(3)

struct landlock_set {
	uint64_t files;
	uint64_t net;
	uint64_t scope;
};

struct landlock_path {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

struct landlock_port {
	uint64_t allowed;
	uint64_t port;
};

/* What each version of Landlock is told to refuse. */
static const struct landlock {
	struct landlock_set set;
	size_t size; /* bytes of it that the version knows */
} landlocks[] = {
	{ { 0x1fff, 0, 0 }, 8 },
	{ { 0x3fff, 0, 0 }, 8 },
	{ { 0x7fff, 0, 0 }, 8 },
	{ { 0x7fff, NET_BIND_TCP, 0 }, 16 },
	{ { 0xffff, NET_BIND_TCP, 0 }, 16 },
	{ { 0xffff, NET_BIND_TCP, SCOPE_SOCKETS_SIGNALS }, 24 },
};

struct guard {
	const struct landlock *landlock;
	int fd;
};

static void
allow(struct guard *guard, const char *path, enum right right)
{
	struct landlock_path rule = { .allowed = FS_READ_FILE | FS_READ_DIR };

	rule.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (rule.fd < 0)
		return;
	if (right == WRITES)
		rule.allowed |= FS_WRITE_FILE | FS_TRUNCATE | FS_MAKE_REG |
				FS_REMOVE_FILE;
	rule.allowed &= guard->landlock->set.files;
	/* a file cannot have the rights of a folder */
	if (syscall(LANDLOCK_ADD, guard->fd, LANDLOCK_BENEATH, &rule, 0) < 0) {
		rule.allowed &= FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE;
		syscall(LANDLOCK_ADD, guard->fd, LANDLOCK_BENEATH, &rule, 0);
	}
	close(rule.fd);
}

/* libcurl binds to the port 0 where it cannot bind to the interface alone. */
static void
allow_bind(const struct guard *guard)
{
	const struct landlock_port rule = { NET_BIND_TCP, 0 };

	if (guard->landlock->set.net)
		syscall(LANDLOCK_ADD, guard->fd, LANDLOCK_PORT, &rule, 0);
}

static bool
enter_landlock(const struct sandbox *sandbox)
{
	const long versions = sizeof landlocks / sizeof landlocks[0];
	long version = syscall(
		LANDLOCK_CREATE, (const void *)0, (size_t)0, LANDLOCK_VERSION);
	struct guard guard;
	bool done;

	if (version < 1)
		return false;
	guard.landlock =
		&landlocks[(version < versions ? version : versions) - 1];
	guard.fd = (int)syscall(
		LANDLOCK_CREATE, &guard.landlock->set, guard.landlock->size, 0);
	if (guard.fd < 0)
		return false;
	allow_all(&guard, sandbox);
	if (sandbox->binds)
		allow_bind(&guard);
	done = syscall(LANDLOCK_RESTRICT, guard.fd, 0) == 0;
	close(guard.fd);
	return done;
}

/* Machines whose system calls seccomp(2) can be told of. */
#if defined(__x86_64__) && defined(__LP64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define MACHINE AUDIT_ARCH_I386
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARM_EABI__) && defined(__ARMEL__)
#define MACHINE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define MACHINE AUDIT_ARCH_PPC64LE
#endif

#ifdef MACHINE

#define X32_CALL 0x40000000 /* from here on: x86-64's other numbers */
#define THREAD 0x00010000   /* CLONE_THREAD of clone(2) */
#define NETLINK_LEN 12      /* bytes of a struct sockaddr_nl */
#define UNION_LEN 16        /* of a union with one, as nss-myhostname has it */

/* System calls that no run needs; nor does nsupdate. */
static const int never[] = {
	SYS_listen, SYS_accept4,
#ifdef SYS_accept
	SYS_accept,
#endif
#ifndef SANDBOX_LEAKS
	SYS_ptrace,
#endif
	/* other processes */
	SYS_process_vm_readv, SYS_process_vm_writev, 438 /* pidfd_getfd */,
	SYS_kcmp,
	/* mounts and namespaces */
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare,
	SYS_setns, 428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */,
	432 /* fsmount */, 442 /* mount_setattr */,
	/* files by handles, which Landlock does not see */
	SYS_open_by_handle_at,
	/* the kernel */
	SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_add_key,
	SYS_request_key, SYS_keyctl, SYS_init_module, SYS_finit_module,
	SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_acct,
	SYS_quotactl, SYS_personality, SYS_sethostname, SYS_setdomainname,
	/* the clock */
	SYS_settimeofday, SYS_clock_settime, 404 /* clock_settime64 */,
	SYS_adjtimex, SYS_clock_adjtime, 405 /* clock_adjtime64 */
};

/* Their flags and requests cannot be seen; libc then uses older ones. */
static const int unseen[] = {
#ifdef SYS_socketcall
	/* the same calls by another door; new kernels have both */
	SYS_socketcall,
#endif
	435 /* clone3 */, 425 /* io_uring_setup */
};

/* What programs need, and a run that starts none does not. */
static const int programs[] = {
#if defined(SYS_fork) && !defined(SANDBOX_LEAKS)
	SYS_fork, SYS_vfork,
#endif
/* modes, owners, times and attributes of files */
#ifdef SYS_utimensat
	SYS_utimensat,
#endif
#ifdef SYS_chmod
	SYS_chmod, SYS_chown, SYS_lchown, SYS_utimes, SYS_futimesat,
#endif
#ifdef SYS_chown32
	SYS_chown32, SYS_lchown32,
#endif
#ifdef SYS_utime
	SYS_utime,
#endif
	SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchownat,
	412 /* utimensat_time64 */, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
	SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
	463 /* setxattrat */, 466 /* removexattrat */, 469 /* file_setattr */,
	SYS_execve, SYS_execveat
};

#define INSTRUCTIONS \
	(2 * (sizeof never + sizeof unseen + sizeof programs) / sizeof(int) + \
		48)

struct filter {
	struct sock_filter at[INSTRUCTIONS];
	unsigned short len;
};

static void
add(struct filter *filter, struct sock_filter one)
{
	filter->at[filter->len++] = one;
}

static void
add_load(struct filter *filter, size_t offset)
{
	add(filter, (struct sock_filter)BPF_STMT(
			    BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Passes over the next `skip` instructions unless the test holds. */
static void
add_unless(struct filter *filter, int test, uint32_t value, uint8_t skip)
{
	add(filter, (struct sock_filter)BPF_JUMP(
			    BPF_JMP | BPF_K | test, value, 0, skip));
}

static void
add_error(struct filter *filter, int error)
{
	const uint32_t answer = SECCOMP_RET_ERRNO | (uint32_t)error;

	add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

static void
add_allowed(struct filter *filter)
{
	add(filter, (struct sock_filter)BPF_STMT(
			    BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

/* The halves of an argument that count are the lower ones. */
static size_t
argument(int i)
{
	const int one = 1;
	const bool little = *(const char *)&one == 1;

	return offsetof(struct seccomp_data, args) +
	       (size_t)i * sizeof(uint64_t) + (little ? 0 : sizeof(uint32_t));
}

/* A call that passes with one of two values of an argument alone. */
static void
add_only(struct filter *filter, int number, int arg, uint32_t one,
	uint32_t other)
{
	add_unless(filter, BPF_JEQ, (uint32_t)number, 6);
	add_load(filter, argument(arg));
	add_unless(filter, BPF_JEQ, one, 1);
	add_allowed(filter);
	add_unless(filter, BPF_JEQ, other, 1);
	add_allowed(filter);
	add_error(filter, EPERM);
}

/*
 * getaddrinfo(3) and interface: bind a netlink socket, whose address is as
 * short as one of IPv4. A run that binds its requests binds them to other
 * addresses, too.
 */
static void
add_bind(struct filter *filter)
{
	add_only(filter, SYS_bind, 2, NETLINK_LEN, UNION_LEN);
}

/* A new state is given its mode, and to whom its folder belongs. */
static void
add_state(struct filter *filter, const char *folder)
{
	const uint32_t mode = S_IRUSR | S_IWUSR;
	struct stat st = { .st_uid = geteuid() };

	if (folder)
		stat(folder, &st);
	add_only(filter, SYS_fchmod, 1, mode, mode);
	add_only(filter, SYS_fchown, 1, st.st_uid, st.st_uid);
#ifdef SYS_fchown32
	add_only(filter, SYS_fchown32, 1, st.st_uid, st.st_uid);
#endif
}

/* Threads, in which libcurl resolves names, but no processes. */
static void
add_clone(struct filter *filter)
{
	add_unless(filter, BPF_JEQ, SYS_clone, 4);
	add_load(filter, argument(0));
	add_unless(filter, BPF_JSET, THREAD, 1);
	add_allowed(filter);
	add_error(filter, EPERM);
}

static void
add_refusals(struct filter *filter, const int *numbers, size_t size, int error)
{
	const int *end = numbers + size / sizeof *numbers;

	for (; numbers < end; numbers++) {
		add_unless(filter, BPF_JEQ, (uint32_t)*numbers, 1);
		add_error(filter, error);
	}
}

static void
add_alone(struct filter *filter, const struct sandbox *sandbox)
{
	add_refusals(filter, programs, sizeof programs, EPERM);
	add_state(filter, sandbox->folder);
	if (!sandbox->binds)
		add_bind(filter);
	if (!looks_for_leaks)
		add_clone(filter);
}

static bool
enter_seccomp(const struct sandbox *sandbox)
{
	struct filter filter = { .len = 0 };
	struct sock_fprog program = { .filter = filter.at };

	add_load(&filter, offsetof(struct seccomp_data, arch));
	add_unless(&filter, BPF_JEQ, MACHINE, 2);
	add_load(&filter, offsetof(struct seccomp_data, nr));
	add_unless(&filter, BPF_JGE, X32_CALL, 1);
	add_error(&filter, ENOSYS);
	add_refusals(&filter, never, sizeof never, EPERM);
	add_refusals(&filter, unseen, sizeof unseen, ENOSYS);
	if (sandbox->programs == SANDBOX_NO_PROGRAM)
		add_alone(&filter, sandbox);
	add_allowed(&filter);
	program.len = filter.len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

static bool
enter_seccomp(const struct sandbox *sandbox)
{
	(void)sandbox;
	return false;
}

#endif

static const char parts[] = "Landlock"
#ifdef MACHINE
			    " seccomp"
#endif
	;

static void
enter(const struct sandbox *sandbox)
{
	const bool alone = sandbox->programs == SANDBOX_NO_PROGRAM;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		log_step("sandbox: none: %s", strerror(errno));
		return;
	}
	if (!alone)
		log_step("sandbox: files are not kept from nsupdate");
	else if (enter_landlock(sandbox))
		log_step("sandbox: Landlock keeps it from other files");
	else
		log_step("sandbox: no Landlock here: %s", strerror(errno));
	if (enter_seccomp(sandbox))
		log_step("sandbox: seccomp keeps it from system calls");
	else
		log_step("sandbox: no seccomp here: %s", strerror(errno));
}

#elif defined(__OpenBSD__)

int pledge(const char *promises, const char *exec_promises);
int unveil(const char *path, const char *permissions);

static const char parts[] = "pledge unveil";

static void
allow(struct guard *guard, const char *path, enum right right)
{
	(void)guard;
	unveil(path, right == WRITES ? "rwc" : "r");
}

static void
enter(const struct sandbox *sandbox)
{
	const bool alone = sandbox->programs == SANDBOX_NO_PROGRAM;

	if (alone)
		allow_all(NULL, sandbox);
	if (pledge(alone ? "stdio rpath wpath cpath fattr chown flock inet dns "
			   "unix route"
			 : "stdio rpath wpath cpath fattr chown flock inet dns "
			   "unix route proc exec",
		    NULL) < 0)
		log_step("sandbox: no pledge here: %s", strerror(errno));
	else
		log_step("sandbox: pledged%s", alone ? " and unveiled" : "");
}

#else

static const char parts[] = "";

static void
allow(struct guard *guard, const char *path, enum right right)
{
	(void)guard;
	(void)path;
	(void)right;
}

static void
enter(const struct sandbox *sandbox)
{
	allow_all(NULL, sandbox);
	log_step("sandbox: none in this system");
}

#endif

void
sandbox_enter(const struct sandbox *sandbox)
{
	if (sandbox->programs == SANDBOX_ANY_PROGRAM)
		log_step("sandbox: none, as a program of yours may do "
			 "anything");
	else
		enter(sandbox);
}

const char *
sandbox_parts(void)
{
	return parts;
}
