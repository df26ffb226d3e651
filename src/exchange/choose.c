/* SPDX-License-Identifier: ISC */
/* Which record is ours, and what is to be written to it. */
#include <string.h>
#include <strings.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"

/* Whether something holds for a variable that was read for later use. */
static bool
any_read(const struct work *work, const struct record *record,
	bool (*is)(const struct work *work, const struct record *record,
		const char *variable))
{
	const struct row_binding *binding;
	const struct row_request *template;
	enum row_step step;

	for (step = STEP_RECORDS; step <= STEP_RECORD; step++) {
		template = work->row->step[step];
		binding = template ? template->reading->bindings : NULL;
		for (; binding; binding = binding->next)
			if (!row_compared(binding->variable) &&
				is(work, record, binding->variable))
				return true;
	}
	return false;
}

static bool
is_other(const struct work *work, const struct record *record,
	const char *variable)
{
	const char *wanted = exchange_account_value(work, variable);
	const char *read = exchange_pair_find(record->vars, variable);

	if (!read)
		read = exchange_pair_find(record->item->vars, variable);
	return wanted && (!read || strcasecmp(wanted, read) != 0);
}

/* Whether it has all that the account writes and that was read. */
static bool
has_all(const struct work *work, const struct record *record)
{
	return !any_read(work, record, is_other);
}

/* Whether an earlier run left it beside another. */
static bool
is_left(const struct work *work, const struct address *address)
{
	const struct exchange_left *left = work->job->left;

	while (left && !address_equal(left->address, address))
		left = left->next;
	return left && address->family;
}

static bool
is_ours(const struct work *work, const struct address *address)
{
	const struct address *last = work->job->last;

	return is_left(work, address) ||
	       (last->family && address_equal(address, last));
}

/* The right one, else the only one, else the one that was ours. */
static const struct record *
choose(const struct work *work)
{
	const struct address *want = work->job->want;
	const struct record *record, *right = NULL, *ours = NULL;

	for (record = work->records; record; record = record->next) {
		if (address_equal(record->address, want) &&
			(!right || has_all(work, record)))
			right = record;
		if (!ours && is_ours(work, record->address))
			ours = record;
	}
	if (right)
		return right;
	return work->records && !work->records->next ? work->records : ours;
}

/* Several of the same address; which to delete, as far as they have ids. */
static bool
refuse_equal(struct work *work)
{
	const struct record *first = work->records, *record = first;
	struct buf ids = { 0 };
	const char *id;
	int count = 0;

	work->job->daily = true;
	while (record && first->address->family &&
		address_equal(record->address, first->address)) {
		id = exchange_pair_find(record->item->vars, "id");
		if (count++ > 0 && id && ids.len < 120) {
			buf_str(&ids, ids.len > 0 ? ", " : " (id ");
			buf_printable(&ids, id, strlen(id));
		}
		record = record->next;
	}
	buf_str(&ids, ids.len > 0 ? ")" : "");
	if (first && !record)
		fail_set(work->job->fail,
			"there are %d equal %s records %s: delete %s of "
			"them%s",
			count, row_types[work->job->type], first->text,
			count == 2 ? "one"
				   : mem_printf(work->exchange->mem, "%d",
					     count - 1),
			buf_text(&ids));
	buf_free(&ids);
	return !record;
}

static enum outcome
refuse(struct work *work, const char *why)
{
	struct buf list = { 0 };
	const struct record *record;

	for (record = work->records; record && list.len < 120;
		record = record->next) {
		buf_str(&list, list.len > 0 ? ", " : "");
		buf_printable(&list, record->text, strlen(record->text));
	}
	work->job->daily = true;
	fail_set(work->job->fail, "the %s record holds %s%s: %s",
		row_types[work->job->type],
		list.len > 0 ? buf_text(&list) : "nothing",
		record ? ", ..." : "", why);
	buf_free(&list);
	return OUTCOME_REFUSED;
}

static bool
is_whole(const struct work *work)
{
	return request_holds(&work->row->step[work->write]->text, "value");
}

/* Whether the write names all the addresses that the item has of both
 * families: it holds {ips}, and both are known. */
static bool
names_others(const struct work *work, const struct item *item)
{
	const struct address *const *ip = work->job->ip;

	if (item->others == 0)
		return true;
	return item->others == 1 && ip[0] && ip[0]->family && ip[1] &&
	       ip[1]->family &&
	       request_holds(&work->row->step[work->write]->text, "ips");
}

enum row_step
exchange_choose_step(const struct row *row, bool found)
{
	/* No record, a record, or none was asked for. */
	static const enum row_step order[][4] = {
		{ STEP_CREATE, STEP_SET, STEPS },
		{ STEP_UPDATE, STEP_SET, STEP_CREATE, STEPS },
		{ STEP_SET, STEP_CREATE, STEPS },
	};
	const enum row_step *step = order[row->step[STEP_RECORDS] ? found : 2];

	while (*step != STEPS && !row->step[*step])
		step++;
	/* Without an end to the old one there would be two. */
	return found && *step == STEP_CREATE && !row->step[STEP_DELETE] ? STEPS
									: *step;
}

/* A twin of the one that was changed, by a create that was sent twice, or what
 * an earlier run could not end. */
static bool
is_stale(const struct work *work, const struct record *record)
{
	const struct row_request *const *step = work->row->step;
	const struct address *address = record->address;

	if (record->passed || address_equal(address, work->job->want) ||
		!is_ours(work, address))
		return false;
	if (step[STEP_DELETE])
		return true;
	return step[STEP_UPDATE] && record->item->count == 1 &&
	       (is_left(work, address) ||
		       address_equal(address, work->mine->address));
}

bool
exchange_choose_next(struct work *work)
{
	const bool deletes = work->row->step[STEP_DELETE];
	struct record *record;

	work->job->stays = false;
	/* a set is written as a whole */
	if (!work->mine || work->write == STEP_SET)
		return false;
	for (record = work->records; record; record = record->next)
		record->passed |= record == work->mine;
	record = work->records;
	while (record && !is_stale(work, record))
		record = record->next;
	if (!record)
		return false;
	work->job->stays = true;
	work->mine = record;
	work->write = deletes ? STEP_DELETE : STEP_UPDATE;
	return true;
}

/* Whether the delete names the record by what no other one has. */
static bool
is_told_apart(const struct work *work, const struct record *record,
	const char *variable)
{
	const struct row *row = work->row;
	const struct row_request *delete = row->step[STEP_DELETE];
	const struct row_request *shows =
		row->step[row->step[STEP_RECORD] ? STEP_RECORD : STEP_RECORDS];
	const char *read = exchange_answer_pointer(shows->reading, variable);
	const char *ip = exchange_answer_pointer(shows->reading, "ip");

	(void)record;
	return request_holds(&delete->text, variable) &&
	       !(read && ip && strcmp(read, ip) == 0);
}

bool
exchange_choose_end(const struct work *work)
{
	const struct record *mine = work->mine;

	return mine && (!address_equal(mine->address, work->job->want) ||
			       any_read(work, mine, is_told_apart));
}

enum outcome
exchange_choose_write(struct work *work)
{
	struct exchange_job *job = work->job;
	const struct record *mine = choose(work);
	bool several;

	if (work->records && !mine)
		return refuse_equal(work)
			       ? OUTCOME_REFUSED
			       : refuse(work, "none of them is ours");
	work->mine = mine;
	job->missed = !mine && work->row->step[STEP_RECORDS];
	if (mine) {
		*job->was = *mine->address;
		job->foreign = job->was->family &&
			       !address_equal(job->was, job->want) &&
			       !is_ours(work, job->was);
		if (address_equal(job->was, job->want) && has_all(work, mine)) {
			if (!exchange_choose_next(work))
				return OUTCOME_SAME;
			*job->was = *work->mine->address;
			return OUTCOME_CHANGED;
		}
	}
	work->write = exchange_choose_step(work->row, mine != NULL);
	if (work->write == STEPS)
		return refuse(work, "no request of the row changes that");
	several = mine &&
		  (work->write == STEP_SET ? mine != work->records || mine->next
					   : mine->item->count > 1);
	if ((several && !is_whole(work)) ||
		(mine && !names_others(work, mine->item)))
		return refuse(work, "a write would leave one of them only");
	return OUTCOME_CHANGED;
}

static bool
is_sent(const struct work *work, const struct record *record,
	const char *variable)
{
	(void)record;
	return strcmp(variable, "ttl") != 0 &&
	       request_holds(&work->row->step[work->write]->text, variable);
}

/* Of a set that holds an address twice one is written. */
static bool
is_twin(const struct record *record, const struct record *mine)
{
	return mine->address->family &&
	       address_equal(record->address, mine->address);
}

bool
exchange_choose_value(struct work *work, struct fail *fail)
{
	const struct record *mine = work->mine;
	const struct record own = { .item = mine ? mine->item : NULL,
		.vars = mine ? mine->vars : NULL,
		.address = work->job->want };
	const struct record *record = mine ? work->records : &own;
	/* About one item, by what was read from it. */
	bool one = mine && any_read(work, NULL, is_sent);
	const char *text, *item = NULL;
	struct buf list = { 0 };

	if (!is_whole(work))
		return true;
	text = work->row->step[STEP_VALUE]->text.body;
	for (; record; record = record->next) {
		if (one && record->item != mine->item)
			continue;
		if (mine && record != mine && is_twin(record, mine))
			continue;
		item = exchange_request_piece(
			work, text, record == mine ? &own : record, fail);
		if (!item)
			break;
		buf_str(&list, list.len > 0 && *text != '<' ? "," : "");
		buf_str(&list, item);
	}
	work->value = NULL;
	exchange_pair_add(
		work->exchange->mem, &work->value, "value", buf_text(&list));
	work->value->raw = true;
	buf_free(&list);
	return item != NULL;
}
