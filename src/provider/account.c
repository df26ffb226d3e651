/* SPDX-License-Identifier: ISC */
/* Reads an account: its row, layered, and all that its section writes. */
#include "provider/internal.h"

#include <string.h>

/* Reports unknown keys, and of those that only a row has. */
static void
check_keys(struct account_work *work, const struct layer_work *layers)
{
	static const char *const of_rows[] = { "like", "title", "aka" };
	struct row_words words = { 0 };
	struct mem *mem = mem_new();
	const struct config_entry *entry;
	const struct row_declared *at;
	size_t i;

	row_words_of(mem, &words, WORD_ACCOUNT);
	for (at = work->declared; at; at = at->next)
		if (at->secret)
			row_words_add(mem, &words,
				mem_printf(mem, "%s_file", at->name));
	row_check_keys(work->config, layers, work->declared, &words);
	mem_free(mem);
	for (i = 0; i < sizeof(of_rows) / sizeof(of_rows[0]); i++) {
		entry = config_first(work->section, of_rows[i]);
		if (entry)
			config_wrong(work->config, work->section, entry,
				"stands in rows only: write [provider NAME]");
	}
}

static void
add_layers(struct buf *text, const struct layer *layer)
{
	const struct config_entry *entry;
	const struct config_line *line;

	for (; layer; layer = layer->below) {
		for (entry = layer->section->entries; entry;
			entry = entry->next) {
			if (row_word(entry->key) & (WORD_NAMES | WORD_TOLD))
				continue;
			buf_printf(text, "%s\n", entry->key);
			for (line = entry->lines; line; line = line->next)
				buf_printf(text, "\t%s\n", line->text);
		}
		buf_char(text, '\n');
	}
}

/* The row, layered; reports the mistakes that the account's own keys make. */
static void
make_rows(struct account_work *work)
{
	struct layer_work all = { .mem = work->config->mem,
		.top = work->layers };
	struct layer_work below = { 0 };

	work->declared = catalogue_make(&all, work->account->row);
	catalogue_make_below(&below, &all);
	layer_report(work->config, &all, &below);
	check_keys(work, &all);
}

/* "token (API token: ...)": a text that begins with the key's name tells
 * nothing else. */
static void
add_login(struct buf *out, const struct row_declared *declared)
{
	const char *text = declared->text;

	if (out->len > 0)
		buf_str(out, " and ");
	buf_str(out, declared->name);
	if (*text && strncmp(text, declared->name, strlen(declared->name)) != 0)
		buf_printf(out, " (%s)", text);
}

/* What a service that denies an account is given, and its documents. */
static void
tell_login(struct account_work *work)
{
	const struct row_declared *declared;
	const struct config_entry *site = NULL;
	const struct layer *layer = work->layers;
	struct buf login = { 0 };

	for (declared = work->declared; declared; declared = declared->next)
		if (declared->secret || strstr(declared->name, "user") ||
			strstr(declared->name, "email"))
			add_login(&login, declared);
	for (; layer && !site; layer = layer->below)
		site = config_first(layer->section, "site");
	work->account->login = mem_text(work->config->mem, buf_text(&login));
	work->account->site =
		site ? mem_text(work->config->mem, site->lines->text) : NULL;
	buf_free(&login);
}

static void
read_account(struct account_work *work)
{
	struct account *account = work->account;
	struct buf fingerprint = { 0 };

	make_rows(work);
	tell_login(work);
	account_read_values(work, &fingerprint);
	account_read_general(work);
	account_read_names(work);
	add_layers(&fingerprint, work->layers);
	account->fingerprint = mem_textn(
		work->config->mem, buf_text(&fingerprint), fingerprint.len);
	account->fingerprint_len = fingerprint.len;
	buf_free(&fingerprint);
}

/* Which families have lookups, and how their sections are called. */
static void
find_lookups(struct account_work *work,
	bool (*has)(void *arg, const char *label, enum row_type type),
	void *arg)
{
	static const char *const kinds[] = { "ipv4", "ipv6" };
	const struct config_entry *entry;
	const char *label = "";
	enum row_type type;

	entry = config_first(work->section, "lookup");
	if (entry)
		label = mem_text(work->config->mem, entry->lines->text);
	work->account->lookup = label;
	for (type = 0; type < ROW_TYPES; type++) {
		work->has[type] = has(arg, label, type);
		work->family[type] = mem_printf(work->config->mem, "[%s%s%s]",
			kinds[type], *label ? " " : "", label);
	}
}

struct account *
account_read(struct catalogue *catalogue, struct config_section *section,
	bool (*has)(void *arg, const char *label, enum row_type type),
	void *arg)
{
	struct config *config = catalogue_config(catalogue);
	const int before = config->mistakes;
	struct catalogue_row *row = catalogue_find(catalogue, section->kind);
	struct account_work work = { .config = config, .section = section };
	struct layer *own = mem_take(config->mem, 2 * sizeof(*own));

	if (!row) {
		config_wrong(
			config, section, NULL, "no provider %s", section->kind);
		return NULL;
	}
	own[0].section = own[1].section = section;
	own[0].below = catalogue_layers(catalogue, row, config->mem, NULL);
	/* what is wrong with the row's `like` is reported with the row */
	if (!own[0].below)
		return NULL;
	work.layers = &own[0];
	work.own = &own[1];
	work.account = mem_take(config->mem, sizeof(*work.account));
	work.account->title = section->name;
	work.account->provider = row->name;
	work.account->id = mem_printf(config->mem, "%s%s%s", row->name,
		*section->label ? " " : "", section->label);
	work.account->section = section;
	find_lookups(&work, has, arg);
	read_account(&work);
	return config->mistakes == before ? work.account : NULL;
}
