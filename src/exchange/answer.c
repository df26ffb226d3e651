/* SPDX-License-Identifier: ISC */
/* Items of an answer, and the variables that a row reads from them. */
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "json/json.h"
#include "secret.h"

static bool
skip(struct json_t *value, void *arg)
{
	(void)value;
	(void)arg;
	return false;
}

/* XML cannot show a list of none; its parent is there all the same. The root
 * is no sign, for every page of a proxy has one. */
static bool
parent_there(const struct call *page, const char *pointer)
{
	const char *last = strrchr(pointer, '/');
	struct buf parent = { 0 };
	bool there;

	if (!last || last == pointer || page->work->row->format != FORMAT_XML)
		return false;
	buf_add(&parent, pointer, (size_t)(last - pointer));
	there = json_find(page->doc, buf_text(&parent), skip, NULL) !=
		JSON_ABSENT;
	buf_free(&parent);
	return there;
}

bool
exchange_answer_items(const struct call *page,
	const struct row_reading *reading,
	bool (*each)(struct json_t *item, void *arg), void *arg,
	struct fail *fail)
{
	const char *items = reading->items ? reading->items : "";
	const bool xml = page->work->row->format == FORMAT_XML;
	enum json_met met;

	if (!page->doc)
		return fail_set(fail, "%s", page->fail->text);
	if (json_is_list(page->doc) != reading->list)
		return fail_set(
			fail, "%s", reading->list ? "not a list" : "a list");
	met = json_find(page->doc, items, each, arg);
	if (met == JSON_ABSENT && !parent_there(page, items))
		return fail_set(fail, "nothing at %s", items);
	if (met == JSON_VALUE && !xml)
		return fail_set(fail, "not a list at %s", items);
	return true;
}

const char *
exchange_answer_pointer(const struct row_reading *reading, const char *variable)
{
	const struct row_binding *binding = reading->bindings;

	while (binding && strcmp(binding->variable, variable) != 0)
		binding = binding->next;
	return binding ? binding->pointer : NULL;
}

bool
exchange_answer_text(struct json_t *item, const struct row_reading *reading,
	const char *variable, struct buf *out, struct fail *fail)
{
	const char *pointer = exchange_answer_pointer(reading, variable);

	if (pointer &&
		(json_first(item, pointer, out) ||
			json_find(item, pointer, skip, NULL) == JSON_NOTHING))
		return true;
	return fail_set(fail, "an item without %s", variable);
}

struct pair *
exchange_answer_vars(struct mem *mem, struct json_t *at,
	const struct row_reading *reading, const char *list, bool below)
{
	const struct row_binding *binding;
	const size_t len = strlen(list);
	struct pair *vars = NULL;
	struct buf text = { 0 };
	bool is;

	for (binding = reading->bindings; binding; binding = binding->next) {
		is = len > 0 && strncmp(binding->pointer, list, len) == 0 &&
		     binding->pointer[len] == '/';
		buf_cut(&text, 0);
		if (!row_compared(binding->variable) && is == below &&
			json_first(
				at, binding->pointer + (is ? len : 0), &text))
			exchange_pair_add(
				mem, &vars, binding->variable, buf_text(&text));
	}
	buf_free(&text);
	return vars;
}

static bool
keep_item(struct json_t *item, void *arg)
{
	*(struct json_t **)arg = item;
	return false;
}

bool
exchange_answer_login(
	struct work *work, const struct call *call, struct fail *fail)
{
	const struct row_reading *reading = call->template->reading;
	const struct row_binding *binding;
	struct json_t *item = NULL;
	const char *text;

	if (!reading)
		return true;
	if (!exchange_answer_items(call, reading, keep_item, &item, fail))
		return false;
	if (item)
		work->login_vars = exchange_answer_vars(
			work->exchange->mem, item, reading, "", false);
	for (binding = reading->bindings; binding; binding = binding->next) {
		text = exchange_pair_find(work->login_vars, binding->variable);
		if (!text)
			return fail_set(
				fail, "nothing at %s", binding->pointer);
		if (strlen(text) > EXCHANGE_SECRET)
			return fail_set(fail, "more than %d bytes at %s",
				EXCHANGE_SECRET, binding->pointer);
		secret_hide(text);
	}
	return true;
}
