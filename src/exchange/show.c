/* What a job would send, for people. */
#include <string.h>

#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "secret.h"
#include "sign/sign.h"

/* The URL with the braces of what is not known yet. */
static void
put_url(struct buf *out, const char *url)
{
	for (; *url; url++) {
		if (strncmp(url, "%7B", 3) != 0 &&
			strncmp(url, "%7D", 3) != 0) {
			buf_char(out, *url);
			continue;
		}
		buf_char(out, url[2] == 'B' ? '{' : '}');
		url += 2;
	}
}

static void
put(struct buf *out, const struct request *request)
{
	const struct field *field;

	buf_printf(out, "%s ", request->method);
	put_url(out, request->url);
	buf_char(out, '\n');
	for (field = request->fields; field; field = field->next)
		buf_printf(out, "    %s: %s\n", field->name, field->value);
	if (request->scheme)
		buf_printf(out, "    Authorization: %s ***\n", request->scheme);
	if (request->body)
		buf_printf(out, "    %s\n", request->body);
}

static void
show(struct buf *out, struct work *work, enum row_step step)
{
	bool item = !work->row->step[step]->text.method;
	struct request *request = NULL;
	struct fail fail;

	work->write = step;
	if (step < STEP_SET || exchange_choose_value(work, &fail)) {
		if (!item)
			request = exchange_request_first(work, step, &fail);
		else if (exchange_batch_add(work, &fail))
			request = exchange_batch_alone(work, &fail);
	}
	if (request)
		put(out, request);
	else
		buf_printf(out, "%s: cannot be sent: %s\n", row_step_name(step),
			fail.text);
}

/* {+name} takes a path, so that its stand-in has to be one. */
static bool
is_path(const struct row *row, const char *name)
{
	struct buf expression = { 0 };
	bool found = false;
	int i;

	buf_printf(&expression, "{+%s}", name);
	for (i = 0; i < STEPS && !found; i++)
		found = row->step[i] && row->step[i]->text.url &&
			strstr(row->step[i]->text.url, buf_text(&expression));
	buf_free(&expression);
	return found;
}

static void
stand_in(struct work *work, struct pair **pairs, const char *name)
{
	struct mem *mem = work->exchange->mem;

	exchange_pair_add(mem, pairs, name,
		mem_printf(mem, "%s{%s}", is_path(work->row, name) ? "/" : "",
			name));
	(*pairs)->raw = true;
}

/* Adds what the answer to a step will tell, each as its own name. */
static void
tell(struct work *work, enum row_step step, struct pair **pairs)
{
	const struct row_request *template = work->row->step[step];
	const struct row_binding *binding;

	if (!template || !template->reading)
		return;
	for (binding = template->reading->bindings; binding;
		binding = binding->next)
		if (!row_compared(binding->variable))
			stand_in(work, pairs, binding->variable);
}

static void
show_zones(struct buf *out, struct work *work)
{
	static const char *const told[] = { "zone", "name", "sub" };
	const char *zone = work->exchange->account->zone;
	const char *name = work->job->name;
	size_t i;

	if (zone || exchange_zone_asked(work))
		exchange_zone_set(work,
			zone ? zone
			     : name + (strncmp(name, "*.", 2) == 0 ? 2 : 0));
	if (!exchange_zone_asked(work))
		return;
	show(out, work, STEP_ZONES);
	tell(work, STEP_ZONES, &work->zone_vars);
	if (zone)
		return;
	work->names = NULL;
	for (i = 0; i < sizeof told / sizeof told[0]; i++)
		stand_in(work, &work->names, told[i]);
}

static void
show_records(struct buf *out, struct work *work, struct item *item)
{
	if (!work->row->step[STEP_RECORDS])
		return;
	show(out, work, STEP_RECORDS);
	tell(work, STEP_RECORDS, &item->vars);
	if (work->row->step[STEP_RECORD])
		show(out, work, STEP_RECORD);
	tell(work, STEP_RECORD, &item->vars);
}

/* For a record that is there, and for one that is not if that differs. */
static void
show_writes(struct buf *out, struct work *work)
{
	enum row_step change = exchange_choose_step(work->row, true);
	enum row_step make = exchange_choose_step(work->row, false);
	struct item item = { .count = 1 };
	struct record record = { .item = &item, .address = work->job->want };

	if (work->row->step[STEP_RECORDS])
		work->mine = &record;
	show_records(out, work, &item);
	work->records = work->mine ? &record : NULL;
	if (change != STEPS)
		show(out, work, change);
	if (change == STEP_CREATE && work->mine)
		show(out, work, STEP_DELETE);
	work->records = NULL;
	work->mine = NULL;
	if (make != STEPS && make != change)
		show(out, work, make);
	if (work->row->step[STEP_PUBLISH])
		show(out, work, STEP_PUBLISH);
}

void
exchange_preview(struct buf *out, const struct account *account,
	const struct exchange_job *job)
{
	struct mem *mem = mem_new();
	struct exchange exchange = { .mem = mem, .account = account };
	struct exchange_job copy = *job;
	struct work *work = exchange_work_make(&exchange, &copy);
	size_t start = out->len;

	if (work->row->step[STEP_LOGIN])
		show(out, work, STEP_LOGIN);
	tell(work, STEP_LOGIN, &work->login_vars);
	show_zones(out, work);
	show_writes(out, work);
	secret_mask(out, start);
	mem_free(mem);
}
