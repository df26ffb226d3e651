#include "update.h"
#include "address.h"
#include "buf.h"
#include "exchange.h"
#include "fail.h"
#include "http.h"
#include "lookup.h"
#include "provider.h"
#include "report.h"
#include "state.h"
#include "stats.h"
#include "decide.h"
#include "update-part.h"

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

static void
tell_line(struct update *update, const struct update_line *line,
	const char *what, enum report_kind kind)
{
	struct buf key = { 0 };
	struct buf text = { 0 };
	struct report_problem problem = { .kind = kind };

	buf_printf(&key, "%s %s", what, line->set->title);
	if (kind == REPORT_NOTICE)
		buf_printf(&text,
			"%s: the line has no IPv%d now; its names "
			"were left as they are",
			line->set->title, line->set->family);
	else
		buf_printf(&text, "%s: %s; names keep the address they have",
			line->set->title, line->fail.text);
	problem.key = buf_text(&key);
	problem.text = buf_text(&text);
	report_problem(&update->report, &problem);
	buf_free(&key);
	buf_free(&text);
}

/* The problem is over; text: what is said if it had been said, "" nothing. */
static void
end_line(struct update *update, const struct update_line *line,
	const char *what, const char *text)
{
	struct buf key = { 0 };

	buf_printf(&key, "%s %s", what, line->set->title);
	report_over(&update->report, buf_text(&key), text, NULL);
	buf_free(&key);
}

static void
judge_line(struct update *update, struct update_line *line)
{
	const char *title = line->set->title;
	struct buf back = { 0 }, found = { 0 };

	buf_printf(&back, "%s: the line has IPv%d again", title,
		line->set->family);
	buf_printf(&found, "%s: an address is found again", title);
	line->lacking = !line->fresh && others_found(update, line) &&
			!http_routable(line->set->family);
	line->state->lacking = line->lacking;
	if (line->lacking) {
		tell_line(update, line, "lacking", REPORT_NOTICE);
		end_line(update, line, "lookup", "");
	} else if (!line->fresh) {
		tell_line(update, line, "lookup", REPORT_PASSING);
	} else {
		end_line(update, line, "lacking", buf_text(&back));
		end_line(update, line, "lookup", buf_text(&found));
	}
	buf_free(&back);
	buf_free(&found);
}

static void
settle_source(struct update *update, const struct stats_source *source)
{
	struct buf key = { 0 };
	struct buf text = { 0 };
	struct report_problem problem = { .kind = REPORT_LASTING };

	buf_printf(&key, "source %s %s", source->set, source->source);
	buf_printf(&text,
		"%s: %s gives hardly any valid answers (%u of %u); "
		"remove it from the configuration",
		source->set, source->source,
		source->month[0].valid + source->month[1].valid,
		source->month[0].tries + source->month[1].tries);
	problem.key = buf_text(&key);
	problem.text = buf_text(&text);
	if (stats_useless(source))
		report_problem(&update->report, &problem);
	else
		report_over(&update->report, problem.key, "", NULL);
	buf_free(&key);
	buf_free(&text);
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
