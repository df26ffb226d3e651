/* SPDX-License-Identifier: ISC */
/*
 * Keeps the news of a run and prints it; decides which problems are news.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "report.h"
#include "buf.h"
#include "fail.h"
#include "secret.h"
#include "state/state.h"

static bool to_syslog;

static const char *
keep(struct report *report, const char *text)
{
	return text ? mem_text(report->mem, text) : NULL;
}

static void
add_news(struct report *report, const char *event, const char *text,
	const struct report_subject *about)
{
	struct report_news *news = mem_take(report->mem, sizeof(*news));

	news->event = event;
	news->text = keep(report, text);
	if (about) {
		news->about.name = keep(report, about->name);
		news->about.type = keep(report, about->type);
		news->about.provider = keep(report, about->provider);
		news->about.was = keep(report, about->was);
		news->about.now = keep(report, about->now);
	}
	if (report->last)
		report->last->next = news;
	else
		report->news = news;
	report->last = news;
}

void
report_change(struct report *report, const struct report_subject *about)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s %s %s -> %s (%s)", about->name, about->type,
		about->was ? about->was : "none", about->now, about->provider);
	add_news(report, "changed", buf_text(&text), about);
	buf_free(&text);
}

/* Whether a problem that is there in this run is to be reported in it. */
static bool
is_news(const struct report *report, const struct state_problem *row)
{
	if (report->always)
		return true;
	if (row->why == REPORT_PASSING && row->runs < report->patience)
		return false;
	if (row->said == 0)
		return true;
	if (row->why == REPORT_NOTICE || row->why == REPORT_WARNING)
		return false;
	/* a time in the future is not believed */
	return row->said > report->now ||
	       report->now - row->said >= report->remind;
}

void
report_problem(struct report *report, const struct report_problem *problem)
{
	struct state_problem *row = state_problem(report->state, problem->key);

	/* many names may share the problem of their account */
	if (row->fresh)
		return;
	row->fresh = true;
	if (row->first == 0)
		row->first = report->now;
	/* as far as it matters, so that a state at rest stays */
	if (row->runs < report->patience)
		row->runs++;
	/* a passing fault that became a lasting one is news */
	if (row->why != (int)problem->kind)
		row->said = 0;
	row->why = (int)problem->kind;
	if (!is_news(report, row))
		return;
	if (row->why != REPORT_WARNING || row->said == 0)
		row->said = report->now;
	row->text = mem_text(report->state->mem, problem->text);
	add_news(report, problem->kind == REPORT_WARNING ? "warning" : "failed",
		problem->text, &problem->about);
}

bool
report_is_notice(const struct state_problem *problem)
{
	return problem->why == REPORT_NOTICE || problem->why == REPORT_WARNING;
}

bool
report_knows(const struct report *report, const char *key)
{
	return report->state && state_problem_of(report->state, key) != NULL;
}

bool
report_has(const struct report *report, const char *key)
{
	const struct state_problem *row = state_problem_of(report->state, key);

	return row && row->fresh;
}

void
report_over(struct report *report, const char *key, const char *text,
	const struct report_subject *about)
{
	struct state_problem *row = state_problem_of(report->state, key);

	if (!row || row->fresh)
		return;
	if (row->said != 0 && *text)
		add_news(report, "recovered", text, about);
	state_forget(report->state, row);
}

const char *
report_shown(struct buf *out, const char *text)
{
	struct buf masked = { 0 };

	buf_str(&masked, text);
	secret_mask(&masked, 0);
	buf_cut(out, 0);
	buf_printable(out, buf_text(&masked), masked.len);
	buf_free(&masked);
	return buf_text(out);
}

void
report_syslog(void)
{
	openlog("ddns", LOG_PID, LOG_DAEMON);
	to_syslog = true;
}

static void
log_text(int severity, const char *text)
{
	struct buf shown = { 0 };

	if (to_syslog)
		syslog(severity, "%s", report_shown(&shown, text));
	buf_free(&shown);
}

/* syslog(3) itself does not tell whether anybody listens. */
bool
report_syslog_test(const char *text, struct fail *fail)
{
	const struct sockaddr_un log = { .sun_family = AF_UNIX,
		.sun_path = "/dev/log" };
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	/* EPROTOTYPE: it listens, for a stream */
	const bool there =
		fd >= 0 && (connect(fd, (const void *)&log, sizeof log) == 0 ||
				   errno == EPROTOTYPE);

	if (!there)
		fail_set(fail, "%s: %s", log.sun_path, strerror(errno));
	if (fd >= 0)
		close(fd);
	report_syslog();
	log_text(LOG_NOTICE, text);
	return there;
}

static void
print_error(const char *text)
{
	struct buf shown = { 0 };
	struct buf line = { 0 };

	buf_printf(&line, "ddns: %s\n", report_shown(&shown, text));
	fflush(stdout); /* what was printed before comes first */
	fputs(buf_text(&line), stderr);
	buf_free(&line);
	buf_free(&shown);
}

bool
report_is_change(const struct report_news *news)
{
	return strcmp(news->event, "changed") == 0;
}

bool
report_printed(void)
{
	static bool told;
	const bool failed = fflush(stdout) != 0;
	const char *why = failed ? strerror(errno) : "cannot be written";

	if (!failed && !ferror(stdout))
		return true;
	if (!told)
		report_error("standard output: %s", why);
	told = true;
	return false;
}

/* RFC 5424 severities: news is a notice, what needs attention a warning. */
void
report_print(const struct report *report)
{
	const struct report_news *news;

	for (news = report->news; news; news = news->next) {
		log_text(strcmp(news->event, "failed") == 0 ? LOG_WARNING
							    : LOG_NOTICE,
			news->text);
		if (!report_is_change(news))
			print_error(news->text);
		else if (!report->quiet)
			puts(news->text);
	}
	report_printed();
}

void
report_output(const char *text)
{
	fputs(text, stdout);
	report_printed();
}

void
report_error(const char *format, ...)
{
	struct buf text = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	log_text(LOG_ERR, buf_text(&text));
	print_error(buf_text(&text));
	buf_free(&text);
}
