/* The zone of a name, and the name as an API writes it in its zone. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "json/json.h"

#define NAME_SIZE 512 /* RFC 1035, 2.3.4 has 255; more is no name of ours */

/*
 * A name as an API writes it: in lower case, without final dot, `\052` as the
 * `*` it is (RFC 1035, section 5.1). False: too long.
 */
static bool
normalise(char name[NAME_SIZE], const char *text)
{
	size_t len, i;

	if (strncmp(text, "\\052", 4) == 0)
		len = (size_t)snprintf(name, NAME_SIZE, "*%s", text + 4);
	else
		len = (size_t)snprintf(name, NAME_SIZE, "%s", text);
	if (len >= NAME_SIZE)
		return false;
	if (len > 0 && name[len - 1] == '.')
		name[len - 1] = '\0';
	for (i = 0; name[i]; i++)
		name[i] = (char)tolower((unsigned char)name[i]);
	return true;
}

/* The part of the name before the zone, 0 at the apex; -1: outside. */
static int
inside(const char *name, const char *zone)
{
	size_t len = strlen(name), end = strlen(zone);

	if (end == 0 || len < end || strcmp(name + len - end, zone) != 0)
		return -1;
	if (len == end)
		return 0;
	return name[len - end - 1] == '.' ? (int)(len - end - 1) : -1;
}

void
exchange_zone_set(struct work *work, const char *zone)
{
	struct mem *mem = work->exchange->mem;
	int len = inside(work->job->name, zone);
	const char *sub =
		mem_textn(mem, work->job->name, len > 0 ? (size_t)len : 0);

	work->zone = mem_text(mem, zone);
	work->names = NULL;
	exchange_pair_add(mem, &work->names, "zone", zone);
	exchange_pair_add(mem, &work->names, "sub", sub);
	exchange_pair_add(mem, &work->names, "name", *sub ? sub : "@");
}

const char *
exchange_zone_shorter(const char *suffix)
{
	suffix = strchr(suffix, '.');
	return suffix && strchr(suffix + 1, '.') ? suffix + 1 : NULL;
}

bool
exchange_zone_is_name(const struct work *work, const char *text)
{
	const char *name = work->job->name, *zone = work->zone;
	char read[NAME_SIZE];
	int len;

	if (!normalise(read, text))
		return false;
	if (!zone || inside(read, zone) >= 0)
		return strcmp(read, name) == 0;
	len = inside(name, zone);
	if (!*read || strcmp(read, "@") == 0)
		return len == 0;
	return len > 0 && strlen(read) == (size_t)len &&
	       strncmp(read, name, (size_t)len) == 0;
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
		if (!exchange_answer_compared(binding->variable) &&
			!exchange_account_value(work, binding->variable))
			return true;
	return false;
}

/* The longest zone so far. */
struct best {
	struct work *work;
	const struct row_reading *reading;
	struct json_t *item;
	char zone[NAME_SIZE];
	struct fail *fail;
	bool fine;
};

static bool
each_zone(struct json_t *item, void *arg)
{
	struct best *best = arg;
	const char *own = best->work->exchange->account->zone;
	struct buf text = { 0 };
	char zone[NAME_SIZE];

	best->fine = exchange_answer_text(
		item, best->reading, "zone", &text, best->fail);
	if (best->fine && normalise(zone, buf_text(&text)) &&
		inside(best->work->job->name, zone) >= 0 &&
		(!own || strcmp(zone, own) == 0) &&
		strlen(zone) > strlen(best->zone)) {
		memcpy(best->zone, zone, sizeof zone);
		best->item = item;
	}
	buf_free(&text);
	return best->fine;
}

bool
exchange_zone_take(struct work *work, const struct call *call, bool *found,
	struct fail *fail)
{
	struct best best = { .work = work,
		.reading = work->row->step[STEP_ZONES]->reading,
		.fail = fail,
		.fine = true };

	/* Without a reading, "good" says that what was asked about is one. */
	*found = !best.reading;
	for (; best.reading && call; call = call->more) {
		if (!exchange_answer_items(
			    call, best.reading, each_zone, &best, fail) ||
			!best.fine)
			return false;
	}
	if (!best.item)
		return true;
	*found = true;
	exchange_zone_set(work, best.zone);
	work->zone_vars = exchange_answer_vars(
		work->exchange->mem, best.item, best.reading, "", false);
	return true;
}
