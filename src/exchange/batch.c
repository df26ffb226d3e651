#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "provider/row.h"

/* Writes that can stand in a batch, by their names in it. */
static const int kinds[] = { STEP_SET, STEP_CREATE, STEP_UPDATE, STEP_DELETE };

#define KINDS (sizeof kinds / sizeof kinds[0])

/* The batch with these items; NULL: none of that kind. */
static const struct message *
make(struct work *work, const char *const items[KINDS], struct fail *fail)
{
	struct pair pairs[KINDS];
	size_t i;

	for (i = 0; i < KINDS; i++) {
		pairs[i].next = i + 1 < KINDS ? &pairs[i + 1] : NULL;
		pairs[i].name = row_step_name(kinds[i]);
		pairs[i].text = items[i] ? items[i] : "";
		pairs[i].raw = true;
	}
	return message_make(work, work->row->step[STEP_BATCH], pairs, fail);
}

bool
batch_add(struct work *work, struct fail *fail)
{
	static const char *const same[KINDS] = { "{}", "{}", "{}", "{}" };
	const struct message *message = make(work, same, fail);

	if (!message)
		return false;
	work->batch = message->key;
	work->item = message_item(
		work, work->row->step[work->write]->text.body, NULL, fail);
	return work->item != NULL;
}

const struct message *
batch_alone(struct work *work, struct fail *fail)
{
	const char *items[KINDS] = { NULL };
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i] == work->write)
			items[i] = work->item;
	return make(work, items, fail);
}

bool
batch_split(struct work *work, const struct call *call)
{
	/* RFC 9110 section 15.5: what was sent is wrong, so nothing was done */
	const bool content = call->status == 400 || call->status == 409 ||
			     call->status == 422;
	struct fail fail;

	if (!content || work->step != STEP_BATCH || work->together < 2)
		return false;
	work->share = (work->together + 1) / 2;
	return batch_add(work, &fail);
}

/* Adds the item to those of its kind. */
static void
put(struct buf lists[KINDS], const struct work *work)
{
	bool comma = work->row->step[STEP_BATCH]->text.kind != BODY_XML;
	size_t i;

	for (i = 0; kinds[i] != work->write; i++)
		continue;
	buf_str(&lists[i], lists[i].len > 0 && comma ? "," : "");
	buf_str(&lists[i], work->item);
}

/* Makes one request of all that fits, and all of these wait for it. */
static void
flush(struct work *work)
{
	struct work *members[EXCHANGE_ITEMS], *other;
	struct buf lists[KINDS] = { { 0 } };
	const char *items[KINDS];
	const struct message *message;
	struct fail fail;
	const size_t most = work->share ? work->share : EXCHANGE_ITEMS;
	size_t count = 0, len = 0, i;

	for (other = work; other && count < most; other = other->next) {
		if (!other->item || other->share != work->share ||
			strcmp(other->batch, work->batch) != 0)
			continue;
		len += strlen(other->item) + 1;
		if (count > 0 && len + strlen(work->batch) > EXCHANGE_REQUEST)
			break;
		members[count++] = other;
		put(lists, other);
	}
	for (i = 0; i < KINDS; i++)
		items[i] = buf_text(&lists[i]);
	message = make(work, items, &fail);
	for (i = 0; i < count; i++) {
		members[i]->item = NULL;
		members[i]->step = STEP_BATCH;
		members[i]->together = count;
		if (message)
			members[i]->call = call_for(
				work, work->row->step[STEP_BATCH], message);
		else
			exchange_fail(members[i], &fail);
	}
	for (i = 0; i < KINDS; i++)
		buf_free(&lists[i]);
}

bool
batch_flush(struct exchange *exchange)
{
	struct work *work;
	bool any = false;

	for (work = exchange->works; work; work = work->next) {
		if (!work->item)
			continue;
		flush(work);
		any = true;
	}
	return any;
}
