#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "nsupdate/nsupdate.h"
#include "nsupdate/internal.h"
#include "address.h"
#include "buf.h"
#include "child.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "http/http.h"
#include "log.h"
#include "provider/account.h"

#define SAID_CEILING 65536 /* bytes that nsupdate may write */
#define POUR_MS 5          /* until a full pipe is tried again */
#define EXIT_WAIT_MS 500   /* from the end of its output to its own */

/* Jobs that go together: the first `count` of a list. */
struct message {
	struct message *next;
	struct exchange_job *jobs;
	size_t count;
};

struct nsupdate {
	struct mem *mem;
	struct http *http;
	const struct account *account;
	long timeout_ms;
	struct message *queue;
	struct http_timer *begin, *late, *pour;
	struct child child;
	bool running;
	struct buf script;
	size_t poured;
	struct buf said;
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
	struct message *message = mem_take(nsupdate->mem, sizeof *message);

	message->jobs = jobs;
	message->count = count;
	message->next = nsupdate->queue;
	nsupdate->queue = message;
}

/* finished() may not see the next one, so it is looked up before. */
static void
finish_first(struct nsupdate *nsupdate, const struct nsupdate_verdict *verdict)
{
	const struct message *message = nsupdate->queue;
	struct exchange_job *job = message->jobs, *next;
	size_t left = message->count;

	nsupdate->queue = message->next;
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
	const struct message *message = nsupdate->queue;
	const size_t half = message->count / 2;

	nsupdate->queue = message->next;
	put_first(nsupdate, skip(message->jobs, half), message->count - half);
	put_first(nsupdate, message->jobs, half);
}

static void send_first(void *arg);

/* What the verdict on the first message means for it and for the others. */
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
		nsupdate->begin =
			http_after(nsupdate->http, 0, send_first, nsupdate);
}

static void
cancel(struct nsupdate *nsupdate, struct http_timer **timer)
{
	if (*timer)
		http_cancel(nsupdate->http, *timer);
	*timer = NULL;
}

/* ended: all that it had to say was read. */
static void
end_child(struct nsupdate *nsupdate, bool ended)
{
	struct nsupdate_verdict verdict = { OUTCOME_LATER, false, false };

	cancel(nsupdate, &nsupdate->late);
	cancel(nsupdate, &nsupdate->pour);
	http_unwatch(nsupdate->http, nsupdate->child.out);
	nsupdate->running = false;
	log_wire("nsupdate: %s", buf_text(&nsupdate->said));
	if (ended) {
		ended = child_end(
			&nsupdate->child, EXIT_WAIT_MS, &nsupdate->fail);
		verdict =
			nsupdate_judge(&nsupdate->said, ended, &nsupdate->fail);
	} else {
		child_kill(&nsupdate->child);
	}
	buf_free(&nsupdate->script);
	buf_free(&nsupdate->said);
	conclude(nsupdate, &verdict);
}

static void
too_late(void *arg)
{
	struct nsupdate *nsupdate = arg;

	nsupdate->late = NULL;
	fail_set(&nsupdate->fail, "nsupdate: timed out after %ld s",
		nsupdate->timeout_ms / 1000);
	end_child(nsupdate, false);
}

static void
readable(void *arg)
{
	struct nsupdate *nsupdate = arg;
	char chunk[4096];
	const ssize_t n = read(nsupdate->child.out, chunk, sizeof chunk);

	if (n > 0) {
		buf_add(&nsupdate->said, chunk, (size_t)n);
		if (nsupdate->said.len <= SAID_CEILING)
			return;
		fail_set(&nsupdate->fail, "nsupdate: wrote more than %d bytes",
			SAID_CEILING);
	} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	} else if (n < 0) {
		fail_set(&nsupdate->fail, "nsupdate: %s", strerror(errno));
	}
	end_child(nsupdate, n == 0);
}

/*
 * Writes what the pipe takes. If nsupdate has gone (EPIPE), its output tells
 * why. Should we go before the end, it sends nothing: `send` comes last.
 */
static void
pour(void *arg)
{
	struct nsupdate *nsupdate = arg;
	const struct buf *script = &nsupdate->script;
	ssize_t n = 0;

	nsupdate->pour = NULL;
	while (n >= 0 && nsupdate->poured < script->len) {
		n = write(nsupdate->child.in, script->at + nsupdate->poured,
			script->len - nsupdate->poured);
		if (n > 0)
			nsupdate->poured += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 0;
	}
	if (n < 0 && errno == EAGAIN) {
		nsupdate->pour =
			http_after(nsupdate->http, POUR_MS, pour, nsupdate);
		return;
	}
	close(nsupdate->child.in);
	nsupdate->child.in = -1;
}

static bool
start_child(struct nsupdate *nsupdate)
{
	const struct nsupdate_settings settings =
		nsupdate_settings(nsupdate->account);
	/* half of the time, so that it can say itself what went wrong */
	const long seconds = nsupdate->timeout_ms / 2000;
	struct mem *mem = mem_new();
	const char *argv[NSUPDATE_ARGV];
	char *copies[NSUPDATE_ARGV] = { NULL };
	const struct child_options options = { .argv = copies,
		.read_out = true,
		.read_error = true,
		.write_in = true };
	size_t i;

	nsupdate_command(&settings,
		mem_printf(mem, "%ld", seconds > 0 ? seconds : 1), argv);
	for (i = 0; argv[i]; i++)
		copies[i] = mem_text(mem, argv[i]);
	nsupdate->running =
		child_start(&nsupdate->child, &options, &nsupdate->fail);
	mem_free(mem);
	return nsupdate->running;
}

static void
send_first(void *arg)
{
	static const struct nsupdate_verdict later = { OUTCOME_LATER, false,
		false };
	struct nsupdate *nsupdate = arg;
	const struct message *message = nsupdate->queue;

	nsupdate->begin = NULL;
	if (!start_child(nsupdate)) {
		conclude(nsupdate, &later);
		return;
	}
	nsupdate->poured = 0;
	nsupdate_script(&nsupdate->script, nsupdate->account, message->jobs,
		message->count);
	log_step("%s: nsupdate, %zu records", nsupdate->account->title,
		message->count);
	log_wire("nsupdate:\n%s", buf_text(&nsupdate->script));
	http_watch(nsupdate->http, nsupdate->child.out, readable, nsupdate);
	nsupdate->late = http_after(
		nsupdate->http, nsupdate->timeout_ms, too_late, nsupdate);
	pour(nsupdate);
}

struct nsupdate *
nsupdate_start(const struct exchange_options *options,
	const struct account *account, struct exchange_job *jobs)
{
	struct mem *mem = mem_new();
	struct nsupdate *nsupdate = mem_take(mem, sizeof *nsupdate);
	struct message **end = &nsupdate->queue;
	struct exchange_job *job;

	nsupdate->mem = mem;
	nsupdate->http = options->http;
	nsupdate->timeout_ms = options->timeout_ms;
	nsupdate->account = account;
	for (job = jobs; job; job = job->next) {
		job->done = job->daily = job->foreign = false;
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
	nsupdate->begin = http_after(nsupdate->http, 0, send_first, nsupdate);
	return nsupdate;
}

void
nsupdate_free(struct nsupdate *nsupdate)
{
	if (!nsupdate)
		return;
	cancel(nsupdate, &nsupdate->begin);
	cancel(nsupdate, &nsupdate->late);
	cancel(nsupdate, &nsupdate->pour);
	if (nsupdate->running) {
		http_unwatch(nsupdate->http, nsupdate->child.out);
		child_kill(&nsupdate->child);
	}
	buf_free(&nsupdate->script);
	buf_free(&nsupdate->said);
	mem_free(nsupdate->mem);
}
