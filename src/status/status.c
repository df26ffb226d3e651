/* SPDX-License-Identifier: ISC */
/*
 * The command `status`: what the next run will make of each name.
 */
#include "status/internal.h"
#include "clock.h"
#include "exit.h"
#include "fail.h"
#include "status/status.h"

/* Why a name is due that no failure keeps back. */
static const char *
due_because(const struct status_item *item, unsigned sum)
{
	if (item->state->failures > 0 && *item->state->text)
		return item->state->text;
	if (item->state->confirmed->family == 0)
		return "no provider confirmed it yet";
	if (!address_equal(item->state->confirmed, &item->want))
		return "the address has changed";
	if (item->state->digest != sum)
		return "its section has changed";
	return "a refresh is due";
}

static const char *
next_step(const struct status *status, const struct status_item *item)
{
	char want[ADDRESS_TEXT];

	address_format(&item->want, want);
	switch (item->decision) {
	case DECIDE_DUE:
		return mem_printf(status->mem, "the next run sends %s", want);
	case DECIDE_PENDING:
		return mem_printf(
			status->mem, "the first run after that sends %s", want);
	case DECIDE_REFUSED:
		if (item->unfit)
			return mem_printf(status->mem, "fix the section [%s]",
				item->account->title);
		return mem_printf(status->mem,
			"%sfix the section [%s], or fix it at the provider "
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
	const struct state_account *hold = item->hold;
	const unsigned sum = item->digest;
	const struct decide_facts facts = {
		.name = item->state,
		.account = hold,
		.current = &item->want,
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
		item->whole = whole;
		item->why = whole ? hold->text : item->state->text;
		item->until = whole ? hold->until : item->state->until;
	}
	if (item->unfit) {
		item->decision = DECIDE_REFUSED;
		item->whole = false;
		item->why = "the suffix makes no public address";
	}
	item->step = next_step(status, item);
	status->well = status->well && item->decision == DECIDE_FINE;
}

/* The items of an account follow each other. */
static void
take_account(struct status *status, struct status_item *item,
	const struct status_item *last)
{
	if (last && last->account == item->account) {
		item->hold = last->hold;
		item->digest = last->digest;
		return;
	}
	item->hold = state_account(status->state, item->account->id);
	item->digest = plan_digest(item->account, status->state);
}

static struct status_item *
make_item(struct status *status, const struct plan_item *from)
{
	struct status_item *item = mem_take(status->mem, sizeof(*item));
	struct state *state = status->state;

	item->account = from->account;
	item->name = from->name;
	item->type = from->type;
	item->state = state_name(
		state, from->name, row_types[from->type], from->account->id);
	item->want = *state_lookup(state, from->set->title)->address;
	item->unfit = !plan_want(from->account, from->set, &item->want);
	return item;
}

static void
collect(struct status *status)
{
	struct status_item **end = &status->items;
	const struct status_item *last = NULL;
	const struct plan_item *from = status->plan->items;

	status->well = true;
	for (; from; from = from->next) {
		if (!cli_takes(status->cli, from->set->family))
			continue;
		*end = make_item(status, from);
		take_account(status, *end, last);
		judge(status, *end);
		last = *end;
		end = &(*end)->next;
	}
}

static int
show(struct status *status)
{
	collect(status);
	if (!status->cli->quiet)
		(status->cli->json ? status_document : status_text)(status);
	return status->well ? EXIT_FINE : EXIT_AGAIN;
}

static int
refuse(const struct cli *cli, const struct fail *fail)
{
	report_error("%s", fail->text);
	if (cli->json && !cli->quiet)
		status_refusal(fail->text);
	return EXIT_STATE;
}

int
status_run(const struct cli *cli, struct plan *plan)
{
	struct status status = {
		.cli = cli,
		.plan = plan,
		.now = clock_now(),
	};
	struct fail fail;
	const char *path = config_state_path(plan->config, &fail);
	struct state_files *files = path ? state_look(path, &fail) : NULL;
	int code;

	if (files)
		status.state = state_load(files, &fail);
	if (status.state) {
		status.mem = mem_new();
		status.stats = stats_load(files, status.now);
		code = show(&status);
	} else {
		code = refuse(cli, &fail);
	}
	mem_free(status.mem);
	stats_free(status.stats);
	state_free(status.state);
	state_close(files);
	return code;
}
