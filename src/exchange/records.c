/* SPDX-License-Identifier: ISC */
/* The records of a name, as the answers to `records` and `record` show them. */
#include <string.h>
#include <strings.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "json/json.h"

/* The records of an answer on their way into work->records. */
struct reader {
	struct work *work;
	const struct row_reading *reading;
	struct record **end;
	struct item **listed;
	int count;          /* of what is listed */
	size_t known, bare; /* items with a name and type, and without */
	const char *ip;     /* pointer to an address, NULL: none */
	const char *list;   /* to the list of addresses in an item, "": none */
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
add_record(struct reader *reader, const char *text, struct address address)
{
	struct mem *mem = reader->work->exchange->mem;
	struct address *copy = mem_take(mem, sizeof *copy);
	struct record *record = mem_take(mem, sizeof *record);

	*copy = address;
	record->item = reader->item;
	record->vars = reader->beside;
	record->text = mem_text(mem, text);
	record->address = copy;
	*reader->end = record;
	reader->end = &record->next;
}

static bool
add_address(struct reader *reader, const char *text)
{
	int family = reader->work->job->type == ROW_A ? 4 : 6;
	struct address address;

	if (!address_parse(&address, text, strlen(text)))
		return false;
	if (address.family == family) {
		add_record(reader, text, address);
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

/* Whether an item is the work's, by name and type as far as they are read. One
 * that has none is of a kind that we do not know, and not ours. */
static bool
is_ours(struct reader *reader, struct json_t *item)
{
	static const struct {
		const char *variable;
		bool (*is)(const struct work *work, const char *text);
	} keys[] = { { "name", is_name }, { "type", is_type } };
	struct buf text = { 0 };
	bool ours = true, known = true;
	size_t i;

	for (i = 0; known && ours && i < sizeof keys / sizeof keys[0]; i++) {
		if (!exchange_answer_pointer(reader->reading, keys[i].variable))
			continue;
		buf_cut(&text, 0);
		known = exchange_answer_text(item, reader->reading,
			keys[i].variable, &text, reader->fail);
		ours = known && keys[i].is(reader->work, buf_text(&text));
	}
	reader->known += known;
	reader->bare += !known;
	buf_free(&text);
	return ours;
}

/* An element of the list of addresses, or the item itself. */
static bool
each_element(struct json_t *element, void *arg)
{
	struct reader *reader = arg;

	reader->beside = exchange_answer_vars(reader->work->exchange->mem,
		element, reader->reading, reader->list, true);
	json_find(element, reader->ip + strlen(reader->list), each_address,
		reader);
	return reader->fine;
}

/* Adds the addresses of an item that counts. */
static bool
take_addresses(struct reader *reader, struct json_t *item)
{
	json_find(item, reader->list, each_element, reader);
	reader->fine =
		reader->fine && reader->item->count + reader->item->others > 0;
	if (reader->fine && reader->item->count == 0)
		add_record(reader, "no address of this type",
			(struct address){ .family = 0 });
	if (!reader->fine)
		fail_set(reader->fail, "no address at %s", reader->ip);
	return reader->fine;
}

/* Adds an item that `record` will show. */
static bool
list_item(struct reader *reader)
{
	const struct work *work = reader->work;
	const struct row_binding *binding = reader->reading->bindings;

	for (; binding; binding = binding->next)
		if (!exchange_pair_find(
			    reader->item->vars, binding->variable) &&
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
each_item(struct json_t *item, void *arg)
{
	struct reader *reader = arg;
	struct mem *mem = reader->work->exchange->mem;
	struct pair **vars;

	if (!is_ours(reader, item))
		return true;
	reader->fine =
		exchange_request_room(reader->work->exchange, reader->fail);
	if (!reader->fine)
		return false;
	reader->beside = NULL;
	reader->item = mem_take(mem, sizeof *reader->item);
	reader->item->vars = exchange_answer_vars(
		mem, item, reader->reading, reader->list, false);
	if (reader->ip) {
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
list_of(struct mem *mem, const char *ip)
{
	const char *last = ip ? strrchr(ip, '/') : NULL;

	if (last && last[1] && last[1 + strspn(last + 1, "0123456789")] == '\0')
		return "";
	return last ? mem_textn(mem, ip, (size_t)(last - ip)) : "";
}

/* All items of all pages. */
static bool
walk(struct reader *reader, const struct call *call)
{
	for (; call && reader->fine; call = call->more)
		if (!exchange_answer_items(call, reader->reading, each_item,
			    reader, reader->fail))
			return false;
	return true;
}

/* Those that may be the work's, in the order of all: named as the whole name,
 * or as what of it stands before the zone. */
static bool
look_up(struct reader *reader, const struct call *call)
{
	const struct work *work = reader->work;
	const char *sub = exchange_pair_find(work->names, "sub");
	const char *const names[] = { work->job->name, sub,
		sub && !*sub ? "@" : NULL };
	const struct exchange_entry *found[3] = { NULL }, **next;
	size_t i;

	if (!exchange_index_counts(
		    call, &reader->known, &reader->bare, reader->fail))
		return false;
	for (i = 0; i < 3; i++)
		if (names[i])
			found[i] = exchange_index_find(call, names[i]);
	while (reader->fine) {
		next = NULL;
		for (i = 0; i < 3; i++)
			if (found[i] && (!next || found[i]->at < (*next)->at))
				next = &found[i];
		if (!next)
			break;
		reader->known--; /* unless it has a type */
		each_item((*next)->item, reader);
		*next = (*next)->next;
	}
	return true;
}

bool
exchange_records_take(
	struct work *work, const struct call *call, struct fail *fail)
{
	const struct row_reading *reading =
		work->row->step[work->step]->reading;
	const char *ip = exchange_answer_pointer(reading, "ip");
	struct reader reader = { .work = work,
		.reading = reading,
		.ip = ip,
		.list = list_of(work->exchange->mem, ip),
		.end = &work->records,
		.listed = &work->listed,
		.fail = fail,
		.fine = true };

	while (*reader.end)
		reader.end = &(*reader.end)->next;
	if (!(exchange_index_serves(call, reading, "name") ? look_up : walk)(
		    &reader, call))
		return false;
	/* *fail says what the last one lacks */
	return reader.fine && (reader.known > 0 || reader.bare == 0);
}
