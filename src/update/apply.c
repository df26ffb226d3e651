/* SPDX-License-Identifier: ISC */
/*
 * Decides which items are due, calls their providers, takes the results.
 */
#include <stdlib.h>

#include "update/internal.h"
#include "address-find.h"
#include "clock.h"
#include "log.h"
#include "nsupdate/nsupdate.h"

#define SAVE_EVERY_MS 1000

static int64_t
longest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
hold_until(int64_t now, int64_t seconds)
{
	if (seconds <= 0)
		return 0;
	return now + (seconds < DECIDE_DAY ? seconds : DECIDE_DAY);
}

/* Whether others had changed or removed the record of an address that had been
 * confirmed and is the current one. */
static bool
was_undone(const struct update_item *item)
{
	return item->old.family && address_equal(&item->old, &item->want) &&
	       item->job.outcome == OUTCOME_CHANGED &&
	       (item->job.foreign || item->job.missed);
}

const struct address *
update_before(const struct update_item *item)
{
	return item->old.family && !was_undone(item) ? &item->old : &item->was;
}

bool
update_changed(const struct update_item *item)
{
	if (item->job.outcome > OUTCOME_CHANGED ||
		(address_equal(&item->old, &item->want) && !was_undone(item)))
		return false;
	/* it had been there before we came: nothing changed */
	return item->job.outcome == OUTCOME_CHANGED || item->old.family != 0;
}

static void
confirm(struct update *update, struct update_item *item)
{
	struct state_name *state = item->state;

	if (!address_equal(state->confirmed, &item->want))
		state->since = update->now;
	*state->confirmed = item->want;
	state->failures = 0;
	state->until = 0;
	state->text = "";
	state_leave_none(update->state, state);
	/* the answer to what was under way when another stopped the account */
	if (item->call && item->call->stopped)
		return;
	item->hold->until = 0;
	item->hold->failures = 0;
	item->hold->why = OUTCOME_SAME;
	item->hold->text = "";
}

/* The new address is there, but what was to go may be, too: whatever the next
 * run wants, it knows both. */
static void
note_left(struct update *update, const struct update_item *item)
{
	if (!item->job.stays)
		return;
	state_leave(update->state, item->state, &item->was);
	state_leave(update->state, item->state, &item->want);
}

/* The account as a whole is not called for a while, or until the user acts. */
static void
hold_account(struct update *update, struct update_item *item)
{
	const struct exchange_job *job = &item->job;
	struct state_account *hold = item->hold;
	int64_t wait = DECIDE_DAY;

	if (item->call)
		item->call->stopped = true;
	if (hold->set != update->now)
		hold->failures++;
	/* 429 asks for less: the first time, too */
	if (job->outcome == OUTCOME_BUSY)
		wait = longest(job->hold, decide_wait(hold->failures + 1));
	hold->set = update->now;
	hold->until = hold_until(update->now, wait);
	if (job->outcome == OUTCOME_DENIED && !job->daily)
		hold->until = -1;
	hold->why = job->outcome;
	hold->digest = item->digest;
	hold->text = mem_text(update->state->mem, update->cause.text);
	item->state->until = 0;
}

static void
hold_name(struct update *update, struct update_item *item)
{
	const struct exchange_job *job = &item->job;
	struct state_name *state = item->state;
	int64_t wait = DECIDE_DAY;

	if (job->outcome == OUTCOME_LATER)
		wait = longest(job->hold, decide_wait(state->failures));
	state->until = hold_until(update->now, wait);
	if (job->outcome == OUTCOME_REFUSED && !job->daily)
		state->until = -1;
}

/* Takes over the result of a job. */
static void
record(struct update *update, struct update_item *item)
{
	const struct exchange_job *job = &item->job;
	struct state_name *state = item->state;

	state->why = job->outcome;
	if (job->outcome <= OUTCOME_CHANGED) {
		confirm(update, item);
		return;
	}
	note_left(update, item);
	state->text = mem_text(update->state->mem, update->cause.text);
	if (job->outcome == OUTCOME_BUSY || job->outcome == OUTCOME_DENIED)
		hold_account(update, item);
	else
		hold_name(update, item);
}

/* Should it fail, the end of the run tries again, and reports that. */
static void
save(void *arg)
{
	struct update *update = arg;
	struct report changes = { .mem = update->mem };
	struct fail fail;

	update->saving = NULL;
	update->saved = clock_ms();
	update_report_changes(update, &changes);
	update_keep_news(update, &changes);
	/* the save may have taken the room of the next one */
	if (!state_save(update->files, update->state, &fail) ||
		!state_reserve(update->files, update->state, &fail))
		log_step("%s", fail.text);
}

/* Whether the run waits for something but the next save. */
static bool
is_under_way(struct update *update)
{
	struct update_set **set = &update->looking;

	/* what has finished stays so: nothing is looked at twice */
	while (*set && (!(*set)->used || (*set)->lookup.finished))
		*set = (*set)->next;
	return update->calls_left > 0 || *set;
}

/* What an account confirmed is saved when it ends, at most once a second, if
 * the run goes on: its end saves everything. */
static void
end_call(struct update *update)
{
	int64_t wait = update->saved + SAVE_EVERY_MS - clock_ms();

	if (is_under_way(update) && !update->saving)
		update->saving =
			http_loop_after(update->http, (long)wait, save, update);
}

static void
end_saving(struct update *update)
{
	if (is_under_way(update))
		return;
	http_loop_cancel(update->http, update->saving);
	update->saving = NULL;
}

static void
finished(void *arg, struct exchange_job *job)
{
	struct update_item *item = arg;

	record(item->update, item);
	if (--item->call->left == 0) {
		item->update->calls_left--;
		if (!job->dry)
			end_call(item->update);
	}
	end_saving(item->update);
	update_show_progress(item->update);
}

/* The address that a set's names are measured by: found now, or the last if it
 * may still be published. */
static void
take_address(struct update *update, struct update_set *set)
{
	const struct address *last = set->state->address;
	char text[ADDRESS_TEXT];

	set->decided = true;
	set->fresh = set->found.family != 0;
	if (set->fresh || address_valid(last, set->lookups->rule))
		set->current = set->fresh ? set->found : *last;
	if (!set->fresh || address_equal(&set->found, set->state->address))
		return;
	*set->state->address = set->found;
	set->state->found = update->now;
	address_format(&set->found, text);
	log_step("%s: the address is %s now", set->lookups->title, text);
}

static void
decide_item(struct update *update, struct update_item *item)
{
	const struct update_set *set = item->set;
	const struct decide_facts facts = {
		.name = item->state,
		.account = item->hold,
		.current = &item->want,
		.fresh = set->fresh,
		.found = set->state->found,
		.digest = item->digest,
		.refresh = item->account->refresh,
		.now = update->now,
		.force = update->cli->force,
	};

	item->want = set->current;
	item->unfit = !plan_want(item->account, set->lookups, &item->want);
	item->decision = decide(&facts);
	if (item->unfit)
		item->decision = DECIDE_REFUSED;
	/* while something is pending, it matters when the address was found */
	if (item->decision != DECIDE_FINE && set->fresh)
		set->state->found = update->now;
}

/* Counted as a failure until an answer says otherwise: a run that dies on its
 * way backs off all the same. */
static void
mark(struct update *update, struct update_item *item)
{
	struct state_name *state = item->state;

	item->begun = true;
	item->before = *state;
	item->tried = *state->tried;
	state->attempt = update->now;
	*state->tried = item->want;
	state->failures++;
	state->until = hold_until(update->now, decide_wait(state->failures));
	state->why = OUTCOME_LATER;
	state->digest = item->digest;
	state->text = "the run was ended before an answer came";
}

/* Had it no turn, it did not fail. */
static void
unmark(struct update_item *item)
{
	item->waits = true;
	item->before.next = item->state->next; /* a save has sorted them */
	*item->state = item->before;
	*item->state->tried = item->tried;
}

static const struct exchange_left *
list_left(struct update *update, const struct update_item *item)
{
	const struct state_left *row;
	struct exchange_left *list = NULL, *left;

	row = state_left_of(update->state, item->state);
	for (; row; row = row->also) {
		left = mem_take(update->mem, sizeof(*left));
		left->address = row->address;
		left->next = list;
		list = left;
	}
	return list;
}

static void
fill_job(struct update_item *item)
{
	static const struct address none = { 0 };
	struct exchange_job *job = &item->job;
	const struct update_item *other = item->other;

	job->next = NULL;
	job->name = item->name;
	job->type = item->type;
	job->want = &item->want;
	job->last = &item->old;
	job->left = list_left(item->update, item);
	job->ip[item->type] = &item->want;
	job->ip[!item->type] = other && !other->unfit ? &other->want : &none;
	job->fail = &item->update->cause;
	job->was = &item->was;
	job->finished = finished;
	job->arg = item;
	item->dry.mem = item->update->mem;
	job->dry = item->update->cli->dry_run ? &item->dry : NULL;
}

static bool
has_worked(const struct update_item *item)
{
	return item->state->confirmed->family && item->state->failures == 0;
}

static void
start_call(struct update *update, const struct account *account,
	struct exchange_job *jobs)
{
	const struct exchange_options options = {
		.http = update->http,
		.timeout_ms =
			(long)update->plan->config->general.timeout * 1000,
	};
	struct update_call *call = mem_take(update->mem, sizeof(*call));
	struct exchange_job *job;

	for (job = jobs; job; job = job->next) {
		((struct update_item *)job->arg)->call = call;
		call->left++;
	}
	if (account->row[ROW_A].runs)
		call->nsupdate = nsupdate_start(&options, account, jobs);
	else
		call->exchange = exchange_start(&options, account, jobs);
	call->next = update->calls;
	update->calls = call;
	update->calls_left++;
}

/* The jobs of an account that are due. */
struct batch {
	struct batch *next;
	const struct account *account;
	struct exchange_job *jobs, **end;
	struct exchange_job **proof; /* the first that worked the last time */
};

/* An item that is due, with its place in the order of the plan. */
struct turn {
	struct update_item *item;
	struct batch *batch;
	size_t place;
};

/* Who has waited for the longest time comes first, so that all have their turn
 * however few there are in a run. */
static int
by_attempt(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	const int64_t tried = x->item->state->attempt,
		      other = y->item->state->attempt;

	if (tried != other)
		return tried < other ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

static bool
is_due(const struct update_item *item)
{
	return !item->begun && item->decision == DECIDE_DUE;
}

/* Each with its account's batch: the items of one follow each other. */
static size_t
gather_turns(struct update *update, struct turn **turns)
{
	struct update_item *item;
	struct batch *batch = NULL;
	size_t count = 0;

	for (item = update->items; item; item = item->next)
		count += is_due(item);
	*turns = mem_take(update->mem, count * sizeof(**turns));
	count = 0;
	for (item = update->items; item; item = item->next) {
		if (!is_due(item))
			continue;
		if (!batch || batch->account != item->account) {
			batch = mem_take(update->mem, sizeof(*batch));
			batch->account = item->account;
			batch->end = &batch->jobs;
		}
		(*turns)[count] = (struct turn){ item, batch, count };
		count++;
	}
	qsort(*turns, count, sizeof(**turns), by_attempt);
	return count;
}

static void
add_job(struct batch *batch, struct update_item *item)
{
	if (!batch->proof && has_worked(item))
		batch->proof = batch->end;
	mark(item->update, item);
	fill_job(item);
	*batch->end = &item->job;
	batch->end = &item->job.next;
}

/* One that worked the last time comes first: it shows whether the account
 * does. */
static void
put_proof_first(struct batch *batch)
{
	struct exchange_job **place = batch->proof, *job;

	if (!place)
		return;
	job = *place;
	*place = job->next;
	job->next = batch->jobs;
	batch->jobs = job;
}

/* The accounts in the order in which their first jobs have waited. */
static struct batch *
gather_batches(struct update *update)
{
	struct turn *turns;
	const size_t count = gather_turns(update, &turns);
	struct batch *first = NULL, **end = &first, *batch;
	size_t i;

	for (i = 0; i < count; i++) {
		batch = turns[i].batch;
		if (!batch->jobs) {
			*end = batch;
			end = &batch->next;
		}
		add_job(batch, turns[i].item);
	}
	for (batch = first; batch; batch = batch->next)
		put_proof_first(batch);
	return first;
}

/* Before the first call the state is written with the attempts marked: that
 * proves it writable. Room is kept for what the providers will answer. */
static bool
prepare(struct update *update)
{
	struct state_files *files = update->files;
	struct fail *fail = &update->fail;

	return state_reserve(files, update->state, fail) &&
	       state_save(files, update->state, fail) &&
	       state_reserve(files, update->state, fail);
}

static void
call_providers(struct update *update, const struct batch *batch)
{
	const struct batch *b;

	if (!batch || update->broken)
		return;
	update->broken = !update->cli->dry_run && !prepare(update);
	update->saved = clock_ms();
	for (b = batch; b && !update->broken; b = b->next)
		start_call(update, b->account, b->jobs);
}

void
update_begin(struct update *update)
{
	struct update_set *set;
	struct update_item *item;

	for (set = update->sets; set; set = set->next)
		if (set->used && set->lookup.finished && !set->decided)
			take_address(update, set);
	for (item = update->items; item; item = item->next)
		if (item->set->decided && !item->decided) {
			item->decided = true;
			decide_item(update, item);
		}
	call_providers(update, gather_batches(update));
	end_saving(update);
}

void
update_drop(struct update *update, const char *why)
{
	const struct update_call *call;
	struct update_item *item;

	update->late = why;
	for (call = update->calls; call; call = call->next) {
		exchange_end(call->exchange);
		nsupdate_end(call->nsupdate);
	}
	for (item = update->items; item; item = item->next) {
		if (!item->begun || item->job.done)
			continue;
		fail_set(&update->cause, "no answer: %s", why);
		item->job.outcome = OUTCOME_LATER;
		item->job.done = true;
		if (!item->call || item->job.waits)
			unmark(item);
		else
			record(update, item);
	}
}

static void
report_item(struct report *report, const struct update_item *item)
{
	const struct address *before = update_before(item);
	char was[ADDRESS_TEXT], now[ADDRESS_TEXT];
	const struct report_subject about = {
		.name = item->name,
		.type = row_types[item->type],
		.provider = item->account->id,
		.was = before->family ? was : NULL,
		.now = now,
	};

	address_format(before, was);
	address_format(&item->want, now);
	report_change(report, &about);
}

void
update_report_changes(struct update *update, struct report *report)
{
	const struct update_item *item;

	for (item = update->items; item; item = item->next)
		if (item->job.done && update_changed(item))
			report_item(report, item);
}
