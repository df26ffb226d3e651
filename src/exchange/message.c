#include <string.h>

#include "address.h"
#include "buf.h"
#include "clock.h"
#include "config/config.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "provider/account.h"
#include "request.h"
#include "secret.h"
#include "sign/sign.h"
#include "template/template.h"

/* From where one expansion takes its variables. */
struct view {
	const struct work *work;
	const struct pair *extra;
	const struct held *held; /* NULL: no record */
};

static const struct pair *
find(const struct pair *pairs, const char *name)
{
	while (pairs && strcmp(pairs->name, name) != 0)
		pairs = pairs->next;
	return pairs;
}

const char *
pair_find(const struct pair *pairs, const char *name)
{
	const struct pair *pair = find(pairs, name);

	return pair ? pair->text : NULL;
}

void
pair_add(struct mem *mem, struct pair **pairs, const char *name,
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
account_value(const struct work *work, const char *name)
{
	return value_find(work, work->exchange->account->values, name);
}

/* What the row writes; its `ttl` is for records that are not there yet. */
static const char *
default_value(const struct view *view, const char *name)
{
	if (strcmp(name, "ttl") == 0)
		return view->held ? NULL : view->work->row->ttl;
	return value_find(
		view->work, view->work->exchange->account->defaults, name);
}

/* ddns-providers(5), VARIABLES: the order in which places are asked. */
static struct variable
get(void *arg, const char *name)
{
	const struct view *view = arg;
	const struct work *work = view->work;
	const struct pair *const known[] = { view->extra, work->names,
		work->fixed, work->value, work->exchange->jwt };
	const struct held *held = view->held;
	const struct pair *const read[] = { held ? held->vars : NULL,
		held ? held->item->vars : NULL, work->zone_vars,
		work->login_vars };
	struct variable variable = { NULL, false };
	const struct pair *pair = NULL;
	size_t i;

	for (i = 0; !pair && i < sizeof known / sizeof known[0]; i++)
		pair = find(known[i], name);
	if (!pair) {
		variable.text = account_value(work, name);
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
message_item(struct work *work, const char *text, const struct held *held,
	struct fail *fail)
{
	char address[ADDRESS_TEXT];
	struct pair ip = { NULL, "ip", NULL, false };
	struct view view = { work, NULL, work->mine };
	const struct scope scope = { get, &view };
	const char *made = NULL;
	struct buf out = { 0 };
	enum expansion done;

	if (held) {
		address_format(held->address, address);
		/* Others of a set stay as they were written. */
		ip.text = held->text ? held->text : address;
		view.extra = &ip;
		view.held = held->item ? held : NULL;
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
message_line(struct work *work, const char *text, struct buf *out)
{
	struct view view = { work, NULL, work->mine };
	const struct scope scope = { get, &view };
	struct fail fail;

	return template_line(out, text, &scope, &fail) == EXPAND_DONE;
}

/* Words are split before they are expanded: a value may hold blanks. */
static bool
put_auth(struct work *work, struct message *message, const struct scope *scope,
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
			field_add(mem, &message->fields, buf_text(&out));
	}
	for (i = 0; i < count && done == EXPAND_DONE; i++) {
		text += len + strspn(text + len, " ");
		len = i + 1 < count ? strcspn(text, " ") : strlen(text);
		word = mem_textn(mem, text, len);
		buf_cut(&out, 0);
		done = template_line(&out, word, scope, fail);
		message->words[i] = mem_text(mem, buf_text(&out));
	}
	if (count > 0 && done == EXPAND_DONE)
		message->scheme = scheme;
	buf_free(&out);
	return done != EXPAND_BAD;
}

/* Everything that makes two requests of an account the same. */
static const char *
message_key(struct mem *mem, const struct message *message)
{
	const struct field *field;
	struct buf out = { 0 };
	const char *key;
	size_t i;

	buf_printf(&out, "%d %s %s\n", message->family, message->method,
		message->url);
	for (field = message->fields; field; field = field->next)
		buf_printf(&out, "%s: %s\n", field->name, field->value);
	for (i = 0; message->scheme && i < EXCHANGE_WORDS; i++)
		if (message->words[i])
			buf_printf(&out, "%s\n", message->words[i]);
	buf_printf(&out, "\n%s", message->body ? message->body : "");
	key = mem_textn(mem, buf_text(&out), out.len);
	buf_free(&out);
	return key;
}

const struct message *
message_make(struct work *work, const struct row_request *request,
	const struct pair *extra, struct fail *fail)
{
	struct mem *mem = work->exchange->mem;
	const struct row *row = work->row;
	struct view view = { work, extra, work->mine };
	const struct scope scope = { get, &view };
	const struct request_place place = { mem, &scope, row->url,
		work->exchange->account->server, row->fields };
	struct message *message = mem_take(mem, sizeof *message);
	struct request_made made;

	if (!request_expand(&request->text, &place, &made, fail))
		return NULL;
	message->method = request->text.method;
	message->url = made.url;
	message->fields = made.fields;
	message->body = made.body;
	/* A service that publishes the sender's address must see our own. */
	message->proxy = !row->senders;
	if (row->senders)
		message->family = work->job->type == ROW_A ? 4 : 6;
	if (!put_auth(work, message, &scope, fail))
		return NULL;
	message->key = message_key(mem, message);
	if (strlen(message->key) > EXCHANGE_REQUEST) {
		fail_set(fail, "the request has more than %d bytes",
			EXCHANGE_REQUEST);
		return NULL;
	}
	return message;
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
	const struct scope variables = { get, &view };
	struct buf key = { 0 }, token = { 0 };
	struct sign_claim claim = { NULL, scope, clock_now() };
	bool fine;

	fine = template_line(&key, mem_textn(exchange->mem, words, len),
		       &variables, fail) == EXPAND_DONE;
	claim.key = buf_text(&key);
	fine = fine && sign_jwt(&token, &claim, fail);
	if (fine) {
		secret_hide(buf_text(&token));
		pair_add(
			exchange->mem, &exchange->jwt, "jwt", buf_text(&token));
	}
	buf_free(&key);
	buf_free(&token);
	return fine;
}

const struct message *
message_first(struct work *work, int step, struct fail *fail)
{
	static struct pair offset = { NULL, "offset", "0", false };
	static const struct pair first = { &offset, "page", "1", false };
	const struct row_request *request = work->row->step[step];
	const struct row_reading *reading = request->reading;
	const bool told = reading && reading->page;

	if (step == STEP_LOGIN && work->row->jwt && !work->exchange->jwt &&
		!make_jwt(work, fail))
		return NULL;
	return message_make(work, request, told ? &offset : &first, fail);
}
