/* SPDX-License-Identifier: ISC */
/* The command `news`: a test for the hook, the webhook, the heartbeat, syslog.
 */
#include <string.h>

#include "news.h"
#include "address.h"
#include "cli.h"
#include "clock.h"
#include "document.h"
#include "event/event.h"
#include "exit.h"
#include "fail.h"
#include "http/http.h"
#include "log.h"
#include "plan.h"
#include "report.h"
#include "screen.h"
#include "state/state.h"
#include "stop.h"

#define EACH_MS 10000 /* as in an update */

struct news;

/* One who is told. */
struct receiver {
	const char *name;
	bool (*tell)(const struct news *news, struct fail *fail);
	bool used;
	bool taken;
	long ms;
	struct fail fail; /* why it was not taken */
};

enum { HOOK, WEBHOOK, HEARTBEAT, SYSLOG, RECEIVERS };

struct news {
	const struct cli *cli;
	const struct plan *plan;
	struct mem *mem;
	struct http *http;
	struct fail no_http; /* why there is no http */
	struct event event;
	struct receiver receivers[RECEIVERS];
};

static struct event_limit
limit_of(const struct news *news, bool request)
{
	const long most = (long)news->plan->config->general.timeout * 1000;
	const struct event_limit limit = {
		.ms = request && most < EACH_MS ? most : EACH_MS,
		.stop_fd = stop_fd(),
	};

	return limit;
}

static bool
tell_hook(const struct news *news, struct fail *fail)
{
	const struct event_limit limit = limit_of(news, false);

	return event_hook(
		news->plan->config->general.hook, &news->event, &limit, fail);
}

static bool
tell_webhook(const struct news *news, struct fail *fail)
{
	const struct event_limit limit = limit_of(news, true);

	if (!news->http)
		return fail_set(fail, "%s", news->no_http.text);
	return event_webhook(
		news->http, news->plan->webhook, &news->event, &limit, fail);
}

static bool
tell_heartbeat(const struct news *news, struct fail *fail)
{
	const struct event_limit limit = limit_of(news, true);

	if (!news->http)
		return fail_set(fail, "%s", news->no_http.text);
	return event_heartbeat(
		news->http, news->plan->heartbeat, EXIT_FINE, &limit, fail);
}

static bool
tell_syslog(const struct news *news, struct fail *fail)
{
	return report_syslog_test(news->event.message, fail);
}

/* The words of the command line, or a text of our own. Its lines stay. */
static const char *
message_of(const struct news *news)
{
	struct buf text = { 0 }, line = { 0 }, whole = { 0 };
	const char *message = "this is a test", *at;
	size_t len;
	int i;

	for (i = 0; i < news->cli->count; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", news->cli->args[i]);
	for (at = buf_text(&text); *at; at += len) {
		len = strcspn(at, "\n\t");
		buf_str(&whole,
			report_shown(&line, mem_textn(news->mem, at, len)));
		if (at[len])
			buf_char(&whole, at[len++]);
	}
	if (text.len > 0)
		message = mem_text(news->mem, buf_text(&whole));
	buf_free(&text);
	buf_free(&line);
	buf_free(&whole);
	return message;
}

/* The address that the name holds, as far as the state knows; else "". */
static const char *
address_of(const struct news *news, const struct plan_item *item)
{
	struct fail fail;
	const char *path = config_state_path(news->plan->config, &fail);
	struct state_files *files = path ? state_look(path, &fail) : NULL;
	struct state *state = files ? state_load(files, &fail) : NULL;
	const struct state_name *name;
	char text[ADDRESS_TEXT] = "";

	if (state) {
		name = state_name(state, item->name, row_types[item->type],
			item->account->id);
		if (name->confirmed->family)
			address_format(name->confirmed, text);
	}
	state_free(state);
	state_close(files);
	return mem_text(news->mem, text);
}

/*
 * Values of the first name, as they are: a program that takes this for a change
 * does no harm, and a text that is made of them alone is not empty.
 */
static void
make_event(struct news *news)
{
	const struct plan_item *item = news->plan->items;
	struct event *event = &news->event;

	*event = (struct event){ "test", "", "", "", "", "", "" };
	event->message = message_of(news);
	if (!item)
		return;
	event->name = item->name;
	event->type = row_types[item->type];
	event->provider = item->account->id;
	event->was = event->now = address_of(news, item);
}

static void
tell(struct news *news, struct receiver *receiver)
{
	const int64_t began = clock_ms();

	if (!receiver->used || news->cli->dry_run || stop_signal())
		return;
	log_step("%s: %s", receiver->name, news->event.message);
	receiver->taken = receiver->tell(news, &receiver->fail);
	if (receiver->taken)
		fail_set(&receiver->fail, "%s", "");
	receiver->ms = (long)(clock_ms() - began);
}

static void
tell_all(struct news *news)
{
	const struct config_general *general = &news->plan->config->general;
	const struct http_options options = {
		.proxy = general->proxy,
		.ca_file = general->ca_file,
	};
	int i;

	make_event(news);
	if (news->receivers[WEBHOOK].used || news->receivers[HEARTBEAT].used)
		news->http = http_open(&options, &news->no_http);
	for (i = 0; i < RECEIVERS; i++)
		tell(news, &news->receivers[i]);
	http_close(news->http);
}

enum { NAME, FATE, MS, COLUMNS };

static void
fill_cells(const struct news *news, const struct receiver *receiver,
	const char *cells[COLUMNS])
{
	cells[NAME] = receiver->name;
	cells[FATE] = receiver->taken      ? "taken"
		      : news->cli->dry_run ? "not sent"
					   : "not taken";
	cells[MS] = mem_printf(news->mem, "%ld", receiver->ms);
}

/* Below a row that failed stands why. */
static void
print_table(const struct news *news)
{
	static const struct screen_column table[] = { { "RECEIVER", 9, false },
		{ "FATE", 9, false }, { "MS", 6, true }, { NULL, 0, false } };
	const struct receiver *receiver = news->receivers;
	const char *cells[COLUMNS];
	struct buf out = { 0 }, shown = { 0 };

	screen_row(&out, table, "", NULL);
	for (; receiver < news->receivers + RECEIVERS; receiver++) {
		if (!receiver->used)
			continue;
		fill_cells(news, receiver, cells);
		screen_row(&out, table, "", cells);
		if (*receiver->fail.text)
			screen_wrap(&out, screen_width(), 4,
				report_shown(&shown, receiver->fail.text));
	}
	report_output(buf_text(&out));
	buf_free(&out);
	buf_free(&shown);
}

static void
print_document(const struct news *news, int status)
{
	const struct receiver *receiver = news->receivers;
	struct document document = { .depth = 0 };

	document_open(&document, NULL, '{');
	document_number(&document, "exit", status);
	document_text(&document, "message", news->event.message);
	document_open(&document, "receivers", '[');
	for (; receiver < news->receivers + RECEIVERS; receiver++) {
		if (!receiver->used)
			continue;
		document_open(&document, NULL, '{');
		document_text(&document, "receiver", receiver->name);
		document_switch(&document, "taken", receiver->taken);
		document_text(&document, "message",
			*receiver->fail.text ? receiver->fail.text : NULL);
		document_number(&document, "ms", receiver->ms);
		document_close(&document);
	}
	document_print(&document);
}

static int
show(const struct news *news)
{
	int i, status = EXIT_FINE;

	for (i = 0; i < RECEIVERS; i++)
		if (*news->receivers[i].fail.text)
			status = EXIT_AGAIN;
	if (stop_signal() || news->cli->quiet)
		return status;
	if (news->cli->json)
		print_document(news, status);
	else
		print_table(news);
	return status;
}

/* There is nobody to tell. */
static int
show_nobody(const struct news *news)
{
	static const char text[] = "nobody is told news: write hook, heartbeat "
				   "or syslog into [ddns], or a [webhook]";
	struct document document = { .depth = 0 };

	report_error("%s: %s", news->plan->config->path, text);
	if (!news->cli->json || news->cli->quiet)
		return EXIT_CONFIG;
	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_CONFIG);
	document_open(&document, "problems", '[');
	document_problem(&document, "failed", text, NULL);
	document_print(&document);
	return EXIT_CONFIG;
}

int
news_run(const struct cli *cli, const struct plan *plan)
{
	const struct config_general *general = &plan->config->general;
	struct news news = {
		.cli = cli,
		.plan = plan,
		.receivers = {
			[HOOK] = { .name = "hook", .tell = tell_hook,
				.used = general->hook },
			[WEBHOOK] = { .name = "webhook", .tell = tell_webhook,
				.used = plan->webhook },
			[HEARTBEAT] = { .name = "heartbeat",
				.tell = tell_heartbeat,
				.used = plan->heartbeat },
			[SYSLOG] = { .name = "syslog", .tell = tell_syslog,
				.used = general->syslog },
		},
	};
	int i = 0, status;

	while (i < RECEIVERS && !news.receivers[i].used)
		i++;
	if (i == RECEIVERS)
		return show_nobody(&news);
	stop_catch(0);
	news.mem = mem_new();
	tell_all(&news);
	status = show(&news);
	mem_free(news.mem);
	return status;
}
