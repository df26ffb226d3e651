/* SPDX-License-Identifier: ISC */
/*
 * Between the files of event: what the expressions of a webhook are called, and
 * how it is signed.
 */
#ifndef DDNS_EVENT_INTERNAL_H
#define DDNS_EVENT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

struct mem;

/* A value of an event: {name} in a webhook, DDNS_NAME for a hook. */
struct event_value {
	const char *name;
	const char *variable;
	size_t offset; /* in struct event */
};

#define EVENT_VALUES 7
extern const struct event_value event_values[EVENT_VALUES];

/* sign.c: adds what the robot demands to the query or the body. */
void event_sign(struct mem *mem, const struct event_request *request,
	struct request_made *made, int64_t now);

#endif
