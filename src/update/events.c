/*
 * Tells the hook, the webhook and the heartbeat what a run brought.
 */
#include <string.h>

#include "update/internal.h"
#include "clock.h"
#include "event/event.h"
#include "log.h"
#include "stop.h"

#define EACH_MS 10000 /* a call may take at most */
#define LEAST_MS 5000 /* all of them may take, though the deadline passed */

/* One of the three ways out. */
struct channel {
	const char *key; /* of its problem */
	enum report_kind kind;
	int tries;
	int failures;
	struct fail fail; /* the last */
};

enum { HOOK, WEBHOOK, HEARTBEAT, CHANNELS };

struct telling {
	struct update *update;
	struct channel channels[CHANNELS];
	int64_t end; /* clock_ms */
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

static const char *
text_of(const char *text)
{
	return text ? text : "";
}

static void
tell_event(struct telling *telling, const struct event *event)
{
	const struct plan *plan = telling->update->plan;
	const char *hook = plan->config->general.hook;
	struct channel *to = &telling->channels[HOOK];
	struct event_limit limit;

	if (hook) {
		log_step("hook: %s", event->message);
		count(to, allow(telling, &limit)
				  ? event_hook(hook, event, &limit, &to->fail)
				  : fail_set(&to->fail, "no time was left"));
	}
	to = &telling->channels[WEBHOOK];
	if (plan->webhook && telling->update->http) {
		log_step("webhook: %s", event->message);
		count(to, allow_request(telling, &limit)
				  ? event_webhook(telling->update->http,
					    plan->webhook, event, &limit,
					    &to->fail)
				  : fail_set(&to->fail, "no time was left"));
	}
}

/* Changes, failures and recoveries, one by one; no warnings. */
static void
tell_news(struct telling *telling)
{
	const struct report_news *news = telling->update->report.news;
	struct buf message = { 0 };

	for (; news && !stop_signal(); news = news->next) {
		const struct event event = {
			.event = news->event,
			.name = text_of(news->about.name),
			.type = text_of(news->about.type),
			.was = text_of(news->about.was),
			.now = text_of(news->about.now),
			.provider = text_of(news->about.provider),
			.message = report_shown(&message, news->text),
		};

		if (strcmp(news->event, "warning") != 0)
			tell_event(telling, &event);
	}
	buf_free(&message);
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

	report.news = NULL;
	report.state = NULL;
	if (!update->mem || state_lock(update->files, &fail) != STATE_LOCKED)
		return false;
	report.state = state_load(update->files, &fail);
	if (report.state) {
		for (i = 0; i < CHANNELS; i++)
			note(&report, &telling->channels[i],
				is_used(update, i));
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

void
update_tell(struct update *update, int status, int64_t deadline)
{
	struct telling telling = {
		.update = update,
		.channels = {
			[HOOK] = { .key = "hook", .kind = REPORT_LASTING },
			[WEBHOOK] = { .key = "webhook",
				.kind = REPORT_LASTING },
			[HEARTBEAT] = { .key = "heartbeat",
				.kind = REPORT_PASSING },
		},
		.end = clock_ms() + LEAST_MS,
	};

	if (telling.end < deadline)
		telling.end = deadline;
	tell_news(&telling);
	tell_heartbeat(&telling, status);
	if (!is_news(&telling, HOOK) && !is_news(&telling, WEBHOOK) &&
		!is_news(&telling, HEARTBEAT))
		return;
	if (!note_all(&telling))
		say_all(&telling);
}
