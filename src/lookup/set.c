/* SPDX-License-Identifier: ISC */
/* A section of lookup sources, as it stands in the configuration. */
#include <stddef.h>
#include <string.h>

#include "lookup/internal.h"
#include "config/config.h"

/* What the keys of the section but `url` set. */
struct wishes {
	int agree;
	const char *bind;
	struct networks allow;
	struct networks deny;
};

static const struct config_key keys[] = {
	{ "url", CONFIG_OWN, 0, 0, 0, 0 },
	{ "agree", CONFIG_COUNT, offsetof(struct wishes, agree), 1, 1, 99 },
	{ "bind", CONFIG_TEXT, offsetof(struct wishes, bind), 0, 0, 0 },
	{ "allow", CONFIG_NETWORKS, offsetof(struct wishes, allow), 0, 0, 0 },
	{ "deny", CONFIG_NETWORKS, offsetof(struct wishes, deny), 0, 0, 0 },
};

/* A file that somebody else may write to must not name programs, and a source
 * that failed, or is to agree with another, is not asked again. */
static bool
may_stand(const struct config *config, const struct lookup_set *set,
	const struct lookup_source *source, struct fail *fail)
{
	const struct lookup_source *other;

	for (other = set->sources; other; other = other->next)
		if (strcmp(other->same, source->same) == 0)
			return fail_set(
				fail, "%s is given twice", source->shown);
	if (source->kind->program && !config->strict)
		return fail_set(fail, "a configuration that names a program "
				      "must belong to you or to root");
	return true;
}

static void
read_sources(struct config *config, struct lookup_set *set,
	const struct config_entry *entry)
{
	const struct config_line *line;
	struct lookup_source **end = &set->sources;
	struct lookup_source *source;
	struct fail fail;

	while (*end)
		end = &(*end)->next;
	for (line = entry->lines; line; line = line->next) {
		source = mem_take(config->mem, sizeof(*source));
		set->count++;
		if (!lookup_source_read(
			    source, config->mem, line->text, &fail) ||
			!may_stand(config, set, source, &fail)) {
			config_wrong_line(config, set->section, entry,
				line->line, fail.text);
			continue;
		}
		*end = source;
		end = &source->next;
	}
}

static void
check_networks(struct config *config, const struct lookup_set *set,
	const char *key, const struct networks *networks)
{
	size_t i;

	for (i = 0; i < networks->count; i++)
		if (networks->list[i].base.family != set->family)
			config_wrong(config, set->section,
				config_one(config, set->section, key),
				"takes IPv%d networks", set->family);
}

static void
check_set(struct config *config, const struct lookup_set *set)
{
	const struct config_entry *agree =
		config_one(config, set->section, "agree");

	if (set->count == 0)
		config_wrong(config, set->section, NULL,
			"url is missing (a lookup source)");
	else if (agree && set->agree > set->count)
		config_wrong(config, set->section, agree,
			"%d sources cannot agree: only %d given", set->agree,
			set->count);
	check_networks(config, set, "allow", &set->rule->allow);
	check_networks(config, set, "deny", &set->rule->deny);
}

struct lookup_set *
lookup_set_read(struct config *config, struct config_section *section)
{
	struct wishes wishes = { 0 };
	struct lookup_set *set = mem_take(config->mem, sizeof(*set));
	struct address_rule *rule = mem_take(config->mem, sizeof(*rule));
	const struct config_entry *entry;

	config_fill(
		config, section, keys, sizeof(keys) / sizeof(keys[0]), &wishes);
	set->section = section;
	set->title = section->name;
	set->label = section->label;
	set->family = strcmp(section->kind, "ipv6") == 0 ? 6 : 4;
	set->agree = wishes.agree;
	set->bind = wishes.bind;
	rule->family = set->family;
	rule->allow = wishes.allow;
	rule->deny = wishes.deny;
	set->rule = rule;
	for (entry = section->entries; entry; entry = entry->next)
		if (strcmp(entry->key, "url") == 0)
			read_sources(config, set, entry);
	check_set(config, set);
	return set;
}
