/* SPDX-License-Identifier: ISC */
/*
 * A request with its answer: shared by all works that ask the same, and
 * followed by the calls for the further pages of a list.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "memory.h"

/* Before those of names that come later: so one that was begun comes to its
 * end, however little time there is for all. */
static void
line_up(struct exchange *exchange, struct call *call)
{
	struct call **place = exchange->unsent;
	const struct call *last = exchange->last;

	if (last && last->work->place <= call->work->place)
		place = &exchange->last->next;
	while (*place && (*place)->work->place <= call->work->place)
		place = &(*place)->next;
	call->next = *place;
	*place = call;
	if (!call->next)
		exchange->last = call;
}

static struct call *
call_new(struct work *work, const struct row_request *template,
	struct request *request)
{
	struct exchange *exchange = work->exchange;
	struct call *call = mem_take(exchange->mem, sizeof *call);

	call->exchange = exchange;
	call->work = work;
	call->template = template;
	call->request = request;
	if (exchange->dry)
		call->shown = exchange_show_request(work, request);
	call->first = call->says = call;
	call->page = 1;
	call->retry_after = -1;
	call->fail = mem_take(exchange->mem, sizeof *call->fail);
	call->verdict = mem_take(exchange->mem, sizeof *call->verdict);
	line_up(exchange, call);
	return call;
}

void
exchange_call_key(const void *call, const char *key[TABLE_KEY])
{
	const struct call *of = call;

	key[0] = of->request->key;
	key[1] = of->template->paged ? "paged" : "";
}

bool
exchange_call_writes(const struct call *call)
{
	enum row_step step;

	for (step = STEP_LOGIN; step < STEP_SET; step++)
		if (call->template == call->work->row->step[step])
			return false;
	return true;
}

/* Whether it has to be asked anew. Not what writes: that fails instead. */
static bool
is_gone(const struct call *call)
{
	const struct call *page = call;

	if (!call->done || exchange_call_writes(call))
		return false;
	while (page && !page->closed)
		page = page->more;
	return page != NULL;
}

void
exchange_call_for(struct work *work, const struct row_request *template,
	struct request *request)
{
	struct exchange *exchange = work->exchange;
	const struct call like = { .template = template, .request = request };
	const char *key[TABLE_KEY] = { NULL };

	exchange_call_key(&like, key);
	work->call = table_find(&exchange->asked, key);
	if (!work->call || is_gone(work->call)) {
		work->call = call_new(work, template, request);
		table_add(&exchange->asked, work->call);
	}
	exchange_call_join(work, work->call);
}

void
exchange_call_join(struct work *work, struct call *call)
{
	work->call = call;
	exchange_work_queue(
		call->done ? &call->exchange->ready : &call->waiting, work);
}

void
exchange_call_end(struct call *first)
{
	struct work *work;

	first->done = true;
	while ((work = exchange_work_next(&first->waiting)))
		exchange_work_queue(&first->exchange->ready, work);
}

/* Reads the body as what the row takes answers for, if it is that. */
static void
read_body(struct call *call)
{
	static const char *const others[] = {
		[JSON_NEITHER] = "neither JSON nor XML",
		[JSON_JSON] = "JSON, not XML",
		[JSON_XML] = "XML or HTML, not JSON",
	};
	const bool xml = call->work->row->format == FORMAT_XML;
	const enum json_kind kind =
		json_kind(buf_text(&call->body), call->body.len);

	if (kind == (xml ? JSON_XML : JSON_JSON))
		call->doc = json_read(
			buf_text(&call->body), call->body.len, call->fail);
	else
		fail_set(call->fail, "%s", others[kind]);
}

/* Reads the body, and puts the call among those that are to be closed. */
static void
open_body(struct call *call)
{
	struct exchange *exchange = call->exchange;
	const size_t used = memory_used();

	if (call->status)
		read_body(call);
	call->size = memory_used() - used + call->head.len + call->body.len;
	call->open = true;
	call->opened = exchange->open;
	exchange->open = call;
}

void
exchange_call_take(struct call *call, const struct http_answer *answer)
{
	call->status = answer->status;
	call->retry_after = answer->retry_after;
	if (answer->fail)
		*call->fail = *answer->fail;
	buf_str(&call->head, answer->head);
	if (answer->body)
		buf_add(&call->body, answer->body, answer->len);
	open_body(call);
}

static void
open_again(struct call *page)
{
	if (page->open || !page->status)
		return;
	if (page->closed)
		page->first->fault = EXCHANGE_TOO_LARGE;
	else
		open_body(page);
}

void
exchange_call_open(struct call *call)
{
	struct call *page;

	open_again(call->says);
	for (page = call; page; page = page->more)
		open_again(page);
}

/* Whether so much of a call may be held. */
static bool
hold(struct call *call, size_t bytes)
{
	struct exchange *exchange = call->exchange;

	if (!memory_hold(bytes, exchange->held))
		return false;
	exchange->held += bytes;
	call->held += bytes;
	return true;
}

static void
release(struct call *call)
{
	memory_release(call->held);
	call->exchange->held -= call->held;
	call->held = 0;
}

static void
close_one(struct call *call)
{
	struct exchange *exchange = call->exchange;
	const size_t len = call->head.len + call->body.len;

	json_free(call->doc);
	call->doc = NULL;
	call->open = false;
	release(call);
	if (exchange->kept + len <= EXCHANGE_KEPT && hold(call, len)) {
		exchange->kept += len;
		return;
	}
	call->closed = true;
	buf_free(&call->head);
	buf_free(&call->body);
}

void
exchange_call_close(struct exchange *exchange)
{
	struct call **place = &exchange->open, *call;

	while ((call = *place)) {
		if (!call->first->done) {
			place = &call->opened;
			continue;
		}
		*place = call->opened;
		if (call == call->first) {
			buf_free(&call->seen);
			exchange_index_free(call);
		}
		close_one(call);
	}
}

void
exchange_call_free(struct call *call)
{
	release(call);
	exchange_index_free(call);
	json_free(call->doc);
	buf_free(&call->head);
	buf_free(&call->body);
	buf_free(&call->seen);
}

struct digest {
	const struct row_reading *reading;
	struct buf text;
	int items;
};

static bool
each_seen(struct json_t *item, void *arg)
{
	struct digest *digest = arg;
	const struct row_binding *binding;

	digest->items++;
	for (binding = digest->reading->bindings; binding;
		binding = binding->next) {
		json_first(item, binding->pointer, &digest->text);
		buf_char(&digest->text, '\n');
	}
	return true;
}

/* Whether an earlier page has named the same next one. */
static bool
was_asked(const struct call *page)
{
	const struct call *before = page->before;

	while (before && strcmp(before->token, page->token) != 0)
		before = before->before;
	return before != NULL;
}

/* Whether the answer tells of pages behind this one, or does not tell. What is
 * not a count, as is 0 beside items, does not tell where the list ends. */
static bool
tells_more(struct call *page)
{
	const char *pages = page->template->reading->pages;
	struct buf text = { 0 };
	bool more = true;
	size_t digits;

	if (pages && json_first(page->doc, pages, &text)) {
		digits = strspn(buf_text(&text), "0123456789");
		more = strtol(buf_text(&text), NULL, 10) > page->page;
		if (digits < text.len || strspn(buf_text(&text), "0") == digits)
			page->first->fault =
				"the number of pages is not a count";
	}
	buf_free(&text);
	return more && !page->first->fault;
}

/* Whether there is another page; its {page}, or NULL, in *next. */
static bool
answer_more(struct call *page, const char **next)
{
	struct mem *mem = page->exchange->mem;
	struct digest digest = { .reading = page->template->reading };
	struct buf text = { 0 };
	struct fail fail;
	bool more, again;

	if (!digest.reading || !page->doc)
		return false;
	exchange_answer_items(page, digest.reading, each_seen, &digest, &fail);
	page->items = digest.items + (page->before ? page->before->items : 0);
	/* what came again is no page, and counts once */
	again = page->before && strcmp(buf_text(&page->first->seen),
					buf_text(&digest.text)) == 0;
	if (again)
		page->before->more = NULL;
	buf_free(&page->first->seen);
	page->first->seen = digest.text;
	more = digest.items > 0 && !again;
	*next = mem_printf(mem, "%d", page->page + 1);
	if (digest.reading->page) {
		json_first(page->doc, digest.reading->page, &text);
		*next = page->token = mem_text(mem, buf_text(&text));
		/* some services give the last page a token, too */
		more = more && text.len > 0 && !was_asked(page);
	}
	buf_free(&text);
	return more && tells_more(page);
}

/* The pointers of all readings of lists: the types of an account may read each
 * its own from one list. NULL: they are but counted. */
static size_t
put_pointers(const struct call *page, struct mem *mem, const char **pointers)
{
	const struct row *row = page->exchange->account->row;
	const struct row_reading *reading;
	const struct row_binding *at;
	const char *items;
	size_t count = 0, i;

	for (i = 0; i < (size_t)ROW_TYPES * STEPS; i++) {
		const struct row_request *step = row[i / STEPS].step[i % STEPS];

		if (!step || !step->paged || !step->reading)
			continue;
		reading = step->reading;
		items = reading->items ? reading->items : "";
		if (pointers)
			pointers[count] = mem_printf(mem, "%s/", items);
		count++;
		for (at = reading->bindings; at; at = at->next, count++)
			if (pointers)
				pointers[count] = mem_printf(
					mem, "%s%s", items, at->pointer);
	}
	return count;
}

/* Frees what the row does not read of a page but the first, on which it decides
 * as well: all pages are there at a time. */
static void
slim(struct call *page)
{
	struct mem *mem = mem_new();
	const size_t used = memory_used(),
		     count = put_pointers(page, mem, NULL);
	const char **pointers = mem_take(mem, count * sizeof *pointers);
	struct json_t *rest;

	put_pointers(page, mem, pointers);
	rest = json_pick(page->doc, pointers, count);
	json_free(page->doc);
	page->doc = rest;
	mem_free(mem);
	page->size -= used - memory_used();
}

/* Asks for the page behind this one, if there is one. */
static bool
ask_more(struct call *page)
{
	const struct row_request *template = page->template;
	struct call *first = page->first, *more;
	struct request *request;
	struct pair offset = { NULL, "offset", NULL, false };
	struct pair next = { &offset, "page", NULL, false };

	if (!template->paged || !answer_more(page, &next.text))
		return false;
	if (page->page == EXCHANGE_PAGES) {
		first->fault = "more than 50 pages";
		return false;
	}
	if (page != first)
		slim(page);
	if (!hold(page, page->size + first->seen.len)) {
		first->fault = EXCHANGE_TOO_LARGE;
		return false;
	}
	offset.text = mem_printf(page->exchange->mem, "%d", page->items);
	request =
		exchange_request_make(first->work, template, &next, page->fail);
	if (!request) {
		first->fault = page->fail->text;
		return false;
	}
	more = call_new(first->work, template, request);
	more->first = first;
	more->before = page;
	more->page = page->page + 1;
	return true;
}

void
exchange_call_read(struct call *page)
{
	struct call *first = page->first;
	enum row_meaning meaning = exchange_meaning(first->work, page);
	bool more = false;

	/* Behind the last page, "no such page" ends the list. */
	if (meaning < MEANS_SAME && (page == first || meaning != MEANS_MISSING))
		first->says = page;
	if (meaning >= MEANS_SAME) {
		if (page->before)
			page->before->more = page;
		more = ask_more(page);
	}
	if (!more)
		exchange_call_end(first);
}
