/* SPDX-License-Identifier: ISC */
/*
 * The zone of a name.
 *
 * The truth is that a name belongs to the longest of its suffixes that is a
 * zone. A row that cannot list its zones can only ask about one suffix after
 * the other, and most names are not zones: asked from the longest on, each of
 * many names costs a request to learn that.
 *
 * So suffixes that many names have are asked about first, the longest first,
 * and once for all of them. Then those between the name and the zone that was
 * found, for a nearer zone may lie there. Only the name itself is left out:
 * a zone of its own has its record at its apex, so whether the zone that was
 * found holds a record of the name tells. If it holds none, the name is asked
 * about before a record is made. It is asked about at once if nothing can tell:
 * the row reads no records, or the name is a wildcard, which lies below it; and
 * if it is asked about anyway, for another name that lies below it.
 *
 * If no shared suffix is found to be a zone, or one is answered by anything
 * else, all goes on as for a single name; what was asked is not asked again.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "name.h"
#include "template/template.h"

static int
by_name(const void *a, const void *b)
{
	const struct work *const *one = a, *const *other = b;

	return name_order((*one)->job->name, (*other)->job->name);
}

/* The longer of two suffixes of a name, of which it may not have the first. */
static const char *
longer(const char *a, const char *b)
{
	return a && strlen(a) > strlen(b) ? a : b;
}

/* Gives sorted names, one of each kind of it, what every run of them shares. */
static void
share(struct work **works, size_t count)
{
	const char *common;
	size_t i, j;

	for (i = 0; i + EXCHANGE_MANY <= count; i++) {
		common = name_common(works[i]->job->name,
			works[i + EXCHANGE_MANY - 1]->job->name);
		for (j = i; common && j < i + EXCHANGE_MANY; j++)
			works[j]->shared = longer(works[j]->shared, common);
	}
}

/* Marks sorted names that have others below them. */
static void
find_below(struct work **works, size_t count)
{
	const char *name, *next;
	size_t i;

	for (i = count; i-- > 1;) {
		name = works[i - 1]->job->name;
		next = works[i]->job->name;
		works[i - 1]->above =
			name_inside(next, name) > 0 ||
			(works[i]->above && strcmp(next, name) == 0);
	}
}

void
exchange_zone_share(struct exchange *exchange)
{
	const struct row *rows = exchange->account->row;
	size_t count = 0, names = 0, i;
	struct work *work, **sorted, **first;

	if (!rows[ROW_A].needs_zone && !rows[ROW_AAAA].needs_zone)
		return;
	for (work = exchange->works; work; work = work->next)
		count++;
	sorted = mem_take(exchange->mem, 2 * count * sizeof(void *));
	first = sorted + count;
	for (work = exchange->works, i = 0; work; work = work->next)
		sorted[i++] = work;
	qsort(sorted, count, sizeof(void *), by_name);
	for (i = 0; i < count; i++)
		if (i == 0 || by_name(&sorted[i - 1], &sorted[i]) != 0)
			first[names++] = sorted[i];
	share(first, names);
	/* a name of both types, twice */
	for (i = 1; i < count; i++)
		if (by_name(&sorted[i - 1], &sorted[i]) == 0)
			sorted[i]->shared = sorted[i - 1]->shared;
	find_below(sorted, count);
	exchange->many = names >= EXCHANGE_MANY;
}

bool
exchange_zone_many(const struct work *work)
{
	return !work->zone ? work->exchange->many
			   : work->shared &&
				     name_inside(work->shared, work->zone) >= 0;
}

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
	size_t known, bare; /* items with a name, and without */
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

/* All items of all pages. */
static bool
walk_zones(struct best *best, const struct call *call, bool named)
{
	for (; best->reading && call; call = call->more)
		if (!exchange_answer_items(call, best->reading,
			    named ? each_zone : keep_item, best, best->fail))
			return false;
	return true;
}

/* The name's suffixes, the longest first. */
static bool
look_up_zone(struct best *best, const struct call *call)
{
	const char *own = best->work->exchange->account->zone;
	const char *suffix = best->work->job->name;
	const struct exchange_entry *entry;

	if (!exchange_index_counts(call, &best->known, &best->bare, best->fail))
		return false;
	for (; suffix; suffix = strchr(suffix, '.')) {
		suffix += *suffix == '.';
		entry = exchange_index_find(call, suffix);
		if (!entry || !*suffix || (own && strcmp(suffix, own) != 0))
			continue;
		best->zone = entry->name;
		best->item = entry->item;
		break;
	}
	return true;
}

bool
exchange_zone_take(struct work *work, const struct call *call, bool *found,
	struct fail *fail)
{
	struct best best = { .work = work,
		.reading = work->row->step[work->step]->reading,
		.zone = "",
		.fail = fail };
	const bool named =
		best.reading && exchange_answer_pointer(best.reading, "zone");

	/* Where no zone is read, what was asked about is one, if the rest of
	 * the reading finds its place. */
	*found = !named;
	if (named && exchange_index_serves(call, best.reading, "zone")
			? !look_up_zone(&best, call)
			: !walk_zones(&best, call, named))
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

/* Whether `zones` is asked about one suffix after the other. */
static bool
walks(const struct row *row)
{
	return request_holds(&row->step[STEP_ZONES]->text, "zone") ||
	       (row->url && template_holds(row->url, "zone"));
}

static const char *
own_suffix(const struct work *work)
{
	const char *name = work->job->name;

	return strncmp(name, "*.", 2) == 0 ? name + 2 : name;
}

static void
ask_about(struct work *work, const char *suffix)
{
	work->suffix = suffix;
	exchange_zone_set(work, suffix);
}

void
exchange_zone_begin(struct work *work)
{
	if (work->exchange->account->zone || !walks(work->row))
		return;
	work->walk = work->shared ? WALK_SHARED : WALK_OWN;
	ask_about(work, work->shared ? work->shared : own_suffix(work));
}

void
exchange_zone_alone(struct work *work)
{
	work->walk = WALK_OWN;
	ask_about(work, own_suffix(work));
}

/* The next suffix, or the zone that was found, behind which none is asked. */
static enum exchange_zone
walk_to(struct work *work, const char *suffix)
{
	if (work->base && (!suffix || strlen(suffix) <= strlen(work->base))) {
		exchange_zone_set(work, work->base);
		return ZONE_FOUND;
	}
	if (suffix)
		ask_about(work, suffix);
	return suffix ? ZONE_ASKED : ZONE_NONE;
}

/* From the zone that was found for many to a nearer one. */
static enum exchange_zone
walk_nearer(struct work *work)
{
	const char *own = own_suffix(work);

	work->walk = WALK_OWN;
	work->unasked = own == work->job->name && !work->above &&
			strlen(own) > strlen(work->base) &&
			work->row->step[STEP_RECORDS];
	return walk_to(work, work->unasked ? name_shorter(own) : own);
}

enum exchange_zone
exchange_zone_next(struct work *work, bool found)
{
	const char *shorter = work->suffix ? name_shorter(work->suffix) : NULL;

	if (work->walk == WALK_SELF) {
		if (!found)
			exchange_zone_set(work, work->base);
		return found ? ZONE_FOUND : ZONE_KEPT;
	}
	if (found)
		work->base = work->zone;
	if (work->walk == WALK_SHARED && found)
		return walk_nearer(work);
	if (found)
		return ZONE_FOUND;
	if (work->walk == WALK_SHARED && !shorter) {
		work->walk = WALK_OWN;
		shorter = own_suffix(work);
	}
	return walk_to(work, shorter);
}

void
exchange_zone_self(struct work *work)
{
	work->walk = WALK_SELF;
	work->unasked = false;
	ask_about(work, own_suffix(work));
}
