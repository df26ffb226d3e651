#include <string.h>

#include "address.h"
#include "buf.h"
#include "cli.h"
#include "clock.h"
#include "config/config.h"
#include "exchange/exchange.h"
#include "exit.h"
#include "fail.h"
#include "http/http.h"
#include "lookup/lookup.h"
#include "plan.h"
#include "provider/row.h"
#include "report.h"
#include "state/state.h"
#include "decide.h"
#include "update/update.h"
#include "update/internal.h"

/* How an item stands when all is done. */
static int
standing(const struct update_item *item)
{
	if (item->decision == DECIDE_REFUSED)
		return OUTCOME_REFUSED;
	if (item->decision == DECIDE_PENDING)
		return OUTCOME_LATER;
	return item->begun ? item->job.outcome : OUTCOME_SAME;
}

static bool
account_held(const struct update_item *item)
{
	const struct state_account *hold = item->hold;

	return hold->why > OUTCOME_CHANGED && hold->digest == item->digest &&
	       decide_held(hold->until, hold->set, item->update->now);
}

static const char *
wait_of(const struct update_item *item, int64_t seconds)
{
	struct mem *mem = item->update->mem;

	if (seconds <= 0)
		return "; tried again at the next run";
	if (seconds < 7200)
		return mem_printf(mem,
			"; tried again in %d minutes at the earliest",
			(int)((seconds + 59) / 60));
	return mem_printf(mem, "; tried again in %d hours at the earliest",
		(int)((seconds + 3599) / 3600));
}

static const char *
advice_of(const struct update_item *item, int64_t until)
{
	return mem_printf(item->update->mem,
		"; %s[%s], or mend it at the provider and run "
		"`ddns --force update %s`",
		until < 0 ? "mend the section "
			  : "tried once a day; mend the section ",
		item->account->title, item->name);
}

/* "home.example.com A (cloudflare)" */
static const char *
title_of(const struct update_item *item)
{
	return mem_printf(item->update->mem, "%s %s (%s)", item->name,
		row_types[item->type], item->account->title);
}

static int
count_waiting(const struct update_item *item)
{
	const struct update_item *i;
	int count = 0;

	for (i = item->update->items; i; i = i->next)
		if (i->account == item->account &&
			standing(i) > OUTCOME_CHANGED)
			count++;
	return count;
}

static void
account_problem(
	struct update *update, const struct update_item *item, const char *key)
{
	const struct state_account *hold = item->hold;
	const bool busy = hold->why == OUTCOME_BUSY;
	const int count = count_waiting(item);
	const struct report_problem problem = {
		.key = key,
		.kind = busy ? REPORT_PASSING : REPORT_LASTING,
		.about.provider = item->account->title,
		.text = mem_printf(update->mem, "[%s]: %s%s%s",
			item->account->title, hold->text,
			count > 1 ? mem_printf(update->mem,
					    " (%d records wait)", count)
				  : "",
			busy ? wait_of(item, hold->until - update->now)
			     : advice_of(item, hold->until)),
	};

	report_problem(&update->report, &problem);
}

static void
tell_name(struct update *update, const struct update_item *item,
	const char *key, enum report_kind kind, const char *text)
{
	const struct report_problem problem = {
		.key = key,
		.kind = kind,
		.about.name = item->name,
		.about.type = row_types[item->type],
		.about.provider = item->account->title,
		.text = mem_printf(update->mem, "%s: %s", title_of(item), text),
	};

	report_problem(&update->report, &problem);
}

static void
name_problem(
	struct update *update, const struct update_item *item, const char *key)
{
	const struct state_name *state = item->state;
	const bool waits =
		state->why == OUTCOME_REFUSED || state->why == OUTCOME_DENIED;

	tell_name(update, item, key, waits ? REPORT_LASTING : REPORT_PASSING,
		mem_printf(update->mem, "%s%s", state->text,
			waits ? advice_of(item, state->until)
			      : wait_of(item, state->until - update->now)));
}

/* A short prefix can make an address of no use out of one that was found. */
static void
suffix_problem(
	struct update *update, const struct update_item *item, const char *key)
{
	char want[ADDRESS_TEXT];

	address_format(&item->want, want);
	tell_name(update, item, key, REPORT_LASTING,
		mem_printf(update->mem,
			"the suffix makes %s, which is no public address; "
			"mend the section [%s]",
			want, item->account->title));
}

static void
over(struct update *update, const struct update_item *item, const char *key,
	bool account)
{
	const struct report_subject about = {
		.name = account ? NULL : item->name,
		.type = account ? NULL : row_types[item->type],
		.provider = item->account->title,
	};
	const char *title =
		account ? mem_printf(update->mem, "[%s]", about.provider)
			: title_of(item);

	/* what was not sent has mended nothing */
	if (!item->update->cli->dry_run)
		report_over(&update->report, key,
			mem_printf(update->mem, "%s: is well again", title),
			&about);
}

/* A record that held what neither we nor anybody here had set. */
static void
tell_foreign(struct update *update, const struct update_item *item)
{
	char was[ADDRESS_TEXT];

	if (!item->begun || !item->job.foreign ||
		item->job.outcome > OUTCOME_CHANGED)
		return;
	address_format(&item->was, was);
	report_problem(&update->report,
		&(const struct report_problem){
			.kind = REPORT_WARNING,
			.key = mem_printf(update->mem, "foreign %s %s %s",
				item->name, row_types[item->type],
				item->account->title),
			.text = mem_printf(update->mem,
				"%s: the record held %s, which was not set "
				"from here; it was changed",
				title_of(item), was),
		});
}

static void
settle_item(struct update *update, const struct update_item *item)
{
	const int how = standing(item);
	const char *key = mem_printf(update->mem, "name %s %s %s", item->name,
		row_types[item->type], item->account->title);
	const char *account =
		mem_printf(update->mem, "account %s", item->account->title);

	if (item->unfit)
		suffix_problem(update, item, key);
	else if (item->decision == DECIDE_UNKNOWN)
		;
	else if (how > OUTCOME_CHANGED && account_held(item))
		account_problem(update, item, account);
	else if (how > OUTCOME_CHANGED)
		name_problem(update, item, key);
	else
		over(update, item, key, false);
	if (item->decision != DECIDE_UNKNOWN && !account_held(item))
		over(update, item, account, true);
	tell_foreign(update, item);
}

static void
settle_warnings(struct update *update)
{
	const struct config_note *note;
	struct report_problem problem = { .kind = REPORT_WARNING };

	for (note = update->plan->config->notes; note; note = note->next) {
		problem.key = mem_printf(update->mem, "warning %s", note->text);
		problem.text = note->text;
		report_problem(&update->report, &problem);
	}
	if (update->state->damaged) {
		problem.key = "state damaged";
		problem.text = "the state file was damaged; it was kept with "
			       "the ending .bad, and what was readable of it "
			       "is used";
		report_problem(&update->report, &problem);
	}
}

/* Warnings that are no longer due are forgotten without a word. */
static void
forget_warnings(struct update *update)
{
	struct state_problem *row, *next;

	for (row = update->state->problems; row; row = next) {
		next = row->next;
		if (!row->fresh && row->why == REPORT_WARNING &&
			strncmp(row->key, "foreign ", 8) != 0)
			state_forget(update->state, row);
	}
}

static int
exit_status(const struct update *update)
{
	const struct update_item *item;
	const struct update_line *line;
	int worst = OUTCOME_SAME;

	for (item = update->items; item; item = item->next)
		if (item->decision != DECIDE_UNKNOWN && standing(item) > worst)
			worst = standing(item);
	if (worst == OUTCOME_REFUSED || worst == OUTCOME_DENIED)
		return EXIT_REFUSED;
	if (worst > OUTCOME_CHANGED)
		return EXIT_AGAIN;
	for (line = update->lines; line; line = line->next)
		if (line->used && !line->fresh && !line->lacking)
			return EXIT_LOOKUP;
	return EXIT_FINE;
}

int
update_settle(struct update *update)
{
	struct update_line *line;
	const struct update_item *item;

	settle_warnings(update);
	for (line = update->lines; line; line = line->next)
		if (line->used)
			update_settle_line(update, line);
	for (item = update->items; item; item = item->next)
		settle_item(update, item);
	forget_warnings(update);
	return exit_status(update);
}
