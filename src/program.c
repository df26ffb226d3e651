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

#define POUR_MS 5  /* until a full pipe is tried again */
#define LOOK_MS 10 /* between looks whether it has ended */

struct program {
	struct program_options options;
	struct mem *mem;
	struct http *http;
	struct child child;
	struct http_timer *late, *pour, *look;
	struct buf in, out;
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
}

static void
drop(struct program *program)
{
	buf_free(&program->in);
	buf_free(&program->out);
	mem_free(program->mem);
}

static void
finish(struct program *program, bool ended)
{
	struct program_end end = { .out = &program->out,
		.whole = program->whole,
		.fail = &program->fail };

	release(program);
	if (ended)
		end.good = child_end(&program->child, 0, &program->fail);
	else
		child_kill(&program->child);
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
