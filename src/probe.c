/* SPDX-License-Identifier: ISC */
/*
 * The command `lookup`: asks every source and shows the answers side by side.
 * It is not called lookup because that is the room of the lookups themselves.
 */
#include <string.h>

#include "probe.h"
#include "address-find.h"
#include "cli.h"
#include "clock.h"
#include "document.h"
#include "exit.h"
#include "fail.h"
#include "http/http.h"
#include "plan.h"
#include "report.h"
#include "screen.h"
#include "stop.h"

/* Seconds, without a configuration. */
#define TIMEOUT 10
#define DEADLINE 120

struct probe {
	const struct cli *cli;
	const struct plan *plan;
	struct mem *mem;
	struct http *http;
	struct lookup *lookups;
	long timeout_ms;
	int64_t deadline_ms; /* from the start */
};

static void
answered(void *arg, struct lookup *lookup)
{
	(void)arg;
	(void)lookup;
}

static void
add_set(struct probe *probe, const struct lookup_set *set)
{
	struct lookup **end = &probe->lookups;
	struct lookup *lookup = mem_take(probe->mem, sizeof(*lookup));

	if (!cli_takes(probe->cli, set->family))
		return;
	while (*end)
		end = &(*end)->next;
	lookup->set = set;
	lookup->http = probe->http;
	lookup->mem = probe->mem;
	lookup->timeout_ms = probe->timeout_ms;
	lookup->last = mem_take(probe->mem, sizeof(struct address));
	lookup->found = mem_take(probe->mem, sizeof(struct address));
	lookup->fail = mem_take(probe->mem, sizeof(struct fail));
	lookup->done = answered;
	lookup->all = true;
	*end = lookup;
}

/* The sources of the command line, as a set of one family. */
static bool
make_set(struct probe *probe, int family)
{
	struct lookup_set *set = mem_take(probe->mem, sizeof(*set));
	struct lookup_source **end = &set->sources;
	struct address_rule *rule = mem_take(probe->mem, sizeof(*rule));
	const struct lookup_set *known =
		probe->plan ? plan_set(probe->plan, family, "") : NULL;
	struct fail fail;
	int i;

	rule->family = family;
	set->rule = known ? known->rule : rule;
	set->family = family;
	set->title = family == 4 ? "ipv4" : "ipv6";
	set->label = "";
	set->agree = 1;
	set->bind = known ? known->bind : NULL;
	for (i = 0; i < probe->cli->count; i++) {
		*end = mem_take(probe->mem, sizeof(**end));
		if (!lookup_source_read(
			    *end, probe->mem, probe->cli->args[i], &fail)) {
			report_error("%s: %s", probe->cli->args[i], fail.text);
			return false;
		}
		set->count++;
		end = &(*end)->next;
	}
	add_set(probe, set);
	return true;
}

static bool
choose_sets(struct probe *probe)
{
	const struct lookup_set *set = probe->plan ? probe->plan->sets : NULL;

	if (probe->cli->count > 0)
		return make_set(probe, 4) && make_set(probe, 6);
	for (; set; set = set->next)
		add_set(probe, set);
	return true;
}

static void
confine(const struct probe *probe)
{
	const struct lookup *first = probe->lookups;
	const struct plan_use use = {
		/* of the command line, both families have the same sources */
		.sets = first ? first->set : NULL,
	};

	plan_confine(probe->plan, &use);
}

static const char *
verdict(const struct lookup_try *try)
{
	if (!try->ended)
		return "no answer before the deadline";
	return try->valid ? "ok" : try->cause;
}

enum { SOURCE, FAMILY, VERDICT, ADDRESS, MS, COLUMNS };

static void
fill_cells(const char *cells[COLUMNS], const struct lookup_try *try)
{
	struct mem *mem = try->lookup->mem;
	char text[ADDRESS_TEXT];

	address_format(try->address, text);
	cells[SOURCE] = try->source->shown;
	cells[FAMILY] = try->lookup->set->title;
	cells[VERDICT] = verdict(try);
	cells[ADDRESS] = try->valid ? mem_text(mem, text) : "-";
	cells[MS] = try->ended ? mem_printf(mem, "%ld", try->ms) : "-";
}

/* Where the table is too wide, a source has a line and its answer another. */
static void
add_tall(struct buf *out, const char *mark, const char *const cells[COLUMNS])
{
	struct buf text = { 0 };

	buf_printf(&text, "%s: %s", cells[FAMILY], cells[VERDICT]);
	if (strcmp(cells[ADDRESS], "-") != 0)
		buf_printf(&text, ", %s", cells[ADDRESS]);
	if (strcmp(cells[MS], "-") != 0)
		buf_printf(&text, ", %s ms", cells[MS]);
	buf_printf(out, "%s%s\n", mark, cells[SOURCE]);
	screen_wrap(out, screen_width(), 6, buf_text(&text));
	buf_free(&text);
}

/* The answer that a run would use is marked. */
static void
add_tries(struct buf *out, const struct lookup *lookup,
	const struct screen_column *table)
{
	const bool wide = 2 + screen_table_width(table) <= screen_width();
	const struct lookup_try *try;
	const char *cells[COLUMNS], *mark;

	for (try = lookup->tries; try; try = try->next) {
		mark = try == lookup->used ? "* " : "  ";
		fill_cells(cells, try);
		if (wide)
			screen_row(out, table, mark, cells);
		else
			add_tall(out, mark, cells);
	}
}

static void
print_table(const struct probe *probe)
{
	struct screen_column table[] = { { "SOURCE", 0, false },
		{ "FAMILY", 0, false }, { "VERDICT", 0, false },
		{ "ADDRESS", 0, false }, { "MS", 6, true },
		{ NULL, 0, false } };
	const struct lookup *lookup;
	const struct lookup_try *try;
	const char *cells[COLUMNS];
	struct buf out = { 0 };

	screen_measure(table, NULL);
	for (lookup = probe->lookups; lookup; lookup = lookup->next)
		for (try = lookup->tries; try; try = try->next) {
			fill_cells(cells, try);
			screen_measure(table, cells);
		}
	if (2 + screen_table_width(table) <= screen_width())
		screen_row(&out, table, "  ", NULL);
	for (lookup = probe->lookups; lookup; lookup = lookup->next)
		add_tries(&out, lookup, table);
	report_output(buf_text(&out));
	buf_free(&out);
}

static void
add_try(struct document *document, const struct lookup_try *try, bool used)
{
	char text[ADDRESS_TEXT];

	address_format(try->address, text);
	document_open(document, NULL, '{');
	document_text(document, "source", try->source->shown);
	document_switch(document, "valid", try->valid);
	document_text(document, "verdict", verdict(try));
	document_text(document, "address", try->valid ? text : NULL);
	if (try->ended)
		document_number(document, "ms", try->ms);
	else
		document_text(document, "ms", NULL);
	document_switch(document, "used", used);
	document_close(document);
}

static void
print_document(const struct probe *probe)
{
	struct document document = { .depth = 0 };
	const struct lookup *lookup;
	const struct lookup_try *try;
	char text[ADDRESS_TEXT];

	document_open(&document, NULL, '{');
	document_open(&document, "lookups", '[');
	for (lookup = probe->lookups; lookup; lookup = lookup->next) {
		address_format(lookup->found, text);
		document_open(&document, NULL, '{');
		document_text(&document, "lookup", lookup->set->title);
		document_number(&document, "family", lookup->set->family);
		document_text(&document, "address",
			lookup->found->family ? text : NULL);
		document_open(&document, "sources", '[');
		for (try = lookup->tries; try; try = try->next)
			add_try(&document, try, try == lookup->used);
		document_close(&document);
		document_close(&document);
	}
	document_print(&document);
}

static bool
disagree(const struct lookup *lookup)
{
	const struct lookup_try *try;
	const struct address *first = NULL;

	for (try = lookup->tries; try; try = try->next) {
		if (!try->valid)
			continue;
		if (first && !address_equal(first, try->address))
			return true;
		first = try->address;
	}
	return false;
}

/*
 * Says what a reader of the table should know; the exit status. A source that
 * is tried may be of one family alone.
 */
static int
judge(const struct probe *probe)
{
	const struct lookup *lookup;
	bool any = false, all = true;

	for (lookup = probe->lookups; lookup; lookup = lookup->next) {
		if (disagree(lookup))
			report_error(
				"%s: the sources disagree", lookup->set->title);
		any |= lookup->found->family != 0;
		all &= lookup->found->family != 0;
		if (lookup->found->family == 0 && probe->cli->count == 0)
			report_error(
				"%s: no valid address", lookup->set->title);
	}
	return all || (any && probe->cli->count > 0) ? EXIT_FINE : EXIT_LOOKUP;
}

static int
ask_all(struct probe *probe)
{
	struct lookup *lookup;
	enum http_end end;

	for (lookup = probe->lookups; lookup; lookup = lookup->next)
		if (lookup->set->sources)
			lookup_start(lookup);
	stop_catch(0);
	end = http_loop_run(
		probe->http, clock_ms() + probe->deadline_ms, stop_fd());
	for (lookup = probe->lookups; lookup; lookup = lookup->next)
		lookup_stop(lookup);
	if (end == HTTP_STOPPED)
		return EXIT_AGAIN;
	if (probe->cli->json)
		print_document(probe);
	else
		print_table(probe);
	return judge(probe);
}

int
probe_run(const struct cli *cli, const struct plan *plan)
{
	struct probe probe = {
		.cli = cli,
		.plan = plan,
		.timeout_ms = 1000 * (plan ? (long)plan->config->general.timeout
					   : TIMEOUT),
		.deadline_ms = 1000 * (plan ? plan->config->general.deadline
					    : DEADLINE),
	};
	const struct http_options options = {
		.ca_file = plan ? plan->config->general.ca_file : NULL,
	};
	struct fail fail;
	int status = EXIT_USAGE;

	probe.http = http_open(&options, &fail);
	if (!probe.http) {
		report_error("%s", fail.text);
		return EXIT_LOOKUP;
	}
	probe.mem = mem_new();
	if (choose_sets(&probe)) {
		confine(&probe);
		status = ask_all(&probe);
	}
	http_close(probe.http);
	mem_free(probe.mem);
	return status;
}
