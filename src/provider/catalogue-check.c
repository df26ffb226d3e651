#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "provider/catalogue-internal.h"
#include "config/config.h"
#include "json/json.h"
#include "provider/layer.h"
#include "provider/row.h"
#include "provider/check.h"
#include "provider/make.h"
#include "template/template.h"

#define ROW_NAME_MAX 40

/* A value that stands bare in a body would break it. */
static void
check_bare(struct layer_work *work, const struct row *row, int type,
	const struct row_declared *declared)
{
	struct layer_value value;

	for (; declared; declared = declared->next) {
		value = layer_at(work, declared->name, type);
		if (!value.lines || json_bare_ok(value.lines->text) ||
			!row_check_bare(row, declared->name))
			continue;
		if (declared->secret)
			layer_wrong(work, "is no number, true or false");
		else
			layer_wrong(work, "\"%s\" is no number, true or false",
				value.lines->text);
	}
}

/* The user part of a row's Basic words. */
struct user_part {
	struct layer_work *work;
	int type;
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
check_user(struct layer_work *work, const struct row *row, int type)
{
	struct user_part part = { work, type };
	const char *user;

	if (!row->auth || strncmp(row->auth, "Basic ", 6) != 0)
		return;
	user = mem_textn(work->mem, row->auth, strcspn(row->auth, ":"));
	template_each(user, check_colon, &part);
}

void
catalogue_make(struct layer_work *work, struct row *rows,
	struct row_declared **declared)
{
	int type;

	*declared = row_make_declared(work);
	row_check_layers(work, *declared);
	for (type = 0; type < ROW_TYPES; type++) {
		row_make(work, &rows[type], type);
		row_check(work, &rows[type], type, *declared);
		check_bare(work, &rows[type], type, *declared);
		check_user(work, &rows[type], type);
	}
}

void
catalogue_make_below(struct layer_work *below, const struct layer_work *work)
{
	struct row rows[ROW_TYPES] = { { .offered = false } };
	struct row_declared *declared;

	below->mem = work->mem;
	below->top = work->top->below;
	/* only what is wrong above can be wrong below as well */
	if (below->top && work->mistakes)
		catalogue_make(below, rows, &declared);
}

static void
check_name(struct config *config, const struct config_section *section)
{
	static const char *const others[] = { "ddns", "ipv4", "ipv6", "webhook",
		"provider" };
	const char *name = section->label;
	size_t i;

	if (name[0] == '\0' || strlen(name) > ROW_NAME_MAX ||
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") !=
			strlen(name))
		config_wrong(config, section, NULL,
			"a provider's name is 1 to 40 of a-z 0-9 . -");
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i]) == 0)
			config_wrong(config, section, NULL,
				"%s is a section of another kind", name);
}

void
catalogue_check_row(struct catalogue *catalogue, struct catalogue_row *row,
	struct config *config)
{
	struct layer_work work = { .mem = config->mem }, below = { 0 };
	struct row rows[ROW_TYPES] = { { .offered = false } };
	struct row_declared *declared;
	struct layer_words none = { 0 };

	check_name(config, row->section);
	if (!catalogue_layers(catalogue, row, config->mem, &work)) {
		layer_report(config, &work, NULL);
		return;
	}
	catalogue_make(&work, rows, &declared);
	catalogue_make_below(&below, &work);
	layer_report(config, &work, &below);
	row_check_keys(config, &work, declared, &none);
}
