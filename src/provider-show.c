#include <string.h>

#include "buf.h"
#include "config/config.h"
#include "provider-show.h"
#include "provider/catalogue.h"

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

/* What an account wants of the row; nothing, if its layers are wrong. */
static void
look(struct view *view)
{
	const struct row_declared *at = view->row.declared;
	struct wanted one;

	if (!view->row.layers)
		return;
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
}

static void
add_families(struct buf *out, const struct view *view)
{
	const bool a = view->row.rows[ROW_A].offered;
	const bool aaaa = view->row.rows[ROW_AAAA].offered;

	buf_printf(out, "%-6s",
		a && aaaa ? "A AAAA"
		: a       ? "A"
		: aaaa    ? "AAAA"
			  : "-");
}

static int
name_width(struct catalogue *catalogue)
{
	const char *const *name = catalogue_names(catalogue);
	size_t width = 0;

	for (; *name; name++)
		if (strlen(*name) > width)
			width = strlen(*name);
	return (int)width;
}

/* " (batch, refresh 25d)": many names go at once; an unchanged address is sent
 * again. */
static void
add_ways(struct buf *out, struct view *view)
{
	const char *refresh = standard_of(view, "refresh");
	const bool batch = view->row.rows[ROW_A].step[STEP_BATCH] ||
			   view->row.rows[ROW_AAAA].step[STEP_BATCH];

	if (batch || refresh)
		buf_printf(out, "%s(%s%s%s%s)",
			out->at[out->len - 1] == ' ' ? "" : " ",
			batch ? "batch" : "", batch && refresh ? ", " : "",
			refresh ? "refresh " : "", refresh ? refresh : "");
}

void
provider_list(struct catalogue *catalogue, struct buf *out)
{
	const int width = name_width(catalogue);
	const char *const *name = catalogue_names(catalogue);
	const struct wanted *at;

	for (; *name; name++) {
		struct view view = { .mem = mem_new() };

		buf_printf(out, "%-*s  ", width, *name);
		catalogue_look(catalogue, *name, view.mem, &view.row);
		look(&view);
		if (view.row.layers)
			add_families(out, &view);
		else
			buf_str(out, "?");
		buf_char(out, ' ');
		for (at = view.wanted; at; at = at->next)
			if (at->needed)
				buf_printf(out, " %s", at->key);
		if (view.row.layers)
			add_ways(out, &view);
		while (out->at[out->len - 1] == ' ')
			buf_cut(out, out->len - 1);
		buf_char(out, '\n');
		mem_free(view.mem);
	}
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

struct widths {
	int key;
	int standard;
};

static struct widths
measure(const struct wanted *at)
{
	struct widths widths = { 0, 0 };
	int len;

	for (; at; at = at->next) {
		len = (int)strlen(at->key);
		if (len > widths.key)
			widths.key = len;
		len = at->standard ? (int)strlen(at->standard) : 0;
		if (len > widths.standard)
			widths.standard = len;
	}
	return widths;
}

/* As comments, so that the whole can be pasted. */
static void
add_table(struct buf *out, const struct view *view)
{
	const struct widths widths = measure(view->wanted);
	const struct wanted *at;

	for (at = view->wanted; at; at = at->next) {
		buf_printf(out, "; %-*s  %s  %s", widths.key, at->key,
			at->needed ? "required" : "optional",
			at->secret ? "secret" : "      ");
		if (widths.standard > 0)
			buf_printf(out, "  %-*s", widths.standard,
				at->standard ? at->standard : "");
		buf_printf(out, "  %s", at->text);
		while (out->at[out->len - 1] == ' ')
			buf_cut(out, out->len - 1);
		buf_char(out, '\n');
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
	buf_printf(out, "%-*s = home.%s\n", width, "names",
		zone ? zone : "example.com");
}

bool
provider_show(struct catalogue *catalogue, const char *name, struct buf *out)
{
	struct view view = { .mem = mem_new() };
	bool found = catalogue_look(catalogue, name, view.mem, &view.row);

	if (!found)
		goto out;
	if (view.row.text)
		buf_str(out, view.row.text);
	else
		add_section(out, view.row.section);
	if (!view.row.layers)
		goto out;
	look(&view);
	buf_char(out, '\n');
	add_table(out, &view);
	add_account(out, name, &view);
out:
	mem_free(view.mem);
	return found;
}
