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
#include "json/json.h"

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
	*exchange->calls_end = call;
	exchange->calls_end = &call->next;
	return call;
}

struct call *
exchange_call_for(struct work *work, const struct row_request *template,
	struct request *request)
{
	struct call *call;

	for (call = work->exchange->calls; call; call = call->next)
		if (call->first == call &&
			call->template->paged == template->paged &&
			strcmp(call->request->key, request->key) == 0)
			return call;
	return call_new(work, template, request);
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
	page->seen = mem_text(mem, buf_text(&digest.text));
	/* what came again is no page, and counts once */
	again = page->before && strcmp(page->before->seen, page->seen) == 0;
	if (again)
		page->before->more = NULL;
	more = digest.items > 0 && !again;
	*next = mem_printf(mem, "%d", page->page + 1);
	if (digest.reading->page) {
		json_first(page->doc, digest.reading->page, &text);
		*next = page->token = mem_text(mem, buf_text(&text));
		/* some services give the last page a token, too */
		more = more && text.len > 0 && !was_asked(page);
	}
	buf_cut(&text, 0);
	if (digest.reading->pages &&
		json_first(page->doc, digest.reading->pages, &text))
		more = more && strtol(text.at, NULL, 10) > page->page;
	buf_free(&text);
	buf_free(&digest.text);
	return more;
}

void
exchange_call_read(struct call *page)
{
	const struct row_request *template = page->template;
	struct call *first = page->first, *more;
	struct request *request;
	struct pair offset = { NULL, "offset", NULL, false };
	struct pair next = { &offset, "page", NULL, false };
	enum row_meaning meaning = exchange_meaning(first->work, page);

	first->done = true;
	/* Behind the last page, "no such page" ends the list. */
	if (meaning < MEANS_SAME && (page == first || meaning != MEANS_MISSING))
		first->says = page;
	if (meaning < MEANS_SAME)
		return;
	if (page->before)
		page->before->more = page;
	if (!template->paged || !answer_more(page, &next.text))
		return;
	if (page->page == EXCHANGE_PAGES) {
		first->fault = "more than 50 pages";
		return;
	}
	offset.text = mem_printf(page->exchange->mem, "%d", page->items);
	request =
		exchange_request_make(first->work, template, &next, page->fail);
	if (!request) {
		first->fault = page->fail->text;
		return;
	}
	first->done = false;
	more = call_new(first->work, template, request);
	more->first = first;
	more->before = page;
	more->page = page->page + 1;
}
