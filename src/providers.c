/*
 * The command `providers`: a list of the rows, or one with all about it.
 */
#include <stdio.h>
#include <string.h>

#include "providers.h"
#include "buf.h"
#include "cli.h"
#include "config/config.h"
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
	const char *standard; /* the row's default, or NULL */
	const char *text;     /* for people */
};

struct view {
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

/* What an account is to write. False: the row's layers are wrong. */
static bool
look(struct view *view)
{
	const struct row_declared *at = view->row.declared;
	struct wanted one;

	if (!view->row.layers)
		return false;
	for (; at; at = at->next) {
		one = (struct wanted){ .key = at->name,
			.secret = at->secret,
			.standard = standard_of(view, at->name),
			.text = at->text };
		one.needed = !at->optional && !one.standard;
		if (strcmp(at->name, "zone") != 0)
			want(view, &one);
	}
	want_general(view);
	return true;
}

static const char *
families_of(const struct view *view)
{
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
	const char *refresh = standard_of(view, "refresh");
	const bool batch = view->row.rows[ROW_A].step[STEP_BATCH] ||
			   view->row.rows[ROW_AAAA].step[STEP_BATCH];

	for (at = view->wanted; at; at = at->next)
		if (at->needed)
			buf_printf(out, "%s ", at->key);
	if (batch || refresh)
		buf_printf(out, "(%s%s%s%s)", batch ? "batch" : "",
			batch && refresh ? ", " : "", refresh ? "refresh " : "",
			refresh ? refresh : "");
}

static void
list(struct catalogue *catalogue, struct buf *out)
{
	struct screen_column table[] = { { "", 0, false }, { "", 6, false },
		{ "", 1, false }, { NULL, 0, false } };
	const char *const *name = catalogue_names(catalogue);
	struct buf needs = { 0 };

	for (; *name; name++)
		screen_measure(table, (const char *const[]){ *name, "", "" });
	for (name = catalogue_names(catalogue); *name; name++) {
		struct view view = { .mem = mem_new() };
		bool fine;

		catalogue_look(catalogue, *name, view.mem, &view.row);
		fine = look(&view);
		buf_cut(&needs, 0);
		if (fine)
			add_needs(&needs, &view);
		screen_row(out, table, "",
			(const char *const[]){ *name,
				fine ? families_of(&view) : "?",
				buf_text(&needs) });
		mem_free(view.mem);
	}
	buf_free(&needs);
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
	const char *text = NULL;
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		if (strcmp(examples[i][0], wanted->key) == 0)
			text = examples[i][1];
	buf_printf(out, "%s%-*s = ", wanted->key,
		width - (int)strlen(wanted->key),
		wanted->secret ? "_file" : "");
	if (wanted->secret)
		buf_printf(out, "/etc/ddns/%s.%s\n", name, wanted->key);
	else
		buf_printf(out, "%s\n", text ? text : "...");
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
add_account(struct buf *out, const char *name, struct view *view)
{
	const char *zone = standard_of(view, "zone");
	const struct wanted *at;
	int width = (int)strlen("names"), len;

	for (at = view->wanted; at; at = at->next) {
		len = (int)(strlen(at->key) + (at->secret ? 5 : 0));
		if (at->needed && len > width)
			width = len;
	}
	buf_printf(out, "\n[%s]\n", name);
	for (at = view->wanted; at; at = at->next)
		if (at->needed)
			add_example(out, name, at, width);
	buf_printf(out, "%-*s = home.%s\n", width, names_key(view),
		zone ? zone : "example.com");
}

static bool
show(struct catalogue *catalogue, const char *name, struct buf *out)
{
	struct view view = { .mem = mem_new() };
	const bool found = catalogue_look(catalogue, name, view.mem, &view.row);

	if (found && view.row.text)
		buf_str(out, view.row.text);
	else if (found)
		add_section(out, view.row.section);
	if (found && look(&view)) {
		buf_char(out, '\n');
		add_table(out, &view);
		add_account(out, name, &view);
	}
	mem_free(view.mem);
	return found;
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

int
providers_run(const struct cli *cli)
{
	struct config *config = read_rows(cli);
	struct catalogue *catalogue = catalogue_new(config);
	struct buf out = { 0 };
	int status = EXIT_FINE;

	if (cli->count == 0)
		list(catalogue, &out);
	else if (!show(catalogue, cli->args[0], &out)) {
		report_error("no provider %s%s", cli->args[0],
			config_hint(config, cli->args[0],
				catalogue_names(catalogue)));
		status = EXIT_USAGE;
	}
	fputs(buf_text(&out), stdout);
	buf_free(&out);
	catalogue_free(catalogue);
	config_free(config);
	return status;
}
