/* SPDX-License-Identifier: ISC */
/*
 * Requests on their way: signed, sent a few at a time, their answers received.
 */
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "escape.h"
#include "exchange/internal.h"
#include "fail.h"
#include "http/http.h"
#include "secret.h"
#include "sign/sign.h"

static void
answered(void *arg, const struct http_answer *answer)
{
	struct call *call = arg;
	struct exchange *exchange = call->exchange;

	exchange->flying--;
	if (answer->status != 403)
		exchange->opened = true;
	exchange_call_take(call, answer);
	exchange_call_read(call);
	exchange->go_on(exchange);
	exchange_call_close(exchange);
}

/* Adds what a line of a signature says: to the query, a form, the fields. */
static void
put_line(struct mem *mem, struct request *request, const char *line)
{
	if (*line != '?' && *line != '&') {
		field_add(mem, &request->fields, line);
		return;
	}
	secret_hide(*line == '?' ? line + 1 : line);
	if (*line == '&')
		request->body = mem_printf(
			mem, "%s%s", request->body ? request->body : "", line);
	else
		request->url = mem_printf(mem, "%s%s%s", request->url,
			strchr(request->url, '?') ? "&" : "?", line + 1);
}

static bool
sign(struct mem *mem, struct request *request, struct fail *fail)
{
	const struct sign_request plain = { request->method, request->url,
		request->fields, request->body,
		request->body ? strlen(request->body) : 0 };
	const struct sign_auth auth = { request->scheme, request->words };
	unsigned char random[16];
	struct buf nonce = { 0 }, out = { 0 };
	struct sign_moment moment = { clock_now(), NULL };
	char *line, *rest;
	bool fine;

	clock_random(random, sizeof random);
	escape_hex(&nonce, random, sizeof random);
	moment.nonce = buf_text(&nonce);
	fine = sign_request(&out, &auth, &plain, &moment, fail);
	for (line = out.at; fine && line && *line; line = rest) {
		rest = line + strcspn(line, "\n");
		if (*rest)
			*rest++ = '\0';
		put_line(mem, request, line);
	}
	buf_free(&nonce);
	buf_free(&out);
	return fine;
}

/* Whether it would do harm to send a request twice: a second record, or a
 * delete of what is gone. Other writes name what is to be. */
static bool
is_once(const struct call *call)
{
	const struct row_request *const *step = call->work->row->step;
	const struct row_request *sent = call->template;

	return exchange_call_writes(call) &&
	       (sent == step[STEP_CREATE] || sent == step[STEP_DELETE] ||
		       request_holds(&sent->text, "create") ||
		       strcmp(sent->text.method, "POST") == 0);
}

static bool
start(struct call *call)
{
	struct exchange *exchange = call->exchange;
	struct request *request = call->request;
	struct http_request http = { .method = request->method,
		.family = request->family,
		.timeout_ms = exchange->timeout_ms,
		.ceiling = EXCHANGE_ANSWER,
		.proxy = request->proxy,
		.once = is_once(call),
		.begun = &call->begun,
		/* its answer is a token that nobody knows yet */
		.secret = call->template == call->work->row->step[STEP_LOGIN] };

	if (request->scheme && !sign(exchange->mem, request, call->fail))
		return false;
	http.url = request->url;
	http.fields = request->fields;
	http.body = request->body;
	http.body_len = request->body ? strlen(request->body) : 0;
	exchange->flying++;
	http_start(exchange->http, &http, answered, call);
	return true;
}

bool
exchange_send(struct exchange *exchange)
{
	int most = exchange->opened ? EXCHANGE_FLYING : 1;
	struct call *call = *exchange->unsent;
	bool ended = false;

	for (; call && exchange->flying < most; call = *exchange->unsent) {
		exchange->unsent = &call->next;
		call->sent = true;
		call->kept = exchange->dry && exchange_call_writes(call);
		if (call->kept)
			exchange_call_end(call);
		else if (start(call))
			continue;
		else
			exchange_call_read(call);
		ended = true;
	}
	return ended;
}
