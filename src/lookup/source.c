/* SPDX-License-Identifier: ISC */
/* The table of kinds of source, and a source read by the kind it is of. */
#include <string.h>

#include "lookup/internal.h"
#include "url.h"

/* A new kind is one row here, and a file of its own. The last takes all. */
static const struct lookup_kind *const kinds[] = {
	&lookup_kind_file,
	&lookup_kind_interface,
	&lookup_kind_exec,
	&lookup_kind_http,
};

const char *
lookup_source_file(const struct lookup_source *source)
{
	return source->kind == &lookup_kind_file ? source->place : NULL;
}

bool
lookup_source_runs(const struct lookup_source *source)
{
	return source->kind->program;
}

/* What is asked, in one spelling. */
static const char *
canonical(struct mem *mem, const struct lookup_source *source)
{
	struct buf text = { 0 };
	const char *same;
	char **word;

	for (word = source->argv; word && *word; word++)
		buf_printf(&text, "%s ", *word);
	if (source->kind == &lookup_kind_http)
		url_canonical(&text, source->place);
	else if (source->kind == &lookup_kind_file)
		url_canonical(&text, source->written);
	else if (!source->argv)
		buf_str(&text, source->written);
	if (source->pointer)
		buf_printf(&text, "#%s", source->pointer);
	same = mem_text(mem, buf_text(&text));
	buf_free(&text);
	return same;
}

bool
lookup_source_read(struct lookup_source *source, struct mem *mem,
	const char *text, struct fail *fail)
{
	const struct lookup_kind *const *kind = kinds;

	while (strncmp(text, (*kind)->prefix, strlen((*kind)->prefix)) != 0)
		kind++;
	source->kind = *kind;
	source->written = source->shown = mem_text(mem, text);
	if (!source->kind->read(source, mem,
		    source->written + strlen(source->kind->prefix), fail))
		return false;
	source->same = canonical(mem, source);
	return true;
}
