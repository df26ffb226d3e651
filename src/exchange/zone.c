/* SPDX-License-Identifier: ISC */
/* The zone of a name. */
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "name.h"

void
exchange_zone_set(struct work *work, const char *zone)
{
	struct mem *mem = work->exchange->mem;
	int len = name_inside(work->job->name, zone);
	const char *sub =
		mem_textn(mem, work->job->name, len > 0 ? (size_t)len : 0);

	work->zone = mem_text(mem, zone);
	work->names = NULL;
	exchange_pair_add(mem, &work->names, "zone", zone);
	exchange_pair_add(mem, &work->names, "sub", sub);
	exchange_pair_add(mem, &work->names, "name", *sub ? sub : "@");
}

bool
exchange_zone_asked(const struct work *work)
{
	const struct account *account = work->exchange->account;
	const struct row_request *template = work->row->step[STEP_ZONES];
	const struct row_binding *binding;

	if (!template || !account->zone)
		return template != NULL;
	binding = template->reading ? template->reading->bindings : NULL;
	for (; binding; binding = binding->next)
		if (!row_compared(binding->variable) &&
			!exchange_account_value(work, binding->variable))
			return true;
	return false;
}

/* The longest zone so far. */
struct best {
	struct work *work;
	const struct row_reading *reading;
	struct json_t *item;
	const char *zone;
	struct fail *fail;
	int known, bare; /* items with a name, and without */
};

static bool
each_zone(struct json_t *item, void *arg)
{
	struct best *best = arg;
	const char *own = best->work->exchange->account->zone;
	struct buf text = { 0 }, zone = { 0 };
	const char *read;
	const bool known = exchange_answer_text(
		item, best->reading, "zone", &text, best->fail);

	best->known += known;
	best->bare += !known;
	name_canonical(&zone, buf_text(&text));
	read = buf_text(&zone);
	if (known && name_inside(best->work->job->name, read) >= 0 &&
		(!own || strcmp(read, own) == 0) &&
		zone.len > strlen(best->zone)) {
		best->zone = mem_text(best->work->exchange->mem, read);
		best->item = item;
	}
	buf_free(&text);
	buf_free(&zone);
	return true;
}

static bool
keep_item(struct json_t *item, void *arg)
{
	struct best *best = arg;

	best->item = item;
	return false;
}

bool
exchange_zone_take(struct work *work, const struct call *call, bool *found,
	struct fail *fail)
{
	struct best best = { .work = work,
		.reading = work->row->step[STEP_ZONES]->reading,
		.zone = "",
		.fail = fail };
	const bool named =
		best.reading && exchange_answer_pointer(best.reading, "zone");

	/* Where no zone is read, what was asked about is one, if the rest of
	 * the reading finds its place. */
	*found = !named;
	for (; best.reading && call; call = call->more)
		if (!exchange_answer_items(call, best.reading,
			    named ? each_zone : keep_item, &best, fail))
			return false;
	if (best.bare > 0 && best.known == 0)
		return false;
	if (!best.item)
		return true;
	*found = true;
	if (named)
		exchange_zone_set(work, best.zone);
	work->zone_vars = exchange_answer_vars(
		work->exchange->mem, best.item, best.reading, "", false);
	return true;
}
