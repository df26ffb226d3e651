/* SPDX-License-Identifier: ISC */
/* Several writes in one request. */
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"

/* Writes that can stand in a batch, by their names in it. */
#define KINDS (STEP_DELETE - STEP_SET + 1)

/* The batch with these pieces; NULL: none of that kind. */
static struct request *
make(struct work *work, const char *const pieces[KINDS], struct fail *fail)
{
	struct pair pairs[KINDS], *pair;
	size_t i;

	for (i = 0; i < KINDS; i++) {
		pair = &pairs[i];
		pair->next = i + 1 < KINDS ? pair + 1 : NULL;
		pair->name = row_step_name((enum row_step)(STEP_SET + i));
		pair->text = pieces[i] ? pieces[i] : "";
		pair->raw = true;
	}
	return exchange_request_make(
		work, work->row->step[STEP_BATCH], pairs, fail);
}

bool
exchange_batch_add(struct work *work, struct fail *fail)
{
	static const char *const same[KINDS] = { "{}", "{}", "{}", "{}" };
	struct request *request = make(work, same, fail);

	if (!request)
		return false;
	work->batch = request->key;
	work->piece = exchange_request_piece(
		work, work->row->step[work->write]->text.body, NULL, fail);
	return work->piece != NULL;
}

/* Whether one of the items may be to blame, and not all of them. */
static bool
is_of_one(const struct work *work, const struct call *call,
	enum row_meaning meaning)
{
	/* RFC 9110 section 15.5: what was sent is wrong, so nothing was done */
	const bool content = call->status == 400 || call->status == 409 ||
			     call->status == 422;

	if (meaning == MEANS_LATER && work->test)
		return call->status / 100 != 5;
	return meaning == MEANS_REFUSED ||
	       (content &&
		       (meaning == MEANS_MISSING || meaning == MEANS_LATER));
}

bool
exchange_batch_split(
	struct work *work, const struct call *call, enum row_meaning meaning)
{
	struct fail fail;

	if (work->step != STEP_BATCH || work->together < 2 ||
		!is_of_one(work, call, meaning))
		return false;
	work->most = (work->together + 1) / 2;
	work->share = mem_printf(work->exchange->mem, "%zu", work->most);
	return exchange_batch_add(work, &fail);
}

/* Adds the piece to those of its kind. */
static void
put(struct buf lists[KINDS], const struct work *work)
{
	const bool comma = work->row->step[STEP_BATCH]->text.kind != BODY_XML;
	struct buf *list = &lists[work->write - STEP_SET];

	buf_str(list, list->len > 0 && comma ? "," : "");
	buf_str(list, work->piece);
}

/* Works that may go in one request, in the order of works. */
struct group {
	struct group *next;
	struct works works;
	struct work *first;
	size_t count;
	size_t len; /* of the pieces, each with a comma */
};

/* The groups that are not full, by what they have in common. */
static void
key_of_group(const void *group, const char *key[TABLE_KEY])
{
	key[0] = ((const struct group *)group)->first->batch;
	key[1] = ((const struct group *)group)->first->share;
}

/* Makes one request of a group, and all of it wait for that. */
static void
flush(struct group *group)
{
	struct work *work = group->first, *member;
	struct buf lists[KINDS] = { { 0 } };
	const char *pieces[KINDS];
	struct request *request;
	struct fail fail;
	size_t i;

	for (member = work; member; member = member->behind)
		put(lists, member);
	for (i = 0; i < KINDS; i++)
		pieces[i] = buf_text(&lists[i]);
	request = make(work, pieces, &fail);
	while ((member = exchange_work_next(&group->works))) {
		member->piece = NULL;
		exchange_work_at(member, STEP_BATCH);
		member->together = group->count;
		if (!request) {
			*member->job->fail = fail;
			exchange_work_fail(member);
		} else if (member == work) {
			exchange_call_for(
				work, work->row->step[STEP_BATCH], request);
		} else {
			exchange_call_join(member, work->call);
		}
	}
	for (i = 0; i < KINDS; i++)
		buf_free(&lists[i]);
}

/* Whether the work's piece can go with those of the group, which may be NULL.
 */
static bool
has_room(const struct group *group, const struct work *work)
{
	const size_t most = work->most ? work->most : EXCHANGE_ITEMS;

	return group && group->count < most &&
	       group->len + strlen(work->piece) + 1 + strlen(work->batch) <=
		       EXCHANGE_REQUEST;
}

static struct group *
group_works(struct exchange *exchange, struct mem *mem)
{
	struct table open = { .mem = mem, .key = key_of_group };
	struct group *groups = NULL, **end = &groups, *group;
	const char *key[TABLE_KEY] = { NULL };
	struct work *work;

	for (work = exchange->works; work; work = work->next) {
		if (!work->piece)
			continue;
		key[0] = work->batch;
		key[1] = work->share;
		group = table_find(&open, key);
		if (!has_room(group, work)) {
			group = mem_take(mem, sizeof *group);
			group->first = work;
			table_add(&open, group);
			*end = group;
			end = &group->next;
		}
		exchange_work_queue(&group->works, work);
		group->count++;
		group->len += strlen(work->piece) + 1;
	}
	return groups;
}

bool
exchange_batch_flush(struct exchange *exchange)
{
	struct mem *mem = mem_new();
	struct group *first = group_works(exchange, mem), *group;

	for (group = first; group; group = group->next)
		flush(group);
	mem_free(mem);
	return first != NULL;
}
