#include <string.h>
#include <strings.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "json/json.h"
#include "provider/row.h"
#include "request.h"

/* Whether something holds for a variable that was read for later use. */
static bool
any_read(const struct work *work, const struct held *held,
	bool (*is)(const struct work *work, const struct held *held,
		const char *variable))
{
	const struct row_binding *binding;
	const struct row_request *request;
	int step;

	for (step = STEP_RECORDS; step <= STEP_RECORD; step++) {
		request = work->row->step[step];
		binding = request ? request->reading->bindings : NULL;
		for (; binding; binding = binding->next)
			if (!row_compared(binding->variable) &&
				is(work, held, binding->variable))
				return true;
	}
	return false;
}

static bool
is_other(const struct work *work, const struct held *held, const char *variable)
{
	const char *wanted = account_value(work, variable);
	const char *read = pair_find(held->vars, variable);

	if (!read)
		read = pair_find(held->item->vars, variable);
	return wanted && (!read || strcasecmp(wanted, read) != 0);
}

/* Whether it has all that the account writes and that was read. */
static bool
has_all(const struct work *work, const struct held *held)
{
	return !any_read(work, held, is_other);
}

/* The right one, else the only one, else the one that was ours. */
static const struct held *
choose(const struct work *work)
{
	const struct address *want = work->job->want, *last = work->job->last;
	const struct held *held, *right = NULL, *ours = NULL;

	for (held = work->held; held; held = held->next) {
		if (address_equal(held->address, want) &&
			(!right || has_all(work, held)))
			right = held;
		if (!ours && last->family && address_equal(held->address, last))
			ours = held;
	}
	if (right)
		return right;
	return work->held && !work->held->next ? work->held : ours;
}

static int
refuse(struct work *work, const char *why)
{
	struct buf list = { 0 };
	const struct held *held;

	for (held = work->held; held && list.len < 120; held = held->next) {
		buf_str(&list, list.len > 0 ? ", " : "");
		buf_printable(&list, held->text, strlen(held->text));
	}
	work->job->daily = true;
	fail_set(work->job->fail, "the %s record holds %s%s: %s",
		row_types[work->job->type],
		list.len > 0 ? buf_text(&list) : "nothing", held ? ", ..." : "",
		why);
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

int
decide_step(const struct row *row, bool found)
{
	/* No record, a record, or none was asked for. */
	static const int order[][4] = {
		{ STEP_CREATE, STEP_SET, STEPS },
		{ STEP_UPDATE, STEP_SET, STEP_CREATE, STEPS },
		{ STEP_SET, STEP_CREATE, STEPS },
	};
	const int *step = order[row->step[STEP_RECORDS] ? found : 2];

	while (*step != STEPS && !row->step[*step])
		step++;
	/* Without an end to the old one there would be two. */
	return found && *step == STEP_CREATE && !row->step[STEP_DELETE] ? STEPS
									: *step;
}

/* Our last address beside the right one: its delete did not come through. */
static const struct held *
choose_left_over(const struct work *work)
{
	const struct address *want = work->job->want, *last = work->job->last;
	const struct held *held = work->held;

	if (decide_step(work->row, true) != STEP_CREATE || !last->family ||
		address_equal(last, want))
		return NULL;
	while (held && !address_equal(held->address, last))
		held = held->next;
	return held;
}

int
decide_write(struct work *work)
{
	struct exchange_job *job = work->job;
	const struct held *mine = choose(work), *left;
	bool several;

	if (work->held && !mine)
		return refuse(work, "none of them is ours");
	work->mine = mine;
	if (mine) {
		*job->was = *mine->address;
		job->foreign = job->was->family &&
			       !address_equal(job->was, job->want) &&
			       !address_equal(job->was, job->last);
		left = choose_left_over(work);
		if (address_equal(job->was, job->want) && has_all(work, mine)) {
			if (!left)
				return OUTCOME_SAME;
			work->mine = left;
			work->write = STEP_DELETE;
			*job->was = *left->address;
			return OUTCOME_CHANGED;
		}
	}
	work->write = decide_step(work->row, mine != NULL);
	if (work->write == STEPS)
		return refuse(work, "no request of the row changes that");
	several = mine &&
		  (work->write == STEP_SET ? mine != work->held || mine->next
					   : mine->item->count > 1);
	if ((several && !is_whole(work)) ||
		(mine && !names_others(work, mine->item)))
		return refuse(work, "a write would leave one of them only");
	return OUTCOME_CHANGED;
}

static bool
is_sent(const struct work *work, const struct held *held, const char *variable)
{
	(void)held;
	return strcmp(variable, "ttl") != 0 &&
	       request_holds(&work->row->step[work->write]->text, variable);
}

bool
decide_value(struct work *work, struct fail *fail)
{
	const struct held *mine = work->mine;
	const struct held own = { .item = mine ? mine->item : NULL,
		.vars = mine ? mine->vars : NULL,
		.address = work->job->want };
	const struct held *held = mine ? work->held : &own;
	/* About one item, by what was read from it. */
	bool one = mine && any_read(work, NULL, is_sent);
	const char *text, *item = NULL;
	struct buf list = { 0 };

	if (!is_whole(work))
		return true;
	text = work->row->step[STEP_VALUE]->text.body;
	for (; held; held = held->next) {
		if (one && held->item != mine->item)
			continue;
		item = message_item(
			work, text, held == mine ? &own : held, fail);
		if (!item)
			break;
		buf_str(&list, list.len > 0 && *text != '<' ? "," : "");
		buf_str(&list, item);
	}
	work->value = NULL;
	pair_add(work->exchange->mem, &work->value, "value", buf_text(&list));
	work->value->raw = true;
	buf_free(&list);
	return item != NULL;
}
