/* SPDX-License-Identifier: ISC */
/* A row's templates expanded: the request, and what its variables are. */
#include <string.h>

#include "address.h"
#include "clock.h"
#include "config/config.h"
#include "exchange/internal.h"
#include "fail.h"
#include "memory.h"
#include "request.h"
#include "secret.h"
#include "sign/sign.h"
#include "template/template.h"

/* From where one expansion takes its variables. */
struct view {
	const struct work *work;
	const struct pair *extra;
	const struct record *record; /* NULL: no record */
};

static const struct pair *
find(const struct pair *pairs, const char *name)
{
	while (pairs && strcmp(pairs->name, name) != 0)
		pairs = pairs->next;
	return pairs;
}

const char *
exchange_pair_find(const struct pair *pairs, const char *name)
{
	const struct pair *pair = find(pairs, name);

	return pair ? pair->text : NULL;
}

void
exchange_pair_add(struct mem *mem, struct pair **pairs, const char *name,
	const char *text)
{
	struct pair *pair = mem_take(mem, sizeof *pair);

	pair->name = name;
	pair->text = mem_text(mem, text);
	pair->next = *pairs;
	*pairs = pair;
}

static const char *
value_find(const struct work *work, const struct row_value *values,
	const char *name)
{
	for (; values; values = values->next)
		if (values->type[work->job->type] &&
			strcmp(values->name, name) == 0)
			return values->text;
	return NULL;
}

const char *
exchange_account_value(const struct work *work, const char *name)
{
	return value_find(work, work->exchange->account->values, name);
}

/* What the row writes; its `ttl` is for records that are not there yet. */
static const char *
default_value(const struct view *view, const char *name)
{
	if (strcmp(name, "ttl") == 0)
		return view->record ? NULL : view->work->row->ttl;
	return value_find(
		view->work, view->work->exchange->account->defaults, name);
}

/* ddns-rows(5), VARIABLES: the order in which places are asked. */
static struct variable
get(void *arg, const char *name)
{
	const struct view *view = arg;
	const struct work *work = view->work;
	const struct pair *const known[] = { view->extra, work->names,
		work->fixed, work->value, work->exchange->jwt };
	const struct record *record = view->record;
	const struct pair *const read[] = { record ? record->vars : NULL,
		record ? record->item->vars : NULL, work->zone_vars,
		work->login_vars };
	struct variable variable = { NULL, false };
	const struct pair *pair = NULL;
	size_t i;

	for (i = 0; !pair && i < sizeof known / sizeof known[0]; i++)
		pair = find(known[i], name);
	if (!pair) {
		variable.text = exchange_account_value(work, name);
		if (variable.text)
			return variable;
	}
	for (i = 0; !pair && i < sizeof read / sizeof read[0]; i++)
		pair = find(read[i], name);
	if (pair) {
		variable.text = pair->text;
		variable.raw = pair->raw;
	} else {
		variable.text = default_value(view, name);
	}
	return variable;
}

const char *
exchange_request_value(struct work *work, const char *name)
{
	struct view view = { work, NULL, work->mine };

	return get(&view, name).text;
}

const char *
exchange_request_piece(struct work *work, const char *text,
	const struct record *record, struct fail *fail)
{
	char address[ADDRESS_TEXT];
	struct pair ip = { NULL, "ip", NULL, false };
	struct view view = { work, NULL, work->mine };
	const struct scope scope = { .get = get, .arg = &view };
	const char *made = NULL;
	struct buf out = { 0 };
	enum expansion done;

	if (record) {
		address_format(record->address, address);
		/* Others of a set stay as they were written. */
		ip.text = record->text ? record->text : address;
		view.extra = &ip;
		view.record = record->item ? record : NULL;
	}
	done = (*text == '<' ? template_xml : template_json)(
		&out, text, &scope, fail);
	if (done == EXPAND_DONE)
		made = mem_textn(work->exchange->mem, buf_text(&out), out.len);
	else if (done == EXPAND_UNSET)
		fail_set(fail, "nothing is left to be sent");
	buf_free(&out);
	return made;
}

bool
exchange_request_line(struct work *work, const char *text, struct buf *out)
{
	struct view view = { work, NULL, work->mine };
	const struct scope scope = { .get = get, .arg = &view };
	struct fail fail;

	return template_line(out, text, &scope, &fail) == EXPAND_DONE;
}

/* Words are split before they are expanded: a value may hold spaces. */
static bool
put_auth(struct work *work, struct request *request, const struct scope *scope,
	struct fail *fail)
{
	struct mem *mem = work->exchange->mem;
	const char *text = work->row->auth;
	enum expansion done = EXPAND_DONE;
	struct buf out = { 0 };
	size_t i, len, count;
	char *scheme, *word;

	if (!text)
		return true;
	len = strcspn(text, " ");
	scheme = mem_textn(mem, text, len);
	count = sign_words(scheme) ? sign_word_count(scheme) : 0;
	if (count == 0) {
		buf_str(&out, "Authorization: ");
		done = template_line(&out, text, scope, fail);
		if (done == EXPAND_DONE)
			field_add(mem, &request->fields, buf_text(&out));
	}
	for (i = 0; i < count && done == EXPAND_DONE; i++) {
		text += len + strspn(text + len, " ");
		len = i + 1 < count ? strcspn(text, " ") : strlen(text);
		word = mem_textn(mem, text, len);
		buf_cut(&out, 0);
		done = template_line(&out, word, scope, fail);
		request->words[i] = mem_text(mem, buf_text(&out));
	}
	if (count > 0 && done == EXPAND_DONE)
		request->scheme = scheme;
	buf_free(&out);
	return done != EXPAND_BAD;
}

/* Everything that makes two requests of an account the same. */
static const char *
request_key(struct mem *mem, const struct request *request)
{
	const struct field *field;
	struct buf out = { 0 };
	const char *key;
	size_t i;

	buf_printf(&out, "%d %s %s\n", request->family, request->method,
		request->url);
	for (field = request->fields; field; field = field->next)
		buf_printf(&out, "%s: %s\n", field->name, field->value);
	for (i = 0; request->scheme && i < EXCHANGE_WORDS; i++)
		if (request->words[i])
			buf_printf(&out, "%s\n", request->words[i]);
	buf_printf(&out, "\n%s", request->body ? request->body : "");
	key = mem_textn(mem, buf_text(&out), out.len);
	buf_free(&out);
	return key;
}

bool
exchange_request_room(struct exchange *exchange, struct fail *fail)
{
	const size_t size = mem_size(exchange->mem);
	size_t more = size > exchange->pooled ? size - exchange->pooled : 0;

	if (size > exchange->room || !memory_hold(more, exchange->held))
		return fail_set(fail, "%s", EXCHANGE_TOO_LARGE);
	exchange->pooled += more;
	exchange->held += more;
	return true;
}

struct request *
exchange_request_make(struct work *work, const struct row_request *template,
	const struct pair *extra, struct fail *fail)
{
	struct mem *mem = work->exchange->mem;
	const struct row *row = work->row;
	struct view view = { work, extra, work->mine };
	const struct scope scope = { .get = get, .arg = &view };
	const struct request_place place = { mem, &scope, row->url,
		work->exchange->account->server, row->fields };
	struct request *request = mem_take(mem, sizeof *request);
	struct request_made made;

	if (!exchange_request_room(work->exchange, fail) ||
		!request_expand(&template->text, &place, &made, fail))
		return NULL;
	request->method = template->text.method;
	request->url = made.url;
	request->fields = made.fields;
	request->body = made.body;
	/* A service that publishes the sender's address must see our own. */
	request->proxy = !row->senders;
	if (row->senders)
		request->family = work->job->type == ROW_A ? 4 : 6;
	if (!put_auth(work, request, &scope, fail))
		return NULL;
	request->key = request_key(mem, request);
	if (strlen(request->key) > EXCHANGE_REQUEST) {
		fail_set(fail, "the request has more than %d bytes",
			EXCHANGE_REQUEST);
		return NULL;
	}
	return request;
}

/* Words are split before they are expanded, as those of `auth`. */
static bool
make_jwt(struct work *work, struct fail *fail)
{
	struct exchange *exchange = work->exchange;
	const char *words = work->row->jwt;
	size_t len = strcspn(words, " \t");
	const char *scope = words + len + strspn(words + len, " \t");
	struct view view = { work, NULL, NULL };
	const struct scope variables = { .get = get, .arg = &view };
	struct buf key = { 0 }, token = { 0 };
	struct sign_claim claim = { NULL, scope, clock_now() };
	bool fine;

	fine = template_line(&key, mem_textn(exchange->mem, words, len),
		       &variables, fail) == EXPAND_DONE;
	claim.key = buf_text(&key);
	fine = fine && sign_jwt(&token, &claim, fail);
	if (fine) {
		secret_hide(buf_text(&token));
		exchange_pair_add(
			exchange->mem, &exchange->jwt, "jwt", buf_text(&token));
	}
	buf_free(&key);
	buf_free(&token);
	return fine;
}

struct request *
exchange_request_first(struct work *work, enum row_step step, struct fail *fail)
{
	static struct pair offset = { NULL, "offset", "0", false };
	static const struct pair first = { &offset, "page", "1", false };
	const struct row_request *template = work->row->step[step];
	const struct row_reading *reading = template->reading;
	const bool told = reading && reading->page;

	if (step == STEP_LOGIN && work->row->jwt && !work->exchange->jwt &&
		!make_jwt(work, fail))
		return NULL;
	return exchange_request_make(
		work, template, told ? &offset : &first, fail);
}
