#include "provider/check.h"

#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "config/config.h"
#include "nearest.h"
#include "provider/layer.h"
#include "provider/row.h"
#include "provider/make.h"
#include "sign/sign.h"
#include "template/template.h"

#define FIELDS_MAX 16
#define TESTS_MAX 64

/* Variables of the language, and the first step that may hold them. */
static const struct {
	const char *name;
	int from;
	int to;
} variables[] = {
	{ "fqdn", STEP_LOGIN, STEP_VALUE },
	{ "zone", STEP_LOGIN, STEP_VALUE },
	{ "name", STEP_LOGIN, STEP_VALUE },
	{ "sub", STEP_LOGIN, STEP_VALUE },
	{ "type", STEP_LOGIN, STEP_VALUE },
	{ "ip", STEP_LOGIN, STEP_VALUE },
	{ "ip4", STEP_LOGIN, STEP_VALUE },
	{ "ip6", STEP_LOGIN, STEP_VALUE },
	{ "ips", STEP_LOGIN, STEP_VALUE },
	{ "ttl", STEP_LOGIN, STEP_VALUE },
	{ "server", STEP_LOGIN, STEP_VALUE },
	{ "page", STEP_LOGIN, STEP_BATCH },
	{ "offset", STEP_LOGIN, STEP_BATCH },
	{ "value", STEP_SET, STEP_BATCH },
	{ "set", STEP_BATCH, STEP_BATCH },
	{ "create", STEP_BATCH, STEP_BATCH },
	{ "update", STEP_BATCH, STEP_BATCH },
	{ "delete", STEP_BATCH, STEP_BATCH },
};

static const char *const item_words[] = { "set", "create", "update", "delete",
	NULL };

/* What is defined where a text stands. */
struct place {
	struct layer_work *work;
	struct layer_words words;
};

static void
add_read(struct place *place, const struct row *row, int step)
{
	const struct row_request *request = row->step[step];
	const struct row_binding *at;

	if (!request || !request->reading)
		return;
	for (at = request->reading->bindings; at; at = at->next)
		layer_word(place->work->mem, &place->words, at->variable);
}

/* The place of a step's texts. STEP_VALUE serves texts of all requests. */
static struct place
place_of(struct layer_work *work, const struct row *row, int step,
	const struct row_declared *declared)
{
	struct place place = { .work = work };
	size_t i;
	int at, last;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (step >= variables[i].from && step <= variables[i].to)
			layer_word(work->mem, &place.words, variables[i].name);
	for (; declared; declared = declared->next)
		layer_word(work->mem, &place.words, declared->name);
	if (row->jwt && step == STEP_LOGIN)
		layer_word(work->mem, &place.words, "jwt");
	/* what is sent for a whole zone knows no record */
	last = step == STEP_PUBLISH ? STEP_ZONES : STEP_RECORD;
	for (at = STEP_LOGIN; at < step && at <= last; at++)
		add_read(&place, row, at);
	return place;
}

static bool
is_defined(const char *name, void *arg)
{
	struct place *place = arg;
	const char *const *at, *nearest;

	for (at = place->words.at; *at; at++)
		if (strcmp(*at, name) == 0)
			return true;
	nearest = nearest_word(name, place->words.at);
	if (nearest)
		layer_wrong(place->work, "nothing defines {%s} (%s?)", name,
			nearest);
	else
		layer_wrong(place->work, "nothing defines {%s}", name);
	return true;
}

static bool
text_defined(const char *text, void *arg)
{
	return template_each(text, is_defined, arg);
}

static void
check_shared_variables(struct layer_work *work, const struct row *row, int type,
	const struct row_declared *declared)
{
	struct place place = place_of(work, row, STEP_VALUE, declared);
	const struct config_line *field;
	const struct row_test *test;
	int i;

	layer_at(work, "url", type);
	if (row->url)
		text_defined(row->url, &place);
	layer_at(work, "auth", type);
	if (row->auth)
		text_defined(row->auth, &place);
	layer_at(work, "jwt", type);
	if (row->jwt)
		text_defined(row->jwt, &place);
	layer_at(work, "header", type);
	for (field = row->fields; field; field = field->next)
		text_defined(field->text, &place);
	for (i = 0; i < MEANINGS; i++) {
		layer_at(work, row_meanings[i], type);
		for (test = row->test[i]; test; test = test->next)
			if (test->text)
				text_defined(test->text, &place);
	}
}

static void
check_variables(struct layer_work *work, const struct row *row, int type,
	const struct row_declared *declared)
{
	struct place place;
	int i;

	check_shared_variables(work, row, type, declared);
	for (i = 0; i < STEPS; i++) {
		if (!row->step[i])
			continue;
		layer_at(work, row_steps[i], type);
		place = place_of(work, row, i, declared);
		row_each_of_step(row, i, text_defined, &place);
	}
}

static bool
reads(const struct row_reading *reading, const char *variable)
{
	const struct row_binding *at;

	for (at = reading->bindings; at; at = at->next)
		if (strcmp(at->variable, variable) == 0)
			return true;
	return false;
}

/* `record` shows items of a list, as `records` does behind a pointer. */
static void
check_records(struct layer_work *work, const struct row *row)
{
	static const char *const both[] = { "name", "type" };
	const int shows = row->step[STEP_RECORD] ? STEP_RECORD : STEP_RECORDS;
	const struct row_request *request = row->step[shows];
	int i;

	if (!request)
		return;
	if (!row->step[STEP_RECORDS])
		layer_wrong(work, "needs records");
	if (!request->reading || !reads(request->reading, "ip"))
		layer_wrong(work, "reads no ip");
	if (shows == STEP_RECORDS &&
		(!request->reading || !request->reading->items))
		return;
	for (i = 0; i < 2; i++)
		if (!request->reading || !reads(request->reading, both[i]))
			layer_wrong(
				work, "a list, but %s is not read", both[i]);
}

/* What `records` finds for `record` is that which tells one from another. */
static void
check_listed(struct layer_work *work, const struct row *row)
{
	const struct row_request *records = row->step[STEP_RECORDS];

	if (!records || !row->step[STEP_RECORD])
		return;
	if (!records->reading || !records->reading->bindings)
		layer_wrong(work, "reads nothing for record");
	else if (reads(records->reading, "ip"))
		layer_wrong(work, "reads ip, and so does record");
}

static void
check_zones(struct layer_work *work, const struct row *row)
{
	static const char *const zone[] = { "zone", NULL };
	const struct row_request *zones = row->step[STEP_ZONES];

	if (!zones)
		return;
	if (zones->reading ? !reads(zones->reading, "zone")
			   : !row_step_holds(row, STEP_ZONES, zone) &&
				     !row_shared_holds(row, zone))
		layer_wrong(work, "reads no zone");
}

static void
check_paging(struct layer_work *work, const struct row *row, int type)
{
	static const char *const page[] = { "page", NULL };
	const struct row_request *request;
	int i;

	for (i = 0; i < STEPS; i++) {
		request = row->step[i];
		if (!request || !request->reading || !request->reading->page ||
			row_step_holds(row, i, page))
			continue;
		layer_at(work, row_steps[i], type);
		layer_wrong(work, "reads page, but holds no {page}");
	}
}

/* One of set, create, update, delete. */
static void
check_write(struct layer_work *work, const struct row *row, int step)
{
	static const char *const ip[] = { "ip", NULL };
	const char *word[] = { row_steps[step], NULL };
	const struct row_request *write = row->step[step];

	if (!write->text.method && !row_step_holds(row, STEP_BATCH, word))
		layer_wrong(work,
			"begins with no method, and batch has no {%s}",
			word[0]);
	if (step != STEP_SET && !row->step[STEP_RECORDS])
		layer_wrong(work, "needs records");
	if (step == STEP_DELETE || row_sends_address(row, step))
		return;
	if (step != STEP_SET)
		layer_wrong(work, "sends no address");
	else if (!row_tests_hold(row, MEANS_GOOD, ip))
		layer_wrong(work, "sends no address, so good must hold {ip}");
}

static void
check_writes(struct layer_work *work, const struct row *row, int type)
{
	int i;

	for (i = STEP_SET; i <= STEP_DELETE; i++) {
		if (!row->step[i])
			continue;
		layer_at(work, row_steps[i], type);
		check_write(work, row, i);
	}
	layer_at(work, "batch", type);
	if (row->step[STEP_BATCH] &&
		!row_step_holds(row, STEP_BATCH, item_words))
		layer_wrong(
			work, "holds none of {set} {create} {update} {delete}");
}

/* A URL that is put behind `url` needs one. */
static void
check_urls(struct layer_work *work, const struct row *row, int type)
{
	const struct row_request *request;
	int i;

	for (i = 0; i < STEPS && !row->url; i++) {
		request = row->step[i];
		if (!request || !request->text.method ||
			!strchr("/?{", request->text.url[0]))
			continue;
		layer_at(work, row_steps[i], type);
		layer_wrong(
			work, "its URL is put behind `url`, which is missing");
	}
}

static void
check_auth(struct layer_work *work, const struct row *row)
{
	const char *at = row->auth, *takes;
	char *scheme;
	size_t len, count = 0;

	if (!at)
		return;
	len = strcspn(at, " \t");
	scheme = mem_textn(work->mem, at, len);
	for (at += len; *(at += strspn(at, " \t")); at += strcspn(at, " \t"))
		count++;
	takes = sign_words(scheme);
	if (takes && count != sign_word_count(scheme))
		layer_wrong(work, "%s takes %s", scheme, takes);
}

static void
check_jwt(struct layer_work *work, const struct row *row)
{
	static const char *const jwt[] = { "jwt", NULL };
	const char *scope = row->jwt ? strpbrk(row->jwt, " \t") : NULL;

	if (!row->jwt)
		return;
	if (!scope || strpbrk(scope + strspn(scope, " \t"), " \t"))
		layer_wrong(work, "takes key scope");
	if (!row->step[STEP_LOGIN] || !row_step_holds(row, STEP_LOGIN, jwt))
		layer_wrong(work, "login holds no {jwt}");
}

static int
count_fields(const struct config_line *field)
{
	int count = 0;

	for (; field; field = field->next)
		count++;
	return count;
}

static void
check_ceilings(struct layer_work *work, const struct row *row)
{
	const struct row_test *test;
	int i, fields = count_fields(row->fields), tests = 0;

	for (i = 0; i < STEPS; i++)
		if (row->step[i])
			fields += count_fields(row->step[i]->text.fields);
	for (i = 0; i < MEANINGS; i++)
		for (test = row->test[i]; test; test = test->next)
			tests++;
	work->key = NULL;
	work->line = 0;
	if (fields > FIELDS_MAX)
		layer_wrong(work, "has more than %d fields", FIELDS_MAX);
	if (tests > TESTS_MAX)
		layer_wrong(work, "has more than %d tests", TESTS_MAX);
}

/* What a program does takes no requests of ours. */
static void
check_runs(struct layer_work *work, const struct row *row, int type)
{
	int i;

	if (!row->runs)
		return;
	layer_at(work, "runs", type);
	if (strcmp(row->runs, "nsupdate") != 0)
		layer_wrong(work, "nsupdate is all that can be run");
	for (i = 0; i < STEPS; i++) {
		if (!row->step[i])
			continue;
		layer_at(work, row_steps[i], type);
		layer_wrong(work, "%s sends no requests", row->runs);
	}
}

void
row_check(struct layer_work *work, const struct row *row, int type,
	const struct row_declared *declared)
{
	layer_at(work, "auth", type);
	check_auth(work, row);
	layer_at(work, "jwt", type);
	check_jwt(work, row);
	layer_at(work, row->step[STEP_RECORD] ? "record" : "records", type);
	check_records(work, row);
	layer_at(work, "records", type);
	check_listed(work, row);
	layer_at(work, "zones", type);
	check_zones(work, row);
	check_paging(work, row, type);
	check_writes(work, row, type);
	check_runs(work, row, type);
	check_variables(work, row, type, declared);
	check_ceilings(work, row);
	if (row->offered && !row->runs)
		check_urls(work, row, type);
}
