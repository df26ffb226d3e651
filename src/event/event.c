#include <stddef.h>
#include <string.h>

#include "event/event.h"
#include "buf.h"
#include "child.h"
#include "clock.h"
#include "exit.h"
#include "fail.h"
#include "http/http.h"
#include "secret.h"
#include "sign/sign.h"
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
	bool came;
	bool good;
	struct fail *fail;
};

static void
replied(void *arg, const struct http_answer *answer)
{
	struct reply *reply = arg;
	struct buf text = { 0 };

	reply->came = true;
	reply->good = answer->status >= 200 && answer->status < 300;
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

static bool
send_request(struct http *http, struct http_request *request,
	const struct event_limit *limit, struct fail *fail)
{
	struct reply reply = { .fail = fail };

	request->timeout_ms = limit->ms;
	request->ceiling = CEILING;
	request->proxy = true;
	request->clear_text = true;
	request->secret = true;
	http_start(http, request, replied, &reply);
	http_loop_run(http, clock_ms() + limit->ms + GRACE_MS, limit->stop_fd);
	return reply.came ? reply.good
			  : fail_set(fail, "no answer within %ld s",
				    (limit->ms + 999) / 1000);
}

static bool
expand_url(struct buf *out, const char *url, const struct scope *scope,
	struct fail *fail)
{
	const struct template_url whole = { .url = url };

	return template_url(out, &whole, scope, fail) == EXPAND_DONE;
}

static bool
expand_body(struct buf *out, const struct webhook *webhook,
	const struct scope *scope, struct fail *fail)
{
	static enum expansion (*const expand[])(struct buf *, const char *,
		const struct scope *, struct fail *) = {
		[EVENT_JSON] = template_json,
		[EVENT_FORM] = template_form,
		[EVENT_TEXT] = template_line,
	};

	return webhook->kind == EVENT_NO_BODY ||
	       expand[webhook->kind](out, webhook->body, scope, fail) ==
		       EXPAND_DONE;
}

/* The fields with their values; NULL and *fail if one cannot be sent. */
static struct field *
expand_fields(struct mem *mem, const struct webhook *webhook,
	const struct scope *scope, struct fail *fail)
{
	static const char *const types[] = {
		[EVENT_NO_BODY] = NULL,
		[EVENT_JSON] = "application/json",
		[EVENT_FORM] = "application/x-www-form-urlencoded",
		[EVENT_TEXT] = "text/plain; charset=utf-8",
	};
	struct field *first = mem_take(mem, sizeof *first), *to = first;
	const struct field *from = webhook->fields;
	struct buf value = { 0 };
	bool good = true;

	/* RFC 9110 section 12.5.1: some receivers ask for one */
	*first = (struct field){ .name = "Accept", .value = "*/*" };
	for (; from && good; from = from->next) {
		buf_cut(&value, 0);
		good = template_line(&value, from->value, scope, fail) ==
		       EXPAND_DONE;
		to->next = mem_take(mem, sizeof *to);
		to = to->next;
		to->name = from->name;
		to->value = mem_text(mem, buf_text(&value));
	}
	if (types[webhook->kind] && !webhook->typed) {
		to->next = mem_take(mem, sizeof *to);
		to->next->name = "Content-Type";
		to->next->value = types[webhook->kind];
	}
	buf_free(&value);
	return good ? first : NULL;
}

bool
event_webhook(struct http *http, const struct webhook *webhook,
	const struct event *event, const struct event_limit *limit,
	struct fail *fail)
{
	struct event copy = *event;
	const struct scope scope = { get_value, &copy };
	struct mem *mem = mem_new();
	struct buf url = { 0 }, body = { 0 };
	struct http_request request = { .method = webhook->method };
	bool good = false;

	request.fields = expand_fields(mem, webhook, &scope, fail);
	if (!request.fields || !expand_url(&url, webhook->url, &scope, fail) ||
		!expand_body(&body, webhook, &scope, fail))
		goto out;
	request.url = buf_text(&url);
	if (webhook->kind != EVENT_NO_BODY) {
		request.body = buf_text(&body);
		request.body_len = body.len;
	}
	good = send_request(http, &request, limit, fail);
out:
	buf_free(&body);
	buf_free(&url);
	mem_free(mem);
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
event_heartbeat(struct http *http, const char *url, int status,
	const struct event_limit *limit, struct fail *fail)
{
	const struct scope scope = { get_status, &status };
	struct http_request request = { .method = "GET" };
	struct buf text = { 0 };
	bool good = false;

	if (expand_url(&text, url, &scope, fail)) {
		request.url = buf_text(&text);
		good = send_request(http, &request, limit, fail);
	}
	buf_free(&text);
	return good;
}
