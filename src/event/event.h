/*
 * News for other programs: the hook, the webhook and the heartbeat of the
 * configuration. Of what they answer, only how they failed is shown.
 *
 * The room may use config, request, template, http and child. plan reads by
 * it, update tells by it.
 */
#ifndef DDNS_EVENT_EVENT_H
#define DDNS_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct fail;
struct http;
struct request_text;

/* What happened; a text that does not apply is "". */
struct event {
	const char *event; /* changed, failed, recovered */
	const char *name;
	const char *type;
	const char *was;
	const char *now;
	const char *provider;
	const char *message;
};

/*
 * Reads and checks [webhook], and the expressions of `heartbeat`; what is
 * wrong is reported in the config. NULL: there is none, or it is wrong. The
 * memory is the config's.
 */
struct request_text *event_read(struct config *config);

/* How long the call of another program or host may take. */
struct event_limit {
	long ms;
	int stop_fd; /* -1: none */
};

/*
 * Runs the program with DDNS_EVENT and so on in its environment; its output
 * goes to our stderr. False: *fail says why, exit status above 0 included.
 */
bool event_hook(const char *program, const struct event *event,
	const struct event_limit *limit, struct fail *fail);

/* Makes the request. False: *fail says why; a status other than 2xx is one. */
bool event_webhook(struct http *http, const struct request_text *webhook,
	const struct event *event, const struct event_limit *limit,
	struct fail *fail);

/* Fetches the URL, {status} and {up} replaced. False as above. */
bool event_heartbeat(struct http *http, const char *url, int status,
	const struct event_limit *limit, struct fail *fail);

#endif
