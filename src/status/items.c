#include <string.h>

#include "status/status.h"
#include "address.h"
#include "buf.h"
#include "cli.h"
#include "clock.h"
#include "config/config.h"
#include "lookup/lookup.h"
#include "plan.h"
#include "provider/row.h"
#include "state/state.h"
#include "decide.h"
#include "status/internal.h"

void
status_age(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = {
		{ 86400, "day" },
		{ 3600, "hour" },
		{ 60, "minute" },
		{ 1, "second" },
	};
	size_t i = 0;

	while (i < 3 && seconds < units[i].unit)
		i++;
	buf_printf(out, "%lld %s%s", (long long)(seconds / units[i].unit),
		units[i].name, seconds / units[i].unit == 1 ? "" : "s");
}

/* Why a name is due that no failure keeps back. */
static const char *
due_because(const struct status_item *item, unsigned sum)
{
	if (item->state->failures > 0 && *item->state->text)
		return item->state->text;
	if (item->state->confirmed->family == 0)
		return "no provider confirmed it yet";
	if (!address_equal(item->state->confirmed, item->want))
		return "the address has changed";
	if (item->state->digest != sum)
		return "its section has changed";
	return "a refresh is due";
}

static const char *
next_step(const struct status *status, const struct status_item *item)
{
	char want[ADDRESS_TEXT];

	address_format(item->want, want);
	switch (item->decision) {
	case DECIDE_DUE:
		return mem_printf(status->mem, "the next run sends %s", want);
	case DECIDE_PENDING:
		return mem_printf(
			status->mem, "the first run after that sends %s", want);
	case DECIDE_REFUSED:
		if (item->unfit)
			return mem_printf(status->mem, "mend the section [%s]",
				item->account->title);
		return mem_printf(status->mem,
			"%smend the section [%s], or mend it at the provider "
			"and run `ddns --force update %s`",
			item->until > 0 ? "tried once a day; " : "",
			item->account->title, item->name);
	case DECIDE_UNKNOWN:
		return "it is sent as soon as a lookup finds an address";
	case DECIDE_FINE:
		break;
	}
	return "";
}

/* What the next run will make of it, as far as the state tells. */
static void
judge(struct status *status, struct status_item *item)
{
	const struct account *account = item->account;
	const struct state_account *hold =
		state_account(status->state, account->title);
	const unsigned sum = plan_digest(account, status->state);
	const struct decide_facts facts = {
		.name = item->state,
		.account = hold,
		.current = item->want,
		.fresh = true,
		.digest = sum,
		.refresh = account->refresh,
		.now = status->now,
	};
	const bool whole = hold->digest == sum && *hold->text &&
			   decide_held(hold->until, hold->set, status->now);

	item->decision = decide(&facts);
	item->why = "";
	if (item->decision == DECIDE_DUE)
		item->why = due_because(item, sum);
	if (item->decision == DECIDE_PENDING ||
		item->decision == DECIDE_REFUSED) {
		item->why = whole ? hold->text : item->state->text;
		item->until = whole ? hold->until : item->state->until;
	}
	if (item->unfit) {
		item->decision = DECIDE_REFUSED;
		item->why = "the suffix makes no public address";
	}
	item->step = next_step(status, item);
	status->well = status->well && item->decision == DECIDE_FINE;
}

static struct status_item **
collect_name(struct status *status, struct status_item **end,
	const struct account *account, const struct account_name *name)
{
	const struct lookup_set *set;
	struct status_item *item;
	enum row_type type;

	for (type = ROW_A; type < ROW_TYPES; type++) {
		set = plan_set(
			status->plan, type == ROW_A ? 4 : 6, account->lookup);
		if (!name->type[type] || !set ||
			(type == ROW_A ? status->cli->only6
				       : status->cli->only4))
			continue;
		item = mem_take(status->mem, sizeof(*item));
		item->account = account;
		item->name = name->name;
		item->type = type;
		item->state = state_name(status->state, name->name,
			row_types[type], account->title);
		item->want = mem_take(status->mem, sizeof(*item->want));
		*item->want = *state_lookup(status->state, set->title)->address;
		item->unfit = !plan_want(account, set, item->want);
		judge(status, item);
		*end = item;
		end = &item->next;
	}
	return end;
}

void
status_collect(struct status *status)
{
	struct status_item **end = &status->items;
	const struct account *account;
	const struct account_name *name;

	status->well = true;
	for (account = status->plan->accounts; account; account = account->next)
		for (name = account->names; name; name = name->next)
			end = collect_name(status, end, account, name);
}
