/*
 * Between the files of event: what the expressions of a webhook are called.
 */
#ifndef DDNS_EVENT_INTERNAL_H
#define DDNS_EVENT_INTERNAL_H

#include <stddef.h>

/* A value of an event: {name} in a webhook, DDNS_NAME for a hook. */
struct event_value {
	const char *name;
	const char *variable;
	size_t offset; /* in struct event */
};

#define EVENT_VALUES 7
extern const struct event_value event_values[EVENT_VALUES];

#endif
