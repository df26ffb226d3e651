/* SPDX-License-Identifier: ISC */
/* Sources that are files: file:///path (RFC 8089). */
#include <string.h>

#include "lookup/internal.h"
#include "escape.h"
#include "file.h"

static bool
read_path(struct lookup_source *source, struct mem *mem, const char *path,
	struct fail *fail)
{
	struct buf text = { 0 };

	if (strncmp(path, "localhost/", 10) == 0)
		path += 9;
	if (*path != '/')
		return fail_set(fail, "a file URL begins with file:///");
	escape_unpercent(&text, path, strlen(path));
	source->place = mem_text(mem, buf_text(&text));
	buf_free(&text);
	return true;
}

static void
ask(struct lookup_try *try)
{
	struct buf body = { 0 };
	struct fail fail;

	if (!file_read(&body, try->source->place, LOOKUP_CEILING, NULL, &fail))
		lookup_missed(try, "%s", fail.text);
	else if (body.len > LOOKUP_CEILING)
		lookup_missed(try, "larger than %d bytes", LOOKUP_CEILING);
	else
		lookup_judge(try, buf_text(&body), body.len);
	buf_free(&body);
}

const struct lookup_kind lookup_kind_file = { "file://", false, read_path, ask,
	NULL };
