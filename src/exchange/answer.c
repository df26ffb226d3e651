#include <string.h>
#include <strings.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "json/json.h"
#include "name.h"
#include "provider/account.h"
#include "request.h"
#include "secret.h"

static bool
skip(struct json_t *value, void *arg)
{
	(void)value;
	(void)arg;
	return false;
}

/* XML cannot show a list of none; its parent is there all the same. */
static bool
parent_there(const struct call *page, const char *pointer)
{
	const char *last = strrchr(pointer, '/');
	struct buf parent = { 0 };
	bool there;

	if (!last || !json_is_xml(page->doc))
		return false;
	buf_add(&parent, pointer, (size_t)(last - pointer));
	there = json_find(page->doc, buf_text(&parent), skip, NULL) !=
		JSON_ABSENT;
	buf_free(&parent);
	return there;
}

bool
answer_items(const struct call *page, const struct row_reading *reading,
	bool (*each)(struct json_t *item, void *arg), void *arg,
	struct fail *fail)
{
	const char *items = reading->items ? reading->items : "";

	if (!page->doc)
		return fail_set(fail, "%s", page->fail->text);
	if (json_find(page->doc, items, each, arg) == JSON_ABSENT &&
		!parent_there(page, items))
		return fail_set(fail, "nothing at %s", items);
	return true;
}

static const char *
bound(const struct row_reading *reading, const char *variable)
{
	const struct row_binding *binding = reading->bindings;

	while (binding && strcmp(binding->variable, variable) != 0)
		binding = binding->next;
	return binding ? binding->pointer : NULL;
}

bool
answer_text(struct json_t *item, const struct row_reading *reading,
	const char *variable, struct buf *out)
{
	const char *pointer = bound(reading, variable);

	return pointer &&
	       (json_first(item, pointer, out) ||
		       json_find(item, pointer, skip, NULL) == JSON_NOTHING);
}

/* Reads the variables that stand beside an address, in an element of the list
 * of addresses, or all the others. list: "" if there is none. */
static struct pair *
read_vars(struct mem *mem, struct json_t *at, const struct row_reading *reading,
	const char *list, bool beside)
{
	const struct row_binding *binding;
	const size_t len = strlen(list);
	struct pair *vars = NULL;
	struct buf text = { 0 };
	bool below;

	for (binding = reading->bindings; binding; binding = binding->next) {
		below = len > 0 && strncmp(binding->pointer, list, len) == 0 &&
			binding->pointer[len] == '/';
		buf_cut(&text, 0);
		if (!row_compared(binding->variable) && below == beside &&
			json_first(at, binding->pointer + (below ? len : 0),
				&text))
			pair_add(
				mem, &vars, binding->variable, buf_text(&text));
	}
	buf_free(&text);
	return vars;
}

struct pair *
answer_vars(
	struct mem *mem, struct json_t *item, const struct row_reading *reading)
{
	return read_vars(mem, item, reading, "", false);
}

static bool
keep_item(struct json_t *item, void *arg)
{
	*(struct json_t **)arg = item;
	return false;
}

bool
answer_login(struct work *work, const struct call *call, struct fail *fail)
{
	const struct row_reading *reading = call->request->reading;
	const struct row_binding *binding;
	struct json_t *item = NULL;
	const char *text;

	if (!reading)
		return true;
	if (!answer_items(call, reading, keep_item, &item, fail))
		return false;
	if (item)
		work->login_vars =
			answer_vars(work->exchange->mem, item, reading);
	for (binding = reading->bindings; binding; binding = binding->next) {
		text = pair_find(work->login_vars, binding->variable);
		if (!text)
			return fail_set(
				fail, "nothing at %s", binding->pointer);
		secret_hide(text);
	}
	return true;
}

/* The records of an answer on their way into work->held. */
struct reader {
	struct work *work;
	const struct row_reading *reading;
	struct held **end;
	struct item **listed;
	int count;        /* of what is listed */
	const char *list; /* pointer to the list of addresses, "": none */
	struct item *item;
	const struct pair *beside; /* the address that is read */
	struct fail *fail;
	bool fine;
};

/* Whether the API has one type for records of both families. */
static bool
is_shared(const struct work *work)
{
	const struct row *rows = work->exchange->account->row;

	return strcmp(rows[ROW_A].type, rows[ROW_AAAA].type) == 0;
}

/* address: family 0 if the record is there without one of ours. */
static void
add_held(struct reader *reader, const char *text, struct address address)
{
	struct mem *mem = reader->work->exchange->mem;
	struct address *copy = mem_take(mem, sizeof *copy);
	struct held *held = mem_take(mem, sizeof *held);

	*copy = address;
	held->item = reader->item;
	held->vars = reader->beside;
	held->text = mem_text(mem, text);
	held->address = copy;
	*reader->end = held;
	reader->end = &held->next;
}

static bool
add_address(struct reader *reader, const char *text)
{
	int family = reader->work->job->type == ROW_A ? 4 : 6;
	struct address address;

	if (!address_parse(&address, text, strlen(text)))
		return false;
	if (address.family == family) {
		add_held(reader, text, address);
		reader->item->count++;
		return true;
	}
	reader->item->others++;
	return is_shared(reader->work);
}

static bool
each_address(struct json_t *value, void *arg)
{
	struct reader *reader = arg;
	struct buf text = { 0 };
	char *part, *rest;

	reader->fine = json_text(value, &text);
	part = reader->fine ? text.at : NULL;
	for (; reader->fine && part; part = rest) {
		/* One type for both families: one text for all addresses. */
		rest = is_shared(reader->work) ? strchr(part, ',') : NULL;
		if (rest)
			*rest++ = '\0';
		reader->fine = add_address(reader, part);
	}
	buf_free(&text);
	return reader->fine;
}

static bool
is_name(const struct work *work, const char *text)
{
	return name_is(text, work->job->name, work->zone);
}

static bool
is_type(const struct work *work, const char *text)
{
	/* some APIs take `A` and say `a` */
	return strcasecmp(text, work->row->type) == 0 ||
	       strcasecmp(text, row_types[work->job->type]) == 0;
}

/* Whether an item is the work's, by name and type as far as they are read. */
static bool
is_ours(struct reader *reader, struct json_t *item)
{
	static const struct {
		const char *variable;
		bool (*is)(const struct work *work, const char *text);
	} keys[] = { { "name", is_name }, { "type", is_type } };
	struct buf text = { 0 };
	bool ours = true;
	size_t i;

	for (i = 0; ours && i < sizeof keys / sizeof keys[0]; i++) {
		if (!bound(reader->reading, keys[i].variable))
			continue;
		buf_cut(&text, 0);
		reader->fine = answer_text(
			item, reader->reading, keys[i].variable, &text);
		ours = reader->fine &&
		       keys[i].is(reader->work, buf_text(&text));
		if (!reader->fine)
			fail_set(reader->fail, "an item without %s",
				keys[i].variable);
	}
	buf_free(&text);
	return ours;
}

/* An element of the list of addresses, or the item itself. */
static bool
each_element(struct json_t *element, void *arg)
{
	struct reader *reader = arg;
	const char *ip = bound(reader->reading, "ip");

	reader->beside = read_vars(reader->work->exchange->mem, element,
		reader->reading, reader->list, true);
	json_find(element, ip + strlen(reader->list), each_address, reader);
	return reader->fine;
}

/* Adds the addresses of an item that counts. */
static bool
take_addresses(struct reader *reader, struct json_t *item)
{
	const char *ip = bound(reader->reading, "ip");

	json_find(item, reader->list, each_element, reader);
	reader->fine =
		reader->fine && reader->item->count + reader->item->others > 0;
	if (reader->fine && reader->item->count == 0)
		add_held(reader, "no address of this type",
			(struct address){ .family = 0 });
	if (!reader->fine)
		fail_set(reader->fail, "no address at %s", ip);
	return reader->fine;
}

/* Adds an item that `record` will show. */
static bool
list_item(struct reader *reader)
{
	const struct work *work = reader->work;
	const struct row_binding *binding = reader->reading->bindings;

	for (; binding; binding = binding->next)
		if (!pair_find(reader->item->vars, binding->variable) &&
			request_holds(&work->row->step[STEP_RECORD]->text,
				binding->variable))
			return fail_set(reader->fail, "an item without %s",
				binding->variable);
	*reader->listed = reader->item;
	reader->listed = &reader->item->next;
	if (++reader->count > EXCHANGE_ITEMS)
		return fail_set(reader->fail,
			"more than %d records to be shown", EXCHANGE_ITEMS);
	return true;
}

static bool
each_record(struct json_t *item, void *arg)
{
	struct reader *reader = arg;
	struct mem *mem = reader->work->exchange->mem;
	struct pair **vars;

	if (!is_ours(reader, item))
		return reader->fine;
	reader->beside = NULL;
	reader->item = mem_take(mem, sizeof *reader->item);
	reader->item->vars =
		read_vars(mem, item, reader->reading, reader->list, false);
	if (bound(reader->reading, "ip")) {
		for (vars = &reader->item->vars; *vars; vars = &(*vars)->next)
			continue;
		if (reader->work->listed)
			*vars = reader->work->listed->vars;
		return take_addresses(reader, item);
	}
	reader->fine = list_item(reader);
	return reader->fine;
}

/* The pointer to an address without its last token, unless that is an index. */
static const char *
list_of(struct mem *mem, const struct row_reading *reading)
{
	const char *ip = bound(reading, "ip");
	const char *last = ip ? strrchr(ip, '/') : NULL;

	if (last && last[1] && last[1 + strspn(last + 1, "0123456789")] == '\0')
		return "";
	return last ? mem_textn(mem, ip, (size_t)(last - ip)) : "";
}

bool
answer_records(struct work *work, const struct call *call, struct fail *fail)
{
	const struct row_reading *reading =
		work->row->step[work->step]->reading;
	struct reader reader = { .work = work,
		.reading = reading,
		.list = list_of(work->exchange->mem, reading),
		.end = &work->held,
		.listed = &work->listed,
		.fail = fail,
		.fine = true };

	while (*reader.end)
		reader.end = &(*reader.end)->next;
	for (; call && reader.fine; call = call->more)
		if (!answer_items(
			    call, reader.reading, each_record, &reader, fail))
			return false;
	return reader.fine;
}
