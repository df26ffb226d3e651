#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "config/config.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "json/json.h"
#include "name.h"
#include "provider/account.h"

void
zone_set(struct work *work, const char *zone)
{
	struct mem *mem = work->exchange->mem;
	int len = name_inside(work->job->name, zone);
	const char *sub =
		mem_textn(mem, work->job->name, len > 0 ? (size_t)len : 0);

	work->zone = mem_text(mem, zone);
	work->names = NULL;
	pair_add(mem, &work->names, "zone", zone);
	pair_add(mem, &work->names, "sub", sub);
	pair_add(mem, &work->names, "name", *sub ? sub : "@");
}

bool
zone_asked(const struct work *work)
{
	const struct account *account = work->exchange->account;
	const struct row_request *request = work->row->step[STEP_ZONES];
	const struct row_binding *binding;

	if (!request || !account->zone)
		return request != NULL;
	binding = request->reading ? request->reading->bindings : NULL;
	for (; binding; binding = binding->next)
		if (!row_compared(binding->variable) &&
			!account_value(work, binding->variable))
			return true;
	return false;
}

/* The longest zone so far. */
struct best {
	struct work *work;
	const struct row_reading *reading;
	struct json_t *item;
	const char *zone;
	bool fine;
};

static bool
each_zone(struct json_t *item, void *arg)
{
	struct best *best = arg;
	const char *own = best->work->exchange->account->zone;
	struct buf text = { 0 }, zone = { 0 };
	const char *read;

	best->fine = answer_text(item, best->reading, "zone", &text);
	name_canonical(&zone, buf_text(&text));
	read = buf_text(&zone);
	if (best->fine && name_inside(best->work->job->name, read) >= 0 &&
		(!own || strcmp(read, own) == 0) &&
		zone.len > strlen(best->zone)) {
		best->zone = mem_text(best->work->exchange->mem, read);
		best->item = item;
	}
	buf_free(&text);
	buf_free(&zone);
	return best->fine;
}

enum zone_found
zone_take(struct work *work, const struct call *call, struct fail *fail)
{
	struct best best = { .work = work,
		.reading = work->row->step[STEP_ZONES]->reading,
		.zone = "", .fine = true };

	/* Without a reading, "good" says that what was asked about is one. */
	if (!best.reading)
		return ZONE_FOUND;
	for (; call; call = call->more) {
		if (!answer_items(call, best.reading, each_zone, &best, fail))
			return ZONE_UNCLEAR;
		if (!best.fine) {
			fail_set(fail, "an item without zone");
			return ZONE_UNCLEAR;
		}
	}
	if (!best.item)
		return ZONE_NONE;
	zone_set(work, best.zone);
	work->zone_vars =
		answer_vars(work->exchange->mem, best.item, best.reading);
	return ZONE_FOUND;
}
