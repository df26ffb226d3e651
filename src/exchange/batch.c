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
	work->share = (work->together + 1) / 2;
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

/* Makes one request of all that fits, and all of these wait for it. */
static void
flush(struct work *work)
{
	struct work *members[EXCHANGE_ITEMS], *other;
	struct buf lists[KINDS] = { { 0 } };
	const char *pieces[KINDS];
	struct request *request;
	struct fail fail;
	const size_t most = work->share ? work->share : EXCHANGE_ITEMS;
	size_t count = 0, len = 0, i;

	for (other = work; other && count < most; other = other->next) {
		if (!other->piece || other->share != work->share ||
			strcmp(other->batch, work->batch) != 0)
			continue;
		len += strlen(other->piece) + 1;
		if (count > 0 && len + strlen(work->batch) > EXCHANGE_REQUEST)
			break;
		members[count++] = other;
		put(lists, other);
	}
	for (i = 0; i < KINDS; i++)
		pieces[i] = buf_text(&lists[i]);
	request = make(work, pieces, &fail);
	for (i = 0; i < count; i++) {
		members[i]->piece = NULL;
		exchange_work_at(members[i], STEP_BATCH);
		members[i]->together = count;
		if (request) {
			members[i]->call = exchange_call_for(
				work, work->row->step[STEP_BATCH], request);
			continue;
		}
		*members[i]->job->fail = fail;
		exchange_work_fail(members[i]);
	}
	for (i = 0; i < KINDS; i++)
		buf_free(&lists[i]);
}

bool
exchange_batch_flush(struct exchange *exchange)
{
	struct work *work;
	bool any = false;

	for (work = exchange->works; work; work = work->next) {
		if (!work->piece)
			continue;
		flush(work);
		any = true;
	}
	return any;
}
