/* SPDX-License-Identifier: ISC */
/* The requests of an account, sent by nsupdate one after the other. */
#include "nsupdate/internal.h"
#include "http/http.h"
#include "log.h"
#include "program.h"
#include "provider/account.h"

#define CEILING 65536 /* bytes that nsupdate may write */
#define LINGER_MS 500 /* from the end of its output to its own */

static const struct nsupdate_verdict later = { OUTCOME_LATER, false, false };
static const struct nsupdate_verdict dry = { OUTCOME_CHANGED, false, false };

/* Jobs of one request: the first `count` of a list. */
struct batch {
	struct batch *next;
	struct exchange_job *jobs;
	size_t count;
};

struct nsupdate {
	struct mem *mem;
	struct http *http;
	const struct account *account;
	long timeout_ms;
	struct batch *queue;
	struct http_timer *begin;
	struct program *program; /* for the first of the queue; or NULL */
	struct fail fail;
};

static struct exchange_job *
skip(struct exchange_job *jobs, size_t count)
{
	for (; count > 0; count--)
		jobs = jobs->next;
	return jobs;
}

static void
put_first(struct nsupdate *nsupdate, struct exchange_job *jobs, size_t count)
{
	struct batch *batch = mem_take(nsupdate->mem, sizeof *batch);

	batch->jobs = jobs;
	batch->count = count;
	batch->next = nsupdate->queue;
	nsupdate->queue = batch;
}

/* finished() may not see the next one, so it is looked up before. */
static void
finish_first(struct nsupdate *nsupdate, const struct nsupdate_verdict *verdict)
{
	const struct batch *batch = nsupdate->queue;
	struct exchange_job *job = batch->jobs, *next;
	size_t left = batch->count;

	nsupdate->queue = batch->next;
	for (; left > 0; left--, job = next) {
		next = job->next;
		job->outcome = verdict->outcome;
		job->daily = verdict->daily;
		if (verdict->outcome != OUTCOME_CHANGED)
			*job->fail = nsupdate->fail;
		job->done = true;
		job->finished(job->arg, job);
	}
}

static void
split_first(struct nsupdate *nsupdate)
{
	const struct batch *batch = nsupdate->queue;
	const size_t half = batch->count / 2;

	nsupdate->queue = batch->next;
	put_first(nsupdate, skip(batch->jobs, half), batch->count - half);
	put_first(nsupdate, batch->jobs, half);
}

static void send_first(void *arg);

/* What the verdict on the first request means for it and for the others. */
static void
conclude(struct nsupdate *nsupdate, const struct nsupdate_verdict *verdict)
{
	const bool account = verdict->outcome == OUTCOME_DENIED ||
			     verdict->outcome == OUTCOME_LATER;

	if (verdict->split && nsupdate->queue->count > 1) {
		split_first(nsupdate);
	} else {
		finish_first(nsupdate, verdict);
		while (account && !verdict->split && nsupdate->queue)
			finish_first(nsupdate, verdict);
	}
	if (nsupdate->queue)
		nsupdate->begin = http_loop_after(
			nsupdate->http, 0, send_first, nsupdate);
}

static void
ended(void *arg, const struct program_end *end)
{
	struct nsupdate *nsupdate = arg;
	struct nsupdate_verdict verdict = later;

	nsupdate->program = NULL;
	nsupdate->fail = *end->fail;
	log_wire("nsupdate: %s", buf_text(end->out));
	if (end->whole)
		verdict = nsupdate_judge(end->out, end->good, &nsupdate->fail);
	else
		fail_at(&nsupdate->fail, "nsupdate");
	conclude(nsupdate, &verdict);
}

/* Should we go before it has all of the script, it sends nothing: `send` comes
 * last. */
static bool
start_program(struct nsupdate *nsupdate, const struct buf *script)
{
	const struct nsupdate_settings settings =
		nsupdate_settings(nsupdate->account);
	/* half of the time, so that it can tell itself what went wrong */
	const long seconds = nsupdate->timeout_ms / 2000;
	struct mem *mem = mem_new();
	const char *argv[NSUPDATE_ARGV];
	char *copies[NSUPDATE_ARGV] = { NULL };
	const struct program_options options = { .argv = copies,
		.in = script,
		.read_error = true,
		.ceiling = CEILING,
		.timeout_ms = nsupdate->timeout_ms,
		.linger_ms = LINGER_MS,
		.done = ended,
		.arg = nsupdate };
	size_t i;

	nsupdate_command(&settings,
		mem_printf(mem, "%ld", seconds > 0 ? seconds : 1), argv);
	for (i = 0; argv[i]; i++)
		copies[i] = mem_text(mem, argv[i]);
	nsupdate->program =
		program_start(nsupdate->http, &options, &nsupdate->fail);
	mem_free(mem);
	return nsupdate->program;
}

static void
send_first(void *arg)
{
	struct nsupdate *nsupdate = arg;
	const struct batch *batch = nsupdate->queue;
	struct buf script = { 0 };

	nsupdate->begin = NULL;
	nsupdate_script(&script, nsupdate->account, batch->jobs, batch->count);
	if (batch->jobs->dry) {
		nsupdate_show(nsupdate->account, buf_text(&script), batch->jobs,
			batch->count);
		conclude(nsupdate, &dry);
	} else if (start_program(nsupdate, &script)) {
		log_step("%s: nsupdate, %zu records", nsupdate->account->title,
			batch->count);
		log_wire("nsupdate:\n%s", buf_text(&script));
	} else {
		conclude(nsupdate, &later);
	}
	buf_free(&script);
}

struct nsupdate *
nsupdate_start(const struct exchange_options *options,
	const struct account *account, struct exchange_job *jobs)
{
	struct mem *mem = mem_new();
	struct nsupdate *nsupdate = mem_take(mem, sizeof *nsupdate);
	struct batch **end = &nsupdate->queue;
	struct exchange_job *job;

	nsupdate->mem = mem;
	nsupdate->http = options->http;
	nsupdate->timeout_ms = options->timeout_ms;
	nsupdate->account = account;
	for (job = jobs; job; job = job->next) {
		job->done = job->daily = job->foreign = job->stays = false;
		job->missed = job->waits = false;
		job->hold = 0;
		job->was->family = 0;
	}
	while (jobs) {
		*end = mem_take(mem, sizeof **end);
		(*end)->jobs = jobs;
		(*end)->count = nsupdate_fit(jobs);
		jobs = skip(jobs, (*end)->count);
		end = &(*end)->next;
	}
	nsupdate->begin =
		http_loop_after(nsupdate->http, 0, send_first, nsupdate);
	return nsupdate;
}

void
nsupdate_end(struct nsupdate *nsupdate)
{
	const struct batch *batch = nsupdate ? nsupdate->queue : NULL;
	struct exchange_job *job;
	size_t left;

	if (batch && nsupdate->program)
		batch = batch->next;
	for (; batch; batch = batch->next)
		for (job = batch->jobs, left = batch->count; left > 0; left--) {
			job->waits = true;
			job = job->next;
		}
}

void
nsupdate_free(struct nsupdate *nsupdate)
{
	if (!nsupdate)
		return;
	http_loop_cancel(nsupdate->http, nsupdate->begin);
	program_stop(nsupdate->program);
	mem_free(nsupdate->mem);
}
