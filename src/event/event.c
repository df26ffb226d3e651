/* SPDX-License-Identifier: ISC */
/* Tells the hook, the webhook and the heartbeat. */
#include <stddef.h>
#include <string.h>

#include "buf.h"
#include "child.h"
#include "clock.h"
#include "config/config.h"
#include "exit.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "secret.h"
#include "template/template.h"
#include "event/internal.h"

#define CEILING 65536 /* bytes of an answer, of which little is looked at */
#define SHOWN 200
#define GRACE_MS 500 /* the request's own limit is to end it first */

#define VALUE(member) offsetof(struct event, member)

const struct event_value event_values[EVENT_VALUES] = {
	{ "event", "DDNS_EVENT", VALUE(event) },
	{ "name", "DDNS_NAME", VALUE(name) },
	{ "type", "DDNS_TYPE", VALUE(type) },
	{ "old", "DDNS_OLD", VALUE(was) },
	{ "new", "DDNS_NEW", VALUE(now) },
	{ "provider", "DDNS_PROVIDER", VALUE(provider) },
	{ "message", "DDNS_MESSAGE", VALUE(message) },
};

static const char *
value_of(const struct event *event, const struct event_value *value)
{
	return *(const char *const *)((const char *)event + value->offset);
}

bool
event_hook(const char *program, const struct event *event,
	const struct event_limit *limit, struct fail *fail)
{
	struct mem *mem = mem_new();
	char *argv[2] = { mem_text(mem, program), NULL };
	char *env[EVENT_VALUES + 1] = { NULL };
	const struct child_options options = { .argv = argv, .env = env };
	struct child child;
	bool done;
	int i;

	for (i = 0; i < EVENT_VALUES; i++)
		env[i] = mem_printf(mem, "%s=%s", event_values[i].variable,
			value_of(event, &event_values[i]));
	done = child_start(&child, &options, fail) &&
	       child_end(&child, limit->ms, fail);
	mem_free(mem);
	return done;
}

static struct variable
get_value(void *arg, const char *name)
{
	const struct event *event = arg;
	struct variable variable = { NULL, false };
	int i;

	for (i = 0; i < EVENT_VALUES; i++)
		if (strcmp(event_values[i].name, name) == 0)
			variable.text = value_of(event, &event_values[i]);
	return variable;
}

/* The end of a request. */
struct reply {
	const struct event_request *request;
	const struct scope *scope;
	bool came;
	bool good;
	struct fail *fail;
};

/* Whether one of the tests holds of the answer. */
static bool
some_hold(const struct match *match, const struct match_answer *answer,
	const struct scope *scope)
{
	struct buf pattern = { 0 };
	struct fail fail;
	bool found = false;

	for (; match && !found; match = match->next) {
		buf_cut(&pattern, 0);
		found = (!match->text ||
				template_line(&pattern, match->text, scope,
					&fail) == EXPAND_DONE) &&
			match_holds(match, answer,
				match->text ? buf_text(&pattern) : NULL, NULL);
	}
	buf_free(&pattern);
	return found;
}

/* A robot says in the body, under status 200, that it took nothing. */
static bool
is_good(const struct reply *reply, const struct http_answer *answer)
{
	const struct event_request *request = reply->request;
	struct match_answer seen = { answer->status, answer->body, NULL };
	struct fail fail;
	bool good;

	if (answer->status == 0)
		return false;
	if (json_kind(answer->body, answer->len) != JSON_NEITHER)
		seen.doc = json_read(answer->body, answer->len, &fail);
	good = request->good ? some_hold(request->good, &seen, reply->scope)
			     : answer->status / 100 == 2;
	if (some_hold(request->refused, &seen, reply->scope))
		good = false;
	json_free(seen.doc);
	return good;
}

static void
replied(void *arg, const struct http_answer *answer)
{
	struct reply *reply = arg;
	struct buf text = { 0 };

	reply->came = true;
	reply->good = is_good(reply, answer);
	buf_printable(&text, answer->body, answer->len);
	/* masked before it is cut: half a secret would not be recognised */
	secret_mask(&text, 0);
	if (answer->status == 0)
		fail_set(reply->fail, "%s", answer->fail->text);
	else if (text.len == 0)
		fail_set(reply->fail, "HTTP status %d", answer->status);
	else
		fail_set(reply->fail, "HTTP status %d: %.*s", answer->status,
			SHOWN, buf_text(&text));
	buf_free(&text);
}

/* Expands a request, signs it and sends it. */
static bool
send_request(struct http *http, const struct event_request *request,
	const struct request_place *place, const struct event_limit *limit,
	struct fail *fail)
{
	struct request_made made;
	struct http_request sent = { .method = request->text.method,
		.once = strcmp(request->text.method, "POST") == 0 };
	struct reply reply = { request, place->scope, false, false, fail };
	enum http_end end;

	if (!request_expand(&request->text, place, &made, fail))
		return false;
	event_sign(place->mem, request, &made, clock_now());
	sent.url = made.url;
	sent.fields = made.fields;
	sent.body = made.body;
	sent.body_len = made.body ? strlen(made.body) : 0;
	sent.timeout_ms = limit->ms;
	sent.ceiling = CEILING;
	sent.proxy = true;
	sent.clear_text = true;
	sent.secret = true;
	http_start(http, &sent, replied, &reply);
	end = http_loop_run(
		http, clock_ms() + limit->ms + GRACE_MS, limit->stop_fd);
	if (reply.came)
		return reply.good;
	if (end == HTTP_STOPPED)
		return fail_set(fail, "stopped by a signal");
	return fail_set(
		fail, "no answer within %ld s", (limit->ms + 999) / 1000);
}

bool
event_webhook(struct http *http, const struct event_request *webhook,
	const struct event *event, const struct event_limit *limit,
	struct fail *fail)
{
	/* RFC 9110 section 12.5.1: some receivers ask for one */
	static const struct config_line accept = { .text = "Accept: */*" };
	struct event copy = *event;
	const struct scope scope = {
		.get = get_value, .arg = &copy, .any = true
	};
	const struct request_place place = {
		.mem = mem_new(), .scope = &scope, .fields = &accept
	};
	bool good = send_request(http, webhook, &place, limit, fail);

	mem_free(place.mem);
	return good;
}

static struct variable
get_status(void *arg, const char *name)
{
	static const char *const digits[] = { "0", "1", "2", "3", "4", "5", "6",
		"7" };
	const int *status = arg;
	struct variable variable = { NULL, false };

	if (strcmp(name, "status") == 0)
		variable.text = digits[*status & 7];
	else if (strcmp(name, "up") == 0)
		variable.text = *status == EXIT_FINE ? "up" : "down";
	return variable;
}

bool
event_heartbeat(struct http *http, const struct event_request *heartbeat,
	int status, const struct event_limit *limit, struct fail *fail)
{
	const struct scope scope = { .get = get_status, .arg = &status };
	const struct request_place place = { .mem = mem_new(),
		.scope = &scope };
	bool good = send_request(http, heartbeat, &place, limit, fail);

	mem_free(place.mem);
	return good;
}
