#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "provider/account.h"

static void
stop_others(struct exchange *exchange, const struct work *cause)
{
	struct work *work;

	exchange->stopped = cause;
	for (work = exchange->works; work; work = work->next) {
		if (work->job->done)
			continue;
		work->job->daily = cause->job->daily;
		work->job->hold = cause->job->hold;
		*work->job->fail = *cause->job->fail;
		exchange_finish(work, cause->job->outcome);
	}
}

void
exchange_finish(struct work *work, int outcome)
{
	struct exchange_job *job = work->job;

	work->call = NULL;
	work->item = NULL;
	job->outcome = outcome;
	job->done = true;
	job->finished(job->arg, job);
	if (outcome >= OUTCOME_BUSY && outcome != OUTCOME_REFUSED &&
		!work->exchange->stopped)
		stop_others(work->exchange, work);
}

void
exchange_fail(struct work *work, const struct fail *fail)
{
	fail_set(work->job->fail, "%s: %s", row_step_name(work->step), fail->text);
	exchange_finish(work, OUTCOME_LATER);
}

/* Hands answers to those that wait for them. True: somebody went on. */
static bool
hear(struct exchange *exchange)
{
	const struct call *call;
	struct work *work;
	bool any = false;

	for (work = exchange->works; work; work = work->next) {
		call = work->call;
		if (!call || !call->done)
			continue;
		work->call = NULL;
		step_heard(work, call);
		any = true;
	}
	return any;
}

void
exchange_pump(struct exchange *exchange)
{
	bool again = true;

	while (again) {
		again = hear(exchange);
		if (exchange->stopped)
			return;
		again = call_send(exchange) || again;
		/* Nothing is under way, so nobody can add to a batch; and
		 * when these are through, to what is published. */
		if (!again && exchange->flying == 0)
			again = batch_flush(exchange) || step_publish(exchange);
	}
}

static void
begin(void *arg)
{
	struct exchange *exchange = arg;
	struct work *work;

	exchange->timer = NULL;
	for (work = exchange->works; work; work = work->next)
		step_begin(work);
	exchange_pump(exchange);
}

struct work *
exchange_work(struct exchange *exchange, struct exchange_job *job)
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
	pair_add(mem, &work->fixed, "fqdn", job->name);
	pair_add(mem, &work->fixed, "type", work->row->type);
	address_format(job->want, text);
	pair_add(mem, &work->fixed, "ip", text);
	for (i = 0; i < 2; i++) {
		if (!job->ip[i] || !job->ip[i]->family)
			continue;
		address_format(job->ip[i], text);
		pair_add(mem, &work->fixed, families[i], text);
		buf_printf(&both, "%s%s", both.len > 0 ? "," : "", text);
	}
	if (both.len > 0)
		pair_add(mem, &work->fixed, "ips", buf_text(&both));
	if (exchange->account->server)
		pair_add(
			mem, &work->fixed, "server", exchange->account->server);
	buf_free(&both);
	return work;
}

struct exchange *
exchange_start(const struct exchange_options *options,
	const struct account *account, struct exchange_job *jobs)
{
	struct mem *mem = mem_new();
	struct exchange *exchange = mem_take(mem, sizeof *exchange);
	struct work **end = &exchange->works;

	exchange->mem = mem;
	exchange->http = options->http;
	exchange->timeout_ms = options->timeout_ms;
	exchange->account = account;
	exchange->calls_end = &exchange->calls;
	for (; jobs; jobs = jobs->next) {
		jobs->done = jobs->daily = jobs->foreign = false;
		jobs->hold = 0;
		jobs->was->family = 0;
		*end = exchange_work(exchange, jobs);
		end = &(*end)->next;
	}
	exchange->timer = http_after(exchange->http, 0, begin, exchange);
	return exchange;
}

void
exchange_free(struct exchange *exchange)
{
	struct call *call;

	if (!exchange)
		return;
	if (exchange->timer)
		http_cancel(exchange->http, exchange->timer);
	for (call = exchange->calls; call; call = call->next)
		json_free(call->doc);
	mem_free(exchange->mem);
}
