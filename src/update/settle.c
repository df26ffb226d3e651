/* SPDX-License-Identifier: ISC */
/*
 * Turns how a run ended into problems, recoveries and the exit status.
 */
#include <stdarg.h>
#include <string.h>

#include "update/internal.h"
#include "exit.h"
#include "state/state.h"

/* How an item stands when all is done. */
static enum outcome
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

/* Whether it was asked in a dry run, which holds nothing. */
static bool
is_dry(const struct update_item *item)
{
	return item->begun && item->update->cli->dry_run;
}

static const char *
wait_of(const struct update_item *item, int64_t seconds)
{
	struct mem *mem = item->update->mem;

	if (is_dry(item))
		return "";
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
	if (is_dry(item))
		return mem_printf(item->update->mem,
			"; fix the section [%s], or fix it at the provider",
			item->account->title);
	return mem_printf(item->update->mem,
		"; %s[%s], or fix it at the provider and run "
		"`ddns --force update %s`",
		until < 0 ? "fix the section "
			  : "tried once a day; fix the section ",
		item->account->title, item->name);
}

/* How many of an account wait, of which this is the first: they follow each
 * other. */
static int
count_waiting(const struct update_item *first)
{
	const struct update_item *item;
	int count = 0;

	for (item = first; item && item->account == first->account;
		item = item->next)
		count += standing(item) > OUTCOME_CHANGED;
	return count;
}

/* What a problem is about: its key from run to run, how its text begins (NULL:
 * with nothing), and what hooks and documents learn of it. */
struct topic {
	const char *key;
	const char *title;
	struct report_subject about;
};

/* "home.example.com A (cloudflare)" */
static struct topic
name_topic(struct update *update, const struct update_item *item)
{
	const char *type = row_types[item->type];
	const char *account = item->account->id;

	return (struct topic){
		.key = mem_printf(update->mem, "name %s %s %s", item->name,
			type, account),
		.title = mem_printf(
			update->mem, "%s %s (%s)", item->name, type, account),
		.about = { .name = item->name,
			.type = type,
			.provider = account },
	};
}

static struct topic
account_topic(struct update *update, const struct update_item *item)
{
	const char *account = item->account->id;

	return (struct topic){
		.key = mem_printf(update->mem, "account %s", account),
		.title = mem_printf(update->mem, "[%s]", item->account->title),
		.about.provider = account,
	};
}

static struct topic
set_topic(struct update *update, const struct update_set *set, const char *what)
{
	const char *title = set->lookups->title;

	return (struct topic){
		.key = mem_printf(update->mem, "%s %s", what, title),
		.title = title,
	};
}

static void problem(struct update *update, const struct topic *topic,
	enum report_kind kind, const char *format, ...) PRINTF_LIKE(4, 5);

static void
problem(struct update *update, const struct topic *topic, enum report_kind kind,
	const char *format, ...)
{
	struct buf text = { 0 };
	va_list args;

	if (topic->title)
		buf_printf(&text, "%s: ", topic->title);
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	report_problem(&update->report, &(const struct report_problem){
						.key = topic->key,
						.kind = kind,
						.text = buf_text(&text),
						.about = topic->about,
					});
	buf_free(&text);
}

/* The problem is over; text: how that is told, NULL: without a word. */
static void
over(struct update *update, const struct topic *topic, const char *text)
{
	report_over(&update->report, topic->key,
		text ? mem_printf(update->mem, "%s: %s", topic->title, text)
		     : "",
		&topic->about);
}

/* What a service that denies an account did not take, and where to look. */
static const char *
login_of(const struct update_item *item)
{
	const struct account *account = item->account;

	if (item->hold->why != OUTCOME_DENIED || !*account->login)
		return "";
	return mem_printf(item->update->mem, "; check %s%s%s%s", account->login,
		account->site ? " (" : "", account->site ? account->site : "",
		account->site ? ")" : "");
}

/* Told once, with the first of its items that waits. */
static void
account_problem(struct update *update, const struct topic *topic,
	const struct update_item *item)
{
	const struct state_account *hold = item->hold;
	const bool busy = hold->why == OUTCOME_BUSY;
	int count;

	if (report_has(&update->report, topic->key))
		return;
	count = count_waiting(item);
	problem(update, topic, busy ? REPORT_PASSING : REPORT_LASTING,
		"%s%s%s%s", hold->text,
		count > 1 ? mem_printf(update->mem, " (%d records wait)", count)
			  : "",
		login_of(item),
		busy ? wait_of(item, hold->until - update->now)
		     : advice_of(item, hold->until));
}

static void
name_problem(struct update *update, const struct topic *topic,
	const struct update_item *item)
{
	const struct state_name *state = item->state;
	const bool waits =
		state->why == OUTCOME_REFUSED || state->why == OUTCOME_DENIED;

	problem(update, topic, waits ? REPORT_LASTING : REPORT_PASSING, "%s%s",
		state->text,
		waits ? advice_of(item, state->until)
		      : wait_of(item, state->until - update->now));
}

/* A short prefix can make an address of no use out of one that was found. */
static void
suffix_problem(struct update *update, const struct topic *topic,
	const struct update_item *item)
{
	char want[ADDRESS_TEXT];

	address_format(&item->want, want);
	problem(update, topic, REPORT_LASTING,
		"the suffix makes %s, which is not a public address; "
		"fix the section [%s]",
		want, item->account->title);
}

/* Those of an account that had no turn; first: the first of its items. */
static void
settle_turns(struct update *update, const struct update_item *first)
{
	const struct update_item *item = first;
	struct topic topic;
	int count = 0;

	for (; item && item->account == first->account; item = item->next)
		count += item->waits;
	if (count == 0 && !update->state->problems)
		return;
	topic = account_topic(update, first);
	topic.key = mem_printf(update->mem, "turns %s", first->account->id);
	if (count > 0)
		problem(update, &topic, REPORT_PASSING,
			"%d record%s for the next run: %s", count,
			count > 1 ? "s wait" : " waits", update->late);
	else if (!update->cli->dry_run && update->cli->count == 0)
		over(update, &topic, "all records have had their turn");
}

/* A record that had what neither we nor anybody here had set; for a name that
 * is new here that is no wonder. What the last attempt was to set may have been
 * set, though its answer was lost. It is reported each time it is found. */
static void
settle_foreign(struct update *update, const struct update_item *item)
{
	struct topic topic = name_topic(update, item);
	struct state_problem *row;
	char was[ADDRESS_TEXT];

	if (!item->begun || item->job.outcome > OUTCOME_CHANGED)
		return;
	topic.key = mem_printf(update->mem, "foreign %s %s %s", item->name,
		row_types[item->type], item->account->id);
	if (!item->job.foreign || !item->old.family ||
		address_equal(&item->was, &item->tried)) {
		over(update, &topic, NULL);
		return;
	}
	row = state_problem_of(update->state, topic.key);
	if (row)
		row->said = 0;
	address_format(&item->was, was);
	problem(update, &topic, REPORT_WARNING,
		"the record %s %s, which was not set from here; it %s changed",
		is_dry(item) ? "holds" : "held", was,
		is_dry(item) ? "would be" : "was");
}

/* Whether something of the account worked, or nothing of it is to be done. */
static bool
account_works(const struct update_item *item)
{
	const struct update_item *other = item->update->items;

	if (account_held(item))
		return false;
	if (item->begun && standing(item) <= OUTCOME_CHANGED)
		return true;
	while (other && (other->account != item->account ||
				standing(other) <= OUTCOME_CHANGED))
		other = other->next;
	return !other;
}

static void
settle_item(struct update *update, const struct update_item *item)
{
	const bool waits = standing(item) > OUTCOME_CHANGED;
	/* what was not sent has fixed nothing */
	const bool sent = !update->cli->dry_run;
	struct topic name, account;

	/* nearly all names of nearly all runs */
	if (!item->unfit && !waits && !item->begun && !update->state->problems)
		return;
	name = name_topic(update, item);
	account = account_topic(update, item);
	if (item->waits)
		return;
	if (item->unfit)
		suffix_problem(update, &name, item);
	else if (item->decision == DECIDE_UNKNOWN)
		return;
	else if (waits && account_held(item))
		account_problem(update, &account, item);
	else if (waits)
		name_problem(update, &name, item);
	else if (sent)
		over(update, &name, "is well again");
	if (sent && report_knows(&update->report, account.key) &&
		account_works(item))
		over(update, &account, "is well again");
	settle_foreign(update, item);
}

/* Whether another family got an address in this run. */
static bool
others_found(const struct update *update, int family)
{
	const struct update_set *set;

	for (set = update->sets; set; set = set->next)
		if (set->fresh && set->lookups->family != family)
			return true;
	return false;
}

/* Whether the set has its address; a family that is lacking is not a failure.
 */
static void
settle_set(struct update *update, struct update_set *set)
{
	const struct topic lacking = set_topic(update, set, "lacking");
	const struct topic lookup = set_topic(update, set, "lookup");
	const int family = set->lookups->family;

	set->lacking = !set->fresh && others_found(update, family) &&
		       !http_routable(family);
	set->state->lacking = set->lacking;
	if (set->lacking) {
		problem(update, &lacking, REPORT_NOTICE,
			"the line has no IPv%d now; its names were left as "
			"they are",
			family);
		over(update, &lookup, NULL);
	} else if (!set->fresh) {
		problem(update, &lookup, REPORT_PASSING,
			"%s; names keep the address they have", set->fail.text);
	} else {
		over(update, &lacking,
			mem_printf(update->mem, "the line has IPv%d again",
				family));
		over(update, &lookup, "an address is found again");
	}
}

static void
settle_source(struct update *update, const struct stats_source *source)
{
	const struct topic topic = {
		.key = mem_printf(update->mem, "source %s %s", source->set,
			source->source),
		.title = source->set,
	};

	if (stats_useless(source))
		problem(update, &topic, REPORT_LASTING,
			"%s gives hardly any valid answers (%u of %u); remove "
			"it from the configuration",
			source->source,
			source->month[0].valid + source->month[1].valid,
			source->month[0].tries + source->month[1].tries);
	else
		over(update, &topic, NULL);
}

static void
settle_sources(struct update *update, const struct lookup_set *set)
{
	const struct lookup_source *source;

	for (source = set->sources; source; source = source->next)
		settle_source(update,
			stats_source(update->stats, set->title, source->shown));
}

static void
settle_warnings(struct update *update)
{
	const struct config_note *note;
	struct topic topic = { .title = NULL };

	for (note = update->plan->config->notes; note; note = note->next) {
		topic.key = mem_printf(update->mem, "warning %s", note->text);
		problem(update, &topic, REPORT_WARNING, "%s", note->text);
	}
	topic.key = "state damaged";
	if (update->state->damaged)
		problem(update, &topic, REPORT_WARNING,
			"the state file was damaged; %swhat was readable of it is used",
			update->cli->dry_run
				? ""
				: "it was kept with the ending .bad, and ");
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
	const struct update_set *set;
	enum outcome worst = OUTCOME_SAME;

	for (item = update->items; item; item = item->next)
		if (item->decision != DECIDE_UNKNOWN && standing(item) > worst)
			worst = standing(item);
	if (worst == OUTCOME_REFUSED || worst == OUTCOME_DENIED)
		return EXIT_REFUSED;
	if (worst > OUTCOME_CHANGED)
		return EXIT_AGAIN;
	for (set = update->sets; set; set = set->next)
		if (set->used && !set->fresh && !set->lacking)
			return EXIT_LOOKUP;
	return EXIT_FINE;
}

int
update_settle(struct update *update)
{
	struct update_set *set;
	const struct update_item *item, *last = NULL;

	settle_warnings(update);
	for (set = update->sets; set; set = set->next)
		if (set->used) {
			settle_set(update, set);
			settle_sources(update, set->lookups);
		}
	for (item = update->items; item; last = item, item = item->next) {
		if (!last || last->account != item->account)
			settle_turns(update, item);
		settle_item(update, item);
	}
	forget_warnings(update);
	return exit_status(update);
}
