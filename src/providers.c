/* SPDX-License-Identifier: ISC */
/*
 * The command `providers`: a list of rows, or one with all about it.
 */
#include <stdio.h>
#include <string.h>

#include "providers.h"
#include "buf.h"
#include "cli.h"
#include "config/config.h"
#include "document.h"
#include "exit.h"
#include "provider/catalogue.h"
#include "report.h"
#include "screen.h"

/* A key of an account, as the row wants it. */
struct wanted {
	struct wanted *next;
	const char *key;
	bool needed;
	bool secret;
	bool declared;        /* by the row, not a key of every account */
	const char *standard; /* the row's default, or NULL */
	const char *text;     /* for people */
};

struct view {
	struct view *next;
	struct mem *mem;
	struct catalogue_view row;
	struct wanted *wanted;
};

static void
want(struct view *view, const struct wanted *wanted)
{
	struct wanted **end, *copy = mem_take(view->mem, sizeof(*copy));

	for (end = &view->wanted; *end; end = &(*end)->next)
		;
	*copy = *wanted;
	*end = copy;
}

/* The default that the row has for a key, or NULL. */
static const char *
standard_of(struct view *view, const char *key)
{
	return catalogue_default(&view->row, view->mem, key);
}

static bool
holds(const struct view *view, const char *variable)
{
	return row_holds(&view->row.rows[ROW_A], variable) ||
	       row_holds(&view->row.rows[ROW_AAAA], variable);
}

static bool
offers(const struct view *view)
{
	return view->row.rows[ROW_A].offered ||
	       view->row.rows[ROW_AAAA].offered;
}

static bool
needs_zone(const struct view *view)
{
	const struct row *row = view->row.rows;

	return (row[ROW_A].needs_zone && !row[ROW_A].step[STEP_ZONES]) ||
	       (row[ROW_AAAA].needs_zone && !row[ROW_AAAA].step[STEP_ZONES]);
}

/* Keys that every account has, as far as they matter to this row. */
static void
want_general(struct view *view)
{
	const struct wanted ttl = { .key = "ttl",
		.standard = standard_of(view, "ttl"),
		.text = "seconds" };
	const struct wanted refresh = { .key = "refresh",
		.standard = standard_of(view, "refresh"),
		.text = "call again for an unchanged address" };
	const bool runs = view->row.rows[ROW_A].runs != NULL;
	const struct wanted server = { .key = "server",
		.needed = !runs,
		.text = runs ? "HOST or HOST:PORT; else the zone's primary"
			     : "https://HOST of the service" };
	struct wanted zone = { .key = "zone",
		.standard = standard_of(view, "zone"),
		.text = "of the names" };

	if (runs || holds(view, "server"))
		want(view, &server);
	zone.needed = needs_zone(view) && !zone.standard;
	if (zone.needed || zone.standard || view->row.rows[ROW_A].needs_zone)
		want(view, &zone);
	if (runs || holds(view, "ttl"))
		want(view, &ttl);
	if (refresh.standard)
		want(view, &refresh);
	if (!offers(view))
		want(view, &(struct wanted){ .key = "set",
				   .needed = true,
				   .text = "the request, as in a row" });
}

/* What an account is to write; nothing if the row's layers are wrong. */
static void
want_all(struct view *view)
{
	const struct row_declared *at = view->row.declared;
	struct wanted one;

	if (!view->row.layers)
		return;
	for (; at; at = at->next) {
		one = (struct wanted){ .key = at->name,
			.secret = at->secret,
			.declared = true,
			.standard = standard_of(view, at->name),
			.text = at->text };
		one.needed = !at->optional && !one.standard;
		if (strcmp(at->name, "zone") != 0)
			want(view, &one);
	}
	want_general(view);
}

static bool
has_batch(const struct view *view)
{
	return view->row.rows[ROW_A].step[STEP_BATCH] ||
	       view->row.rows[ROW_AAAA].step[STEP_BATCH];
}

/* How long an unchanged address is left alone, or NULL. */
static const char *
refresh_of(struct view *view)
{
	return view->row.layers ? standard_of(view, "refresh") : NULL;
}

static const char *
families_of(const struct view *view)
{
	if (!view->row.layers)
		return "?";
	if (view->row.rows[ROW_A].offered && view->row.rows[ROW_AAAA].offered)
		return "A AAAA";
	if (!offers(view))
		return "-";
	return view->row.rows[ROW_A].offered ? "A" : "AAAA";
}

/* "token zone (batch, refresh 25d)": the keys that are needed; many names go
 * at once; an unchanged address is sent again. */
static void
add_needs(struct buf *out, struct view *view)
{
	const struct wanted *at;
	const bool batch = has_batch(view);
	const char *refresh = refresh_of(view);

	for (at = view->wanted; at; at = at->next)
		if (at->needed)
			buf_printf(out, "%s ", at->key);
	if (batch || refresh)
		buf_printf(out, "(%s%s%s%s)", batch ? "batch" : "",
			batch && refresh ? ", " : "", refresh ? "refresh " : "",
			refresh ? refresh : "");
}

/* Measures the row of a view, or (out) adds it. */
static void
list_one(struct buf *out, struct screen_column *table, struct view *view)
{
	struct buf needs = { 0 };
	const char *cells[] = { view->row.name,
		view->row.title ? view->row.title : "", families_of(view),
		NULL };

	add_needs(&needs, view);
	cells[3] = buf_text(&needs);
	if (out)
		screen_row(out, table, "", cells);
	else
		screen_measure(table, cells);
	buf_free(&needs);
}

static void
list(struct buf *out, struct view *views)
{
	struct screen_column table[] = { { "NAME", 0, false },
		{ "TITLE", 0, false }, { "FAMILIES", 0, false },
		{ "KEYS", 0, false }, { NULL, 0, false } };
	struct view *view;

	screen_measure(table, NULL);
	for (view = views; view; view = view->next)
		list_one(NULL, table, view);
	screen_row(out, table, "", NULL);
	for (view = views; view; view = view->next)
		list_one(out, table, view);
}

/* A user's row, written anew. */
static void
add_section(struct buf *out, const struct config_section *section)
{
	const struct config_entry *entry;
	const struct config_line *line;
	size_t width = 0;

	for (entry = section->entries; entry; entry = entry->next)
		if (strlen(entry->key) > width)
			width = strlen(entry->key);
	buf_printf(out, "[%s]\n", section->name);
	for (entry = section->entries; entry; entry = entry->next) {
		line = entry->lines;
		buf_printf(out, "%-*s =%s%s\n", (int)width, entry->key,
			line->text[0] ? " " : "", line->text);
		for (line = line->next; line; line = line->next)
			buf_printf(
				out, "%*s%s\n", (int)width + 3, "", line->text);
	}
}

/* As comments, so that the whole can be pasted. */
static void
add_table(struct buf *out, const struct view *view)
{
	struct screen_column table[] = { { "", 0, false }, { "", 0, false },
		{ "", (int)strlen("secret"), false }, { "", 0, false },
		{ "", 0, false }, { NULL, 0, false } };
	const struct wanted *at;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (at = view->wanted; at; at = at->next) {
			const char *const cells[] = { at->key,
				at->needed ? "required" : "optional",
				at->secret ? "secret" : "",
				at->standard ? at->standard : "", at->text };

			if (pass == 0)
				screen_measure(table, cells);
			else
				screen_row(out, table, "; ", cells);
		}
}

/* What stands in the section to paste until the user knows better. */
static void
add_example(struct buf *out, const char *name, const struct wanted *wanted,
	int width)
{
	static const char *const examples[][2] = {
		{ "server", "https://dyn.example.net" },
		{ "zone", "example.com" },
		{ "set", "GET https://dyn.example.net/?name={fqdn}&ip={ip}" },
	};
	const char *comment = wanted->needed ? "" : ";";
	const char *text = NULL;
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		if (strcmp(examples[i][0], wanted->key) == 0)
			text = examples[i][1];
	buf_printf(out, "%s%s%-*s = ", comment, wanted->key,
		width - (int)(strlen(comment) + strlen(wanted->key)),
		wanted->secret ? "_file" : "");
	if (wanted->secret)
		buf_printf(out, SYSCONFDIR "/ddns/%s.%s\n", name, wanted->key);
	else
		buf_printf(out, "%s\n", text ? text : "...");
}

/* Whether a secret is required. */
static bool
needs_secret(const struct view *view)
{
	const struct wanted *at;

	for (at = view->wanted; at; at = at->next)
		if (at->needed && at->secret)
			return true;
	return false;
}

/* Whether it stands in the section to paste: what is needed, and as comments,
 * where one may choose how to be known, what there is to choose from. */
static bool
is_shown(const struct view *view, const struct wanted *wanted)
{
	return wanted->needed ||
	       (wanted->declared && !wanted->standard && !needs_secret(view));
}

/* The list of names that fits the families of the row. */
static const char *
names_key(const struct view *view)
{
	const bool four = view->row.rows[ROW_A].offered;

	if (!offers(view) || (four && view->row.rows[ROW_AAAA].offered))
		return "names";
	return four ? "ipv4" : "ipv6";
}

/* A section to paste, with all that is required. */
static void
add_account(struct buf *out, struct view *view)
{
	const char *name = view->row.name;
	const char *zone = standard_of(view, "zone");
	const struct wanted *at;
	int width = (int)strlen("names"), len;

	for (at = view->wanted; at; at = at->next) {
		len = (int)(strlen(at->key) + (at->secret ? 5 : 0) +
			    !at->needed);
		if (is_shown(view, at) && len > width)
			width = len;
	}
	buf_printf(out, "[%s]\n", name);
	for (at = view->wanted; at; at = at->next)
		if (is_shown(view, at))
			add_example(out, name, at, width);
	buf_printf(out, "%-*s = home.%s\n", width, names_key(view),
		zone ? zone : "example.com");
}

/* What is told of the service, as comments. */
static void
add_told(struct buf *out, const struct view *view)
{
	const struct catalogue_view *row = &view->row;
	const struct config_line *line;
	const char *c;

	buf_printf(out, "; %s: %s\n", row->title ? row->title : row->name,
		families_of(view));
	if (*row->aka) {
		buf_str(out, "; also called ");
		for (c = row->aka; *c; c++)
			buf_printf(out, *c == ' ' ? ", " : "%c", *c);
		buf_char(out, '\n');
	}
	if (row->site)
		buf_printf(out, "; %s\n", row->site);
	for (line = row->advice; line; line = line->next)
		buf_printf(out, "; %s\n", line->text);
}

static void
add_row(struct buf *out, const struct view *view)
{
	if (view->row.text)
		buf_str(out, view->row.text);
	else
		add_section(out, view->row.section);
}

/* All about one row, which is as a whole a part of a configuration. */
static void
show(struct buf *out, struct view *view)
{
	if (view->row.layers) {
		add_account(out, view);
		buf_char(out, '\n');
		add_table(out, view);
		buf_char(out, '\n');
	}
	add_told(out, view);
	buf_str(out, "\n; The row behind it; paste it only to change it.\n");
	add_row(out, view);
}

/* What stands between the breaks of a text, as a list. */
static void
document_list(
	struct document *document, const char *key, const char *text, char by)
{
	const char breaks[] = { by, '\0' };
	struct buf line = { 0 };
	size_t len;

	document_open(document, key, '[');
	for (; *text; text += len + (text[len] == by)) {
		len = strcspn(text, breaks);
		buf_cut(&line, 0);
		buf_add(&line, text, len);
		document_text(document, NULL, buf_text(&line));
	}
	document_close(document);
	buf_free(&line);
}

static void
document_keys(struct document *document, const struct view *view)
{
	const struct wanted *at;

	document_open(document, "keys", '[');
	for (at = view->wanted; at; at = at->next) {
		document_open(document, NULL, '{');
		document_text(document, "key", at->key);
		document_switch(document, "required", at->needed);
		document_switch(document, "secret", at->secret);
		document_text(document, "default", at->standard);
		document_text(document, "text", *at->text ? at->text : NULL);
		document_close(document);
	}
	document_close(document);
}

static void
document_texts(struct document *document, struct view *view, bool row)
{
	const struct config_line *line;
	struct buf text = { 0 };

	document_open(document, "advice", '[');
	for (line = view->row.advice; line; line = line->next)
		document_text(document, NULL, line->text);
	document_close(document);
	if (view->row.layers)
		add_account(&text, view);
	document_list(document, "section", buf_text(&text), '\n');
	if (row) {
		buf_cut(&text, 0);
		add_row(&text, view);
		document_list(document, "row", buf_text(&text), '\n');
	}
	buf_free(&text);
}

static void
document_view(struct document *document, struct view *view, bool row)
{
	const char *families = families_of(view), *refresh = refresh_of(view);

	document_open(document, NULL, '{');
	document_text(document, "name", view->row.name);
	document_text(document, "title", view->row.title);
	document_list(document, "aka", view->row.aka, ' ');
	document_text(document, "site", view->row.site);
	document_switch(document, "built_in", view->row.text != NULL);
	document_list(
		document, "families", *families == 'A' ? families : "", ' ');
	document_switch(document, "batch", has_batch(view));
	if (refresh)
		document_number(document, "refresh", config_time(refresh));
	else
		document_text(document, "refresh", NULL);
	document_keys(document, view);
	document_texts(document, view, row);
	document_close(document);
}

static void
print_document(struct view *view, bool row)
{
	struct document document = { .depth = 0 };

	document_open(&document, NULL, '{');
	document_number(&document, "exit", EXIT_FINE);
	document_open(&document, "providers", '[');
	for (; view; view = view->next)
		document_view(&document, view, row);
	document_print(&document);
}

static void
print_text(struct view *view, bool row)
{
	struct buf out = { 0 };

	if (row)
		show(&out, view);
	else
		list(&out, view);
	report_output(buf_text(&out));
	buf_free(&out);
}

/* A user's own rows count if a configuration is named or there is one. */
static struct config *
read_rows(const struct cli *cli)
{
	struct mem *mem = mem_new();
	const char *path = cli->config ? cli->config : config_default_path(mem);
	struct config *config;

	config = path ? config_read(path) : config_read_text("", "", 0);
	mem_free(mem);
	return config;
}

static struct view *
view_of(struct catalogue *catalogue, const char *name, struct mem *mem)
{
	struct view *view = mem_take(mem, sizeof(*view));

	view->mem = mem;
	catalogue_look(catalogue, name, mem, &view->row);
	want_all(view);
	return view;
}

/* The rows that have the word, or (NULL) all. */
static struct view *
find(struct catalogue *catalogue, const char *word, struct mem *mem)
{
	const char *const *name = catalogue_names(catalogue);
	struct view *views = NULL, **end = &views;

	for (; *name; name++) {
		if (word && !catalogue_has(catalogue, *name, word))
			continue;
		*end = view_of(catalogue, *name, mem);
		end = &(*end)->next;
	}
	return views;
}

/* The name of the row that the word names in whatever letter case, or NULL. */
static const char *
named(struct catalogue *catalogue, struct mem *mem, const char *word)
{
	char *small = mem_textn(mem, word, strlen(word)), *c;

	for (c = small; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return catalogue_name(catalogue, small);
}

static int
run(const struct cli *cli, struct catalogue *catalogue, struct mem *mem)
{
	const char *word = cli->count > 0 ? cli->args[0] : NULL;
	const char *name = word ? named(catalogue, mem, word) : NULL, *hint;
	struct view *views = name ? view_of(catalogue, name, mem)
				  : find(catalogue, word, mem);

	if (!views) {
		hint = catalogue_hint(catalogue, word, NULL);
		report_error("no provider has \"%s\" in a name, title or host%s"
			     "%s%s",
			word, hint ? " (" : "", hint ? hint : "",
			hint ? "?)" : "");
		return EXIT_USAGE;
	}
	if (cli->quiet)
		return EXIT_FINE;
	if (cli->json)
		print_document(views, name != NULL);
	else
		print_text(views, name != NULL);
	return EXIT_FINE;
}

int
providers_run(const struct cli *cli)
{
	struct config *config = read_rows(cli);
	struct catalogue *catalogue = catalogue_new(config);
	const int status = run(cli, catalogue, config->mem);

	catalogue_free(catalogue);
	config_free(config);
	return status;
}
