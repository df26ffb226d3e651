#include <string.h>
#include <unistd.h>

#include "address.h"
#include "buf.h"
#include "cli.h"
#include "config/config.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "http/http.h"
#include "lookup/lookup.h"
#include "plan.h"
#include "provider/account.h"
#include "report.h"
#include "state/state.h"
#include "decide.h"
#include "update/update.h"
#include "update/internal.h"

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

static bool
configured(const struct plan *plan, const char *written)
{
	const struct account *account;
	const struct account_name *name;

	for (account = plan->accounts; account; account = account->next)
		for (name = account->names; name; name = name->next)
			if (plan_same_name(written, name->name))
				return true;
	return false;
}

bool
update_known(const struct cli *cli, const struct plan *plan)
{
	bool known = true;
	int i;

	for (i = 0; i < cli->count; i++) {
		if (configured(plan, cli->args[i]))
			continue;
		report_error("%s is not configured in %s", cli->args[i],
			plan->config->path);
		known = false;
	}
	return known;
}

static struct update_line *
find_line(const struct update *update, const char *label, enum row_type type)
{
	const struct lookup_set *set =
		plan_set(update->plan, type == ROW_A ? 4 : 6, label);
	struct update_line *line = update->lines;

	while (line && line->set != set)
		line = line->next;
	return line;
}

static void
renew(const struct update *update, int64_t *seen)
{
	if (update->now - *seen > SEEN_EVERY || *seen > update->now)
		*seen = update->now;
}

static void
collect_lines(struct update *update)
{
	struct update_line **end = &update->lines;
	const struct lookup_set *set;
	struct update_line *line;

	for (set = update->plan->sets; set; set = set->next) {
		if ((set->family == 4 && update->cli->only6) ||
			(set->family == 6 && update->cli->only4))
			continue;
		line = mem_take(update->mem, sizeof(*line));
		line->set = set;
		line->state = state_lookup(update->state, set->title);
		renew(update, &line->state->seen);
		*end = line;
		end = &line->next;
	}
}

static struct update_item *
make_item(struct update *update, struct update_line *line,
	const struct account *account, const struct account_name *name)
{
	struct update_item *item = mem_take(update->mem, sizeof(*item));

	item->update = update;
	item->account = account;
	item->name = name->name;
	item->type = line->set->family == 4 ? ROW_A : ROW_AAAA;
	item->line = line;
	line->used = true;
	item->state = state_name(update->state, name->name,
		row_types[item->type], account->title);
	item->hold = state_account(update->state, account->title);
	item->old = *item->state->confirmed;
	renew(update, &item->state->seen);
	return item;
}

/* Adds a name's items; returns where the next ones go. */
static struct update_item **
collect_name(struct update *update, struct update_item **end,
	const struct account *account, const struct account_name *name)
{
	struct update_item *pair[ROW_TYPES] = { NULL, NULL };
	const unsigned sum = plan_digest(account, update->state);
	struct update_line *line;
	enum row_type type;

	for (type = ROW_A; type < ROW_TYPES; type++) {
		line = find_line(update, account->lookup, type);
		if (!name->type[type] || !line)
			continue;
		pair[type] = make_item(update, line, account, name);
		pair[type]->digest = sum;
		*end = pair[type];
		end = &pair[type]->next;
	}
	if (pair[ROW_A] && pair[ROW_AAAA]) {
		pair[ROW_A]->other = pair[ROW_AAAA];
		pair[ROW_AAAA]->other = pair[ROW_A];
	}
	return end;
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
	/* a document takes the place of the lines */
	report->quiet = update->cli->quiet || update->cli->json;
}

void
update_collect(struct update *update)
{
	struct update_item **end = &update->items;
	const struct account *account;
	const struct account_name *name;

	set_report(update);
	collect_lines(update);
	for (account = update->plan->accounts; account; account = account->next)
		for (name = account->names; name; name = name->next)
			if (asked(update->cli, name->name))
				end = collect_name(update, end, account, name);
}
