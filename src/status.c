#include <stdio.h>
#include <string.h>

#include "status.h"
#include "address.h"
#include "buf.h"
#include "cli.h"
#include "clock.h"
#include "config.h"
#include "exit.h"
#include "fail.h"
#include "lookup.h"
#include "plan.h"
#include "provider.h"
#include "report.h"
#include "sign.h"
#include "state.h"
#include "stats.h"
#include "decide.h"

struct status {
	struct plan *plan;
	struct state *state;
	struct stats *stats;
	struct buf out;
	int64_t now;
	int width; /* of the column of names */
	bool well;
};

/* "3 days": one unit, rounded down. */
static void
add_age(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = {
		{ 86400, "day" },
		{ 3600, "hour" },
		{ 60, "minute" },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const int64_t count = seconds / units[i].unit;

		if (count < 1)
			continue;
		buf_printf(out, "%lld %s%s", (long long)count, units[i].name,
			count == 1 ? "" : "s");
		return;
	}
	buf_str(out, "less than a minute");
}

static void
add_time(struct buf *out, int64_t when)
{
	char text[32];

	clock_text(text, sizeof(text), "%Y-%m-%d %H:%M UTC", when);
	buf_str(out, text);
}

/* What the next run will make of a name, as far as the state tells. */
static enum decision
judge(const struct status *status, const struct account *account,
	const struct state_name *name, const struct state_lookup *lookup)
{
	unsigned char mac[32];
	struct decide_facts facts = {
		.name = name,
		.account = state_account(status->state, account->title),
		.current = lookup->address,
		.fresh = true,
		.refresh = account->refresh,
		.now = status->now,
	};

	sign_hmac_sha256(mac, status->state->key, STATE_KEY,
		account->fingerprint, account->fingerprint_len);
	facts.digest = (unsigned)mac[0] << 8 | mac[1];
	return decide(&facts);
}

static void
add_why(struct status *status, const struct account *account,
	const struct state_name *name, enum decision decision)
{
	const struct state_account *hold =
		state_account(status->state, account->title);
	const bool whole = hold->until != 0 && *hold->text;
	const int64_t until = whole ? hold->until : name->until;
	const char *text = whole ? hold->text : name->text;

	if (decision == DECIDE_PENDING) {
		buf_str(&status->out, "      held until ");
		add_time(&status->out, until);
		buf_printf(&status->out, " because %s\n", text);
	} else if (decision == DECIDE_REFUSED) {
		buf_printf(
			&status->out, "      waits for you because %s\n", text);
	} else if (decision == DECIDE_DUE && name->failures > 0) {
		buf_printf(
			&status->out, "      tried again because %s\n", text);
	}
}

static void
add_name(struct status *status, const struct account *account,
	const struct account_name *name, enum row_type type)
{
	static const char *const words[] = {
		[DECIDE_FINE] = "ok",
		[DECIDE_DUE] = "pending",
		[DECIDE_PENDING] = "held",
		[DECIDE_REFUSED] = "waits for you",
		[DECIDE_UNKNOWN] = "no address yet",
	};
	const struct lookup_set *set =
		plan_set(status->plan, type == ROW_A ? 4 : 6, account->lookup);
	const char *type_text = type == ROW_A ? "A" : "AAAA";
	struct state_name *state;
	enum decision decision;
	char text[ADDRESS_TEXT];

	if (!name->type[type] || !set)
		return;
	state = state_name(
		status->state, name->name, type_text, account->title);
	decision = judge(status, account, state,
		state_lookup(status->state, set->title));
	address_format(state->confirmed, text);
	buf_printf(&status->out, "  %-*s  %-4s  %s  %s", status->width,
		name->name, type_text, text, words[decision]);
	if (state->confirmed->family != 0 && state->since <= status->now) {
		buf_str(&status->out, ", since ");
		add_age(&status->out, status->now - state->since);
	}
	buf_char(&status->out, '\n');
	add_why(status, account, state, decision);
	status->well = status->well && decision == DECIDE_FINE;
}

static void
add_accounts(struct status *status)
{
	const struct account *account;
	const struct account_name *name;

	for (account = status->plan->accounts; account; account = account->next)
		for (name = account->names; name; name = name->next)
			if ((int)strlen(name->name) > status->width)
				status->width = (int)strlen(name->name);
	for (account = status->plan->accounts; account;
		account = account->next) {
		buf_printf(&status->out, "[%s]\n", account->title);
		for (name = account->names; name; name = name->next) {
			add_name(status, account, name, ROW_A);
			add_name(status, account, name, ROW_AAAA);
		}
	}
}

static void
add_run(struct status *status)
{
	if (status->stats->last_run == 0) {
		buf_str(&status->out, "there was no run yet\n");
		return;
	}
	buf_str(&status->out, "last run ");
	add_time(&status->out, status->stats->last_run);
	buf_printf(
		&status->out, ", exit status %d\n", status->stats->last_exit);
}

static void
add_sources(struct status *status)
{
	const struct lookup_set *set;
	const struct lookup_source *source;

	for (set = status->plan->sets; set; set = set->next) {
		buf_printf(&status->out, "[%s]\n", set->title);
		for (source = set->sources; source; source = source->next) {
			const struct stats_source *row = stats_source(
				status->stats, set->title, source->shown);
			const unsigned tries =
				row->month[0].tries + row->month[1].tries;
			const unsigned valid =
				row->month[0].valid + row->month[1].valid;

			if (tries == 0)
				buf_printf(&status->out, "   -    ");
			else
				buf_printf(&status->out, "  %3u %%",
					valid * 100 / tries);
			buf_printf(&status->out, "  %5u ms  %s%s%s\n", row->ms,
				source->shown, row->failures ? ": " : "",
				row->failures ? row->cause : "");
		}
	}
}

static void
add_problems(struct status *status)
{
	const struct state_problem *row;

	for (row = status->state->problems; row; row = row->next)
		if (*row->text)
			buf_printf(&status->out, "problem: %s\n", row->text);
}

static int
show(struct status *status)
{
	status->well = true;
	add_accounts(status);
	add_run(status);
	add_sources(status);
	add_problems(status);
	fputs(buf_text(&status->out), stdout);
	buf_free(&status->out);
	return status->well ? EXIT_FINE : EXIT_AGAIN;
}

int
status_run(const struct cli *cli, struct plan *plan)
{
	struct status status = { .plan = plan, .now = clock_now() };
	struct fail fail;
	const char *path = config_state_path(plan->config, &fail);
	struct state_files *files = path ? state_look(path, &fail) : NULL;
	int code = EXIT_STATE;

	(void)cli;
	if (files)
		status.state = state_load(files, &fail);
	if (status.state) {
		status.stats = stats_load(files, status.now);
		code = show(&status);
	} else {
		report_error("%s", fail.text);
	}
	stats_free(status.stats);
	state_free(status.state);
	state_close(files);
	return code;
}
