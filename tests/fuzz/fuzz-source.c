/* SPDX-License-Identifier: ISC */
/*
 * Lookup sources. Input: a digit, then, with a NUL between them, sections
 * [ipv4] and [ipv6] and what their sources answer (scripted.h). An odd digit:
 * an address was agreed before.
 */
#include "scripted.h"

#include "address-find.h"
#include "config/config.h"
#include "lookup/lookup.h"
#include "secret.h"

#define PARTS 1
#include "parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	struct mem *mem;
	struct lookup lookup;
	struct address found, last;
	struct fail fail;
	int ended;
};

static void
done(void *arg, struct lookup *lookup)
{
	struct result *result = arg;

	demand(lookup == &result->lookup && lookup->finished);
	result->ended++;
}

static int
agreeing(const struct lookup *lookup)
{
	const struct lookup_try *try;
	int count = 0;

	for (try = lookup->tries; try; try = try->next)
		if (try->ended && try->valid &&
			address_equal(try->address, lookup->found))
			count++;
	return count;
}

static void
check(const struct result *result)
{
	const struct lookup *lookup = &result->lookup;
	const struct lookup_try *try;

	for (try = lookup->tries; try; try = try->next)
		demand(!try->ended || (try->valid ? address_valid(try->address,
							    lookup->set->rule)
						  : *try->cause));
	if (result->found.family == 0) {
		demand(*result->fail.text && !lookup->used);
		return;
	}
	demand(result->found.family == lookup->set->family);
	demand(address_valid(&result->found, lookup->set->rule));
	demand(lookup->set->rule->allow.count > 0 ||
		address_global(&result->found));
	demand(agreeing(lookup) >= lookup->set->agree ||
		(!lookup->all && address_equal(&result->found, &result->last)));
}

/* False: it was stopped. */
static bool
ask(struct result *result, const struct lookup_set *set, bool last, bool all)
{
	struct lookup *lookup = &result->lookup;

	memset(result, 0, sizeof *result);
	result->mem = mem_new();
	if (last)
		address_parse(&result->last,
			set->family == 4 ? "8.8.8.8" : "2600::1", 7);
	lookup->set = set;
	lookup->mem = result->mem;
	lookup->timeout_ms = 10000;
	lookup->last = &result->last;
	lookup->all = all;
	lookup->found = &result->found;
	lookup->fail = &result->fail;
	lookup->done = done;
	lookup->arg = result;
	lookup_start(lookup);
	if (http_loop_run(NULL, 0, -1) != HTTP_IDLE) {
		lookup_stop(lookup);
		return false;
	}
	demand(result->ended == 1);
	check(result);
	return true;
}

/* All at once give what one after the other would. */
static void
ask_both(const struct lookup_set *set, bool last)
{
	struct result one, all;
	bool ended;

	ended = ask(&one, set, last, false);
	if (ask(&all, set, last, true) && ended && !last) {
		demand(one.found.family == all.found.family);
		demand(one.found.family == 0 ||
			address_equal(&one.found, &all.found));
	}
	mem_free(one.mem);
	mem_free(all.mem);
}

/* Read again, it is the same; a query is not shown. */
static void
check_source(const struct lookup_source *source, struct mem *mem)
{
	struct lookup_source again = { 0 };
	struct fail fail;

	demand(lookup_source_read(&again, mem, source->written, &fail));
	demand(again.kind == source->kind);
	demand(strcmp(again.shown, source->shown) == 0);
	demand(!again.place || strcmp(again.place, source->place) == 0);
	demand(!again.pointer || strcmp(again.pointer, source->pointer) == 0);
	if (again.place && url_scheme(again.place))
		demand(!strpbrk(again.shown, "?#"));
}

static void
take(struct config *config, bool last)
{
	struct config_section *section = config->sections;
	const struct lookup_source *source;
	const struct lookup_set *set;

	for (; section; section = section->next) {
		if (section->broken || (strcmp(section->kind, "ipv4") != 0 &&
					       strcmp(section->kind, "ipv6")))
			continue;
		set = lookup_set_read(config, section);
		for (source = set->sources; source; source = source->next)
			check_source(source, config->mem);
		if (config->mistakes == 0)
			ask_both(set, last);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config;
	struct buf text = { 0 };
	size_t len;

	if (size < 1)
		return 0;
	buf_add(&text, data + 1, size - 1);
	len = strlen(buf_text(&text));
	config = config_read_text("fuzz.ini", buf_text(&text), len);
	config->strict = true;
	script_begin(text.at + (len < text.len ? len + 1 : len),
		len < text.len ? text.len - len - 1 : 0);
	take(config, data[0] & 1);
	script_end();
	config_free(config);
	secret_forget();
	buf_free(&text);
	return 0;
}
