/* SPDX-License-Identifier: ISC */
/*
 * Stands in for the rooms that reach beyond the process, linked instead of
 * them: http, program, child, clock and sandbox. What answers are, the input
 * says: texts with a NUL between them, in the order of the requests. The first
 * byte of each is its status, by a letter from `a`; behind a capital stand
 * header fields, up to an empty line. An answer to a lookup is kept, so that a
 * later run gets the same. The time stands still but for timers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "child.h"
#include "clock.h"
#include "demand.h"
#include "fail.h"
#include "field.h"
#include "http/http.h"
#include "program.h"
#include "sandbox.h"
#include "url.h"

#define SCRIPT_NOW 1700000000

struct script_answer {
	int status;
	const char *head, *body;
};

/* What one lookup was answered. */
struct script_kept {
	struct script_kept *next;
	const char *key;
	struct script_answer answer;
};

/* What is under way: a request or a program. */
struct program {
	struct program *next;
	struct script_answer answer;
	void (*answered)(void *arg, const struct http_answer *answer);
	void (*ended)(void *arg, const struct program_end *end);
	void *arg;
	size_t ceiling;
};

struct http_timer {
	struct http_timer *next;
	int64_t due;
	void (*done)(void *arg);
	void *arg;
};

static struct {
	char *at, *end;          /* of the answers that are left */
	struct mem *mem;
	struct script_kept *kept;
	struct program *calls;
	struct http_timer *timers;
	int64_t ms;
	unsigned requests, random;
	bool stop;
	struct buf told;         /* to hooks */
	void (*calls_provider)(void); /* NULL, or called before it is */
} script;

/* The answers; the texts must outlive the runs. */
static inline void
script_begin(char *at, size_t len)
{
	memset(&script, 0, sizeof script);
	script.at = at;
	script.end = at + len;
	script.mem = mem_new();
	script.ms = 1000;
}

static inline void
script_end(void)
{
	buf_free(&script.told);
	mem_free(script.mem);
}

static inline struct script_answer
script_next(void)
{
	static const int statuses[16] = { 200, 200, 201, 204, 400, 401, 403,
		404, 409, 422, 429, 500, 503, 0, -1, 302 };
	struct script_answer answer = { 0, "", "" };
	char *gap;

	if (script.at >= script.end)
		return answer;
	answer.status = statuses[(unsigned char)*script.at & 15];
	answer.body = *script.at ? script.at + 1 : script.at;
	gap = *script.at & 0x20 ? NULL : strstr(answer.body, "\n\n");
	script.at += strlen(script.at) + 1;
	if (answer.body > script.end)
		answer.body = "";
	if (gap) {
		gap[1] = '\0';
		answer.head = answer.body;
		answer.body = gap + 2;
	}
	if (answer.status < 0) {
		script.stop = true;
		answer.status = 0;
	}
	return answer;
}

/* The same as before for the same lookup. */
static inline struct script_answer
script_same(const char *key)
{
	struct script_kept *kept = script.kept;

	while (kept && strcmp(kept->key, key) != 0)
		kept = kept->next;
	if (kept)
		return kept->answer;
	kept = mem_take(script.mem, sizeof *kept);
	kept->key = mem_text(script.mem, key);
	kept->answer = script_next();
	kept->next = script.kept;
	script.kept = kept;
	return kept->answer;
}

static inline struct program *
script_add(struct script_answer answer)
{
	struct program *call = mem_take(script.mem, sizeof *call), **end;

	call->answer = answer;
	for (end = &script.calls; *end; end = &(*end)->next)
		;
	*end = call;
	return call;
}

/* What is sent is a request, and no value makes two lines of one. */
static inline void
script_check(const struct http_request *request)
{
	const struct field *field;
	const char *c;

	demand(*request->method && !request->method[strspn(request->method,
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]);
	demand(url_scheme(request->url) > 0);
	for (c = request->url; *c; c++)
		demand((unsigned char)*c > ' ' && *c != 0x7f);
	demand(request->clear_text || url_secure(request->url) ||
	       url_loopback(request->url));
	for (field = request->fields; field; field = field->next) {
		demand(*field->name && !strpbrk(field->name, ": \t\r\n"));
		for (c = field->value; *c; c++)
			demand((unsigned char)*c >= ' ' || *c == '\t');
	}
	demand(request->body_len == 0 ||
	       strlen(request->body) == request->body_len);
}

struct http *
http_open(const struct http_options *options, struct fail *fail)
{
	(void)options;
	(void)fail;
	return (void *)&script;
}

static inline void
script_drop(void)
{
	script.calls = NULL;
	script.timers = NULL;
}

void
http_close(struct http *http)
{
	(void)http;
	script_drop();
}

void
http_start(struct http *http, const struct http_request *request,
	void (*done)(void *arg, const struct http_answer *answer), void *arg)
{
	const bool lookup = request->redirects > 0;
	struct program *call;
	struct buf key = { 0 };

	(void)http;
	script_check(request);
	/* a secret one is a login, or news */
	if (script.calls_provider && !lookup && !request->secret)
		script.calls_provider();
	buf_printf(&key, "%d %s", request->family, request->url);
	call = script_add(
		lookup ? script_same(buf_text(&key)) : script_next());
	call->answered = done;
	call->arg = arg;
	call->ceiling = request->ceiling;
	script.requests++;
	buf_free(&key);
}

struct program *
program_start(struct http *http, const struct program_options *options,
	struct fail *fail)
{
	struct program *call;

	(void)http;
	(void)fail;
	demand(options->argv[0][0] == '/');
	if (script.calls_provider && options->in)
		script.calls_provider();
	call = script_add(options->in ? script_next()
				      : script_same(options->argv[0]));
	call->ended = options->done;
	call->arg = options->arg;
	call->ceiling = options->ceiling;
	return call;
}

void
program_stop(struct program *program)
{
	struct program **at;

	for (at = &script.calls; *at && *at != program; at = &(*at)->next)
		;
	if (*at)
		*at = program->next;
}

struct http_timer *
http_loop_after(struct http *http, long ms, void (*done)(void *arg), void *arg)
{
	struct http_timer *timer = mem_take(script.mem, sizeof *timer), **at;

	(void)http;
	timer->due = script.ms + (ms > 0 ? ms : 0);
	timer->done = done;
	timer->arg = arg;
	for (at = &script.timers; *at && (*at)->due <= timer->due;
		at = &(*at)->next)
		;
	timer->next = *at;
	*at = timer;
	return timer;
}

void
http_loop_cancel(struct http *http, struct http_timer *timer)
{
	struct http_timer **at;

	(void)http;
	for (at = &script.timers; *at && *at != timer; at = &(*at)->next)
		;
	if (*at)
		*at = timer->next;
}

void
http_loop_watch(struct http *http, int fd, void (*ready)(void *arg), void *arg)
{
	(void)http;
	(void)fd;
	(void)ready;
	(void)arg;
	abort();
}

void
http_loop_unwatch(struct http *http, int fd)
{
	(void)http;
	(void)fd;
}

unsigned
http_count(const struct http *http)
{
	(void)http;
	return script.requests;
}

static inline void
script_answer_request(const struct program *call)
{
	struct fail fail = { "timed out after 10 s" };
	struct buf after = { 0 };
	struct http_answer answer = { .status = call->answer.status,
		.body = call->answer.body,
		.len = strlen(call->answer.body),
		.head = call->answer.head,
		.retry_after = -1,
		.ms = 1,
		.fail = &fail };

	if (answer.len > call->ceiling || answer.status == 0) {
		answer.status = 0;
		answer.body = answer.head = "";
		answer.len = 0;
	}
	if (http_field(&after, answer.head, "Retry-After:") &&
		after.len < 6 && buf_text(&after)[0] >= '0' &&
		buf_text(&after)[0] <= '9')
		answer.retry_after = strtol(buf_text(&after), NULL, 10);
	buf_free(&after);
	call->answered(call->arg, &answer);
}

static inline void
script_end_program(const struct program *call)
{
	struct fail fail = { "exit status 1" };
	struct buf out = { 0 };
	struct program_end end = { .out = &out, .fail = &fail };

	buf_str(&out, call->answer.body);
	end.whole = call->answer.status != 0 && out.len <= call->ceiling;
	end.good = end.whole && call->answer.status / 100 == 2;
	call->ended(call->arg, &end);
	buf_free(&out);
}

static inline void
script_call(void)
{
	struct program *call = script.calls;

	script.calls = call->next;
	script.ms += call->answer.status ? 1 : 10000;
	if (call->answered)
		script_answer_request(call);
	else
		script_end_program(call);
}

enum http_end
http_loop_run(struct http *http, int64_t deadline, int stop_fd)
{
	enum http_end end = HTTP_IDLE;
	struct http_timer *timer;

	(void)http;
	(void)stop_fd;
	while (end == HTTP_IDLE && (script.calls || script.timers)) {
		timer = script.timers;
		if (script.stop) {
			end = HTTP_STOPPED;
		} else if (deadline && script.ms >= deadline) {
			end = HTTP_DEADLINE;
		} else if (timer && (timer->due <= script.ms || !script.calls)) {
			if (timer->due > script.ms)
				script.ms = timer->due;
			script.timers = timer->next;
			timer->done(timer->arg);
		} else {
			script_call();
		}
	}
	script_drop();
	script.stop = false;
	return end;
}

bool
http_routable(int family)
{
	return family == 4;
}

const char *
http_libraries(void)
{
	return "";
}

/* A hook: the next answer says how it ends. */
bool
child_start(struct child *child, const struct child_options *options,
	struct fail *fail)
{
	char *const *env;

	(void)fail;
	demand(options->argv[0][0] == '/');
	for (env = options->env; env && *env; env++)
		buf_printf(&script.told, "%s\n", *env);
	child->pid = 0;
	return true;
}

bool
child_runs(const struct child *child)
{
	(void)child;
	return false;
}

bool
child_end(struct child *child, long ms, struct fail *fail)
{
	(void)child;
	(void)ms;
	return script_next().status / 100 == 2 ||
	       fail_set(fail, "exit status 1");
}

void
child_kill(struct child *child)
{
	(void)child;
}

int64_t
clock_now(void)
{
	return SCRIPT_NOW;
}

int64_t
clock_ms(void)
{
	return script.ms;
}

void
clock_random(void *bytes, size_t len)
{
	unsigned char *at = bytes;

	for (; len > 0; len--) {
		script.random = script.random * 1103515245u + 12345u;
		*at++ = (unsigned char)(script.random >> 16 | 1);
	}
}

void
clock_wait(int64_t ms)
{
	script.ms += ms;
}

void
clock_splay(int max)
{
	(void)max;
}

void
clock_text(char *text, size_t size, const char *format, int64_t when)
{
	size_t (*const make)(char *, size_t, const char *, const struct tm *) =
		strftime;
	time_t seconds = (time_t)when;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || make(text, size, format, &tm) == 0)
		text[0] = '\0';
}

void
sandbox_enter(const struct sandbox *sandbox)
{
	(void)sandbox;
}

const char *
sandbox_parts(void)
{
	return "";
}
