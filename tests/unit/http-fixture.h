/* SPDX-License-Identifier: ISC */
/*
 * What the tests of http share: a server, a loop, and requests one by one.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loopback.h"

#include "buf.h"
#include "clock.h"
#include "fail.h"
#include "http/http.h"
#include "secret.h"

#define PATIENCE 20000
#define CEILING 65536

static struct loopback server;
static struct http *http;

/* What an answer was, as text. */
struct seen {
	struct buf text;
	struct buf body;
	int calls;
	long ms;
};

static inline void
note(void *arg, const struct http_answer *answer)
{
	struct seen *seen = arg;

	seen->calls++;
	seen->ms = answer->ms;
	buf_printf(&seen->text, "%d ", answer->status);
	if (answer->retry_after >= 0)
		buf_printf(&seen->text, "after %lld ",
			(long long)answer->retry_after);
	buf_add(&seen->body, answer->body, answer->len);
	if (answer->status)
		buf_printable(&seen->text, answer->body, answer->len);
	else
		buf_str(&seen->text, answer->fail->text);
	assert_int_equal(answer->body[answer->len], '\0');
}

static inline void
forget(struct seen *seen)
{
	buf_free(&seen->text);
	buf_free(&seen->body);
}

static struct http *
open_http(void)
{
	static const struct http_options options = { NULL, NULL };
	struct fail fail;

	return http_open(&options, &fail);
}

static inline int
start_all(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	/* must be of no effect on requests that use no proxy */
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	setenv("all_proxy", "http://127.0.0.1:1/", 1);
	loopback_start(&server);
	http = open_http();
	return http ? 0 : -1;
}

static inline int
stop_all(void **state)
{
	(void)state;
	http_close(http);
	loopback_stop(&server);
	secret_forget();
	return 0;
}

/* The URL of a path on the server, by way of host. */
static inline const char *
url_of(struct buf *url, const char *host, const char *path)
{
	buf_cut(url, 0);
	buf_printf(url, "http://%s:%d%s", host, server.port, path);
	return buf_text(url);
}

static inline void
ask(struct seen *seen, const struct http_request *request)
{
	http_start(http, request, note, seen);
	assert_int_equal(seen->calls, 0);
	assert_int_equal(http_loop_run(http, clock_ms() + PATIENCE, -1), HTTP_IDLE);
	assert_int_equal(seen->calls, 1);
}
