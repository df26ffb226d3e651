#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lookup/lookup.h"
#include "lookup/internal.h"
#include "buf.h"
#include "child.h"
#include "fail.h"
#include "http/http.h"

#define EXIT_STEP_MS 10 /* between looks whether it has ended */

/* A program under way. */
struct program {
	struct lookup_try *try;
	struct child child;
	struct buf out;
	struct http_timer *late;
	struct http_timer *look; /* for its end, once its output has ended */
	struct fail fail;
};

static void
end_program(struct program *program, bool ok)
{
	struct lookup_try *try = program->try;
	struct http *http = try->lookup->http;

	try->program = NULL;
	http_loop_cancel(http, program->late);
	http_loop_cancel(http, program->look);
	if (!ok)
		child_kill(&program->child);
	else
		ok = child_end(&program->child, 0, &program->fail);
	if (ok)
		lookup_judge(try, buf_text(&program->out), program->out.len);
	else
		lookup_missed(try, "%s", program->fail.text);
	buf_free(&program->out);
}

static void
too_late(void *arg)
{
	struct program *program = arg;

	program->late = NULL;
	http_loop_unwatch(program->try->lookup->http, program->child.out);
	fail_set(&program->fail, "timed out after %ld s",
		program->try->lookup->timeout_ms / 1000);
	end_program(program, false);
}

/* A program may close its output before it ends. */
static void
await_end(void *arg)
{
	struct program *program = arg;
	struct http *http = program->try->lookup->http;

	program->look = NULL;
	if (child_runs(&program->child))
		program->look =
			http_loop_after(http, EXIT_STEP_MS, await_end, program);
	else
		end_program(program, true);
}

static void
readable(void *arg)
{
	struct program *program = arg;
	char chunk[4096];
	ssize_t n = read(program->child.out, chunk, sizeof(chunk));

	if (n > 0) {
		buf_add(&program->out, chunk, (size_t)n);
		if (program->out.len <= LOOKUP_CEILING)
			return;
		fail_set(&program->fail, "answer larger than %d bytes",
			LOOKUP_CEILING);
	} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	http_loop_unwatch(program->try->lookup->http, program->child.out);
	if (n == 0)
		await_end(program);
	else
		end_program(program, false);
}

static void
start_now(void *arg)
{
	struct lookup_try *try = arg;
	struct program *program = mem_take(try->lookup->mem, sizeof(*program));
	const struct child_options options = {
		.argv = try->source->argv,
		.read_out = true,
	};

	program->try = try;
	if (!child_start(&program->child, &options, &program->fail)) {
		lookup_missed(try, "%s", program->fail.text);
		return;
	}
	try->program = program;
	http_loop_watch(
		try->lookup->http, program->child.out, readable, program);
	program->late = http_loop_after(
		try->lookup->http, try->lookup->timeout_ms, too_late, program);
}

void
lookup_ask_exec(struct lookup_try *try)
{
	http_loop_after(try->lookup->http, 0, start_now, try);
}

void
lookup_stop_exec(struct lookup_try *try)
{
	struct program *program = try->program;

	if (!program)
		return;
	try->program = NULL;
	child_kill(&program->child);
	buf_free(&program->out);
}
