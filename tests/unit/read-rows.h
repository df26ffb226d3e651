/* SPDX-License-Identifier: ISC */
/*
 * Reads rows and accounts from a text and tells all that was said of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "config/config.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "secret.h"

/* A configuration read as far as rows and accounts go. */
struct rows {
	struct config *config;
	struct catalogue *catalogue;
	struct account *accounts;
};

/* lookups: "4", "6", "46": the families that have some, under no label; with
 * a label, only "wan" has them. */
static bool
rows_has(void *arg, const char *label, enum row_type type)
{
	if (*label && strcmp(label, "wan") != 0)
		return false;
	return strchr(arg, type == ROW_A ? '4' : '6') != NULL;
}

static struct rows
rows_read(const char *text, const char *lookups)
{
	struct rows rows = { .config = config_read_text(
				     "f", text, strlen(text)) };
	struct account **end = &rows.accounts;
	struct config_section *section = rows.config->sections;
	char families[3] = "";

	memcpy(families, lookups, strlen(lookups));
	rows.catalogue = catalogue_new(rows.config);
	catalogue_check(rows.catalogue);
	for (; section; section = section->next) {
		if (strcmp(section->kind, "provider") == 0)
			continue;
		*end = account_read(
			rows.catalogue, section, rows_has, families);
		if (*end)
			end = &(*end)->next;
	}
	return rows;
}

static void
rows_free(struct rows *rows)
{
	catalogue_free(rows->catalogue);
	config_free(rows->config);
	secret_forget();
}

/* A row of a table: what is said of a text, a line each. */
struct said {
	const char *text;
	const char *notes;
};

static void
rows_notes(struct buf *out, const struct config *config)
{
	const struct config_note *note;

	for (note = config->notes; note; note = note->next)
		buf_printf(out, "%s\n", note->text);
}

static void
rows_said(const struct said *table, size_t count, const char *lookups)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct rows rows = rows_read(table[i].text, lookups);
		struct buf notes = { 0 };

		rows_notes(&notes, rows.config);
		if (strcmp(buf_text(&notes), table[i].notes) != 0)
			print_error("%s", table[i].text);
		assert_string_equal(buf_text(&notes), table[i].notes);
		buf_free(&notes);
		rows_free(&rows);
	}
}
