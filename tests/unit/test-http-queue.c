/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/internal.h"

#define MOST 200

/*
 * What happens, a letter each: "a" asks a server by https, "A" by http, "!a"
 * asks something that takes a connection of its own; "." lets all go that can
 * go now; "-a" ends the oldest to it, "*2a" by an answer in HTTP/2, "*1a" in
 * HTTP/1.1; "^a" tells that it has connected, "2a" that it speaks HTTP/2.
 */
struct row {
	const char *script;
	const char *gone; /* the order in which they went, "." as above */
};

struct story {
	struct http_queue queue;
	struct http_transfer *under_way[MOST];
	size_t count;
	size_t waiting;
	struct buf gone;
};

/* In place of libcurl's: a handle is the version of its answer. */
CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO info, ...)
{
	va_list args;

	assert_int_equal(info, CURLINFO_HTTP_VERSION);
	va_start(args, info);
	*va_arg(args, long *) = *(const long *)easy;
	va_end(args);
	return CURLE_OK;
}

static char
letter_of(const struct http_transfer *transfer)
{
	const char *name = transfer->host->name;
	char c = name[url_scheme(name)];

	return name[4] == 's' ? c : (char)(c - 'a' + 'A');
}

static void
add(struct story *story, char server, bool lone)
{
	char url[64];
	struct http_request request = {
		.method = "GET", .url = url, .once = lone
	};

	if (server >= 'a')
		snprintf(url, sizeof url, "https://me@%c.example/x@y", server);
	else
		snprintf(url, sizeof url,
			story->waiting % 2 ? "http://%c.example#@"
					   : "HTTP://%c.EXAMPLE?x",
			server);
	http_queue_add(&story->queue, http_transfer_new(&request));
	story->waiting++;
}

static void
let_go(struct story *story)
{
	struct http_transfer *transfer;

	while ((transfer = http_queue_next(&story->queue))) {
		assert_true(story->count < MOST);
		story->under_way[story->count++] = transfer;
		buf_char(&story->gone, letter_of(transfer));
		story->waiting--;
	}
	assert_int_equal(story->queue.waiting, story->waiting);
	assert_false(http_queue_ready(&story->queue));
	buf_char(&story->gone, '.');
}

static size_t
oldest(const struct story *story, char server)
{
	size_t i = 0;

	while (i < story->count && letter_of(story->under_way[i]) != server)
		i++;
	assert_true(i < story->count);
	return i;
}

static struct http_host *
host_of(const struct story *story, char server)
{
	return story->under_way[oldest(story, server)]->host;
}

/* version: of its answer; NULL: it was not even begun. */
static void
end(struct story *story, char server, long *version)
{
	const size_t i = oldest(story, server);
	struct http_transfer *transfer = story->under_way[i];

	transfer->easy = version;
	http_queue_end(&story->queue, transfer);
	transfer->easy = NULL;
	http_transfer_free(transfer);
	story->count--;
	memmove(&story->under_way[i], &story->under_way[i + 1],
		(story->count - i) * sizeof story->under_way[0]);
}

static void
play(struct story *story, const char *c)
{
	long version;

	for (; *c; c++) {
		if (*c == '.')
			let_go(story);
		else if (*c == '-')
			end(story, *++c, NULL);
		else if (*c == '*') {
			version = *++c == '2' ? CURL_HTTP_VERSION_2_0
					      : CURL_HTTP_VERSION_1_1;
			end(story, *++c, &version);
		} else if (*c == '^')
			http_queue_met(host_of(story, *++c));
		else if (*c == '2')
			host_of(story, *++c)->streams = true;
		else if (*c == '!')
			add(story, *++c, true);
		else
			add(story, *c, false);
	}
}

static void
close_story(struct story *story)
{
	struct http_transfer *transfer = http_queue_drop(&story->queue), *next;

	assert_int_equal(story->queue.waiting, 0);
	assert_null(http_queue_drop(&story->queue));
	for (; transfer; transfer = next) {
		next = transfer->next;
		http_transfer_free(transfer);
		story->waiting--;
	}
	assert_int_equal(story->waiting, 0);
	while (story->count > 0)
		http_transfer_free(story->under_way[--story->count]);
	mem_free(story->queue.mem);
	buf_free(&story->gone);
}

#define EIGHT(x) x x x x x x x x

static void
who_may_go(void **state)
{
	static const struct row rows[] = {
		{ ".", "." },
		/* four connections to a server, in order */
		{ "AAAAAA.", "AAAA." },
		{ "AAAAAA.-A.-A.-A.", "AAAA.A.A.." },
		/* the first alone until it has connected, or failed */
		{ "aaaaaa.", "a." },
		{ "aaaaaa.^a.", "a.aaa." },
		{ "aaaaaa.-a.", "a.aaaa." },
		{ "aaaaaa.^a.-a.-a.", "a.aaa.a.a." },
		/* streams on one connection */
		{ "aaaaaaaaaa.2a^a.", "a.aaaaaaaaa." },
		/* but four that want a connection of their own */
		{ "!a!a!a!a!a!aa.2a^a.-a.", "a.aaa.a." },
		{ "aa!a!a!a!a!aaa.2a^a.-a-a-a.", "a.aaaaa.aaa." },
		/* as the last answer came, unless its request stood apart */
		{ "aaaaaaaaaa.*2a.", "a.aaaaaaaaa." },
		{ "aaaaaaaaaa.*1a.", "a.aaaa." },
		{ "aaaaaaaa.2a^a.*1aaaaaaa.", "a.aaaaaaa.." },
		{ "aaaaaaaa.2a^a.-aaaaaaa.", "a.aaaaaaa.aaaaaa." },
		{ "a!aaaaaaa.2a^a.-a*1aaaaaaa.", "a.aaaaaaa.aaaaaa." },
		{ "!aaaaaaaa.*2a.", "a.aaaaaaa." },
		/* http and https are two servers */
		{ "aAaA.", "aAA." },
		/* a slow server keeps no other waiting */
		{ "AAAAAAAAB.", "ABAAA." },
		{ "AAAAAAAABBBB.", "ABABABAB." },
		{ EIGHT("AAAA") "B.", "ABAAA." },
		/* and many slow ones leave places for new ones: 32 in all */
		{ "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH.",
			"ABACBDAECFBGDHAECFBGDHEC." },
		{ "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH.IIJ.",
			"ABACBDAECFBGDHAECFBGDHEC.IJ." },
		{ "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH.IJKLMNOPQ.-A.",
			"ABACBDAECFBGDHAECFBGDHEC.IJKLMNOP.Q." },
		/* one whose requests have all ended is as good as new */
		{ "AABBBBCCCCDDDDEEEEFFFFGGGG.HHI.A-A-A.",
			"ABACBDCEBFDGCEBFDGCEFDGE.HI.A." },
		/* but for one of them only, whichever turn it is */
		{ "AABBBBCCCCDDDDEEEEFFFFGG.HI.AA-A-A-B.",
			"ABACBDCEBFDGCEBFDGCEFDEF.HI.A." },
		{ "AABBBBCCCCDDDDEEEEFFFFGG.HI..AA-A-A-B.",
			"ABACBDCEBFDGCEBFDGCEFDEF.HI..A." },
		{ EIGHT("aaaa") "a.2a^a.bb.-b.",
			"a.aaaaaaaaaaaaaaaaaaaaaaa.b.b." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct story story = { .count = 0 };

		http_queue_open(&story.queue, mem_new());
		play(&story, rows[i].script);
		assert_string_equal(buf_text(&story.gone), rows[i].gone);
		close_story(&story);
	}
}

/* With one server no more than its four are kept; never more than 32. */
static void
connections_to_keep(void **state)
{
	struct story story = { .count = 0 };
	char script[] = "A";

	(void)state;
	http_queue_open(&story.queue, mem_new());
	for (; script[0] <= 'Z'; script[0]++) {
		size_t want = (size_t)(script[0] - 'A' + 1) * 4;

		play(&story, script);
		play(&story, script);
		assert_int_equal(http_queue_connections(&story.queue),
			want < 32 ? want : 32);
	}
	close_story(&story);
}

/* The signal comes between a call of libcurl's and its look at errno. */
static void
signal_leaves_errno(void **state)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	http_stuck_watch();
	http_stuck_open(fd);
	http_stuck_enter(0);
	errno = EAGAIN;
	raise(SIGPROF);
	assert_int_equal(errno, EAGAIN);
	http_stuck_leave();
	assert_int_equal(http_stuck_close(NULL, fd), 0);
}

static bool
is_shut(int fd)
{
	struct pollfd poll_fd = { .fd = fd };

	return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLHUP);
}

/* Of a call that is late, at first the connection alone that it reads from;
 * others may be about to connect, or have got an answer. */
static void
late_call_loses_one_connection(void **state)
{
	int flood[2], other[2], i;
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, flood), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
	http_stuck_watch();
	http_stuck_open(flood[0]);
	http_stuck_open(other[0]);
	assert_int_equal(write(flood[1], "abc", 3), 3);
	http_stuck_enter(0);
	raise(SIGPROF);
	assert_int_equal(read(flood[0], &byte, 1), 1);
	assert_int_equal(write(other[1], "abc", 3), 3);
	raise(SIGPROF);
	assert_true(is_shut(flood[0]));
	assert_false(is_shut(other[0]));
	for (i = 0; i < 3; i++)
		raise(SIGPROF);
	assert_true(is_shut(other[0]));
	http_stuck_leave();
	for (i = 0; i < 2; i++) {
		http_stuck_close(NULL, i ? flood[0] : other[0]);
		close(i ? flood[1] : other[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_go),
		cmocka_unit_test(connections_to_keep),
		cmocka_unit_test(signal_leaves_errno),
		cmocka_unit_test(late_call_loses_one_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
