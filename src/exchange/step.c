#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "log.h"
#include "name.h"
#include "provider/account.h"
#include "request.h"
#include "template/template.h"

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
		work->job->name, row_types[work->job->type], row_step_name(step));
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
	if (work->row->step[work->write]->text.method)
		ask(work, work->write);
	else if (!batch_add(work, &fail))
		exchange_fail(work, &fail);
}

/* The record is as it should be. Where that must be published it is, changed
 * or not: it may have been written by a run that came no further. */
static void
settle(struct work *work, int outcome)
{
	work->publishes = work->row->step[STEP_PUBLISH] != NULL;
	work->settled = outcome;
	if (!work->publishes)
		exchange_finish(work, outcome);
}

static void
write_record(struct work *work)
{
	struct fail fail;
	int outcome = decide_write(work);

	if (outcome == OUTCOME_SAME) {
		settle(work, outcome);
		return;
	}
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

/* Shows the next of those that are listed; behind the last, writes. */
static void
next_record(struct work *work)
{
	struct held *listed;

	if (!work->listed) {
		write_record(work);
		return;
	}
	listed = mem_take(work->exchange->mem, sizeof *listed);
	listed->item = work->listed;
	work->mine = listed;
	ask(work, STEP_RECORD);
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
	return request_holds(&row->step[STEP_ZONES]->text, "zone") ||
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
	} else if (work->suffix && name_shorter(work->suffix)) {
		work->suffix = name_shorter(work->suffix);
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
		next_record(work);
}

static void
heard_record(struct work *work, const struct call *call, int meaning)
{
	struct fail fail;

	if (meaning == MEANS_GOOD && !answer_records(work, call, &fail)) {
		misunderstood(work, call, fail.text);
		return;
	}
	work->listed = work->listed->next;
	next_record(work);
}

static void
heard_write(struct work *work, const struct call *call, int meaning)
{
	(void)call;
	(void)meaning;
	if (work->write != STEP_CREATE || !work->mine) {
		settle(work, OUTCOME_CHANGED);
		return;
	}
	/* The new record is there: now the old one goes. */
	work->write = STEP_DELETE;
	send_write(work);
}

static void
heard_publish(struct work *work, const struct call *call, int meaning)
{
	(void)call;
	(void)meaning;
	exchange_finish(work, work->settled);
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

void
step_heard(struct work *work, const struct call *call)
{
	static const struct {
		void (*go_on)(struct work *work, const struct call *call,
			int meaning);
		bool may_miss;
	} steps[] = {
		[STEP_LOGIN] = { heard_login, false },
		[STEP_ZONES] = { heard_zones, true },
		[STEP_RECORDS] = { heard_records, true },
		[STEP_RECORD] = { heard_record, false },
		[STEP_SET] = { heard_write, false },
		[STEP_CREATE] = { heard_write, false },
		[STEP_UPDATE] = { heard_write, false },
		[STEP_DELETE] = { heard_write, false },
		[STEP_BATCH] = { heard_write, false },
		[STEP_PUBLISH] = { heard_publish, false },
	};
	const int step = work->step;
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

void
step_begin(struct work *work)
{
	if (work->row->step[STEP_LOGIN])
		ask(work, STEP_LOGIN);
	else
		find_zone(work);
}

bool
step_publish(struct exchange *exchange)
{
	struct work *work;
	bool any = false;

	for (work = exchange->works; work; work = work->next) {
		if (!work->publishes || work->job->done)
			continue;
		work->publishes = false;
		ask(work, STEP_PUBLISH);
		any = true;
	}
	return any;
}
