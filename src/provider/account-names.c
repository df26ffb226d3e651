/* SPDX-License-Identifier: ISC */
/* The names of an account, each with its types. */
#include "provider/internal.h"

#include <string.h>

#include "fail.h"
#include "name.h"
#include "table.h"

/* The lists, and the types that each asks for. */
static const struct {
	const char *key;
	bool type[ROW_TYPES];
} lists[] = {
	{ "names", { true, true } },
	{ "ipv4", { true, false } },
	{ "ipv6", { false, true } },
};

/* One list at work. */
struct list {
	struct account_work *work;
	const struct config_entry *entry;
	bool type[ROW_TYPES];           /* that its names get */
	const struct config_line *line; /* of the word at work */
};

/* The names of all lists. */
struct names {
	struct table table;
	struct account_name **end;
};

static void
key_of_name(const void *name, const char *key[TABLE_KEY])
{
	key[0] = ((const struct account_name *)name)->name;
}

static void
wrong(const struct list *list, int line, const char *text)
{
	config_wrong_line(list->work->config, list->work->section, list->entry,
		line, text);
}

static void
add_name(struct list *list, struct names *names, const char *name, int line)
{
	struct mem *mem = list->work->config->mem;
	struct account_name *one = table_find_text(&names->table, name);
	bool twice = false;
	enum row_type type;

	if (!one) {
		one = mem_take(mem, sizeof(*one));
		one->name = name;
		one->line = line;
		table_add(&names->table, one);
		*names->end = one;
		names->end = &one->next;
	}
	for (type = 0; type < ROW_TYPES; type++) {
		if (!list->type[type])
			continue;
		twice |= one->type[type];
		one->type[type] = true;
	}
	if (twice)
		wrong(list, line,
			mem_printf(mem, "%s is given twice, first in line %d",
				name, one->line));
}

/* An indented line such as `user = me` is not a list of names. Words come in
 * the order of their lines. */
static bool
is_assignment(struct list *list, int line)
{
	while (list->line && list->line->line != line)
		list->line = list->line->next;
	return list->line && strchr(list->line->text, '=');
}

static bool
last_of_line(const struct config_line *word)
{
	return !word->next || word->next->line != word->line;
}

static void
read_names(struct list *list, struct names *names)
{
	struct config *config = list->work->config;
	const char *zone = list->work->account->zone, *name;
	const struct config_line *word = config_words(config, list->entry);
	struct fail fail;

	if (!word)
		wrong(list, 0, "is empty");
	list->line = list->entry->lines;
	for (; word; word = word->next) {
		if (word->cut && last_of_line(word))
			wrong(list, word->line,
				"a `;` ends this line of names: separate names by commas or spaces, and put comments on lines of their own");
		if (word->odd) {
			wrong(list, word->line,
				"a full-width comma does not separate names: write `,`");
			continue;
		}
		if (is_assignment(list, word->line)) {
			wrong(list, word->line,
				"an indented line goes on a list of names "
				"(begin keys in the first column)");
			continue;
		}
		name = name_read(config->mem, word->text, 2, &fail);
		if (!name) {
			wrong(list, word->line, fail.text);
			continue;
		}
		if (zone && name_inside(name, zone) < 0)
			wrong(list, word->line,
				mem_printf(config->mem, "%s is not in zone %s",
					name, zone));
		add_name(list, names, name, word->line);
	}
}

/* A list for both families, of which the row has one. */
static void
warn_cut(const struct list *list, const bool *asked)
{
	const struct account_work *work = list->work;
	const struct row *rows = work->account->row;
	enum row_type lacks = ROW_A;

	while (lacks < ROW_TYPES &&
		(!asked[lacks] || !work->has[lacks] || rows[lacks].offered))
		lacks++;
	if (lacks == ROW_TYPES)
		return;
	config_warn(work->config, work->section, list->entry,
		"%s has no %s, so these names get %s alone: write %s in place "
		"of names",
		work->account->provider, row_types[lacks], row_types[!lacks],
		lacks == ROW_A ? "ipv6" : "ipv4");
}

/*
 * Which of the types that a list asks for its names get: those with lookups
 * that the row offers. A list of one family must get it.
 */
static void
choose_types(struct list *list, const bool *asked)
{
	const struct account_work *work = list->work;
	const struct row *rows = work->account->row;
	const char *lacks = NULL;
	bool any = false, looked_up = false, offered = false;
	enum row_type type;

	for (type = 0; type < ROW_TYPES; type++) {
		if (!asked[type])
			continue;
		if (!rows[type].offered)
			lacks = row_types[type];
		offered |= rows[type].offered;
		if (!work->has[type])
			continue;
		looked_up = true;
		list->type[type] = rows[type].offered;
		any |= rows[type].offered;
	}
	if (any)
		warn_cut(list, asked);
	/* a label that nothing has is reported with `lookup` */
	if (work->account->lookup[0] && !work->has[ROW_A] &&
		!work->has[ROW_AAAA])
		return;
	if (!offered)
		looked_up = true;
	if (!looked_up && asked[ROW_A] && asked[ROW_AAAA])
		config_wrong(work->config, work->section, list->entry,
			"has no lookups: neither %s nor %s is there",
			work->family[ROW_A], work->family[ROW_AAAA]);
	else if (!looked_up)
		config_wrong(work->config, work->section, list->entry,
			"has no lookups: %s is not there",
			work->family[asked[ROW_A] ? ROW_A : ROW_AAAA]);
	else if (!any)
		config_wrong(work->config, work->section, list->entry,
			"%s has no %s", work->account->provider, lacks);
}

void
account_read_names(struct account_work *work)
{
	const struct row *rows = work->account->row;
	bool offered = rows[ROW_A].offered || rows[ROW_AAAA].offered;
	struct names names = { { .mem = work->config->mem, .key = key_of_name },
		&work->account->names };
	bool found = false;
	struct list list;
	size_t i;

	if (!offered)
		config_wrong(work->config, work->section, NULL,
			"set is missing (or create and update)");
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		list = (struct list){ .work = work };
		list.entry = config_first(work->section, lists[i].key);
		if (!list.entry)
			continue;
		found = true;
		if (offered)
			choose_types(&list, lists[i].type);
		read_names(&list, &names);
	}
	if (!found && !work->section->lost)
		config_wrong(
			work->config, work->section, NULL, "names is missing");
}
