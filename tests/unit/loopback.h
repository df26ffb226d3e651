/* SPDX-License-Identifier: ISC */
/*
 * A web server on loopback for the tests of http: one process a connection,
 * which does what the path says.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct loopback {
	pid_t pid;
	int port;
	int connections; /* a byte can be read for each that came */
};

struct loopback_page {
	const char *path;
	const char *head; /* "%d": the port */
	const char *body;
	size_t len; /* 0: of the text */
};

static const char loopback_bomb[104] = { 0x1f, (char)0x8b, 0x08, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, (char)0xff, (char)0xed, (char)0xc1, 0x31, 0x01,
	0x00, 0x00, 0x00, (char)0xc2, (char)0xa0, (char)0xac, (char)0xeb, 0x5f,
	(char)0xc2, 0x12, (char)0x9e, 0x40, 0x01, [94] = 0x6f, 0x03, 0x04,
	(char)0xe2, 0x29, 0x12, 0x70, 0x11, 0x01 };
static const char loopback_gzip[32] = { 0x1f, (char)0x8b, 0x08, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, (char)0xff, 0x33, 0x32, 0x30, (char)0xd6, 0x33,
	(char)0xd0, 0x33, 0x34, 0x34, (char)0xd6, 0x33, (char)0xe7, 0x02, 0x00,
	(char)0xef, 0x64, (char)0xed, (char)0x8b, 0x0c, 0x00, 0x00, 0x00 };

static const struct loopback_page loopback_pages[] = {
	{ "/ip", "200 OK", "203.0.113.7\n", 0 },
	{ "/64", "200 OK",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		0 },
	{ "/nul", "200 OK", "a\0b", 3 },
	{ "/to/ip", "302 Found\r\nLocation: /ip", "", 0 },
	{ "/to/to/ip", "301 Moved\r\nLocation: /to/ip", "", 0 },
	{ "/to/case", "302 Found\r\nLocation: http://LOCALHOST:%d/ip", "", 0 },
	{ "/to/other", "302 Found\r\nLocation: http://127.0.0.2:%d/ip", "", 0 },
	{ "/to/port", "302 Found\r\nLocation: http://127.0.0.1:1/", "", 0 },
	{ "/to/file", "302 Found\r\nLocation: file:///etc/hostname", "", 0 },
	{ "/to/echo", "307 Found\r\nLocation: /echo", "", 0 },
	{ "/round", "302 Found\r\nLocation: /round", "", 0 },
	{ "/busy/7", "429 Slow down\r\nRetry-After: 7", "wait", 0 },
	{ "/busy/0", "429 Slow down\r\nRetry-After: 0", "", 0 },
	{ "/busy/long", "503 Down\r\nRetry-After: 999999", "", 0 },
	{ "/busy/past",
		"503 Down\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT", "",
		0 },
	{ "/busy/soon", "503 Down\r\nRetry-After: soon", "", 0 },
	{ "/busy/never", "503 Down", "", 0 },
	{ "/gzip", "200 OK\r\nContent-Encoding: gzip", loopback_gzip, 32 },
	{ "/bomb", "200 OK\r\nContent-Encoding: gzip", loopback_bomb, 104 },
	{ "/coded", "200 OK\r\nContent-Encoding: gzip", "no gzip at all", 0 },
};

static void
loopback_send(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n <= 0)
			_exit(0);
		bytes += n;
		len -= (size_t)n;
	}
}

static void
loopback_page_send(
	int fd, const struct loopback_page *page, int port, bool body)
{
	size_t len = page->len ? page->len : strlen(page->body);
	const char *slot = strstr(page->head, "%d");
	char head[512];
	int n;

	if (slot)
		n = snprintf(head, sizeof head, "HTTP/1.1 %.*s%d%s",
			(int)(slot - page->head), page->head, port, slot + 2);
	else
		n = snprintf(head, sizeof head, "HTTP/1.1 %s", page->head);
	n += snprintf(head + n, sizeof head - (size_t)n,
		"\r\nContent-Length: %zu\r\n\r\n", len);
	loopback_send(fd, head, (size_t)n);
	loopback_send(fd, page->body, body ? len : 0);
}

static void
loopback_echo(int fd, const char *request)
{
	struct loopback_page page = { "", "200 OK", request, 0 };

	loopback_page_send(fd, &page, 0, true);
}

static void
loopback_reset(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
	_exit(0);
}

/* Paths that are no page: misbehaviour. */
static void
loopback_misbehave(int fd, const char *path)
{
	static const char text[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n203";
	static const char endless[] = "HTTP/1.1 200 OK\r\n\r\n";

	if (strcmp(path, "/slow") == 0)
		pause();
	if (strcmp(path, "/reset") == 0)
		loopback_reset(fd);
	if (strcmp(path, "/garbage") == 0)
		loopback_send(fd, "hello\r\n\r\n", 9);
	if (strcmp(path, "/short") == 0 || strcmp(path, "/stall") == 0)
		loopback_send(fd, text, sizeof text - 1);
	if (strcmp(path, "/stall") == 0)
		pause();
	if (strcmp(path, "/endless") == 0) {
		loopback_send(fd, endless, sizeof endless - 1);
		for (;;)
			loopback_send(fd, endless, sizeof endless - 1);
	}
	_exit(0);
}

static void
loopback_answer(int fd, const char *request, int port)
{
	size_t count = sizeof loopback_pages / sizeof loopback_pages[0], i;
	char path[256] = "";

	if (sscanf(request, "%*s %255s", path) != 1)
		_exit(0);
	for (i = 0; i < count; i++) {
		if (strcmp(loopback_pages[i].path, path) == 0) {
			loopback_page_send(fd, &loopback_pages[i], port,
				strncmp(request, "HEAD", 4) != 0);
			return;
		}
	}
	if (strcmp(path, "/echo") == 0)
		loopback_echo(fd, request);
	else
		loopback_misbehave(fd, path);
}

/* The bytes of the first request in text; 0: it is not whole yet. */
static size_t
loopback_whole(const char *text, size_t len)
{
	const char *end = strstr(text, "\r\n\r\n"), *line;
	size_t need = 0;

	if (!end)
		return 0;
	for (line = text; line < end; line = strstr(line, "\r\n") + 2) {
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			need = strtoul(line + 15, NULL, 10);
	}
	need += (size_t)(end - text) + 4;
	return need <= len ? need : 0;
}

static void
loopback_serve(int fd, int port)
{
	char text[8192], one[8192];
	size_t len = 0, whole;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof text - 1 - len)) > 0) {
		len += (size_t)n;
		text[len] = '\0';
		whole = loopback_whole(text, len);
		if (whole == 0)
			continue;
		memcpy(one, text, whole);
		one[whole] = '\0';
		len = 0;
		loopback_answer(fd, one, port);
	}
	_exit(0);
}

static void
loopback_accept(int listener, int port, int report)
{
	int fd;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	for (;;) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		if (write(report, "", 1) != 1)
			_exit(1);
		if (fork() == 0) {
			close(listener);
			loopback_serve(fd, port);
		}
		close(fd);
	}
}

static int
loopback_listen(int *port, int backlog)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (const void *)&address, len) < 0 ||
		listen(fd, backlog) < 0 ||
		getsockname(fd, (void *)&address, &len) < 0) {
		perror("loopback");
		exit(1);
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static void
loopback_start(struct loopback *server)
{
	int listener = loopback_listen(&server->port, 128), ends[2];

	if (pipe(ends) < 0)
		exit(1);
	fflush(NULL);
	server->pid = fork();
	if (server->pid == 0) {
		setpgid(0, 0);
		close(ends[0]);
		loopback_accept(listener, server->port, ends[1]);
	}
	/* here too: whichever of the two comes first */
	setpgid(server->pid, server->pid);
	close(listener);
	close(ends[1]);
	server->connections = ends[0];
}

static void
loopback_stop(struct loopback *server)
{
	kill(-server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	close(server->connections);
}
