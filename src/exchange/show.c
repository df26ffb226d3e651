#include <string.h>

#include "address.h"
#include "buf.h"
#include "exchange/internal.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "provider/account.h"
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
put(struct buf *out, const struct message *message)
{
	const struct field *field;

	buf_printf(out, "%s ", message->method);
	put_url(out, message->url);
	buf_char(out, '\n');
	for (field = message->fields; field; field = field->next)
		buf_printf(out, "    %s: %s\n", field->name, field->value);
	if (message->scheme)
		buf_printf(out, "    Authorization: %s ***\n", message->scheme);
	if (message->body)
		buf_printf(out, "    %s\n", message->body);
}

static void
show(struct buf *out, struct work *work, int step)
{
	bool item = !work->row->step[step]->text.method;
	const struct message *message = NULL;
	struct fail fail;

	work->write = step;
	if (step < STEP_SET || decide_value(work, &fail)) {
		if (!item)
			message = message_first(work, step, &fail);
		else if (batch_add(work, &fail))
			message = batch_alone(work, &fail);
	}
	if (message)
		put(out, message);
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

	pair_add(mem, pairs, name,
		mem_printf(mem, "%s{%s}", is_path(work->row, name) ? "/" : "",
			name));
	(*pairs)->raw = true;
}

/* Adds what the answer to a step will tell, each as its own name. */
static void
tell(struct work *work, int step, struct pair **pairs)
{
	const struct row_request *request = work->row->step[step];
	const struct row_binding *binding;

	if (!request || !request->reading)
		return;
	for (binding = request->reading->bindings; binding;
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

	if (zone || zone_asked(work))
		zone_set(work,
			zone ? zone
			     : name + (strncmp(name, "*.", 2) == 0 ? 2 : 0));
	if (!zone_asked(work))
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
	int change = decide_step(work->row, true);
	int make = decide_step(work->row, false);
	struct item item = { .count = 1 };
	struct held held = { .item = &item, .address = work->job->want };

	if (work->row->step[STEP_RECORDS])
		work->mine = &held;
	show_records(out, work, &item);
	work->held = work->mine ? &held : NULL;
	if (change != STEPS)
		show(out, work, change);
	if (change == STEP_CREATE && work->mine)
		show(out, work, STEP_DELETE);
	work->held = NULL;
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
	struct work *work = exchange_work(&exchange, &copy);
	size_t start = out->len;

	if (work->row->step[STEP_LOGIN])
		show(out, work, STEP_LOGIN);
	tell(work, STEP_LOGIN, &work->login_vars);
	show_zones(out, work);
	show_writes(out, work);
	secret_mask(out, start);
	mem_free(mem);
}
