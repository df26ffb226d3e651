/* SPDX-License-Identifier: ISC */
/* A program under the loop of http, from its start to its end. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "buf.h"
#include "child.h"
#include "clock.h"
#include "fail.h"
#include "http/http.h"
#include "log.h"

#define POUR_MS 5       /* until a full pipe is tried again */
#define LOOK_MS 10      /* between looks whether it has ended */
#define ERROR_KEPT 1024 /* bytes of its stderr, the last ones */

struct program {
	struct program_options options;
	struct mem *mem;
	struct http *http;
	struct child child;
	struct http_timer *late, *pour, *look;
	struct buf in, out, error;
	size_t poured;
	int64_t leave; /* clock_ms by which it is to end; 0: no such time */
	bool whole;
	struct fail fail;
};

/* Nothing of the loop calls back any more. */
static void
release(struct program *program)
{
	http_loop_cancel(program->http, program->late);
	http_loop_cancel(program->http, program->pour);
	http_loop_cancel(program->http, program->look);
	http_loop_unwatch(program->http, program->child.out);
	http_loop_unwatch(program->http, program->child.error);
}

static void
drop(struct program *program)
{
	buf_free(&program->in);
	buf_free(&program->out);
	buf_free(&program->error);
	mem_free(program->mem);
}

/* Takes what is there of its stderr. False: it is closed. */
static bool
take_error(struct program *program)
{
	struct buf *error = &program->error;
	char chunk[ERROR_KEPT];
	ssize_t n;

	while ((n = read(program->child.error, chunk, sizeof chunk)) > 0) {
		if (error->len > ERROR_KEPT) {
			memmove(error->at, error->at + error->len - ERROR_KEPT,
				ERROR_KEPT);
			buf_cut(error, ERROR_KEPT);
		}
		buf_add(error, chunk, (size_t)n);
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void
error_readable(void *arg)
{
	struct program *program = arg;

	if (!take_error(program))
		http_loop_unwatch(program->http, program->child.error);
}

/* Each line is shown by -v, the last one is the cause's. */
static void
tell_error(struct program *program, bool good)
{
	char *save = NULL, *line, *last = NULL;

	if (program->error.len == 0)
		return;
	for (line = strtok_r(program->error.at, "\r\n", &save); line;
		line = strtok_r(NULL, "\r\n", &save)) {
		log_step("%s: %s", program->options.argv[0], line);
		last = line;
	}
	if (last && !good)
		fail_set(&program->fail, "%s: %s", program->fail.text, last);
}

static void
finish(struct program *program, bool ended)
{
	struct program_end end = { .out = &program->out,
		.whole = program->whole,
		.fail = &program->fail };

	release(program);
	if (program->child.error >= 0)
		take_error(program);
	if (ended)
		end.good = child_end(&program->child, 0, &program->fail);
	else
		child_kill(&program->child);
	tell_error(program, end.good);
	program->options.done(program->options.arg, &end);
	drop(program);
}

static void
too_late(void *arg)
{
	struct program *program = arg;

	fail_set(&program->fail, "timed out after %ld s",
		program->options.timeout_ms / 1000);
	finish(program, false);
}

/* A program may close its output before it ends. */
static void
await_end(void *arg)
{
	struct program *program = arg;

	if (!child_runs(&program->child)) {
		finish(program, true);
	} else if (program->leave && clock_ms() >= program->leave) {
		fail_set(&program->fail, "did not end in time");
		finish(program, false);
	} else {
		program->look = http_loop_after(
			program->http, LOOK_MS, await_end, program);
	}
}

static void
end_output(struct program *program)
{
	http_loop_unwatch(program->http, program->child.out);
	program->whole = true;
	if (program->options.linger_ms)
		program->leave = clock_ms() + program->options.linger_ms;
	await_end(program);
}

static void
readable(void *arg)
{
	struct program *program = arg;
	const size_t ceiling = program->options.ceiling;
	char chunk[4096];
	ssize_t n = read(program->child.out, chunk, sizeof chunk);

	if (n > 0)
		buf_add(&program->out, chunk, (size_t)n);
	if (n == 0) {
		end_output(program);
	} else if (program->out.len > ceiling) {
		fail_set(&program->fail, "answer larger than %zu bytes",
			ceiling);
		finish(program, false);
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		fail_set(&program->fail, "%s", strerror(errno));
		finish(program, false);
	}
}

/* If the program has gone (EPIPE), its output tells why. */
static void
pour(void *arg)
{
	struct program *program = arg;
	const struct buf *in = &program->in;
	ssize_t n = 0;

	while (n >= 0 && program->poured < in->len) {
		n = write(program->child.in, in->at + program->poured,
			in->len - program->poured);
		if (n > 0)
			program->poured += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 0;
	}
	if (n < 0 && errno == EAGAIN) {
		program->pour =
			http_loop_after(program->http, POUR_MS, pour, program);
	} else {
		close(program->child.in);
		program->child.in = -1;
	}
}

struct program *
program_start(struct http *http, const struct program_options *options,
	struct fail *fail)
{
	const struct child_options child = { .argv = options->argv,
		.read_out = true,
		.read_error = options->read_error,
		.keep_error = !options->read_error,
		.write_in = options->in };
	struct mem *mem = mem_new();
	struct program *program = mem_take(mem, sizeof *program);

	program->mem = mem;
	program->http = http;
	program->options = *options;
	if (!child_start(&program->child, &child, fail)) {
		drop(program);
		return NULL;
	}
	http_loop_watch(http, program->child.out, readable, program);
	if (program->child.error >= 0)
		http_loop_watch(
			http, program->child.error, error_readable, program);
	program->late =
		http_loop_after(http, options->timeout_ms, too_late, program);
	if (options->in) {
		buf_add(&program->in, buf_text(options->in), options->in->len);
		pour(program);
	}
	return program;
}

void
program_stop(struct program *program)
{
	if (!program)
		return;
	release(program);
	child_kill(&program->child);
	drop(program);
}
