/* SPDX-License-Identifier: ISC */
/*
 * A stand-in for the room http that answers from a script, linked instead of
 * it: the n-th request started is compared with the n-th row and gets its
 * answer. What does not fit is collected in script.wrong.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "http/http.h"

struct script_row {
	const char *request; /* "METHOD URL BODY"; NULL: any */
	int status;          /* 0: "timed out" */
	const char *answer;
};

struct script_call {
	struct script_call *next;
	const struct script_row *row;
	void (*done)(void *arg, const struct http_answer *answer);
	void *arg;
};

struct http_timer {
	void (*done)(void *arg);
	void *arg;
};

static struct {
	const struct script_row *rows;
	size_t count;
	size_t at; /* requests started */
	struct script_call *calls;
	int flying, most;
	int family; /* of the last request */
	bool proxy;
	struct http_timer *timer;
	struct buf wrong;
} script;

void
http_start(struct http *http, const struct http_request *request,
	void (*done)(void *arg, const struct http_answer *answer), void *arg)
{
	static const struct script_row none = { "nothing", 0, "" };
	struct script_call **end = &script.calls,
			   *call = calloc(1, sizeof *call);
	struct buf sent = { 0 };

	(void)http;
	call->row = script.at < script.count ? &script.rows[script.at] : &none;
	call->done = done;
	call->arg = arg;
	script.at++;
	buf_printf(&sent, "%s %s%s%s", request->method, request->url,
		request->body ? " " : "", request->body ? request->body : "");
	if (call->row->request &&
		strcmp(buf_text(&sent), call->row->request) != 0)
		buf_printf(&script.wrong, "%zu: sent   %s\n   wanted %s\n",
			script.at, buf_text(&sent), call->row->request);
	if (request->clear_text || request->redirects)
		buf_str(&script.wrong, "clear text or redirects\n");
	script.family = request->family;
	script.proxy = request->proxy;
	buf_free(&sent);
	while (*end)
		end = &(*end)->next;
	*end = call;
	if (++script.flying > script.most)
		script.most = script.flying;
}

struct http_timer *
http_loop_after(struct http *http, long ms, void (*done)(void *arg), void *arg)
{
	(void)http;
	(void)ms;
	script.timer = calloc(1, sizeof *script.timer);
	script.timer->done = done;
	script.timer->arg = arg;
	return script.timer;
}

void
http_loop_cancel(struct http *http, struct http_timer *timer)
{
	(void)http;
	free(timer);
	script.timer = NULL;
}

static void
script_answer(struct script_call *call)
{
	const struct script_row *row = call->row;
	struct fail fail = { "timed out" };
	struct http_answer answer = { .status = row->status,
		.body = row->answer ? row->answer : "",
		.head = "",
		.retry_after = -1,
		.fail = &fail };

	answer.len = strlen(answer.body);
	script.flying--;
	call->done(call->arg, &answer);
	free(call);
}

enum http_end
http_loop_run(struct http *http, int64_t deadline, int stop_fd)
{
	struct http_timer *timer = script.timer;
	struct script_call *call;

	(void)http;
	(void)deadline;
	(void)stop_fd;
	script.timer = NULL;
	if (timer)
		timer->done(timer->arg);
	free(timer);
	while (script.calls) {
		call = script.calls;
		script.calls = call->next;
		script_answer(call);
	}
	return HTTP_IDLE;
}

static void
script_begin(const struct script_row *rows, size_t count)
{
	buf_free(&script.wrong);
	memset(&script, 0, sizeof script);
	script.rows = rows;
	script.count = count;
}
