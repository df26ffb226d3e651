#include <string.h>

#include "address.h"
#include "buf.h"
#include "cli.h"
#include "clock.h"
#include "config.h"
#include "exchange.h"
#include "exit.h"
#include "fail.h"
#include "http.h"
#include "lookup.h"
#include "plan.h"
#include "provider.h"
#include "report.h"
#include "state.h"
#include "stats.h"
#include "decide.h"
#include "update.h"
#include "update-part.h"

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

static void
add_wait(struct buf *text, int64_t seconds)
{
	if (seconds <= 0)
		buf_str(text, "tried again at the next run");
	else if (seconds < 7200)
		buf_printf(text, "tried again in %d minutes at the earliest",
			(int)((seconds + 59) / 60));
	else
		buf_printf(text, "tried again in %d hours at the earliest",
			(int)((seconds + 3599) / 3600));
}

static void
add_advice(struct buf *text, const struct update_item *item, int64_t until)
{
	buf_printf(text,
		"; %s[%s], or mend it at the provider and run "
		"`ddns --force update %s`",
		until < 0 ? "mend the section "
			  : "tried once a day; mend the section ",
		item->account->title, item->name);
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
account_problem(struct update *update, const struct update_item *item)
{
	const struct state_account *hold = item->hold;
	const int count = count_waiting(item);
	struct buf key = { 0 };
	struct buf text = { 0 };
	struct report_problem problem = {
		.kind = hold->why == OUTCOME_BUSY ? REPORT_PASSING
						  : REPORT_LASTING,
		.about.provider = item->account->title,
	};

	buf_printf(&key, "account %s", item->account->title);
	buf_printf(&text, "[%s]: %s", item->account->title, hold->text);
	if (count > 1)
		buf_printf(&text, " (%d records wait)", count);
	if (hold->why == OUTCOME_BUSY) {
		buf_str(&text, "; ");
		add_wait(&text, hold->until - update->now);
	} else {
		add_advice(&text, item, hold->until);
	}
	problem.key = buf_text(&key);
	problem.text = buf_text(&text);
	report_problem(&update->report, &problem);
	buf_free(&key);
	buf_free(&text);
}

static void
name_problem(
	struct update *update, const struct update_item *item, const char *key)
{
	const struct state_name *state = item->state;
	const bool waits =
		state->why == OUTCOME_REFUSED || state->why == OUTCOME_DENIED;
	struct buf text = { 0 };
	struct report_problem problem = {
		.key = key,
		.kind = waits ? REPORT_LASTING : REPORT_PASSING,
		.about.name = item->name,
		.about.type = row_types[item->type],
		.about.provider = item->account->title,
	};

	buf_printf(&text, "%s %s (%s): %s", item->name, row_types[item->type],
		item->account->title, state->text);
	if (waits) {
		add_advice(&text, item, state->until);
	} else {
		buf_str(&text, "; ");
		add_wait(&text, state->until - update->now);
	}
	problem.text = buf_text(&text);
	report_problem(&update->report, &problem);
	buf_free(&text);
}

/* A short prefix can make an address of no use out of one that was found. */
static void
suffix_problem(
	struct update *update, const struct update_item *item, const char *key)
{
	char want[ADDRESS_TEXT];
	struct buf text = { 0 };
	struct report_problem problem = {
		.key = key,
		.kind = REPORT_LASTING,
		.about.name = item->name,
		.about.type = row_types[item->type],
		.about.provider = item->account->title,
	};

	address_format(&item->want, want);
	buf_printf(&text,
		"%s AAAA (%s): the suffix makes %s, which is no public "
		"address; mend the section [%s]",
		item->name, item->account->title, want, item->account->title);
	problem.text = buf_text(&text);
	report_problem(&update->report, &problem);
	buf_free(&text);
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
	struct buf text = { 0 };

	/* what was not sent has mended nothing */
	if (item->update->cli->dry_run)
		return;
	if (account)
		buf_printf(&text, "[%s]: is well again", item->account->title);
	else
		buf_printf(&text, "%s %s (%s): is well again", item->name,
			row_types[item->type], item->account->title);
	report_over(&update->report, key, buf_text(&text), &about);
	buf_free(&text);
}

/* A record that held what neither we nor anybody here had set. */
static void
tell_foreign(struct update *update, const struct update_item *item)
{
	char was[ADDRESS_TEXT];
	struct buf key = { 0 };
	struct buf text = { 0 };
	struct report_problem problem = { .kind = REPORT_WARNING };

	if (!item->begun || !item->job.foreign ||
		item->job.outcome > OUTCOME_CHANGED)
		return;
	address_format(&item->was, was);
	buf_printf(&key, "foreign %s %s %s", item->name, row_types[item->type],
		item->account->title);
	buf_printf(&text,
		"%s %s (%s): the record held %s, which was not set "
		"from here; it was changed",
		item->name, row_types[item->type], item->account->title, was);
	problem.key = buf_text(&key);
	problem.text = buf_text(&text);
	report_problem(&update->report, &problem);
	buf_free(&key);
	buf_free(&text);
}

static void
settle_item(struct update *update, const struct update_item *item)
{
	const int how = standing(item);
	struct buf key = { 0 };
	struct buf account = { 0 };

	buf_printf(&key, "name %s %s %s", item->name, row_types[item->type],
		item->account->title);
	buf_printf(&account, "account %s", item->account->title);
	if (item->unfit)
		suffix_problem(update, item, buf_text(&key));
	else if (item->decision == DECIDE_UNKNOWN)
		;
	else if (how > OUTCOME_CHANGED && account_held(item))
		account_problem(update, item);
	else if (how > OUTCOME_CHANGED)
		name_problem(update, item, buf_text(&key));
	else
		over(update, item, buf_text(&key), false);
	if (item->decision != DECIDE_UNKNOWN && !account_held(item))
		over(update, item, buf_text(&account), true);
	tell_foreign(update, item);
	buf_free(&key);
	buf_free(&account);
}

static void
settle_warnings(struct update *update)
{
	const struct config_note *note;
	struct buf key = { 0 };
	struct report_problem problem = { .kind = REPORT_WARNING };

	for (note = update->plan->config->notes; note; note = note->next) {
		buf_cut(&key, 0);
		buf_printf(&key, "warning %s", note->text);
		problem.key = buf_text(&key);
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
	buf_free(&key);
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
