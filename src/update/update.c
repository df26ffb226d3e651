/* SPDX-License-Identifier: ISC */
/*
 * The course of a run: state, lookups, provider calls, result.
 */
#include <unistd.h>

#include "update/internal.h"
#include "update/update.h"
#include "clock.h"
#include "exit.h"
#include "nsupdate/nsupdate.h"
#include "state/state.h"
#include "stop.h"

/* How long a family that has its address waits for the others, so that both
 * go to a provider together. */
#define GATHER_MS 2000

static void
gathered(void *arg)
{
	struct update *update = arg;

	update->gather = NULL;
	update_begin(update);
}

static void
looked_up(void *arg, struct lookup *lookup)
{
	struct update *update = arg;
	const struct update_set *set;

	(void)lookup;
	for (set = update->sets; set; set = set->next)
		if (set->used && !set->lookup.finished)
			break;
	if (!set) {
		http_loop_cancel(update->http, update->gather);
		gathered(update);
	} else if (!update->gather) {
		update->gather = http_loop_after(
			update->http, GATHER_MS, gathered, update);
	}
}

static void
start_lookups(struct update *update)
{
	const struct config_general *general = &update->plan->config->general;
	struct update_set *set;

	for (set = update->sets; set; set = set->next) {
		if (!set->used)
			continue;
		set->lookup.set = set->lookups;
		set->lookup.http = update->http;
		set->lookup.mem = update->mem;
		set->lookup.timeout_ms = (long)general->timeout * 1000;
		set->lookup.last = set->state->address;
		set->lookup.found = &set->found;
		set->lookup.fail = &set->fail;
		set->lookup.done = looked_up;
		set->lookup.arg = update;
		lookup_start(&set->lookup);
	}
}

/* A set that has no answer at all counts as if every source had failed. */
static void
end_lookups(struct update *update, const char *why)
{
	struct update_set *set;

	for (set = update->sets; set; set = set->next) {
		if (!set->used || set->lookup.finished)
			continue;
		lookup_stop(&set->lookup);
		set->lookup.finished = true;
		fail_set(&set->fail, "no valid address: %s", why);
	}
}

/* A source's try counts only if some source of its set answered. */
static void
count_tries(struct update *update, const struct update_set *set)
{
	const struct lookup_try *try;
	struct stats_source *source;

	for (try = set->lookup.tries; try && !try->valid; try = try->next)
		;
	if (!try)
		return;
	for (try = set->lookup.tries; try; try = try->next) {
		if (!try->ended)
			continue;
		source = stats_source(
			update->stats, set->lookups->title, try->source->shown);
		stats_try(update->stats, source, try->valid ? NULL : try->cause,
			update->now, try->ms);
	}
}

static void
save_stats(struct update *update, int status)
{
	update->stats->last_run = update->now;
	update->stats->last_exit = status;
	stats_save(update->files, update->stats);
}

static int
state_trouble(struct update *update, const struct fail *fail)
{
	update->trouble = *fail;
	report_error("%s", fail->text);
	return EXIT_STATE;
}

/* Once a provider was called, its answer is told even if it is not saved. */
static int
unsaved(struct update *update, struct fail *fail)
{
	if (!update->calls)
		return state_trouble(update, fail);
	fail_at(fail, "what the providers answered cannot be saved");
	state_trouble(update, fail);
	report_print(&update->report);
	return EXIT_AGAIN;
}

/* With what is to be told: others learn of it after the save. */
static bool
save(struct update *update, struct fail *fail)
{
	update_keep_news(update, &update->report);
	return state_save(update->files, update->state, fail);
}

/* What is left to do when the loop has ended: judge, save, report. */
static int
conclude(struct update *update, enum http_end end)
{
	static const char *const why[] = {
		[HTTP_IDLE] = "no answer",
		[HTTP_DEADLINE] = "the deadline of the run has passed",
		[HTTP_STOPPED] = "stopped by a signal",
	};
	const bool dry = update->cli->dry_run;
	const struct update_set *set;
	struct fail fail;
	int status;

	end_lookups(update, why[end]);
	update_begin(update);
	update_drop(update, update->broken ? update->fail.text : why[end]);
	if (update->broken && !update->calls)
		return state_trouble(update, &update->fail);
	if (dry)
		update_show(update);
	else
		update_report_changes(update, &update->report);
	if (end == HTTP_STOPPED) {
		if (!dry && !save(update, &fail))
			return unsaved(update, &fail);
		report_print(&update->report);
		return EXIT_AGAIN;
	}
	for (set = update->sets; set; set = set->next)
		count_tries(update, set);
	status = update_settle(update);
	if (dry) {
		report_print(&update->report);
		update_show_rest(update, status);
		return status;
	}
	update_forget_news(update);
	state_expire(update->state, update->now);
	if (!save(update, &fail))
		return unsaved(update, &fail);
	save_stats(update, status);
	report_print(&update->report);
	update_show_rest(update, status);
	return status;
}

static bool
open_http(struct update *update)
{
	const struct config_general *general = &update->plan->config->general;
	const struct http_options options = {
		.proxy = general->proxy,
		.ca_file = general->ca_file,
	};

	if (!update->http)
		update->http = http_open(&options, &update->no_http);
	return update->http != NULL;
}

static int
run(struct update *update, int64_t deadline)
{
	struct update_call *call;
	enum http_end end;
	int status;

	if (!open_http(update)) {
		state_trouble(update, &update->no_http);
		return EXIT_AGAIN;
	}
	start_lookups(update);
	end = http_loop_run(update->http, deadline, stop_fd());
	update_end_progress(update);
	status = conclude(update, end);
	for (call = update->calls; call; call = call->next) {
		exchange_free(call->exchange);
		nsupdate_free(call->nsupdate);
	}
	return status;
}

/* Opens, locks and loads; EXIT_FINE if that worked. */
static int
take_state(struct update *update)
{
	struct config *config = update->plan->config;
	struct fail fail;
	const char *path = config_state_path(config, &fail);
	enum state_lock lock = STATE_LOCKED;

	if (path && update->cli->dry_run)
		update->files = state_look(path, &fail);
	else if (path)
		update->files = state_open(path, &fail);
	if (!update->files)
		return state_trouble(update, &fail);
	if (!update->cli->dry_run)
		lock = state_lock(update->files, &fail);
	if (lock == STATE_HELD) {
		fail_set(&update->trouble, "another run holds %s.lock", path);
		if (update->cli->verbose || isatty(STDERR_FILENO))
			report_error("%s", update->trouble.text);
		return EXIT_LOCKED;
	}
	if (lock == STATE_LOCKED)
		update->state = state_load(update->files, &fail);
	return update->state ? EXIT_FINE : state_trouble(update, &fail);
}

static void
confine(const struct update *update)
{
	const struct plan *plan = update->plan;
	struct fail fail;
	const struct plan_use use = {
		.sets = plan->sets,
		.state = config_state_path(plan->config, &fail),
		.acts = !update->cli->dry_run,
	};

	plan_confine(plan, &use);
}

/* What comes after a run that had the lock: a document, and the news to
 * others. */
static void
announce(struct update *update, int status, int64_t started)
{
	const struct cli *cli = update->cli;
	const struct config_general *general = &update->plan->config->general;

	if (cli->json && !cli->quiet)
		update_document(update, status, started);
	if (update->mem && !cli->dry_run)
		update->claimed = state_claim_news(update->files);
	state_unlock(update->files);
	if (cli->dry_run || status == EXIT_LOCKED)
		return;
	/* a run that could not begin has not opened it */
	if (update->plan->heartbeat && !stop_signal())
		open_http(update);
	update_tell(update, status, started + general->deadline * 1000);
}

int
update_run(const struct cli *cli, struct plan *plan)
{
	const int64_t started = clock_ms();
	const int64_t deadline =
		started + plan->config->general.deadline * 1000;
	struct update update = {
		.cli = cli,
		.plan = plan,
		.now = clock_now(),
	};
	int status = take_state(&update);

	confine(&update); /* the folder of the state is made by now */
	if (status == EXIT_FINE) {
		update.mem = mem_new();
		update.stats = stats_load(update.files, update.now);
		update_collect(&update);
		status = run(&update, deadline);
	}
	announce(&update, status, started);
	http_close(update.http);
	mem_free(update.mem);
	stats_free(update.stats);
	state_free(update.state);
	state_close(update.files);
	return status;
}
