#include "update/update.h"
#include "address.h"
#include "buf.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "http/http.h"
#include "lookup/lookup.h"
#include "provider/row.h"
#include "report.h"
#include "state/state.h"
#include "decide.h"
#include "update/internal.h"

/* Whether another family got an address in this run. */
static bool
others_found(const struct update *update, const struct update_line *line)
{
	const struct update_line *other;

	for (other = update->lines; other; other = other->next)
		if (other->fresh && other->set->family != line->set->family)
			return true;
	return false;
}

static const char *
key_of(struct update *update, const struct update_line *line, const char *what)
{
	return mem_printf(update->mem, "%s %s", what, line->set->title);
}

static void
tell_line(struct update *update, const struct update_line *line,
	const char *what, enum report_kind kind)
{
	const char *title = line->set->title;
	struct report_problem problem = {
		.kind = kind,
		.key = key_of(update, line, what),
	};

	if (kind == REPORT_NOTICE)
		problem.text = mem_printf(update->mem,
			"%s: the line has no IPv%d now; its names "
			"were left as they are",
			title, line->set->family);
	else
		problem.text = mem_printf(update->mem,
			"%s: %s; names keep the address they have", title,
			line->fail.text);
	report_problem(&update->report, &problem);
}

/* The problem is over; text: what is said if it had been said, "" nothing. */
static void
end_line(struct update *update, const struct update_line *line,
	const char *what, const char *text)
{
	report_over(&update->report, key_of(update, line, what), text, NULL);
}

static void
judge_line(struct update *update, struct update_line *line)
{
	const char *title = line->set->title;
	const int family = line->set->family;

	line->lacking = !line->fresh && others_found(update, line) &&
			!http_routable(family);
	line->state->lacking = line->lacking;
	if (line->lacking) {
		tell_line(update, line, "lacking", REPORT_NOTICE);
		end_line(update, line, "lookup", "");
	} else if (!line->fresh) {
		tell_line(update, line, "lookup", REPORT_PASSING);
	} else {
		end_line(update, line, "lacking",
			mem_printf(update->mem, "%s: the line has IPv%d again",
				title, family));
		end_line(update, line, "lookup",
			mem_printf(update->mem, "%s: an address is found again",
				title));
	}
}

static void
settle_source(struct update *update, const struct stats_source *source)
{
	const struct report_problem problem = {
		.kind = REPORT_LASTING,
		.key = mem_printf(update->mem, "source %s %s", source->set,
			source->source),
		.text = mem_printf(update->mem,
			"%s: %s gives hardly any valid answers (%u of %u); "
			"remove it from the configuration",
			source->set, source->source,
			source->month[0].valid + source->month[1].valid,
			source->month[0].tries + source->month[1].tries),
	};

	if (stats_useless(source))
		report_problem(&update->report, &problem);
	else
		report_over(&update->report, problem.key, "", NULL);
}

void
update_settle_line(struct update *update, struct update_line *line)
{
	const struct lookup_source *source = line->set->sources;

	judge_line(update, line);
	for (; source; source = source->next)
		settle_source(update, stats_source(update->stats,
					      line->set->title, source->shown));
}
