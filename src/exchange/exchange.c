/* SPDX-License-Identifier: ISC */
/* The order of an account's jobs: who goes on when, until all have ended. */
#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "http/http.h"
#include "memory.h"

/* Hands answers to those that wait for them. True: somebody went on. */
static bool
hear(struct exchange *exchange)
{
	struct call *call;
	struct work *work;
	bool any = false;

	while ((work = exchange_work_next(&exchange->ready))) {
		call = work->call;
		if (!call)
			continue; /* it was ended meanwhile */
		work->call = NULL;
		exchange_call_open(call);
		exchange_step_heard(work, call);
		any = true;
	}
	return any;
}

/* Goes on with what can go on: answers, requests, batches. */
static void
go_on(struct exchange *exchange)
{
	bool again = true;

	while (again) {
		again = hear(exchange);
		if (exchange->stopped) {
			exchange_work_stop(exchange);
			return;
		}
		again = exchange_send(exchange) || again;
		/* Nothing is under way, so nobody can add to a batch; and
		 * when these are through, to what is published. */
		if (!again && exchange->flying == 0)
			again = exchange_batch_flush(exchange) ||
				exchange_step_publish(exchange);
	}
}

static void
begin(void *arg)
{
	struct exchange *exchange = arg;
	struct work *work;

	exchange->timer = NULL;
	exchange_zone_share(exchange);
	for (work = exchange->works; work; work = work->next)
		exchange_step_begin(work);
	go_on(exchange);
}

struct exchange *
exchange_start(const struct exchange_options *options,
	const struct account *account, struct exchange_job *jobs)
{
	struct mem *mem = mem_new();
	struct exchange *exchange = mem_take(mem, sizeof *exchange);
	struct work **end = &exchange->works;
	size_t place = 0;

	exchange->mem = mem;
	exchange->http = options->http;
	exchange->timeout_ms = options->timeout_ms;
	exchange->account = account;
	exchange->dry = jobs && jobs->dry;
	exchange->go_on = go_on;
	exchange->unsent = &exchange->calls;
	exchange->asked =
		(struct table){ .mem = mem, .key = exchange_call_key };
	exchange->room = EXCHANGE_POOL;
	for (; jobs; jobs = jobs->next) {
		exchange->room += EXCHANGE_POOL_EACH;
		exchange->pooled += EXCHANGE_POOL_OWN;
		memory_expect(EXCHANGE_LISTED);
		jobs->done = jobs->daily = jobs->foreign = jobs->missed = false;
		jobs->stays = jobs->waits = false;
		jobs->hold = 0;
		jobs->was->family = 0;
		*end = exchange_work_make(exchange, jobs);
		(*end)->place = place++;
		end = &(*end)->next;
	}
	exchange->timer = http_loop_after(exchange->http, 0, begin, exchange);
	return exchange;
}

/* Whether an answer about it is awaited, or something of it is written. */
static bool
is_touched(const struct work *work)
{
	const struct call *call = work->call;

	return work->wrote || (call && call->begun && !call->done);
}

void
exchange_end(struct exchange *exchange)
{
	struct work *work = exchange ? exchange->works : NULL;

	for (; work; work = work->next)
		work->job->waits = !work->job->done && !is_touched(work);
}

void
exchange_free(struct exchange *exchange)
{
	struct call *call;

	if (!exchange)
		return;
	if (exchange->timer)
		http_loop_cancel(exchange->http, exchange->timer);
	for (call = exchange->calls; call; call = call->next)
		exchange_call_free(call);
	memory_release(exchange->held);
	mem_free(exchange->mem);
}
