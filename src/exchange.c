#include <string.h>

#include "address.h"
#include "buf.h"
#include "exchange-part.h"
#include "exchange.h"
#include "fail.h"
#include "http.h"
#include "json.h"
#include "log.h"
#include "provider.h"
#include "template.h"

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
	fail_set(work->job->fail, "%s: %s", row_steps[work->step], fail->text);
	exchange_finish(work, OUTCOME_LATER);
}

static void
misunderstood(struct work *work, const struct call *call, const char *why)
{
	answer_tell(work, call, why);
	exchange_finish(work, OUTCOME_LATER);
}

static void
ask(struct work *work, int step)
{
	const struct message *message;
	struct fail fail;

	work->step = step;
	log_step("%s: %s %s: %s", work->exchange->account->title,
		work->job->name, row_types[work->job->type], row_steps[step]);
	message = message_first(work, step, &fail);
	if (message)
		work->call = call_for(work, work->row->step[step], message);
	else
		exchange_fail(work, &fail);
}

static void
send_write(struct work *work)
{
	struct fail fail;

	work->step = work->write;
	if (work->row->step[work->write]->method)
		ask(work, work->write);
	else if (!batch_add(work, &fail))
		exchange_fail(work, &fail);
}

static void
write_record(struct work *work)
{
	struct fail fail;
	int outcome = decide_write(work);

	if (outcome != OUTCOME_CHANGED) {
		exchange_finish(work, outcome);
		return;
	}
	work->step = work->write;
	if (decide_value(work, &fail))
		send_write(work);
	else
		exchange_fail(work, &fail);
}

static void
find_record(struct work *work)
{
	if (work->row->step[STEP_RECORDS])
		ask(work, STEP_RECORDS);
	else
		write_record(work);
}

/* Whether `zones` is asked about one suffix after the other. */
static bool
walks(const struct row *row)
{
	return request_holds(row->step[STEP_ZONES], "zone") ||
	       (row->url && template_holds(row->url, "zone"));
}

static void
find_zone(struct work *work)
{
	const char *zone = work->exchange->account->zone;

	if (zone)
		zone_set(work, zone);
	if (!zone_asked(work)) {
		find_record(work);
		return;
	}
	if (!zone && walks(work->row)) {
		work->suffix = work->job->name;
		if (strncmp(work->suffix, "*.", 2) == 0)
			work->suffix += 2;
		zone_set(work, work->suffix);
	}
	ask(work, STEP_ZONES);
}

static void
heard_login(struct work *work, const struct call *call, int meaning)
{
	struct fail fail;

	(void)meaning;
	if (answer_login(work, call, &fail))
		find_zone(work);
	else
		misunderstood(work, call, fail.text);
}

static void
heard_zones(struct work *work, const struct call *call, int meaning)
{
	enum zone_found found = ZONE_NONE;
	struct fail fail;

	if (meaning == MEANS_GOOD)
		found = zone_take(work, call, &fail);
	if (found == ZONE_UNCLEAR) {
		misunderstood(work, call, fail.text);
	} else if (found == ZONE_FOUND) {
		find_record(work);
	} else if (work->suffix && zone_shorter(work->suffix)) {
		work->suffix = zone_shorter(work->suffix);
		zone_set(work, work->suffix);
		ask(work, STEP_ZONES);
	} else {
		work->job->daily = true;
		fail_set(work->job->fail, "zones: no zone of %s was found",
			work->job->name);
		exchange_finish(work, OUTCOME_REFUSED);
	}
}

static void
heard_records(struct work *work, const struct call *call, int meaning)
{
	struct fail fail;

	if (meaning == MEANS_GOOD && !answer_records(work, call, &fail))
		misunderstood(work, call, fail.text);
	else
		write_record(work);
}

static void
heard_write(struct work *work, const struct call *call, int meaning)
{
	(void)call;
	(void)meaning;
	if (work->write != STEP_CREATE || !work->mine) {
		exchange_finish(work, OUTCOME_CHANGED);
		return;
	}
	/* The new record is there: now the old one goes. */
	work->write = STEP_DELETE;
	send_write(work);
}

static void
give_up(struct work *work, const struct call *call, int meaning, bool tested)
{
	static const int outcomes[MEANINGS] = {
		[MEANS_MISSING] = OUTCOME_LATER,
		[MEANS_DENIED] = OUTCOME_DENIED,
		[MEANS_REFUSED] = OUTCOME_REFUSED,
		[MEANS_BUSY] = OUTCOME_BUSY,
		[MEANS_LATER] = OUTCOME_LATER,
	};
	struct exchange_job *job = work->job;
	int outcome = outcomes[meaning];

	job->daily = outcome == OUTCOME_DENIED && !tested;
	if (outcome == OUTCOME_BUSY || outcome == OUTCOME_LATER) {
		job->hold = call->retry_after > 0 ? call->retry_after : 0;
		if (tested && work->row->hold > job->hold)
			job->hold = work->row->hold;
	}
	answer_tell(work, call, !tested && call->status / 100 == 2 ? "" : NULL);
	exchange_finish(work, outcome);
}

static void
heard(struct work *work, const struct call *call)
{
	static const struct {
		void (*go_on)(struct work *work, const struct call *call,
			int meaning);
		bool may_miss;
	} steps[] = {
		[STEP_LOGIN] = { heard_login, false },
		[STEP_ZONES] = { heard_zones, true },
		[STEP_RECORDS] = { heard_records, true },
		[STEP_SET] = { heard_write, false },
	};
	int step = work->step < STEP_SET ? work->step : STEP_SET;
	bool tested;
	int meaning = answer_meaning(work, call->says, &tested);
	const bool item = meaning == MEANS_MISSING ||
			  meaning == MEANS_REFUSED ||
			  (meaning == MEANS_LATER && !tested);

	if (item && batch_split(work, call->says))
		return;
	if (meaning != MEANS_GOOD &&
		(meaning != MEANS_MISSING || !steps[step].may_miss))
		give_up(work, call->says, meaning, tested);
	else if (call->fault)
		misunderstood(work, call, call->fault);
	else
		steps[step].go_on(work, call, meaning);
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
		heard(work, call);
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
		/* Nothing is under way, so nobody can add to a batch. */
		if (!again && exchange->flying == 0)
			again = batch_flush(exchange);
	}
}

static void
begin(void *arg)
{
	struct exchange *exchange = arg;
	struct work *work;

	exchange->timer = NULL;
	for (work = exchange->works; work; work = work->next) {
		if (work->row->step[STEP_LOGIN])
			ask(work, STEP_LOGIN);
		else
			find_zone(work);
	}
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
