/* SPDX-License-Identifier: ISC */
/* From one step of a row to the next, by what was answered. */
#include <string.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"

static void
misunderstood(struct work *work, const struct call *call, const char *why)
{
	exchange_meaning_tell(work, call, why);
	exchange_work_finish(work, OUTCOME_LATER);
}

static void
ask(struct work *work, enum row_step step)
{
	struct request *request;

	if (exchange_work_stopped(work))
		return;
	exchange_work_at(work, step);
	request = exchange_request_first(work, step, work->job->fail);
	if (request)
		exchange_call_for(work, work->row->step[step], request);
	else
		exchange_work_fail(work);
}

static void
send_write(struct work *work)
{
	if (exchange_work_stopped(work))
		return;
	work->step = work->write;
	if (work->row->step[work->write]->text.method)
		ask(work, work->write);
	else if (!exchange_batch_add(work, work->job->fail))
		exchange_work_fail(work);
}

/* The record is as it should be. Where that must be published it is, changed
 * or not: it may have been written by a run that came no further. */
static void
settle(struct work *work, enum outcome outcome)
{
	work->publishes = work->row->step[STEP_PUBLISH] != NULL;
	work->settled = outcome;
	if (!work->publishes)
		exchange_work_finish(work, outcome);
}

static void
begin_write(struct work *work)
{
	work->step = work->write;
	if (exchange_choose_value(work, work->job->fail))
		send_write(work);
	else
		exchange_work_fail(work);
}

static void
write_record(struct work *work)
{
	enum outcome outcome = exchange_choose_write(work);

	if (outcome <= OUTCOME_CHANGED && work->job->dry)
		exchange_show_record(work);
	if (outcome == OUTCOME_SAME) {
		settle(work, outcome);
		return;
	}
	if (outcome != OUTCOME_CHANGED) {
		exchange_work_finish(work, outcome);
		return;
	}
	begin_write(work);
}

/* Shows the next of those that are listed; behind the last, writes. */
static void
next_record(struct work *work)
{
	struct record *listed;

	if (!work->listed && !work->records && work->unasked) {
		exchange_zone_self(work);
		ask(work, STEP_ZONES);
		return;
	}
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
	const struct row_request *const *step = work->row->step;

	if (step[STEP_ALL_RECORDS] && exchange_zone_many(work))
		ask(work, STEP_ALL_RECORDS);
	else if (step[STEP_RECORDS])
		ask(work, STEP_RECORDS);
	else
		write_record(work);
}

static void
ask_zone(struct work *work)
{
	exchange_zone_begin(work);
	ask(work, STEP_ZONES);
}

static void
find_zone(struct work *work)
{
	const char *zone = work->exchange->account->zone;

	if (zone)
		exchange_zone_set(work, zone);
	if (!exchange_zone_asked(work)) {
		find_record(work);
		return;
	}
	if (!zone && work->exchange->many && work->row->step[STEP_ALL_ZONES])
		ask(work, STEP_ALL_ZONES);
	else
		ask_zone(work);
}

/*
 * How each step goes on. call: its answer; NULL: what was asked about is not
 * there. False: the answer was not understood, *fail says why.
 */

static bool
heard_login(struct work *work, const struct call *call, struct fail *fail)
{
	if (!exchange_answer_login(work, call, fail))
		return false;
	find_zone(work);
	return true;
}

static bool
heard_all_zones(struct work *work, const struct call *call, struct fail *fail)
{
	bool found = false;

	if (call && !exchange_zone_take(work, call, &found, fail))
		return false;
	if (found)
		find_record(work);
	else
		ask_zone(work);
	return true;
}

static bool
heard_zones(struct work *work, const struct call *call, struct fail *fail)
{
	bool found = false;

	if (call && !exchange_zone_take(work, call, &found, fail))
		return false;
	switch (exchange_zone_next(work, found)) {
	case ZONE_ASKED:
		ask(work, STEP_ZONES);
		break;
	case ZONE_FOUND:
		find_record(work);
		break;
	case ZONE_KEPT:
		write_record(work);
		break;
	case ZONE_NONE:
		work->job->daily = true;
		fail_set(work->job->fail, "zones: no zone of %s was found",
			work->job->name);
		exchange_work_finish(work, OUTCOME_REFUSED);
		break;
	}
	return true;
}

static bool
heard_all_records(struct work *work, const struct call *call, struct fail *fail)
{
	const bool taken = call && exchange_records_take(work, call, fail);

	/* a list of one page may not be all: what it lacks is asked for */
	if (taken && (work->records || call->template->paged)) {
		next_record(work);
	} else {
		work->records = NULL;
		ask(work, STEP_RECORDS);
	}
	return true;
}

static bool
heard_records(struct work *work, const struct call *call, struct fail *fail)
{
	if (call && !exchange_records_take(work, call, fail))
		return false;
	if (work->step == STEP_RECORD)
		work->listed = work->listed->next;
	next_record(work);
	return true;
}

static bool
heard_write(struct work *work, const struct call *call, struct fail *fail)
{
	/* else it was a write that did it, whose answer never came */
	const bool same =
		work->same && address_equal(work->job->last, work->job->want);

	(void)call;
	(void)fail;
	if (work->write == STEP_CREATE && exchange_choose_end(work)) {
		/* The new record is there: now the old one goes. */
		work->job->stays = true;
		work->write = STEP_DELETE;
		begin_write(work);
	} else if (exchange_choose_next(work)) {
		begin_write(work);
	} else {
		settle(work, same ? OUTCOME_SAME : OUTCOME_CHANGED);
	}
	return true;
}

static bool
heard_publish(struct work *work, const struct call *call, struct fail *fail)
{
	(void)call;
	(void)fail;
	exchange_work_finish(work, work->settled);
	return true;
}

static const struct {
	bool (*go_on)(
		struct work *work, const struct call *call, struct fail *fail);
	bool may_miss;
} heard[] = {
	[STEP_LOGIN] = { heard_login, false },
	[STEP_ALL_ZONES] = { heard_all_zones, false },
	[STEP_ZONES] = { heard_zones, true },
	[STEP_ALL_RECORDS] = { heard_all_records, false },
	[STEP_RECORDS] = { heard_records, true },
	[STEP_RECORD] = { heard_records, false },
	[STEP_SET] = { heard_write, false },
	[STEP_CREATE] = { heard_write, false },
	[STEP_UPDATE] = { heard_write, false },
	[STEP_DELETE] = { heard_write, false },
	[STEP_BATCH] = { heard_write, false },
	[STEP_PUBLISH] = { heard_publish, false },
};

/* A 403 is about its request. But as long as nothing of the account has worked,
 * several in a row are about the account. */
static bool
denies_all(struct exchange *exchange, const struct call *call)
{
	if (exchange->opened || call->status != 403)
		return false;
	if (exchange->last_forbidden != call)
		exchange->forbidden++;
	exchange->last_forbidden = call;
	return exchange->forbidden >= EXCHANGE_FORBIDDEN;
}

/* What was there for the read is not there for the write: the zone. */
static bool
lacks_zone(const struct work *work, enum row_meaning meaning)
{
	return meaning == MEANS_MISSING && work->step >= STEP_SET &&
	       (work->write == STEP_SET || work->write == STEP_CREATE) &&
	       work->step != STEP_PUBLISH && work->zone;
}

static void
give_up(struct work *work, const struct call *call, enum row_meaning meaning)
{
	static const enum outcome outcomes[MEANINGS] = {
		[MEANS_MISSING] = OUTCOME_LATER,
		[MEANS_DENIED] = OUTCOME_DENIED,
		[MEANS_REFUSED] = OUTCOME_REFUSED,
		[MEANS_BUSY] = OUTCOME_BUSY,
		[MEANS_LATER] = OUTCOME_LATER,
	};
	const bool tested = work->test != NULL;
	const bool zone = lacks_zone(work, meaning);
	struct exchange_job *job = work->job;
	enum outcome outcome = zone ? OUTCOME_REFUSED : outcomes[meaning];

	/* a clock is set without a word to us, a zone made */
	job->daily =
		zone ||
		(!tested && (outcome == OUTCOME_DENIED ||
				    outcome == OUTCOME_REFUSED)) ||
		(outcome == OUTCOME_DENIED &&
			exchange_meaning_of_time(work, buf_text(&call->body)));
	if (!tested && denies_all(work->exchange, call))
		outcome = OUTCOME_DENIED;
	if (outcome == OUTCOME_BUSY || outcome == OUTCOME_LATER) {
		job->hold = call->retry_after > 0 ? call->retry_after : 0;
		if (tested && work->row->hold > job->hold)
			job->hold = work->row->hold;
	}
	exchange_meaning_tell(
		work, call, !tested && call->status / 100 == 2 ? "" : NULL);
	if (zone)
		fail_set(job->fail, "%s (no zone %s)",
			mem_text(work->exchange->mem, job->fail->text),
			work->zone);
	exchange_work_finish(work, outcome);
}

/* Whether what is asked serves many, and each can ask for itself: then only
 * the account can fail. */
static bool
is_for_many(const struct work *work, enum row_meaning meaning)
{
	return meaning != MEANS_DENIED && meaning != MEANS_BUSY &&
	       (work->step == STEP_ALL_ZONES ||
		       work->step == STEP_ALL_RECORDS ||
		       (work->step == STEP_ZONES && work->walk == WALK_SHARED));
}

/* Goes on from a good answer. False: it was not understood, *fail. */
static bool
understand(struct work *work, const struct call *call, struct fail *fail)
{
	return exchange_confirm(work, call->says, fail) &&
	       heard[work->step].go_on(work, call, fail);
}

/* Goes on where what many share is not there. A suffix that failed may be a
 * zone all the same, and nearer than the shorter ones. */
static void
ask_alone(struct work *work, enum row_meaning meaning)
{
	struct fail fail;

	if (work->step == STEP_ZONES && meaning != MEANS_MISSING) {
		exchange_zone_alone(work);
		ask(work, STEP_ZONES);
	} else {
		heard[work->step].go_on(work, NULL, &fail);
	}
}

static void
go_on(struct work *work, const struct call *call)
{
	enum row_meaning meaning = exchange_meaning(work, call->says);
	const bool good = meaning >= MEANS_SAME;
	struct fail fail;

	work->same = meaning == MEANS_SAME;
	if (exchange_batch_split(work, call->says, meaning))
		return;
	if (is_for_many(work, meaning)) {
		if (!good || call->fault || !understand(work, call, &fail))
			ask_alone(work, meaning);
		return;
	}
	if (!good && (meaning != MEANS_MISSING || !heard[work->step].may_miss))
		give_up(work, call->says, meaning);
	else if (call->fault)
		misunderstood(work, call, call->fault);
	else if (!good)
		heard[work->step].go_on(work, NULL, &fail);
	else if (!understand(work, call, &fail))
		misunderstood(work, call, fail.text);
}

void
exchange_step_heard(struct work *work, const struct call *call)
{
	struct fail fail;

	if (work->job->dry)
		exchange_show_call(work, call);
	work->wrote = work->wrote || exchange_call_writes(call);
	/* as if it had been confirmed: so all that follows is seen, too */
	if (call->kept)
		heard[work->step].go_on(work, NULL, &fail);
	else
		go_on(work, call);
}

void
exchange_step_begin(struct work *work)
{
	if (work->row->step[STEP_LOGIN])
		ask(work, STEP_LOGIN);
	else
		find_zone(work);
}

bool
exchange_step_publish(struct exchange *exchange)
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
