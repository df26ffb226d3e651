/* SPDX-License-Identifier: ISC */
/*
 * Between the files of http: one transfer, its place in the queue, and whom TLS
 * trusts. The loop (http.c) owns transfers, takes them from queue.c, begins them
 * and asks transfer.c whether they go on; answer.c ends them with the callback;
 * ca.c, tls.c and stuck.c know of none of them.
 */
#ifndef DDNS_HTTP_INTERNAL_H
#define DDNS_HTTP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "buf.h"
#include "fail.h"
#include "field.h"
#include "http/http.h"
#include "table.h"
#include "url.h"

/*
 * Options newer than 7.74, the oldest libcurl to build with. An older one does
 * not know the number, which is as good as a TLS library without the thing.
 */
#define HTTP_MIXES_FAMILIES (LIBCURL_VERSION_NUM < 0x074D00)
#define HTTP_SEES_SENDING (LIBCURL_VERSION_NUM >= 0x075000)
#if LIBCURL_VERSION_NUM < 0x074D00
#define CURLOPT_CAINFO_BLOB ((CURLoption)(CURLOPTTYPE_BLOB + 309))
#define CURLOPT_PROXY_CAINFO_BLOB ((CURLoption)(CURLOPTTYPE_BLOB + 310))
#endif
#if LIBCURL_VERSION_NUM < 0x075000
#define CURLOPT_PREREQFUNCTION ((CURLoption)(CURLOPTTYPE_FUNCTIONPOINT + 312))
#define CURLOPT_PREREQDATA ((CURLoption)(CURLOPTTYPE_OBJECTPOINT + 313))
#define CURL_PREREQFUNC_OK 0
#define CURL_PREREQFUNC_ABORT 1
#endif
#if LIBCURL_VERSION_NUM < 0x075700
#define CURLOPT_CA_CACHE_TIMEOUT ((CURLoption)(CURLOPTTYPE_LONG + 321))
#define CURLOPT_QUICK_EXIT ((CURLoption)(CURLOPTTYPE_LONG + 322))
#endif

/* More in one multi handle than a server's HTTP/2 stream limit, commonly 100,
 * would open a connection for each that is above it. */
#define HTTP_AT_ONCE 32

/* One way to name the CAs to libcurl. */
struct http_trust {
	bool set;		/* false: as libcurl was built */
	bool known;		/* libcurl's OpenSSL is ours */
	bool loaded;		/* file and dir are in the store */
	struct x509_store_st *store; /* of all connections; NULL: libcurl's */
	const char *file;
	const char *dir;
	const char *blob;
	size_t blob_len;
};

#define HTTP_FIELD_BYTES 65536 /* of the fields of an answer */
#define HTTP_FIELDS 256        /* fields of an answer */

struct http_ca {
	struct http_trust full;
	struct http_trust fast;		/* set: tried before full */
	bool looked;			/* for a hashed directory */
	const char *private;		/* a CA beside the system's; NULL: none */
};

/* Who takes turns: servers with a request under way, and those without. */
enum http_turn { HTTP_TURN_OLD, HTTP_TURN_NEW, HTTP_TURNS };

struct http_turns {
	struct http_host *first, *last;
};

/* A server, and what waits for it. */
struct http_host {
	struct http_host *next;
	struct http_queue *queue;
	const char *name;		/* "https://api.example:8443" */
	struct http_transfer *first, *last; /* the oldest first */
	unsigned active;		/* under way */
	unsigned lone;			/* of these, on a connection of their own */
	bool loopback;			/* http:// is fine then */
	bool met;			/* one has connected, or ended */
	bool streams;			/* it speaks HTTP/2 */
	bool listed[HTTP_TURNS];
	struct http_host *after[HTTP_TURNS];
};

/* Zero-initialise, then http_queue_open. */
struct http_queue {
	struct mem *mem;
	struct table names;		/* of hosts */
	struct http_host *hosts;
	struct http_turns turns[HTTP_TURNS]; /* who can be sent something */
	bool turn;
	size_t waiting;			/* of transfers */
	unsigned active;		/* of transfers, too */
};

struct http_transfer {
	struct http_transfer *next;
	struct http_host *host;		/* NULL: it never was in a queue */
	bool lone;			/* takes a connection of its own */
	struct mem *mem;		/* what hangs below */
	struct http_request request;	/* copied; url follows redirects */
	struct curl_slist *fields;
	void (*done)(void *arg, const struct http_answer *answer);
	void *arg;
	CURL *easy;			/* lent by the loop; NULL: not begun */
	struct buf head;
	struct buf body;
	int64_t began;			/* clock_ms */
	const int64_t *deadline;	/* of the loop, likewise; 0: none */
	int64_t retry_after;		/* as in struct http_answer */
	size_t field_bytes, fields_count; /* of all headers and trailers */
	int fd;				/* the last socket; -1: none */
	bool connected;			/* it was seen to be */
	struct http_trust *trust;	/* whom TLS is to trust */
	bool secure;			/* TLS has begun, or may have */
	bool sent;			/* or is about to be */
	bool resent;			/* it would have been sent once more */
	bool large;			/* the body went above the ceiling */
	bool wide;			/* the fields did */
	bool crowded;			/* answers at the same time, together */
	bool full;			/* fast did not do: trusts full */
	bool private;			/* a private CA is trusted, too */
	int bind_error;			/* errno, 0: bound or not asked for */
	char detail[CURL_ERROR_SIZE];
};

/* Chooses where CAs are looked for; ca_file may be NULL. False: *fail tells
 * what is wrong with it. */
bool http_ca_open(struct http_ca *ca, struct mem *mem, const char *ca_file,
	struct fail *fail);

/* Looks for a hashed directory, once: a run without TLS needs none. */
void http_ca_look(struct http_ca *ca);

/* Whether the system has none that libcurl would find. */
bool http_ca_none(void);

/* Names the CAs to libcurl, which must not outlive them. */
CURLcode http_ca_set(struct http_trust *trust, CURL *easy);

void http_ca_close(struct http_ca *ca);

/* tls.c: what libcurl does not do by itself with OpenSSL */

/* Whether libcurl's TLS library is the OpenSSL that we are linked with. */
bool http_tls_known(void);

/* To be told to each SSL_CTX, if it is of that OpenSSL. */
CURLcode http_tls_prepare(struct http_trust *trust, void *context);

/* The private one, or one that is empty; freed once. */
struct x509_store_st *http_tls_store(struct x509_store_st *private);
void http_tls_free(struct x509_store_st *store);

/* A copy of the request, not begun. */
struct http_transfer *http_transfer_new(const struct http_request *request);
void http_transfer_free(struct http_transfer *transfer);

/* Makes the easy handle ready, which is as new. */
CURLcode http_transfer_begin(struct http_transfer *transfer,
	struct http_ca *ca, const char *proxy);

/*
 * Whether the transfer goes on after this end of it: a redirect, or once more
 * with all CAs. The handle is ready then.
 */
bool http_transfer_again(struct http_transfer *transfer, CURLcode code,
	struct http_ca *ca);

void http_queue_open(struct http_queue *queue, struct mem *mem);

/* Puts the transfer behind the others to its server. */
void http_queue_add(struct http_queue *queue, struct http_transfer *transfer);

/* Takes out one that can be sent now; NULL: none. Each server in turn. */
struct http_transfer *http_queue_next(struct http_queue *queue);

/* Whether http_queue_next would return one. */
bool http_queue_ready(const struct http_queue *queue);

/* The server has taken a connection. */
void http_queue_met(struct http_host *host);

/* The place of a transfer that was taken out is free again; tells of the
 * server what its handle knows. */
void http_queue_end(struct http_queue *queue, struct http_transfer *transfer);

/* Takes out all that still wait, a list. */
struct http_transfer *http_queue_drop(struct http_queue *queue);

/* How many connections are worth keeping. */
size_t http_queue_connections(const struct http_queue *queue);

/* Calls back with what came of it. */
void http_answer_give(struct http_transfer *transfer, CURLcode code);

/* CURLOPT_HEADERFUNCTION: what is kept of the fields of an answer. */
size_t http_answer_field(char *line, size_t size, size_t count, void *arg);

/* Debug lines of what is about to be sent. */
void http_answer_log_request(const struct http_transfer *transfer);

/* stuck.c: a call of libcurl that does not come back */

/* Begins to look after it. */
void http_stuck_watch(void);

/* Around each call; deadline: of the loop, 0: none. */
void http_stuck_enter(int64_t deadline);
void http_stuck_leave(void);

/* A transfer begins that may take until then (clock_ms). */
void http_stuck_wait(int64_t ms);

/* A socket is there; CURLOPT_CLOSESOCKETFUNCTION. */
void http_stuck_open(int fd);
int http_stuck_close(void *arg, curl_socket_t fd);

#endif
