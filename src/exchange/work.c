/* SPDX-License-Identifier: ISC */
/* A job on its way through the steps of its row: how it is made and ends. */
#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "log.h"

struct work *
exchange_work_make(struct exchange *exchange, struct exchange_job *job)
{
	static const char *const families[] = { "ip4", "ip6" };
	struct mem *mem = exchange->mem;
	struct work *work = mem_take(mem, sizeof *work);
	char text[ADDRESS_TEXT];
	struct buf both = { 0 };
	size_t i;

	work->exchange = exchange;
	work->job = job;
	work->row = &exchange->account->row[job->type];
	exchange_pair_add(mem, &work->fixed, "fqdn", job->name);
	exchange_pair_add(mem, &work->fixed, "type", work->row->type);
	address_format(job->want, text);
	exchange_pair_add(mem, &work->fixed, "ip", text);
	for (i = 0; i < 2; i++) {
		if (!job->ip[i] || !job->ip[i]->family)
			continue;
		address_format(job->ip[i], text);
		exchange_pair_add(mem, &work->fixed, families[i], text);
		buf_printf(&both, "%s%s", both.len > 0 ? "," : "", text);
	}
	if (both.len > 0)
		exchange_pair_add(mem, &work->fixed, "ips", buf_text(&both));
	if (exchange->account->server)
		exchange_pair_add(
			mem, &work->fixed, "server", exchange->account->server);
	buf_free(&both);
	return work;
}

void
exchange_work_queue(struct works *works, struct work *work)
{
	work->behind = NULL;
	if (works->first)
		works->last->behind = work;
	else
		works->first = work;
	works->last = work;
}

struct work *
exchange_work_next(struct works *works)
{
	struct work *work = works->first;

	if (work)
		works->first = work->behind;
	return work;
}

void
exchange_work_at(struct work *work, enum row_step step)
{
	work->step = step;
	log_step("%s: %s %s: %s%s", work->exchange->account->title,
		work->job->name, row_types[work->job->type],
		row_step_name(step),
		work->job->dry && step >= STEP_SET ? ", not sent" : "");
}

/* Whether an answer is there or will come. */
static bool
is_under_way(const struct work *work)
{
	const struct call *call = work->call;

	return call &&
	       (call->done || (call->sent && work->exchange->flying > 0));
}

/* Makes the result that of the work whose answer was the account's. */
static void
take_from(struct work *work, const struct work *cause)
{
	work->job->daily = cause->job->daily;
	work->job->hold = cause->job->hold;
	*work->job->fail = *work->exchange->why;
}

bool
exchange_work_stopped(struct work *work)
{
	const struct work *cause = work->exchange->stopped;

	if (!cause)
		return false;
	take_from(work, cause);
	exchange_work_finish(work, cause->job->outcome);
	return true;
}

void
exchange_work_stop(struct exchange *exchange)
{
	struct work *work;

	for (work = exchange->works; work; work = work->next)
		if (!work->job->done && !is_under_way(work))
			exchange_work_stopped(work);
}

void
exchange_work_finish(struct work *work, enum outcome outcome)
{
	struct exchange_job *job = work->job;
	struct exchange *exchange = work->exchange;
	struct fail *why;

	/* what stopped the account stands, unless this one is worse */
	if (outcome == OUTCOME_BUSY && exchange->stopped) {
		outcome = exchange->stopped->job->outcome;
		take_from(work, exchange->stopped);
	}
	work->call = NULL;
	work->piece = NULL;
	job->outcome = outcome;
	job->done = true;
	job->finished(job->arg, job);
	if ((outcome == OUTCOME_BUSY || outcome == OUTCOME_DENIED) &&
		!exchange->stopped) {
		why = mem_take(exchange->mem, sizeof *why);
		*why = *job->fail;
		exchange->why = why;
		exchange->stopped = work;
		exchange_work_stop(exchange);
	}
}

const char *
exchange_work_step(const struct work *work)
{
	enum row_step step;

	for (step = 0; step < STEPS; step++)
		if (step != work->step && work->row->step[step])
			return row_step_name(work->step);
	return NULL;
}

void
exchange_work_fail(struct work *work)
{
	const char *step = exchange_work_step(work);

	if (step)
		fail_at(work->job->fail, "%s", step);
	exchange_work_finish(work, OUTCOME_LATER);
}
