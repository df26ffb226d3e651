/*
 * Between the files of event: a webhook as it is written, and what its
 * placeholders are called.
 */
#ifndef DDNS_EVENT_INTERNAL_H
#define DDNS_EVENT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct config_entry;
struct config_line;
struct config_section;
struct request_text;
struct scope;

/* A value of an event: {name} in a webhook, DDNS_NAME for a hook. */
struct event_value {
	const char *name;
	const char *variable;
	size_t offset; /* in struct event */
};

#define EVENT_VALUES 7
extern const struct event_value event_values[EVENT_VALUES];

/* event-check.c */

/* A section on its way, and which names may stand in braces. */
struct event_reading {
	struct config *config;
	const struct config_section *section;
	const struct config_entry *entry;
	struct request_text *webhook;
	struct config_line *fields; /* of the webhook */
	bool (*knows)(const char *name);
	const char *names; /* for messages */
	bool wrong;
};

/* Reports a mistake of the entry; always false. */
bool event_wrong(struct event_reading *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Hides a text, and those pieces of it that look like keys: an error, or an
 * answer that quotes the request, shows no key of a path or a body.
 */
void event_hide(const char *text);

/* Whether a name in braces is one of event_values. */
bool event_knows(const char *name);

/* Whether all names in braces are known; else reports the first other one. */
bool event_check_names(struct event_reading *r, const char *text);

/* Values that stand for the real ones: a text that is no number. */
extern const struct scope event_samples;

bool event_check_url(struct event_reading *r, const char *text);

/* [ddns] heartbeat */
void event_check_heartbeat(
	struct config *config, const struct config_section *section);

#endif
