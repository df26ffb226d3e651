/* SPDX-License-Identifier: ISC */
/* The words of the row language, each with all that it is: one table. */
#include "provider/internal.h"

#include <string.h>

const char *const row_types[ROW_TYPES] = { "A", "AAAA" };

enum {
	ONE = WORD_KEY | WORD_TYPED,
	LINES = ONE | WORD_GOES_ON,
	MANY = LINES | WORD_REPEATS,
	DECLARES = WORD_KEY | WORD_REPEATS | WORD_GOES_ON | WORD_TOLD,
	LISTS = WORD_ACCOUNT | WORD_NAMES | WORD_GOES_ON,
	FINDS = WORD_TEXT | WORD_READ | WORD_COMPARED,
};

/* By enum row_step, then by enum row_meaning, then the others. */
static const struct {
	const char *name;
	unsigned is;
} words[] = {
	[STEP_LOGIN] = { "login", LINES },
	[STEP_ALL_ZONES] = { "all_zones", LINES },
	[STEP_ZONES] = { "zones", LINES },
	[STEP_ALL_RECORDS] = { "all_records", LINES },
	[STEP_RECORDS] = { "records", LINES },
	[STEP_RECORD] = { "record", LINES },
	[STEP_SET] = { "set", LINES | WORD_BATCH },
	[STEP_CREATE] = { "create", LINES | WORD_BATCH },
	[STEP_UPDATE] = { "update", LINES | WORD_BATCH },
	[STEP_DELETE] = { "delete", LINES | WORD_BATCH },
	[STEP_BATCH] = { "batch", LINES },
	[STEP_PUBLISH] = { "publish", LINES },
	[STEP_VALUE] = { "value", LINES | WORD_WRITE },

	[STEPS + MEANS_MISSING] = { "missing", MANY },
	[STEPS + MEANS_DENIED] = { "denied", MANY },
	[STEPS + MEANS_REFUSED] = { "refused", MANY },
	[STEPS + MEANS_BUSY] = { "busy", MANY },
	[STEPS + MEANS_LATER] = { "later", MANY },
	[STEPS + MEANS_SAME] = { "same", MANY },
	[STEPS + MEANS_GOOD] = { "good", MANY },

	[STEPS + MEANINGS] = { "title", WORD_KEY | WORD_TOLD },
	{ "aka", DECLARES },
	{ "advice", DECLARES },
	{ "site", WORD_KEY | WORD_TOLD },
	{ "like", WORD_KEY },
	{ "format", WORD_KEY },
	{ "runs", WORD_KEY },
	{ "secret", DECLARES },
	{ "setting", DECLARES },
	{ "url", LINES },
	{ "header", MANY },
	{ "auth", ONE },
	{ "jwt", ONE },
	{ "error", MANY },
	{ "hold", ONE },

	{ "names", LISTS },
	{ "ipv4", LISTS },
	{ "ipv6", LISTS },
	{ "lookup", WORD_ACCOUNT },
	{ "suffix", WORD_ACCOUNT },
	{ "refresh", WORD_KEY | WORD_ACCOUNT },

	{ "fqdn", WORD_TEXT },
	{ "zone", WORD_KEY | WORD_ACCOUNT | FINDS },
	{ "name", FINDS },
	{ "sub", WORD_TEXT },
	{ "type", ONE | FINDS },
	{ "ip", FINDS },
	{ "ip4", WORD_TEXT },
	{ "ip6", WORD_TEXT },
	{ "ips", WORD_TEXT },
	{ "ttl", ONE | WORD_ACCOUNT | WORD_TEXT | WORD_READ },
	{ "server", WORD_ACCOUNT | WORD_TEXT },
	{ "page", WORD_PAGE | WORD_READ },
	{ "pages", WORD_READ },
	{ "offset", WORD_PAGE },
};

#define WORDS (sizeof(words) / sizeof(words[0]))

/* Where the first of these words is that is the name, or count. */
static size_t
find(const char *name, size_t len, size_t first, size_t count)
{
	size_t i;

	for (i = first; i < first + count; i++)
		if (strlen(words[i].name) == len &&
			strncmp(words[i].name, name, len) == 0)
			break;
	return i;
}

unsigned
row_steps(const char *name)
{
	const size_t step = find(name, strlen(name), 0, STEP_VALUE);

	if (step < STEP_VALUE)
		return 1u << step;
	return strcmp(name, ROW_WRITE) == 0 ? ROW_WRITES : 0;
}

unsigned
row_word(const char *name)
{
	const size_t len = strcspn(name, ".");
	const size_t i = find(name, len, 0, WORDS);
	const bool meaning = i >= STEPS && i < STEPS + MEANINGS;

	if (i == WORDS || (name[len] && !meaning))
		return 0;
	return !name[len] || row_steps(name + len + 1) ? words[i].is : 0;
}

const char *
row_step_name(enum row_step step)
{
	return words[step].name;
}

bool
row_step_all(enum row_step step)
{
	return step == STEP_ALL_ZONES || step == STEP_ALL_RECORDS;
}

const char *
row_meaning_name(enum row_meaning meaning)
{
	return words[STEPS + meaning].name;
}

bool
row_is_field(const char *error)
{
	const size_t len = strlen(error);

	return len > 1 && error[0] != '/' && error[len - 1] == ':';
}

bool
row_compared(const char *variable)
{
	return row_word(variable) & WORD_COMPARED;
}

void
row_words_add(struct mem *mem, struct row_words *list, const char *word)
{
	const char **at;

	if (list->count + 2 > list->cap) {
		list->cap = list->cap ? 2 * list->cap : 64;
		at = mem_take(mem, list->cap * sizeof(*at));
		if (list->count > 0)
			memcpy(at, list->at, list->count * sizeof(*at));
		list->at = at;
	}
	list->at[list->count++] = word;
	list->at[list->count] = NULL;
}

void
row_words_of(struct mem *mem, struct row_words *list, unsigned is)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (words[i].is & is)
			row_words_add(mem, list, words[i].name);
}

bool
row_words_have(const struct row_words *list, const char *word)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->at[i], word) == 0)
			return true;
	return false;
}
