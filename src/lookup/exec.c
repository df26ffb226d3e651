/* SPDX-License-Identifier: ISC */
/* Sources that are programs: exec:/path and its arguments. */
#include <string.h>

#include "lookup/internal.h"
#include "program.h"

#define ARGS_MAX 32

static bool
read_command(struct lookup_source *source, struct mem *mem, const char *text,
	struct fail *fail)
{
	char *copy = mem_text(mem, text), *word, *save = NULL;
	int count = 0;

	source->argv = mem_take(mem, sizeof(*source->argv) * (ARGS_MAX + 1));
	for (word = strtok_r(copy, " \t", &save); word;
		word = strtok_r(NULL, " \t", &save)) {
		if (count == ARGS_MAX)
			return fail_set(fail, "more than %d words", ARGS_MAX);
		source->argv[count++] = word;
	}
	if (count == 0 || source->argv[0][0] != '/')
		return fail_set(fail, "exec: takes an absolute path");
	source->shown = mem_printf(mem, "exec:%s", source->argv[0]);
	return true;
}

static void
ended(void *arg, const struct program_end *end)
{
	struct lookup_try *try = arg;

	try->work = NULL;
	if (end->good)
		lookup_judge(try, buf_text(end->out), end->out->len);
	else
		lookup_missed(try, "%s", end->fail->text);
}

static void
ask(struct lookup_try *try)
{
	const struct lookup *lookup = try->lookup;
	const struct program_options options = {
		.argv = try->source->argv,
		.ceiling = LOOKUP_CEILING,
		.timeout_ms = lookup->timeout_ms,
		.done = ended,
		.arg = try,
	};
	struct fail fail;

	try->work = program_start(lookup->http, &options, &fail);
	if (!try->work)
		lookup_missed(try, "%s", fail.text);
}

static void
stop(void *work)
{
	program_stop(work);
}

const struct lookup_kind lookup_kind_exec = { "exec:", true, read_command, ask,
	stop };
