#include <string.h>

#include "buf.h"
#include "escape.h"
#include "clock.h"
#include "exchange/internal.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "provider/row.h"
#include "secret.h"
#include "sign/sign.h"

struct call *
call_new(struct work *work, const struct row_request *request,
	const struct message *message)
{
	struct exchange *exchange = work->exchange;
	struct call *call = mem_take(exchange->mem, sizeof *call);

	call->exchange = exchange;
	call->work = work;
	call->request = request;
	call->message = message;
	call->first = call->says = call;
	call->page = 1;
	call->retry_after = -1;
	call->fail = mem_take(exchange->mem, sizeof *call->fail);
	*exchange->calls_end = call;
	exchange->calls_end = &call->next;
	return call;
}

struct call *
call_for(struct work *work, const struct row_request *request,
	const struct message *message)
{
	struct call *call;

	for (call = work->exchange->calls; call; call = call->next)
		if (call->first == call &&
			call->request->paged == request->paged &&
			strcmp(call->message->key, message->key) == 0)
			return call;
	return call_new(work, request, message);
}

static void
call_answered(void *arg, const struct http_answer *answer)
{
	struct call *call = arg;
	struct exchange *exchange = call->exchange;

	exchange->flying--;
	exchange->opened = true;
	call->status = answer->status;
	call->retry_after = answer->retry_after;
	if (answer->fail)
		*call->fail = *answer->fail;
	call->len = answer->body ? answer->len : 0;
	call->body = mem_textn(exchange->mem, answer->body, call->len);
	if (call->status && json_looks(call->body, call->len))
		call->doc = json_read(call->body, call->len, call->fail);
	else if (call->status)
		fail_set(call->fail, "neither JSON nor XML");
	if (exchange->stopped)
		return;
	call_read(call);
	exchange_pump(exchange);
}

/* Behind the query of the URL, or as its query. */
static void
add_query(struct mem *mem, struct http_request *to, const char *query)
{
	const char *between = strchr(to->url, '?') ? "&" : "?";

	secret_hide(query);
	to->url = mem_printf(mem, "%s%s%s", to->url, between, query);
}

/* Behind the form that is the body. */
static void
add_form(struct mem *mem, struct http_request *to, const char *form)
{
	secret_hide(form);
	to->body = mem_printf(mem, "%s%s", to->body ? to->body : "", form);
}

/* What a signature adds: fields, a query, a form. */
static bool
put_signature(struct mem *mem, struct http_request *to, struct field **fields,
	const struct message *message, struct fail *fail)
{
	const struct sign_request request = { message->method, message->url,
		message->fields, message->body,
		message->body ? strlen(message->body) : 0 };
	const struct sign_auth auth = { message->scheme, message->words };
	unsigned char random[16];
	struct buf nonce = { 0 }, out = { 0 };
	struct sign_moment moment = { clock_now(), NULL };
	char *line, *rest;
	bool fine;

	clock_random(random, sizeof random);
	escape_hex(&nonce, random, sizeof random);
	moment.nonce = buf_text(&nonce);
	fine = sign_request(&out, &auth, &request, &moment, fail);
	for (line = out.at; fine && line && *line; line = rest) {
		rest = line + strcspn(line, "\n");
		if (*rest)
			*rest++ = '\0';
		if (*line == '?')
			add_query(mem, to, line + 1);
		else if (*line == '&')
			add_form(mem, to, line);
		else
			field_add(mem, fields, line);
	}
	buf_free(&nonce);
	buf_free(&out);
	return fine;
}

static bool
start(struct call *call)
{
	struct exchange *exchange = call->exchange;
	const struct message *message = call->message;
	struct field *fields = NULL, **end = &fields;
	const struct field *field;
	struct http_request request = { .method = message->method,
		.url = message->url,
		.body = message->body,
		.family = message->family,
		.timeout_ms = exchange->timeout_ms,
		.ceiling = EXCHANGE_ANSWER,
		.proxy = message->proxy,
		/* its answer is a token that nobody knows yet */
		.secret = call->request == call->work->row->step[STEP_LOGIN] };

	call->sent = true;
	for (field = message->fields; field; field = field->next) {
		*end = mem_take(exchange->mem, sizeof **end);
		(*end)->name = field->name;
		(*end)->value = field->value;
		end = &(*end)->next;
	}
	if (message->scheme && !put_signature(exchange->mem, &request, end,
				       message, call->fail))
		return false;
	request.fields = fields;
	request.body_len = request.body ? strlen(request.body) : 0;
	exchange->flying++;
	http_start(exchange->http, &request, call_answered, call);
	return true;
}

bool
call_send(struct exchange *exchange)
{
	int most = exchange->opened ? EXCHANGE_FLYING : 1;
	struct call *call;
	bool ended = false;

	for (call = exchange->calls; call; call = call->next) {
		if (call->sent || exchange->flying >= most)
			continue;
		if (start(call))
			continue;
		call_read(call);
		ended = true;
	}
	return ended;
}
