/* SPDX-License-Identifier: ISC */
/*
 * News for other programs: the hook, the webhook and the heartbeat of the
 * configuration. Of what they answer, only how they failed is shown.
 *
 * The room may use config, request, match, template, sign, http and child. plan
 * reads by it, update and news tell by it.
 */
#ifndef DDNS_EVENT_EVENT_H
#define DDNS_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "match.h"
#include "request.h"

struct config;
struct fail;
struct http;

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

/* What a robot demands beside its URL. */
enum event_sign { EVENT_UNSIGNED, EVENT_DINGTALK, EVENT_FEISHU };

/* A request to tell by, and by what its answer is judged. */
struct event_request {
	struct request_text text;
	const struct match *refused; /* not taken if one holds */
	const struct match *good;    /* NULL: taken with a status of 2xx */
	enum event_sign sign;
	const char *secret; /* to sign with */
};

/*
 * Read and check [webhook], and `heartbeat` with the tests of its answers; what
 * is wrong is reported in the config. NULL: there is none, or it is wrong. The
 * memory is the config's.
 */
struct event_request *event_read_webhook(struct config *config);
struct event_request *event_read_heartbeat(struct config *config);

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

/* Makes the request. False: *fail says why; an answer that is not good is one
 * reason. */
bool event_webhook(struct http *http, const struct event_request *webhook,
	const struct event *event, const struct event_limit *limit,
	struct fail *fail);

/* The same for the heartbeat, {status} and {up} replaced. */
bool event_heartbeat(struct http *http, const struct event_request *heartbeat,
	int status, const struct event_limit *limit, struct fail *fail);

#endif
