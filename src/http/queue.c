/* SPDX-License-Identifier: ISC */
/*
 * Requests that wait for their turn: libcurl is given no more than it can send
 * at once, as in its own queue a request's time runs and some starve.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "http/internal.h"

#define CONNECTIONS 4 /* of a server */
#define SPARE 8       /* places that only a server without any gets */

static void
host_key(const void *thing, const char *key[TABLE_KEY])
{
	const struct http_host *host = thing;

	key[0] = host->name;
}

void
http_queue_open(struct http_queue *queue, struct mem *mem)
{
	queue->mem = mem;
	queue->names.mem = mem;
	queue->names.key = host_key;
}

/* Scheme, host and port: what all connections to a server have in common. */
static void
put_name(struct buf *out, const char *url)
{
	const size_t scheme = url_scheme(url);
	const char *end = url + scheme + strcspn(url + scheme, "/?#"), *c = end;
	size_t i;

	buf_add(out, url, scheme);
	while (c > url + scheme && c[-1] != '@')
		c--;
	buf_add(out, c, (size_t)(end - c));
	for (i = 0; i < out->len; i++)
		out->at[i] = (char)tolower((unsigned char)out->at[i]);
}

static struct http_host *
host_of(struct http_queue *queue, const char *url)
{
	struct buf name = { 0 };
	struct http_host *host;

	put_name(&name, url);
	host = table_find_text(&queue->names, buf_text(&name));
	if (!host) {
		host = mem_take(queue->mem, sizeof *host);
		host->name = mem_text(queue->mem, buf_text(&name));
		host->queue = queue;
		/* without TLS there is no HTTP/2 and nothing to wait for */
		host->met = !url_secure(url);
		host->loopback = url_loopback(url);
		host->next = queue->hosts;
		queue->hosts = host;
		table_add(&queue->names, host);
	}
	buf_free(&name);
	return host;
}

/* One alone comes first: the others may share its connection. */
static unsigned
limit(const struct http_host *host)
{
	if (host->streams)
		return HTTP_AT_ONCE;
	return host->met ? CONNECTIONS : 1;
}

static bool
can_begin(const struct http_host *host)
{
	return host->first && host->active < limit(host) &&
	       (!host->first->lone || host->lone < CONNECTIONS);
}

/* Behind the others of its kind, unless it is among them. */
static void
enlist(struct http_host *host)
{
	const enum http_turn kind =
		host->active > 0 ? HTTP_TURN_OLD : HTTP_TURN_NEW;
	struct http_turns *turns = &host->queue->turns[kind];

	if (host->listed[kind] || !can_begin(host))
		return;
	host->listed[kind] = true;
	host->after[kind] = NULL;
	if (turns->last)
		turns->last->after[kind] = host;
	else
		turns->first = host;
	turns->last = host;
}

/* The next server of a kind that can be sent something; NULL: none. */
static struct http_host *
next_host(struct http_queue *queue, enum http_turn kind)
{
	struct http_turns *turns = &queue->turns[kind];
	struct http_host *host;

	while ((host = turns->first)) {
		turns->first = host->after[kind];
		if (!turns->first)
			turns->last = NULL;
		host->listed[kind] = false;
		if (kind == HTTP_TURN_NEW && host->active > 0)
			enlist(host);
		else if (can_begin(host))
			return host;
	}
	return NULL;
}

void
http_queue_add(struct http_queue *queue, struct http_transfer *transfer)
{
	struct http_host *host = host_of(queue, transfer->request.url);

	transfer->host = host;
	if (host->first)
		host->last->next = transfer;
	else
		host->first = transfer;
	host->last = transfer;
	queue->waiting++;
	enlist(host);
}

static struct http_transfer *
take_first(struct http_host *host)
{
	struct http_transfer *transfer = host->first;

	host->first = transfer->next;
	host->queue->waiting--;
	return transfer;
}

struct http_transfer *
http_queue_next(struct http_queue *queue)
{
	struct http_transfer *transfer;
	struct http_host *host = NULL;

	if (queue->active >= HTTP_AT_ONCE)
		return NULL;
	/* in turns: many that are new would else keep the old ones waiting */
	queue->turn = !queue->turn;
	if (queue->turn && queue->active < HTTP_AT_ONCE - SPARE)
		host = next_host(queue, HTTP_TURN_OLD);
	if (!host)
		host = next_host(queue, HTTP_TURN_NEW);
	if (!host && queue->active < HTTP_AT_ONCE - SPARE)
		host = next_host(queue, HTTP_TURN_OLD);
	if (!host)
		return NULL;
	transfer = take_first(host);
	queue->active++;
	host->active++;
	host->lone += transfer->lone;
	enlist(host);
	return transfer;
}

bool
http_queue_ready(const struct http_queue *queue)
{
	return (queue->turns[HTTP_TURN_NEW].first &&
		       queue->active < HTTP_AT_ONCE) ||
	       (queue->turns[HTTP_TURN_OLD].first &&
		       queue->active < HTTP_AT_ONCE - SPARE);
}

void
http_queue_met(struct http_host *host)
{
	host->met = true;
	enlist(host);
}

void
http_queue_end(struct http_queue *queue, struct http_transfer *transfer)
{
	struct http_host *host = transfer->host;
	long version = 0;

	if (transfer->easy)
		curl_easy_getinfo(
			transfer->easy, CURLINFO_HTTP_VERSION, &version);
	if (version == CURL_HTTP_VERSION_2_0)
		host->streams = true;
	else if (version != CURL_HTTP_VERSION_NONE && !transfer->lone)
		host->streams = false;
	queue->active--;
	host->active--;
	host->lone -= transfer->lone;
	/* also if it has failed: one after the other would take for ever */
	http_queue_met(host);
}

struct http_transfer *
http_queue_drop(struct http_queue *queue)
{
	struct http_transfer *list = NULL;
	struct http_host *host;

	for (host = queue->hosts; host; host = host->next) {
		if (!host->first)
			continue;
		host->last->next = list;
		list = host->first;
		host->first = NULL;
	}
	queue->waiting = 0;
	return list;
}

size_t
http_queue_connections(const struct http_queue *queue)
{
	return queue->names.count < HTTP_AT_ONCE / CONNECTIONS
		       ? queue->names.count * CONNECTIONS
		       : HTTP_AT_ONCE;
}
