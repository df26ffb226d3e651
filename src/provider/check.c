/* SPDX-License-Identifier: ISC */
/* The mistakes that a row can have: ddns-rows(5), MESSAGES. */
#include "provider/internal.h"

#include <string.h>

#include "nearest.h"
#include "sign/sign.h"
#include "template/template.h"

#define FIELDS_MAX 16
#define TESTS_MAX 64
#define DECLARED_MAX 16
#define ROW_BYTES (16 * 1024)

/* What is defined where a text stands. */
struct place {
	struct layer_work *work;
	struct mem *mem; /* of the words alone */
	struct row_words words;
};

static void
add_read(struct place *place, const struct row *row, enum row_step step)
{
	const struct row_request *request = row->step[step];
	const struct row_binding *at;

	if (!request || !request->reading)
		return;
	for (at = request->reading->bindings; at; at = at->next)
		row_words_add(place->mem, &place->words, at->variable);
}

/* The variables of the language that a step may hold, of enum row_word. */
static unsigned
variables_of(enum row_step step)
{
	unsigned is = WORD_TEXT;

	if (step <= STEP_BATCH)
		is |= WORD_PAGE;
	if (step >= STEP_SET && step <= STEP_BATCH)
		is |= WORD_WRITE;
	return step == STEP_BATCH ? is | WORD_BATCH : is;
}

/* The place of a step's texts. STEP_VALUE serves texts of all requests. Its mem
 * is to be freed. */
static struct place
place_of(struct layer_work *work, const struct row *row, enum row_step step,
	const struct row_declared *declared)
{
	struct place place = { .work = work, .mem = mem_new() };
	enum row_step at, last;

	row_words_of(place.mem, &place.words, variables_of(step));
	for (; declared; declared = declared->next)
		row_words_add(place.mem, &place.words, declared->name);
	if (row->jwt && step == STEP_LOGIN)
		row_words_add(place.mem, &place.words, "jwt");
	/* what is sent for a whole zone knows no record */
	last = step == STEP_PUBLISH ? STEP_ZONES : STEP_RECORD;
	for (at = STEP_LOGIN; at < step && at <= last; at++)
		if (!row_step_all(at))
			add_read(&place, row, at);
	return place;
}

static bool
is_defined(const char *name, void *arg)
{
	struct place *place = arg;
	const char *nearest;

	if (row_words_have(&place->words, name))
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
check_shared_variables(struct layer_work *work, const struct row *row,
	enum row_type type, const struct row_declared *declared)
{
	struct place place = place_of(work, row, STEP_VALUE, declared);
	const struct config_line *field;
	const struct match *test;
	enum row_meaning i;

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
	for (i = 0; i < MEANINGS; i++)
		for (test = row->test[i]; test; test = test->next) {
			layer_at(work, test->key, type);
			if (test->text)
				text_defined(test->text, &place);
		}
	mem_free(place.mem);
}

static void
check_variables(struct layer_work *work, const struct row *row,
	enum row_type type, const struct row_declared *declared)
{
	struct place place;
	enum row_step i;

	check_shared_variables(work, row, type, declared);
	for (i = 0; i < STEPS; i++) {
		if (!row->step[i])
			continue;
		layer_at(work, row_step_name(i), type);
		place = place_of(work, row, i, declared);
		row_each_of_step(row, i, text_defined, &place);
		mem_free(place.mem);
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
	const struct row_request *zones = row->step[STEP_ZONES];

	if (!zones)
		return;
	if (!(zones->reading && reads(zones->reading, "zone")) &&
		!row_step_holds(row, STEP_ZONES, "zone") &&
		!row_shared_holds(row, "zone"))
		layer_wrong(work, "reads no zone");
}

/* Whether there is a step that reads a variable. */
static bool
step_reads(const struct row *row, enum row_step step, const char *variable)
{
	return row->step[step] && row->step[step]->reading &&
	       reads(row->step[step]->reading, variable);
}

/* What is read for all names must be what is read for one: no step behind it
 * knows which of both was sent. */
static void
check_read_alike(
	struct layer_work *work, const struct row *row, enum row_step all)
{
	const enum row_step last =
		all == STEP_ALL_ZONES ? STEP_ZONES : STEP_RECORD;
	const struct row_binding *at;
	enum row_step i;

	for (i = all + 1; i <= last; i++) {
		at = row->step[i] && row->step[i]->reading
			     ? row->step[i]->reading->bindings
			     : NULL;
		for (; at; at = at->next)
			if (!step_reads(row, all, at->variable))
				layer_wrong(work, "%s reads %s, this does not",
					row_step_name(i), at->variable);
	}
	for (at = row->step[all]->reading->bindings; at; at = at->next)
		if (!row_compared(at->variable) &&
			!step_reads(row, all + 1, at->variable) &&
			!step_reads(row, last, at->variable))
			layer_wrong(work, "reads %s, %s does not", at->variable,
				row_step_name(all + 1));
}

/* all_zones, all_records */
static void
check_all(struct layer_work *work, const struct row *row, enum row_step all)
{
	static const char *const read[] = { "zone", "name", "type", "ip" };
	const bool zones = all == STEP_ALL_ZONES;
	const struct row_request *request = row->step[all];
	int i;

	if (!request)
		return;
	if (!row->step[all + 1])
		layer_wrong(work, "needs %s", row_step_name(all + 1));
	if (row_step_holds(row, all,
		    zones ? "zone name sub fqdn ip" : "name sub fqdn ip"))
		layer_wrong(work, "is about one name");
	for (i = zones ? 0 : 1; i < (zones ? 1 : 4); i++)
		if (!step_reads(row, all, read[i]))
			layer_wrong(work, "reads no %s", read[i]);
	if (request->reading && row->step[all + 1])
		check_read_alike(work, row, all);
}

static void
check_paging(struct layer_work *work, const struct row *row, enum row_type type)
{
	const struct row_request *request;
	enum row_step i;

	for (i = 0; i < STEPS; i++) {
		request = row->step[i];
		if (!request || !request->reading ||
			row_step_holds(row, i, "page"))
			continue;
		layer_at(work, row_step_name(i), type);
		if (request->reading->page)
			layer_wrong(work, "reads page, but holds no {page}");
		if (request->reading->pages)
			layer_wrong(work, "reads pages, but holds no {page}");
	}
}

/* One of set, create, update, delete. */
static void
check_write(struct layer_work *work, const struct row *row, enum row_step step)
{
	const char *word = row_step_name(step);
	const struct row_request *write = row->step[step];

	if (!write->text.method && !row->step[STEP_BATCH])
		layer_wrong(work, "begin with GET or POST");
	else if (!write->text.method && !row_step_holds(row, STEP_BATCH, word))
		layer_wrong(work,
			"begin with GET or POST, or put {%s} into batch", word);
	if (step != STEP_SET && !row->step[STEP_RECORDS])
		layer_wrong(work, "needs records");
	if (step == STEP_DELETE || row_sends_address(row, step))
		return;
	if (step != STEP_SET)
		layer_wrong(work, "sends no address");
	else if (!row_tests_hold(row, MEANS_GOOD, "ip"))
		layer_wrong(work, "sends no address, so good must hold {ip}");
}

static void
check_writes(struct layer_work *work, const struct row *row, enum row_type type)
{
	enum row_step i;

	for (i = STEP_SET; i <= STEP_DELETE; i++) {
		if (!row->step[i])
			continue;
		layer_at(work, row_step_name(i), type);
		check_write(work, row, i);
	}
	layer_at(work, "batch", type);
	if (row->step[STEP_BATCH] &&
		!row_step_holds(row, STEP_BATCH, "set create update delete"))
		layer_wrong(
			work, "holds none of {set} {create} {update} {delete}");
}

/* A URL that is put behind `url` needs one. */
static void
check_urls(struct layer_work *work, const struct row *row, enum row_type type)
{
	const struct row_request *request;
	enum row_step i;

	for (i = 0; i < STEPS && !row->url; i++) {
		request = row->step[i];
		if (!request || !request->text.method ||
			!strchr("/?{", request->text.url[0]))
			continue;
		layer_at(work, row_step_name(i), type);
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
	const char *scope = row->jwt ? strpbrk(row->jwt, " \t") : NULL;

	if (!row->jwt)
		return;
	if (!scope || strpbrk(scope + strspn(scope, " \t"), " \t"))
		layer_wrong(work, "takes key scope");
	if (!row->step[STEP_LOGIN] || !row_step_holds(row, STEP_LOGIN, "jwt"))
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
	const struct match *test;
	int i, fields = count_fields(row->fields), tests = 0;

	for (i = 0; i < STEPS; i++)
		if (row->step[i])
			fields += count_fields(row->step[i]->text.fields);
	for (i = 0; i < MEANINGS; i++)
		for (test = row->test[i]; test; test = test->next)
			tests++;
	layer_whole(work);
	if (fields > FIELDS_MAX)
		layer_wrong(work, "has more than %d fields", FIELDS_MAX);
	if (tests > TESTS_MAX)
		layer_wrong(work, "has more than %d tests", TESTS_MAX);
}

/* What a program does takes no requests of ours. */
static void
check_runs(struct layer_work *work, const struct row *row, enum row_type type)
{
	enum row_step i;

	if (!row->runs)
		return;
	layer_at(work, "runs", type);
	if (strcmp(row->runs, "nsupdate") != 0)
		layer_wrong(work, "nsupdate is all that can be run");
	for (i = 0; i < STEPS; i++) {
		if (!row->step[i])
			continue;
		layer_at(work, row_step_name(i), type);
		layer_wrong(work, "%s sends no requests", row->runs);
	}
}

void
row_check(struct layer_work *work, const struct row *row, enum row_type type,
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
	layer_at(work, "all_zones", type);
	check_all(work, row, STEP_ALL_ZONES);
	layer_at(work, "all_records", type);
	check_all(work, row, STEP_ALL_RECORDS);
	check_paging(work, row, type);
	check_writes(work, row, type);
	check_runs(work, row, type);
	check_variables(work, row, type, declared);
	check_ceilings(work, row);
	if (row->offered && !row->runs)
		check_urls(work, row, type);
}

/* Whether {variable} stands in a JSON text outside of its strings. */
static bool
stands_bare(const char *json, const char *variable)
{
	size_t len = strlen(variable);
	bool string = false;

	for (; *json; json++) {
		if (*json == '\\' && json[1])
			json++;
		else if (*json == '"')
			string = !string;
		else if (!string && *json == '{' &&
			 strncmp(json + 1, variable, len) == 0 &&
			 json[1 + len] == '}')
			return true;
	}
	return false;
}

bool
row_check_bare(const struct row *row, const char *variable)
{
	const struct row_request *request;
	enum row_step i;

	for (i = 0; i < STEPS; i++) {
		request = row->step[i];
		if (request && request->text.kind == BODY_JSON &&
			stands_bare(request->text.body, variable))
			return true;
	}
	return false;
}

static bool
is_row_key(struct mem *mem, const char *key)
{
	const char *plain;
	bool typed;

	if (row_word(key) & WORD_KEY)
		return true;
	plain = layer_plain(mem, key, &typed);
	return typed && (row_word(plain) & WORD_TYPED);
}

static size_t
section_bytes(struct mem *mem, const struct config_section *section)
{
	const struct config_entry *entry;
	const struct config_line *line;
	size_t bytes = 0;

	for (entry = section->entries; entry; entry = entry->next) {
		if (!is_row_key(mem, entry->key))
			continue;
		bytes += strlen(entry->key);
		for (line = entry->lines; line; line = line->next)
			bytes += strlen(line->text) + 1;
	}
	return bytes;
}

void
row_check_layers(struct layer_work *work, const struct row_declared *declared)
{
	const struct layer *layer;
	struct layer_value value;
	size_t bytes = 0;
	int count = 0;

	layer_whole(work);
	for (layer = work->top; layer; layer = layer->below)
		bytes += section_bytes(work->mem, layer->section);
	if (bytes > ROW_BYTES)
		layer_wrong(work, "is over 16 KiB with its layers");
	for (; declared; declared = declared->next)
		count++;
	if (count > DECLARED_MAX)
		layer_wrong(work, "declares more than %d keys", DECLARED_MAX);
	value = layer_at(work, "refresh", ROW_A);
	if (value.lines && config_time(value.lines->text) < 0)
		layer_wrong(work, "%s: a time is 90s, 30m, 2h or 25d",
			value.lines->text);
}

static bool
is_declared(const struct row_declared *declared, const char *key)
{
	for (; declared; declared = declared->next)
		if (strcmp(declared->name, key) == 0)
			return true;
	return false;
}

static void
check_known(struct config *config, const struct layer_work *work,
	const struct config_entry *entry, const char *plain)
{
	const struct config_section *section = work->top->section;
	const struct config_line *line;
	const unsigned is = row_word(plain);

	if (!(is & WORD_REPEATS))
		config_one(config, section, entry->key);
	if (!(is & WORD_GOES_ON)) {
		config_single(config, section, entry);
		return;
	}
	for (line = entry->lines; line && (is & WORD_KEY); line = line->next)
		if (line->cut)
			config_wrong_line(config, section, entry, line->line,
				"a `;` behind a space begins a comment: write \\u003b in JSON, %3B in a URL");
}

void
row_check_keys(struct config *config, const struct layer_work *work,
	const struct row_declared *declared, const struct row_words *words)
{
	const struct config_section *section = work->top->section;
	const struct config_entry *entry;
	const struct row_declared *at;
	const char *plain, *nearest;
	struct row_words known = { 0 };
	struct mem *mem = mem_new();
	size_t i;
	bool typed;

	row_words_of(mem, &known, WORD_KEY);
	for (at = declared; at; at = at->next)
		row_words_add(mem, &known, at->name);
	for (i = 0; i < words->count; i++)
		row_words_add(mem, &known, words->at[i]);
	for (entry = section->entries; entry; entry = entry->next) {
		plain = layer_plain(work->mem, entry->key, &typed);
		if (is_row_key(work->mem, entry->key) ||
			is_declared(declared, plain) ||
			row_words_have(words, entry->key)) {
			check_known(config, work, entry, plain);
			continue;
		}
		/* a key of accounts is spelled well, and in the wrong place */
		nearest = row_word(plain) & WORD_ACCOUNT
				  ? NULL
				  : nearest_word(plain, known.at);
		if (nearest)
			config_wrong(config, section, entry,
				"unknown key (%s?)", nearest);
		else
			config_wrong(config, section, entry, "unknown key");
	}
	mem_free(mem);
}
