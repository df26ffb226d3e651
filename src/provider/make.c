/* SPDX-License-Identifier: ISC */
/* A struct row from its layers, and what its texts hold. */
#include "provider/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template/template.h"
#include "url.h"

#define TEST_KEY 32 /* bytes of "refused.all_records" and more */
#define OF_ZONES "zone name sub"
#define OF_ADDRESSES "ip ip4 ip6 ips value"

bool
row_each_of_step(const struct row *row, enum row_step step,
	bool (*each)(const char *text, void *arg), void *arg)
{
	const struct row_request *request = row->step[step];

	return !request || request_each(&request->text, each, arg);
}

bool
row_each_shared(const struct row *row,
	bool (*each)(const char *text, void *arg), void *arg)
{
	const struct config_line *field;

	if (row->url && !each(row->url, arg))
		return false;
	if (row->jwt && !each(row->jwt, arg))
		return false;
	if (row->auth && !each(row->auth, arg))
		return false;
	for (field = row->fields; field; field = field->next)
		if (!each(field->text, arg))
			return false;
	return true;
}

/* Whether the name is none of the words between spaces. */
static bool
is_other(const char *name, void *arg)
{
	const size_t len = strlen(name);
	const char *word = arg;
	size_t next;

	for (; *word; word += next + (word[next] == ' ')) {
		next = strcspn(word, " ");
		if (next == len && strncmp(word, name, len) == 0)
			return false;
	}
	return true;
}

/* arg: the variables. */
static bool
holds_none(const char *text, void *arg)
{
	return template_each(text, is_other, *(char **)arg);
}

bool
row_step_holds(const struct row *row, enum row_step step, const char *variables)
{
	return !row_each_of_step(row, step, holds_none, &variables);
}

bool
row_shared_holds(const struct row *row, const char *variables)
{
	return !row_each_shared(row, holds_none, &variables);
}

bool
row_holds(const struct row *row, const char *variable)
{
	enum row_step step;

	for (step = 0; step < STEPS; step++)
		if (row_step_holds(row, step, variable))
			return true;
	return row_shared_holds(row, variable);
}

bool
row_tests_hold(
	const struct row *row, enum row_meaning meaning, const char *variables)
{
	const struct match *test;

	for (test = row->test[meaning]; test; test = test->next)
		if (test->text && !holds_none(test->text, &variables))
			return true;
	return false;
}

bool
row_sends_address(const struct row *row, enum row_step step)
{
	const struct row_request *write = row->step[step];

	if (row_step_holds(row, step, OF_ADDRESSES))
		return true;
	if (write && !write->text.method)
		return row_step_holds(row, STEP_BATCH, OF_ADDRESSES);
	return row_shared_holds(row, OF_ADDRESSES);
}

static bool
uses_zone(const struct row *row)
{
	enum row_meaning meaning;

	if (row->step[STEP_ZONES] || row_holds(row, OF_ZONES))
		return true;
	for (meaning = 0; meaning < MEANINGS; meaning++)
		if (row_tests_hold(row, meaning, OF_ZONES))
			return true;
	return false;
}

/* Whether the request that `all` stands for is written in a layer above. */
static bool
is_hidden(struct layer_work *work, const struct layer_value *all,
	enum row_step one, enum row_type type)
{
	const struct layer *above =
		layer_find(work->mem, work->top, row_step_name(one), type)
			.layer;
	const struct layer *at = above;

	while (at && at != all->layer)
		at = at->below;
	return at && at != above;
}

static void
make_steps(struct layer_work *work, struct row *row, enum row_type type)
{
	static const struct row_request plain = { .text = { .body = "\"{ip}\"",
							  .kind = BODY_JSON } };
	struct layer_value value;
	enum row_step i;

	for (i = 0; i < STEPS; i++) {
		value = layer_at(work, row_step_name(i), type);
		if (!value.lines || (row_step_all(i) && is_hidden(work, &value,
								i + 1, type)))
			continue;
		row->step[i] =
			i == STEP_VALUE
				? row_parse_item(work, value.lines)
				: row_parse_request(work, value.lines,
					  i >= STEP_SET && i <= STEP_DELETE);
	}
	if (row->step[STEP_VALUE])
		return;
	for (i = STEP_SET; i <= STEP_BATCH; i++)
		if (row_step_holds(row, i, "value"))
			row->step[STEP_VALUE] = &plain;
}

static void
make_url(struct layer_work *work, struct row *row, enum row_type type)
{
	struct layer_value value = layer_at(work, "url", type);
	const char *url;

	if (!value.lines)
		return;
	row->url = url = request_join(work->mem, value.lines);
	row_parse_whole(work, url);
	if (strpbrk(url, " \t"))
		layer_wrong(work, "a URL holds no space");
	else if (url_scheme(url) > 0)
		row_parse_origin(work, url);
	else if (strncmp(url, "{server}", 8) != 0)
		layer_wrong(work, "begins with https:// or {server}");
}

/* The text of a key that takes one line, or NULL. That there is but one is
 * checked with the keys of the section. */
static const char *
single(struct layer_work *work, const char *key, enum row_type type)
{
	struct layer_value value = layer_at(work, key, type);

	return value.lines ? value.lines->text : NULL;
}

const char *
row_ttl(struct mem *mem, const char *text)
{
	int64_t seconds = config_time(text);

	if (seconds < 1 || seconds > INT32_MAX)
		return NULL;
	return mem_printf(mem, "%ld", (long)seconds);
}

static void
make_numbers(struct layer_work *work, struct row *row, enum row_type type)
{
	const char *text = single(work, "hold", type);

	if (text) {
		row->hold = config_time(text);
		if (row->hold < 0)
			layer_wrong(work, "%s: a time is 90s, 30m, 2h or 25d",
				text);
	}
	text = single(work, "ttl", type);
	row->ttl = text ? row_ttl(work->mem, text) : NULL;
	if (text && !row->ttl)
		layer_wrong(work, "%s: a TTL is 1 to 2147483647 seconds, or 5m",
			text);
	row->type = single(work, "type", type);
	if (!row->type)
		row->type = row_types[type];
}

/* "good.create", "good.write": made once, as all accounts ask for all. */
static const char *
test_key(enum row_meaning meaning, size_t place, const char *step)
{
	static char keys[MEANINGS][STEP_VALUE + 1][TEST_KEY];
	char *key = keys[meaning][place];

	if (!*key)
		snprintf(key, TEST_KEY, "%s.%s", row_meaning_name(meaning),
			step);
	return key;
}

/* The tests of a meaning: those of one step, of all writes, of all steps. */
static const struct match *
make_tests(
	struct layer_work *work, enum row_meaning meaning, enum row_type type)
{
	const char *key;
	struct match *first = NULL, **end = &first;
	struct layer_value value;
	size_t i;

	for (i = 0; i <= STEP_VALUE + 1; i++) {
		key = i < STEP_VALUE ? row_step_name((enum row_step)i)
				     : ROW_WRITE;
		value = layer_at(work,
			i <= STEP_VALUE ? test_key(meaning, i, key)
					: row_meaning_name(meaning),
			type);
		*end = row_parse_tests(
			work, &value, i <= STEP_VALUE ? row_steps(key) : ~0u);
		while (*end)
			end = &(*end)->next;
	}
	return first;
}

/* A row that points into answers takes them for JSON, unless it says XML. */
static void
make_format(struct layer_work *work, struct row *row)
{
	struct layer_value value = layer_at(work, "format", ROW_A);
	const struct match *test;
	bool points = row->error != NULL;
	enum row_meaning meaning;
	enum row_step i;

	for (i = 0; i < STEPS; i++)
		points = points || (row->step[i] && row->step[i]->reading);
	for (meaning = 0; meaning < MEANINGS; meaning++)
		for (test = row->test[meaning]; test; test = test->next)
			points = points || test->kind == MATCH_POINTER;
	if (points)
		row->format = FORMAT_JSON;
	if (!value.lines || strcmp(value.lines->text, "json") == 0)
		return;
	if (points)
		row->format = FORMAT_XML;
	if (strcmp(value.lines->text, "xml") != 0)
		layer_wrong(
			work, "%s: a format is json or xml", value.lines->text);
}

void
row_make(struct layer_work *work, struct row *row, enum row_type type)
{
	struct layer_value value;
	enum row_meaning i;

	make_url(work, row, type);
	row->auth = single(work, "auth", type);
	row->jwt = single(work, "jwt", type);
	value = layer_at(work, "header", type);
	row->fields = row_parse_fields(work, value.lines);
	make_steps(work, row, type);
	for (i = 0; i < MEANINGS; i++)
		row->test[i] = make_tests(work, i, type);
	value = layer_at(work, "error", type);
	row->error = row_parse_pointers(work, value.lines);
	make_format(work, row);
	make_numbers(work, row, type);
	row->runs = single(work, "runs", type);
	row->offered = row->runs || row->step[STEP_SET] ||
		       row->step[STEP_CREATE] || row->step[STEP_UPDATE];
	row->needs_zone = row->runs || uses_zone(row);
	row->senders = row->step[STEP_SET] && !row_sends_address(row, STEP_SET);
}

struct row_declared *
row_make_declared(struct layer_work *work)
{
	static const char *const keys[] = { "secret", "setting" };
	struct layer_value value[2];
	struct row_declared *list = NULL;
	int i, first;

	for (i = 0; i < 2; i++)
		value[i] = layer_find(work->mem, work->top, keys[i], ROW_A);
	first = value[1].line < value[0].line;
	for (i = 0; i < 2; i++) {
		const int at = i ? !first : first;

		layer_at(work, keys[at], ROW_A);
		row_parse_declared(work, value[at].lines, at == 0, &list);
	}
	return list;
}
