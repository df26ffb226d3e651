/* SPDX-License-Identifier: ISC */
/*
 * Tells the hook, the webhook and the heartbeat what a run brought, and what
 * earlier runs could not tell.
 */
#include <stdlib.h>
#include <string.h>

#include "update/internal.h"
#include "clock.h"
#include "event/event.h"
#include "log.h"
#include "stop.h"

#define EACH_MS 10000 /* a call may take at most */
#define LEAST_MS 5000 /* all of them may take, though the deadline passed */
#define LOCK_MS 5000  /* another run may hold the lock when all is told */
#define POLL_MS 50
#define IN_A_ROW 2 /* failures, after which a receiver gets no old news */

/* One of the three ways out. */
struct channel {
	const char *key; /* of its problem */
	enum report_kind kind;
	int tries;
	int failures;
	struct fail fail; /* the last */
};

enum { HOOK, WEBHOOK, HEARTBEAT, CHANNELS };

static const char *const keys[CHANNELS] = {
	[HOOK] = "hook",
	[WEBHOOK] = "webhook",
	[HEARTBEAT] = "heartbeat",
};

struct telling {
	struct update *update;
	struct channel channels[CHANNELS];
	int64_t end;  /* clock_ms */
	bool stopped; /* by a signal */
};

/* What is left of the time; false: nothing. */
static bool
allow(const struct telling *telling, struct event_limit *limit)
{
	const int64_t left = telling->end - clock_ms();

	limit->ms = left < EACH_MS ? (long)left : EACH_MS;
	limit->stop_fd = stop_fd();
	return left > 0 && !stop_signal();
}

/* The same for a request, which has the limit of all requests, too. */
static bool
allow_request(const struct telling *telling, struct event_limit *limit)
{
	const struct config *config = telling->update->plan->config;
	const long most = (long)config->general.timeout * 1000;
	const bool allowed = allow(telling, limit);

	if (limit->ms > most)
		limit->ms = most;
	return allowed;
}

static void
count(struct channel *channel, bool done)
{
	channel->tries++;
	channel->failures += !done;
}

static bool
is_used(const struct update *update, int channel)
{
	const struct config_general *general = &update->plan->config->general;
	const void *const used[CHANNELS] = {
		[HOOK] = general->hook,
		[WEBHOOK] = update->plan->webhook,
		[HEARTBEAT] = update->plan->heartbeat,
	};

	return used[channel] != NULL;
}

/* Why a call before it failed says more. Always false. */
static bool
no_time(struct fail *fail)
{
	return *fail->text ? false : fail_set(fail, "no time was left");
}

static bool
call_hook(struct telling *telling, const struct event *event, struct fail *fail)
{
	const char *hook = telling->update->plan->config->general.hook;
	struct event_limit limit;

	return allow(telling, &limit) ? event_hook(hook, event, &limit, fail)
				      : no_time(fail);
}

static bool
call_webhook(
	struct telling *telling, const struct event *event, struct fail *fail)
{
	struct update *update = telling->update;
	struct event_limit limit;

	if (!update->http)
		return fail_set(fail, "%s", update->no_http.text);
	if (!allow_request(telling, &limit))
		return no_time(fail);
	return event_webhook(
		update->http, update->plan->webhook, event, &limit, fail);
}

/* Offers a piece to its receiver. */
static bool
offer(struct telling *telling, struct state_news *piece)
{
	const bool hook = strcmp(piece->to, keys[HOOK]) == 0;
	struct channel *to = &telling->channels[hook ? HOOK : WEBHOOK];
	const struct event event = {
		.event = piece->event,
		.name = piece->name,
		.type = piece->type,
		.was = piece->was,
		.now = piece->now,
		.provider = piece->account,
		.message = piece->text,
	};

	log_step("%s: %s", to->key, piece->text);
	piece->taken =
		(hook ? call_hook : call_webhook)(telling, &event, &to->fail);
	count(to, piece->taken);
	return piece->taken;
}

/* What earlier runs could not tell, the oldest first. */
static void
tell_kept(struct telling *telling, int channel, struct state_news *piece)
{
	int failed = 0;

	for (; piece && failed < IN_A_ROW; piece = piece->next) {
		if (piece->fresh || strcmp(piece->to, keys[channel]) != 0)
			continue;
		if (stop_signal() || telling->end <= clock_ms())
			return;
		failed = offer(telling, piece) ? 0 : failed + 1;
	}
}

/* Changes, failures and recoveries, one by one. A hook that runs this program
 * must not be told by it of what it is being told. */
static void
tell_news(struct telling *telling)
{
	const struct update *update = telling->update;
	struct state_news *piece = update->state ? update->state->news : NULL;
	int i;

	for (i = HOOK; i <= WEBHOOK; i++)
		if (update->claimed && !update->broken &&
			!getenv("DDNS_EVENT") && is_used(update, i))
			tell_kept(telling, i, piece);
	for (; piece; piece = piece->next)
		if (piece->fresh && !stop_signal())
			offer(telling, piece);
}

static void
tell_heartbeat(struct telling *telling, int status)
{
	struct update *update = telling->update;
	const struct event_request *heartbeat = update->plan->heartbeat;
	struct channel *to = &telling->channels[HEARTBEAT];
	struct event_limit limit;

	/* hooks that took all the time must not make the line look dead */
	if (telling->end < clock_ms() + LEAST_MS)
		telling->end = clock_ms() + LEAST_MS;
	if (!heartbeat || !allow_request(telling, &limit))
		return;
	log_step("heartbeat: exit status %d", status);
	count(to, update->http
			  ? event_heartbeat(update->http, heartbeat, status,
				    &limit, &to->fail)
			  : fail_set(&to->fail, "%s", update->no_http.text));
}

static void
add_failure(struct buf *text, const struct channel *channel)
{
	buf_printf(text, "%s: %s", channel->key, channel->fail.text);
	if (channel->tries > 1)
		buf_printf(text, " (%d of %d times)", channel->failures,
			channel->tries);
}

static void
note(struct report *report, const struct channel *channel, bool used)
{
	struct report_problem problem = {
		.key = channel->key,
		.kind = channel->kind,
	};
	struct buf text = { 0 };

	add_failure(&text, channel);
	problem.text = buf_text(&text);
	if (channel->failures > 0)
		report_problem(report, &problem);
	buf_cut(&text, 0);
	buf_printf(&text, "%s: works again", channel->key);
	if (channel->failures == 0 && (channel->tries > 0 || !used))
		report_over(report, channel->key, used ? buf_text(&text) : "",
			NULL);
	buf_free(&text);
}

/* Whether the state has to learn how a channel did. */
static bool
is_news(const struct telling *telling, int channel)
{
	const struct channel *one = &telling->channels[channel];
	const bool used = is_used(telling->update, channel);

	if (one->failures > 0)
		return true;
	return (one->tries > 0 || !used) &&
	       report_knows(&telling->update->report, one->key);
}

/* The lock, though another run may have it for a while. */
static bool
lock(const struct telling *telling)
{
	const int64_t least = clock_ms() + LOCK_MS;
	const int64_t end = telling->end > least ? telling->end : least;
	struct update *update = telling->update;
	enum state_lock got;
	struct fail fail;

	while ((got = state_lock(update->files, &fail)) == STATE_HELD &&
		!stop_signal() && clock_ms() < end)
		clock_wait(POLL_MS);
	return got == STATE_LOCKED;
}

/* Whether the state may have to learn what became of the piece. */
static bool
is_told(const struct state_news *piece)
{
	return piece->fresh || piece->taken;
}

/* What was not taken is in the state, unless that could not be saved. */
static void
note_news(const struct update *update, struct state *state)
{
	const struct state_news *piece;

	for (piece = update->state->news; piece; piece = piece->next) {
		if (!is_told(piece))
			continue;
		state_forget_news(state, piece);
		if (!piece->taken)
			state_keep_news(state, piece);
	}
}

/*
 * The state was saved before, and another run may have changed it since: it is
 * read anew. False: it cannot be had.
 */
static bool
note_all(struct telling *telling)
{
	struct update *update = telling->update;
	struct report report = update->report;
	struct fail fail;
	bool saved = false;
	int i;

	report.news = report.last = NULL;
	report.state = NULL;
	if (!update->mem || !lock(telling))
		return false;
	report.state = state_load(update->files, &fail);
	if (report.state) {
		for (i = 0; i < CHANNELS && !telling->stopped; i++)
			note(&report, &telling->channels[i],
				is_used(update, i));
		note_news(update, report.state);
		saved = state_save(update->files, report.state, &fail);
	}
	state_unlock(update->files);
	if (saved)
		report_print(&report);
	state_free(report.state);
	return saved;
}

static void
say_all(const struct telling *telling)
{
	struct buf text = { 0 };
	int i;

	for (i = 0; i < CHANNELS; i++) {
		if (telling->channels[i].failures == 0)
			continue;
		buf_cut(&text, 0);
		add_failure(&text, &telling->channels[i]);
		report_error("%s", buf_text(&text));
	}
	buf_free(&text);
}

/* Whether the state has to learn anything of the telling. */
static bool
is_to_note(const struct telling *telling)
{
	const struct state *state = telling->update->state;
	const struct state_news *piece = state ? state->news : NULL;
	int i;

	for (i = 0; i < CHANNELS && !telling->stopped; i++)
		if (is_news(telling, i))
			return true;
	while (piece && !is_told(piece))
		piece = piece->next;
	return piece != NULL;
}

void
update_tell(struct update *update, int status, int64_t deadline)
{
	struct telling telling = {
		.update = update,
		.channels = {
			[HOOK] = { .key = keys[HOOK],
				.kind = REPORT_LASTING },
			[WEBHOOK] = { .key = keys[WEBHOOK],
				.kind = REPORT_LASTING },
			[HEARTBEAT] = { .key = keys[HEARTBEAT],
				.kind = REPORT_PASSING },
		},
		.end = clock_ms() + LEAST_MS,
	};

	if (telling.end < deadline)
		telling.end = deadline;
	tell_news(&telling);
	tell_heartbeat(&telling, status);
	/* that a signal ended a call is not the fault of who was called */
	telling.stopped = stop_signal() != 0;
	if ((is_to_note(&telling) && !note_all(&telling)) || telling.stopped)
		say_all(&telling);
}

/* Nothing that leaves the run shows a secret, not by a name either. */
static const char *
shown(struct update *update, const char *text)
{
	struct buf out = { 0 };
	const char *copy;

	copy = mem_text(update->mem, text ? report_shown(&out, text) : "");
	buf_free(&out);
	return copy;
}

static void
keep_piece(
	struct update *update, const char *to, const struct report_news *news)
{
	const struct report_subject *about = &news->about;
	const struct state_news piece = {
		.when = update->now,
		.to = to,
		.event = news->event,
		.name = shown(update, about->name),
		.type = shown(update, about->type),
		.account = shown(update, about->provider),
		.was = shown(update, about->was),
		.now = shown(update, about->now),
		.text = shown(update, news->text),
	};

	state_keep_news(update->state, &piece);
}

void
update_keep_news(struct update *update, const struct report *report)
{
	const struct report_news *news;
	int i;

	for (news = report->news; news; news = news->next)
		for (i = HOOK; i <= WEBHOOK; i++)
			if (is_used(update, i) &&
				strcmp(news->event, "warning") != 0)
				keep_piece(update, keys[i], news);
}

void
update_forget_news(struct update *update)
{
	struct state_news *piece, *next;
	bool used;
	int i;

	for (piece = update->state->news; piece; piece = next) {
		next = piece->next;
		used = false;
		for (i = HOOK; i <= WEBHOOK; i++)
			used |= is_used(update, i) &&
				strcmp(piece->to, keys[i]) == 0;
		if (!used)
			state_forget_news(update->state, piece);
	}
}
