/* SPDX-License-Identifier: ISC */
/*
 * For LD_PRELOAD: a syslog that somebody listens to. What syslog(3) is given
 * goes into the file that SYSLOG_SHIM names, with its priority.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static FILE *to;

/* before the program gives up to write there */
__attribute__((constructor)) static void
start(void)
{
	to = fopen(getenv("SYSLOG_SHIM"), "ae");
}

int
connect(int fd, const struct sockaddr *at, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t) =
		dlsym(RTLD_NEXT, "connect");

	if (at->sa_family == AF_UNIX &&
		strcmp(((const struct sockaddr_un *)at)->sun_path,
			"/dev/log") == 0)
		return 0;
	return real(fd, at, len);
}

void
vsyslog(int priority, const char *format, va_list args)
{
	fprintf(to, "%d ", priority);
	vfprintf(to, format, args);
	fputs("\n", to);
	fflush(to);
}

void
syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsyslog(priority, format, args);
	va_end(args);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	vsyslog(priority, format, args);
	va_end(args);
}
