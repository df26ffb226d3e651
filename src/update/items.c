/* SPDX-License-Identifier: ISC */
/*
 * Collects the sets of lookups and the items that a run is about.
 */
#include <unistd.h>

#include "update/internal.h"
#include "table.h"
#include "update/update.h"

#define SEEN_EVERY (30 * DECIDE_DAY) /* a state at rest is left alone */

/* Whether the command line asks for this name. */
static bool
asked(const struct cli *cli, const char *name)
{
	int i;

	for (i = 0; i < cli->count; i++)
		if (plan_same_name(cli->args[i], name))
			return true;
	return cli->count == 0;
}

bool
update_known(const struct cli *cli, const struct plan *plan)
{
	const struct plan_item *item;
	bool known = true;
	int i;

	for (i = 0; i < cli->count; i++) {
		for (item = plan->items; item; item = item->next)
			if (plan_same_name(cli->args[i], item->name))
				break;
		if (item)
			continue;
		report_error("%s is not configured in %s", cli->args[i],
			plan->config->path);
		known = false;
	}
	return known;
}

static void
renew(const struct update *update, int64_t *seen)
{
	if (update->now - *seen > SEEN_EVERY || *seen > update->now)
		*seen = update->now;
}

static void
collect_sets(struct update *update)
{
	struct update_set **end = &update->sets;
	const struct lookup_set *lookups;
	struct update_set *set;

	for (lookups = update->plan->sets; lookups; lookups = lookups->next) {
		if (!cli_takes(update->cli, lookups->family))
			continue;
		set = mem_take(update->mem, sizeof(*set));
		set->lookups = lookups;
		set->state = state_lookup(update->state, lookups->title);
		renew(update, &set->state->seen);
		*end = set;
		end = &set->next;
	}
}

/* What the items of an account share; they follow each other. */
static void
take_account(struct update *update, struct update_item *item,
	const struct update_item *last)
{
	if (last && last->account == item->account) {
		item->hold = last->hold;
		item->digest = last->digest;
		return;
	}
	item->hold = state_account(update->state, item->account->id);
	item->digest = plan_digest(item->account, update->state);
}

static struct update_item *
make_item(struct update *update, struct update_set *set,
	const struct plan_item *from)
{
	struct update_item *item = mem_take(update->mem, sizeof(*item));

	item->update = update;
	item->account = from->account;
	item->name = from->name;
	item->type = from->type;
	item->set = set;
	set->used = true;
	item->state = state_name(update->state, from->name,
		row_types[from->type], from->account->id);
	item->old = *item->state->confirmed;
	renew(update, &item->state->seen);
	return item;
}

static void
key_of_set(const void *set, const char *key[TABLE_KEY])
{
	key[0] = ((const struct update_set *)set)->lookups->title;
}

/* The two types of a name follow each other. */
static void
collect_items(struct update *update)
{
	struct update_item **end = &update->items, *item, *last = NULL;
	const struct plan_item *from = update->plan->items;
	struct update_set *set;
	struct table sets = { .mem = update->mem, .key = key_of_set };

	for (set = update->sets; set; set = set->next)
		table_add(&sets, set);
	for (; from; from = from->next) {
		set = table_find_text(&sets, from->set->title);
		if (!set || !asked(update->cli, from->name))
			continue;
		item = make_item(update, set, from);
		take_account(update, item, last);
		if (last && last->account == item->account &&
			last->name == item->name) {
			last->other = item;
			item->other = last;
		}
		*end = last = item;
		end = &item->next;
	}
}

static void
set_report(struct update *update)
{
	const struct config_general *general = &update->plan->config->general;
	struct report *report = &update->report;

	report->mem = update->mem;
	report->state = update->state;
	report->now = update->now;
	report->remind = general->remind;
	report->patience = general->patience;
	report->always = update->cli->verbose || update->cli->dry_run ||
			 isatty(STDERR_FILENO);
	/* a document takes the place of what is printed line by line */
	report->quiet = update->cli->quiet || update->cli->json;
}

void
update_collect(struct update *update)
{
	set_report(update);
	collect_sets(update);
	update->looking = update->sets;
	collect_items(update);
}
