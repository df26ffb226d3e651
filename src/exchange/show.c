/* SPDX-License-Identifier: ISC */
/* What a dry run learns: what was read, and what would be written. */
#include <string.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "secret.h"

static void
put(struct buf *out, const struct request *request)
{
	const struct field *field;

	buf_printf(out, "%s %s\n", request->method, request->url);
	for (field = request->fields; field; field = field->next)
		buf_printf(out, "    %s: %s\n", field->name, field->value);
	if (request->scheme)
		buf_printf(out, "    Authorization: %s ***\n", request->scheme);
	if (request->body)
		buf_printf(out, "    %s\n", request->body);
}

struct exchange_shown *
exchange_show_request(const struct work *work, const struct request *request)
{
	struct mem *mem = work->job->dry->mem;
	struct exchange_shown *shown = mem_take(mem, sizeof *shown);
	struct buf out = { 0 };

	put(&out, request);
	secret_mask(&out, 0);
	shown->text = mem_text(mem, buf_text(&out));
	buf_free(&out);
	return shown;
}

void
exchange_show_call(struct work *work, const struct call *call)
{
	struct exchange_dry *dry = work->job->dry;
	struct exchange_shows **end = &dry->requests;

	while (*end)
		end = &(*end)->next;
	for (; call; call = call->more) {
		*end = mem_take(dry->mem, sizeof **end);
		(*end)->shown = call->shown;
		call->shown->sent = !call->kept;
		end = &(*end)->next;
	}
}

/* Adds "NAME BEFORE -> AFTER", or one of them where that is all. */
static void
add_trait(struct work *work, const char *name, const char *before,
	const char *after)
{
	struct exchange_dry *dry = work->job->dry;
	struct exchange_trait **end = &dry->traits;
	struct buf out = { 0 };

	before = before ? before : after;
	after = after ? after : before;
	if (!before)
		return;
	buf_printf(&out, "%s ", name);
	buf_printable(&out, before, strlen(before));
	if (strcmp(before, after) != 0) {
		buf_str(&out, " -> ");
		buf_printable(&out, after, strlen(after));
	}
	while (*end)
		end = &(*end)->next;
	*end = mem_take(dry->mem, sizeof **end);
	(*end)->text = mem_text(dry->mem, buf_text(&out));
	buf_free(&out);
}

/* What was read of the record and is kept, but for its id. */
static void
add_read(struct work *work, const struct row_reading *reading)
{
	const struct row_binding *binding = reading->bindings;
	const struct record *mine = work->mine;
	const char *before;

	for (; binding; binding = binding->next) {
		if (row_compared(binding->variable) ||
			strcmp(binding->variable, "id") == 0)
			continue;
		before =
			mine ? exchange_pair_find(mine->vars, binding->variable)
			     : NULL;
		if (mine && !before)
			before = exchange_pair_find(
				mine->item->vars, binding->variable);
		add_trait(work, binding->variable, before,
			exchange_request_value(work, binding->variable));
	}
}

void
exchange_show_record(struct work *work)
{
	const struct row_request *const *step = work->row->step;
	const struct record *record;

	if (!step[STEP_RECORDS])
		return;
	work->job->dry->read = true;
	add_read(work, step[STEP_RECORDS]->reading);
	if (step[STEP_RECORD])
		add_read(work, step[STEP_RECORD]->reading);
	for (record = work->records; record; record = record->next)
		if (record != work->mine && record->address->family)
			add_trait(work, "beside", record->text, NULL);
}
