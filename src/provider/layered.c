/* SPDX-License-Identifier: ISC */
/* A row with the layers below it: made, checked and looked at. */
#include "provider/internal.h"

#include <string.h>

#include "json/json.h"
#include "template/template.h"

#define ROW_NAME_MAX 40
#define LIKE_MAX 4

/* The row that `like = NAME` means in a row, or NULL. */
static struct catalogue_row *
like_of(struct catalogue *catalogue, const struct catalogue_row *row,
	const char *name)
{
	struct catalogue_row *like = catalogue_find(catalogue, name);

	if (like == row || strcmp(row->name, name) == 0)
		return row->hidden;
	/* a user's row changes no built-in row but its namesake */
	if (like && row->text && !like->text)
		return like->hidden;
	return like;
}

struct chain {
	struct catalogue_row *rows[LIKE_MAX + 1];
	size_t count;
};

static bool
in_circle(struct layer_work *work, const struct chain *chain,
	const struct catalogue_row *row)
{
	struct buf names = { 0 };
	size_t i, at;

	for (at = 0; at < chain->count && chain->rows[at] != row; at++)
		;
	if (at == chain->count)
		return false;
	if (at == 0 && work) {
		for (i = 0; i < chain->count; i++)
			buf_printf(&names, "%s, ", chain->rows[i]->name);
		layer_wrong(work, "%s goes in a circle (%s%s)", row->name,
			buf_text(&names), row->name);
		buf_free(&names);
	}
	return true;
}

static void
no_provider(
	struct catalogue *catalogue, struct layer_work *work, const char *name)
{
	const char *nearest = catalogue_hint(catalogue, name, NULL);

	if (nearest && strcmp(nearest, name) != 0)
		layer_wrong(work, "no provider %s (%s?)", name, nearest);
	else
		layer_wrong(work, "no provider %s", name);
}

/* The next row of the chain. NULL: none; *right says whether that is so. */
static struct catalogue_row *
follow(struct catalogue *catalogue, const struct chain *chain,
	struct layer_work *work, bool *right)
{
	struct catalogue_row *row = chain->rows[chain->count - 1], *like;
	struct layer layer = { .section = row->section };
	struct layer_work own = { .mem = catalogue_mem(catalogue),
		.top = &layer };
	struct layer_value value = layer_at(&own, "like", ROW_A);

	*right = !value.lines;
	if (!value.lines)
		return NULL;
	if (work && chain->count == 1)
		layer_at(work, "like", ROW_A);
	like = like_of(catalogue, row, value.lines->text);
	if (!like && strcmp(row->name, value.lines->text) == 0)
		like = row;
	if (!like && work && chain->count == 1)
		no_provider(catalogue, work, value.lines->text);
	if (!like || in_circle(work, chain, like))
		return NULL;
	if (chain->count > LIKE_MAX) {
		if (work)
			layer_wrong(work, "more than %d deep", LIKE_MAX);
		return NULL;
	}
	*right = true;
	return like;
}

const struct layer *
catalogue_layers(struct catalogue *catalogue, struct catalogue_row *row,
	struct mem *mem, struct layer_work *work)
{
	struct layer *layers = mem_take(mem, (LIKE_MAX + 1) * sizeof(*layers));
	struct chain chain = { .count = 0 };
	bool right = true;

	if (work)
		work->top = layers;
	while (row) {
		layers[chain.count].section = catalogue_section(catalogue, row);
		if (chain.count > 0)
			layers[chain.count - 1].below = &layers[chain.count];
		chain.rows[chain.count++] = row;
		row = follow(catalogue, &chain, work, &right);
	}
	return right ? layers : NULL;
}

/* A value that stands bare in a body would break it. */
static void
check_bare(struct layer_work *work, const struct row *row, enum row_type type,
	const struct row_declared *declared)
{
	struct layer_value value;

	for (; declared; declared = declared->next) {
		value = layer_at(work, declared->name, type);
		if (!value.lines || json_bare_ok(value.lines->text) ||
			!row_check_bare(row, declared->name))
			continue;
		if (declared->secret)
			layer_wrong(work, "is not a number, true or false");
		else
			layer_wrong(work,
				"\"%s\" is not a number, true or false",
				value.lines->text);
	}
}

/* The user part of a row's Basic words. */
struct user_part {
	struct layer_work *work;
	enum row_type type;
};

static bool
check_colon(const char *name, void *arg)
{
	const struct user_part *part = arg;
	const struct layer_value value = layer_at(part->work, name, part->type);

	if (value.lines && strchr(value.lines->text, ':'))
		layer_wrong(part->work,
			"holds a colon, which ends the user of Basic");
	return true;
}

/* RFC 7617, section 2: the first colon ends the user. */
static void
check_user(struct layer_work *work, const struct row *row, enum row_type type)
{
	struct user_part part = { work, type };
	const char *user;

	if (!row->auth || strncmp(row->auth, "Basic ", 6) != 0)
		return;
	user = mem_textn(work->mem, row->auth, strcspn(row->auth, ":"));
	template_each(user, check_colon, &part);
}

struct row_declared *
catalogue_make(struct layer_work *work, struct row rows[ROW_TYPES])
{
	struct row_declared *declared = row_make_declared(work);
	enum row_type type;

	row_check_layers(work, declared);
	for (type = ROW_A; type < ROW_TYPES; type++) {
		row_make(work, &rows[type], type);
		row_check(work, &rows[type], type, declared);
		check_bare(work, &rows[type], type, declared);
		check_user(work, &rows[type], type);
	}
	return declared;
}

void
catalogue_make_below(struct layer_work *below, const struct layer_work *work)
{
	struct row rows[ROW_TYPES] = { { .offered = false } };

	below->mem = work->mem;
	below->top = work->top->below;
	/* only what is wrong above can be wrong below as well */
	if (below->top && work->mistakes)
		catalogue_make(below, rows);
}

static void
check_name(struct config *config, const struct config_section *section)
{
	const char *name = section->label;

	if (name[0] == '\0' || strlen(name) > ROW_NAME_MAX ||
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") !=
			strlen(name))
		config_wrong(config, section, NULL,
			"a provider's name is 1 to 40 of a-z 0-9 . -");
	else if (catalogue_reserved(name))
		config_wrong(config, section, NULL,
			"%s is a section of another kind", name);
}

static void
check_row(struct catalogue *catalogue, struct catalogue_row *row)
{
	struct config *config = catalogue_config(catalogue);
	struct layer_work work = { .mem = config->mem }, below = { 0 };
	struct row rows[ROW_TYPES] = { { .offered = false } };
	struct row_declared *declared;
	struct row_words none = { 0 };

	check_name(config, row->section);
	catalogue_check_aka(catalogue, row);
	if (!catalogue_layers(catalogue, row, config->mem, &work)) {
		layer_report(config, &work, NULL);
		return;
	}
	declared = catalogue_make(&work, rows);
	catalogue_make_below(&below, &work);
	layer_report(config, &work, &below);
	row_check_keys(config, &work, declared, &none);
}

void
catalogue_check(struct catalogue *catalogue)
{
	struct catalogue_row *row;

	for (row = catalogue_first(catalogue); row; row = row->next)
		if (!row->text)
			check_row(catalogue, row);
}

static const char *
told(struct catalogue *catalogue, struct catalogue_row *row, struct mem *mem,
	const char *key)
{
	const struct config_line *line =
		catalogue_told(catalogue, row, mem, key);

	return line ? line->text : NULL;
}

bool
catalogue_look(struct catalogue *catalogue, const char *name, struct mem *mem,
	struct catalogue_view *view)
{
	struct catalogue_row *row = catalogue_find(catalogue, name);
	struct layer_work work = { .mem = mem };

	*view = (struct catalogue_view){ .text = NULL };
	if (!row)
		return false;
	if (row->text)
		view->text = row->text->text;
	view->name = row->name;
	view->aka = row->aka;
	view->title = told(catalogue, row, mem, "title");
	view->site = told(catalogue, row, mem, "site");
	view->advice = catalogue_told(catalogue, row, mem, "advice");
	view->layers = catalogue_layers(catalogue, row, mem, &work);
	view->section = row->section;
	if (view->layers)
		view->declared = catalogue_make(&work, view->rows);
	return true;
}

const char *
catalogue_default(
	const struct catalogue_view *view, struct mem *mem, const char *key)
{
	struct layer_value value = layer_find(mem, view->layers, key, ROW_A);

	return value.lines ? value.lines->text : NULL;
}
