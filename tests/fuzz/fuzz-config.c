/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a configuration: what comes out has the promised form, and its
 * general section and all its words can be read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "demand.h"
#include "secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_entry(struct config *config, const struct config_section *section,
	const struct config_entry *entry)
{
	const struct config_line *line;
	int last = entry->line;

	demand(*entry->key && strlen(entry->key) <= 49);
	demand(entry->lines != NULL && entry->line > section->line);
	for (line = entry->lines; line; line = line->next) {
		demand(line->line >= last && strlen(line->text) <= 65536);
		demand(line == entry->lines || *line->text);
		last = line->line + 1;
	}
	for (line = config_words(config, entry); line; line = line->next)
		demand(*line->text && !strpbrk(line->text, ", \t"));
	config_single(config, section, entry);
	config_secret(config, section, entry);
	config_one(config, section, entry->key);
}

static void
check_notes(const struct config *config)
{
	const struct config_note *note;
	int mistakes = 0, last = 0;

	for (note = config->notes; note; note = note->next) {
		demand(note->line >= last && !strchr(note->text, '\n'));
		last = note->line;
		mistakes += !note->warning;
	}
	demand(mistakes == config->mistakes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config =
		config_read_text("fuzz", (const char *)data, size);
	const struct config_section *section;
	const struct config_entry *entry;

	for (section = config->sections; section; section = section->next) {
		demand(*section->kind && strlen(section->name) <= 49);
		for (entry = section->entries; entry; entry = entry->next)
			check_entry(config, section, entry);
	}
	config_understand(config);
	check_notes(config);
	config_free(config);
	secret_forget();
	return 0;
}
