/* SPDX-License-Identifier: ISC */
/*
 * News: changes for stdout, problems for stderr, each reported when it is new,
 * when it lasts and when it is over. News is kept until the state is saved.
 * Uses state, whose problems it keeps, and secret; the commands print with it.
 */
#ifndef DDNS_REPORT_H
#define DDNS_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct cli;
struct fail;
struct mem;
struct state;
struct state_problem;

enum report_kind {
	REPORT_PASSING, /* reported once it has lasted `patience` runs */
	REPORT_LASTING, /* reported at once */
	REPORT_NOTICE,  /* reported when it comes and when it goes */
	REPORT_WARNING, /* reported once */
};

/* What a problem or a change is about, for hooks and documents. */
struct report_subject {
	const char *name; /* all NULL for what is about no name */
	const char *type;
	const char *provider;
	const char *was; /* addresses as text, NULL: none */
	const char *now;
};

/* A piece of news. */
struct report_news {
	struct report_news *next;
	const char *event; /* changed, failed, recovered, warning */
	const char *text;  /* without "ddns: " */
	struct report_subject about;
};

struct report {
	struct mem *mem;
	struct state *state;
	int64_t now;
	int64_t remind; /* seconds */
	int patience;   /* runs */
	bool always;    /* a terminal, or -v: nothing is left out */
	bool quiet;
	struct report_news *news, *last;
};

/* A provider confirmed a change; about has all but `was`, perhaps. */
void report_change(struct report *report, const struct report_subject *about);

struct report_problem {
	const char *key; /* what it is about, from run to run */
	enum report_kind kind;
	const char *text;
	struct report_subject about;
};

/* Notes a problem of this run; another of the same key is not noted again. */
void report_problem(
	struct report *report, const struct report_problem *problem);

/* Whether it is not a problem, but was reported to be known. */
bool report_is_notice(const struct state_problem *problem);

/* Whether there is a problem of this key, and whether it is one of this run. */
bool report_knows(const struct report *report, const char *key);
bool report_has(const struct report *report, const char *key);

/*
 * Ends the problem of this key, unless it is one of this run: text is news if
 * the problem had been reported; "" ends it without a word.
 */
void report_over(struct report *report, const char *key, const char *text,
	const struct report_subject *about);

/* Whether it is a change, not a problem or its end. */
bool report_is_change(const struct report_news *news);

/* The text masked and made printable, in out; for other programs. */
const char *report_shown(struct buf *out, const char *text);

/* From now on, news and errors also go to syslog. */
void report_syslog(void);

/* Sends a text to syslog. False: there is none to take it; *fail says so. */
bool report_syslog_test(const char *text, struct fail *fail);

/* Prints the news, changes to stdout and the rest to stderr. */
void report_print(const struct report *report);

/* Whether all that was printed on stdout has been written; if not, that is
 * reported once. */
bool report_printed(void);

/* Prints a text on stdout. */
void report_output(const char *text);

/* One line on stderr, "ddns: " before it; masked and made printable. */
void report_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
