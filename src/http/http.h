/* SPDX-License-Identifier: ISC */
/*
 * HTTP requests side by side, and the one loop of a run, which is curl_multi's
 * with timers and watched descriptors: http_loop_... It knows of a request no
 * more than how to send it, and uses url, clock and secret, and libcurl. Who
 * waits for something is called back by it: lookup, exchange, nsupdate,
 * program, event, update. A callback may start anything; none is called from
 * within the function that starts it.
 */
#ifndef DDNS_HTTP_HTTP_H
#define DDNS_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct fail;
struct field;
struct http;

struct http_options {
	const char *proxy;	/* for requests that may use one; NULL: libcurl's */
	const char *ca_file;	/* a private CA beside the system's; NULL: none */
};

struct http_request {
	const char *method;
	const char *url;
	const struct field *fields;	/* in order; copied, as all of this */
	const char *body;		/* NULL: none */
	size_t body_len;
	int family;			/* 4 or 6: over this alone; 0: either */
	const char *bind;		/* interface, or NULL */
	long timeout_ms;		/* whole; connecting may take half of it */
	size_t ceiling;			/* bytes of the decoded body at most */
	int redirects;			/* followed at most, on the same host */
	bool proxy;			/* may use a proxy */
	bool once;			/* must not reach the server twice */
	bool clear_text;		/* http:// is allowed elsewhere than loopback */
	bool secret;			/* all of it: -vv shows the method alone */
	bool *begun;			/* made true when it is sent; or NULL */
};

struct http_answer {
	int status;		/* 0: no whole answer; fail says why */
	const char *body;	/* NUL behind it; valid during the callback */
	size_t len;
	const char *head;	/* its fields, a line each; as body */
	int64_t retry_after;	/* seconds from now; -1: not given */
	long ms;		/* from start to end */
	struct fail *fail;	/* e.g. "timed out after 10 s while connecting" */
};

/* NULL: *fail says why. libcurl is initialised here. */
struct http *http_open(const struct http_options *options, struct fail *fail);
void http_close(struct http *http);

/* Starts a request; done is called once, unless the loop ends before. */
void http_start(struct http *http, const struct http_request *request,
	void (*done)(void *arg, const struct http_answer *answer), void *arg);

/* Adds the value of a field of an answer's head, by its name with the colon.
 * False: there is none. */
bool http_field(struct buf *out, const char *head, const char *name);

/* Calls back once after ms, unless it is cancelled before. */
struct http_timer;
struct http_timer *http_loop_after(struct http *http, long ms,
	void (*done)(void *arg), void *arg);

/* NULL is fine, and so is one that has called back. */
void http_loop_cancel(struct http *http, struct http_timer *timer);

/* Calls back whenever fd is readable, until http_loop_unwatch. */
void http_loop_watch(struct http *http, int fd, void (*ready)(void *arg), void *arg);
void http_loop_unwatch(struct http *http, int fd);

enum http_end { HTTP_IDLE, HTTP_DEADLINE, HTTP_STOPPED };

/*
 * Runs until nothing is under way, until clock_ms() reaches `deadline`
 * (0: none), or until stop_fd (-1: none) is readable. In the last two cases
 * what is under way is dropped without a callback.
 */
enum http_end http_loop_run(struct http *http, int64_t deadline, int stop_fd);

/* How many requests were sent. */
unsigned http_count(const struct http *http);

/* Whether the kernel has a route to public addresses of the family. */
bool http_routable(int family);

/* Shows the file and the folder of authorities that libcurl was built with,
 * which are read late, and links in the folder that lead out of it. */
void http_authorities(void (*see)(void *arg, const char *path), void *arg);

/* "libcurl/7.88.1 OpenSSL/3.0.19 ..." for the version line. */
const char *http_libraries(void);

#endif
