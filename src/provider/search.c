/* SPDX-License-Identifier: ISC */
/* Rows by their names, other names, titles and hosts. */
#include "provider/internal.h"

#include <string.h>
#include <strings.h>

#include "nearest.h"

#define AKA_MAX 40

/* ASCII in lower case, and whatever is not ASCII. */
static bool
is_aka(const char *word)
{
	const char *c;

	for (c = word; *c; c++)
		if (!((unsigned char)*c >= 0x80 || (*c >= 'a' && *c <= 'z') ||
			    (*c >= '0' && *c <= '9') || strchr(".-", *c)))
			return false;
	return strlen(word) <= AKA_MAX;
}

static const struct catalogue_row *
taken_by(struct catalogue *catalogue, const struct catalogue_row *row,
	const char *word)
{
	const struct catalogue_row *other = catalogue_first(catalogue);

	if (strcmp(row->name, word) == 0)
		return row;
	while (other && (other == row || !catalogue_named(other, word)))
		other = other->next;
	return other;
}

static void
check_aka(struct catalogue *catalogue, const struct catalogue_row *row,
	const struct config_entry *entry, const struct config_line *word)
{
	struct config *config = catalogue_config(catalogue);
	const struct catalogue_row *other =
		taken_by(catalogue, row, word->text);

	if (!is_aka(word->text))
		config_wrong(config, row->section, entry,
			"%s: a name is 1 to %d bytes, of ASCII a-z 0-9 . -",
			word->text, AKA_MAX);
	else if (other)
		config_wrong(config, row->section, entry,
			"%s is already a name of %s", word->text, other->name);
	else if (catalogue_reserved(word->text))
		config_wrong(config, row->section, entry,
			"%s is a section of another kind", word->text);
}

void
catalogue_check_aka(
	struct catalogue *catalogue, const struct catalogue_row *row)
{
	const struct config_entry *entry;
	const struct config_line *word;

	for (entry = row->section->entries; entry; entry = entry->next)
		if (strcmp(entry->key, "aka") == 0)
			for (word = config_words(
				     catalogue_config(catalogue), entry);
				word; word = word->next)
				check_aka(catalogue, row, entry, word);
}

static void
hosts_of(const char *text,
	void (*each)(const char *host, size_t len, void *arg), void *arg)
{
	for (text = strstr(text, "://"); text; text = strstr(text, "://")) {
		text += strlen("://");
		each(text, strcspn(text, "/?#: "), arg);
	}
}

/* Calls each(host, len, arg) for the hosts that a row's own section names. */
static void
each_host(const struct config_section *section,
	void (*each)(const char *host, size_t len, void *arg), void *arg)
{
	const struct config_entry *entry;
	const struct config_line *line;

	for (entry = section->entries; entry; entry = entry->next) {
		if (strcmp(entry->key, "advice") == 0)
			continue;
		for (line = entry->lines; line; line = line->next)
			hosts_of(line->text, each, arg);
	}
}

/* A search for the row of a host, and how much of the host it shares. */
struct host_search {
	const char *host;
	size_t len;
	size_t here; /* bytes that the row at work shares */
};

/* Whether the host is the domain, or below it. */
static bool
is_below(const char *host, size_t len, const char *domain, size_t domain_len)
{
	const size_t lead = len - domain_len;

	return len >= domain_len && memchr(domain, '.', domain_len) &&
	       strncasecmp(host + lead, domain, domain_len) == 0 &&
	       (lead == 0 || host[lead - 1] == '.');
}

static void
compare_host(const char *host, size_t len, void *arg)
{
	struct host_search *search = arg;
	size_t shared = 0;

	if (len > 4 && strncmp(host, "www.", 4) == 0) {
		host += 4;
		len -= 4;
	}
	if (is_below(search->host, search->len, host, len))
		shared = len;
	else if (is_below(host, len, search->host, search->len))
		shared = search->len;
	if (shared > search->here)
		search->here = shared;
}

static size_t
shared_with(struct catalogue *catalogue, struct catalogue_row *row,
	struct host_search *search)
{
	const char *at = row->aka, *word;
	size_t len;

	search->here = 0;
	compare_host(row->name, strlen(row->name), search);
	while ((word = catalogue_next(&at, &len)))
		compare_host(word, len, search);
	each_host(catalogue_section(catalogue, row), compare_host, search);
	return search->here;
}

/* The row that alone shares most of the host, or NULL. */
static const char *
find_shared(struct catalogue *catalogue, struct host_search *search)
{
	struct catalogue_row *row = catalogue_first(catalogue);
	const char *found = NULL;
	size_t most = 0, here;

	for (; row; row = row->next) {
		here = shared_with(catalogue, row, search);
		if (here == most)
			found = NULL;
		if (here <= most)
			continue;
		most = here;
		found = row->name;
	}
	return found;
}

/* The row of a host, of a URL's host, or of what stands before the top level
 * of one: duckdns.example is meant to be duckdns.org; or NULL. */
static const char *
find_host(struct catalogue *catalogue, const char *text)
{
	struct mem *mem = catalogue_mem(catalogue);
	struct host_search search = { .host = strstr(text, "://") };
	const char *found;
	char *host, *top, *label;

	search.host = search.host ? search.host + strlen("://") : text;
	search.len = strcspn(search.host, "/?#:");
	host = mem_textn(mem, search.host, search.len);
	top = strrchr(host, '.');
	if (!top)
		return NULL;
	found = find_shared(catalogue, &search);
	if (found)
		return found;
	*top = '\0';
	label = strrchr(host, '.');
	return catalogue_name(catalogue, label ? label + 1 : host);
}

const char *
catalogue_hint(struct catalogue *catalogue, const char *name,
	const char *const *others)
{
	const char *found = find_host(catalogue, name), *at, *word;
	const struct catalogue_row *row = catalogue_first(catalogue);
	struct nearest nearest;
	size_t len;

	if (found)
		return found;
	nearest_begin(&nearest, name);
	for (; row; row = row->next) {
		nearest_try(&nearest, row->name, row->name);
		for (at = row->aka; (word = catalogue_next(&at, &len));)
			nearest_try(&nearest,
				mem_textn(catalogue_mem(catalogue), word, len),
				row->name);
	}
	for (; others && *others; others++)
		nearest_try_close(&nearest, *others);
	return nearest_found(&nearest);
}

/* Whether the text has the word, in whatever letter case. */
static bool
text_has(const char *text, size_t len, const char *word)
{
	const size_t wanted = strlen(word);
	size_t i;

	for (i = 0; i + wanted <= len; i++)
		if (strncasecmp(text + i, word, wanted) == 0)
			return true;
	return false;
}

struct word_search {
	const char *word;
	bool found;
};

static void
search_text(const char *text, size_t len, void *arg)
{
	struct word_search *search = arg;

	search->found = search->found || text_has(text, len, search->word);
}

bool
catalogue_has(struct catalogue *catalogue, const char *name, const char *word)
{
	struct catalogue_row *row = catalogue_find(catalogue, name);
	struct word_search search = { .word = word };
	const struct config_line *title;

	if (!row)
		return false;
	title = catalogue_told(
		catalogue, row, catalogue_mem(catalogue), "title");
	search_text(row->name, strlen(row->name), &search);
	search_text(row->aka, strlen(row->aka), &search);
	if (title)
		search_text(title->text, strlen(title->text), &search);
	each_host(catalogue_section(catalogue, row), search_text, &search);
	return search.found;
}
