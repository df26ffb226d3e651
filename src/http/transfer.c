/* SPDX-License-Identifier: ISC */
/* One request on its way through libcurl, from its options to its redirects. */
#include <asm/socket.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "http/internal.h"
#include "clock.h"
#include "memory.h"

struct flag {
	CURLoption option;
	long value;
	bool optional; /* newer than our floor, or a matter of the build */
};

static struct curl_slist *
add_line(struct mem *mem, struct curl_slist ***end, const char *name,
	const char *value)
{
	struct curl_slist *line = mem_take(mem, sizeof *line);

	/* CURLOPT_HTTPHEADER: "Name;" is a field without a value */
	if (value && *value)
		line->data = mem_printf(mem, "%s: %s", name, value);
	else
		line->data = mem_printf(mem, "%s;", name);
	**end = line;
	*end = &line->next;
	return line;
}

static bool
has_field(const struct field *field, const char *name)
{
	for (; field; field = field->next) {
		if (strcasecmp(field->name, name) == 0)
			return true;
	}
	return false;
}

static void
copy_fields(struct http_transfer *transfer, const struct field *fields)
{
	struct curl_slist **end = &transfer->fields;
	struct mem *mem = transfer->mem;
	const struct field *field;

	for (field = fields; field; field = field->next)
		add_line(mem, &end, field->name, field->value);
	/* "Name:" keeps libcurl from adding its own */
	add_line(mem, &end, "Expect", NULL)->data = mem_text(mem, "Expect:");
	if (!has_field(fields, "Content-Type"))
		add_line(mem, &end, "Content-Type", NULL)->data =
			mem_text(mem, "Content-Type:");
}

static const char *
copy_text(struct mem *mem, const char *text)
{
	return text ? mem_text(mem, text) : NULL;
}

/* One without an interface, or of another family, would take its connection
 * over. */
static bool
mixes(const struct http_request *request)
{
	return request->bind || (HTTP_MIXES_FAMILIES && request->family != 0);
}

/* Whether it may be one of several on a connection. HTTP/2 has ways to ask for
 * it once more: see_ready. */
static bool
has_streams(const struct http_request *request)
{
	return !request->clear_text && !request->bind &&
	       (HTTP_SEES_SENDING || !request->once);
}

struct http_transfer *
http_transfer_new(const struct http_request *request)
{
	struct mem *mem = mem_new();
	struct http_transfer *transfer = mem_take(mem, sizeof *transfer);
	struct buf url = { 0 };

	url_ascii(&url, request->url);
	transfer->mem = mem;
	transfer->fd = -1;
	transfer->request = *request;
	transfer->request.method = mem_text(mem, request->method);
	transfer->request.url = mem_text(mem, buf_text(&url));
	transfer->request.bind = copy_text(mem, request->bind);
	transfer->request.fields = NULL;
	if (request->body)
		transfer->request.body =
			mem_textn(mem, request->body, request->body_len);
	transfer->lone =
		request->once || mixes(request) || !has_streams(request);
	copy_fields(transfer, request->fields);
	buf_free(&url);
	return transfer;
}

void
http_transfer_free(struct http_transfer *transfer)
{
	if (!transfer)
		return;
	buf_free(&transfer->head);
	memory_release(transfer->body.len);
	buf_free(&transfer->body);
	mem_free(transfer->mem);
}

/* Decoded bytes: libcurl hands them over after Content-Encoding. */
static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_transfer *transfer = arg;
	size_t len = size * count;

	if (len > transfer->request.ceiling - transfer->body.len) {
		transfer->large = true;
		return 0; /* less than it gave: an error */
	}
	if (!memory_hold(len, transfer->body.len)) {
		transfer->crowded = true;
		return 0;
	}
	buf_add(&transfer->body, bytes, len);
	return len;
}

/* The last word on the family, whatever the resolver or the URL holds. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_transfer *transfer = arg;
	int family = transfer->request.family, fd;

	(void)purpose;
	if ((family == 4 && address->family != AF_INET) ||
		(family == 6 && address->family != AF_INET6))
		return CURL_SOCKET_BAD;
	/* libcurl would not notice that fcntl fails, and block for ever */
	fd = socket(address->family,
		address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
		address->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	transfer->fd = fd;
	http_stuck_open(fd);
	return fd;
}

static bool
is_connected(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;

	return fd >= 0 && getpeername(fd, (void *)&peer, &len) == 0;
}

/*
 * CURLOPT_XFERINFOFUNCTION: called from within libcurl's work, too, which a
 * server that never stops sending could keep it at for ever.
 */
static int
watch_time(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
	curl_off_t up)
{
	struct http_transfer *transfer = arg;
	int64_t now = clock_ms(), end = *transfer->deadline;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	/* asked while it is open: libcurl counts TLS as connecting */
	if (!transfer->connected)
		transfer->connected = is_connected(transfer->fd);
	return now - transfer->began > transfer->request.timeout_ms ||
	       (end && now >= end);
}

/*
 * socket(7). Not CURLOPT_INTERFACE: if this fails libcurl goes on with the
 * address of the device, and the request may take another line. The name is
 * asked for again, as it may have passed to another device in between.
 */
static bool
bind_to_device(int fd, const char *name)
{
	char bound[IF_NAMESIZE] = "";
	socklen_t len = sizeof bound;

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
		    (socklen_t)strlen(name) + 1) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, bound, &len) < 0)
		return false;
	errno = ENODEV;
	return strncmp(bound, name, sizeof bound) == 0;
}

static int
bind_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct http_transfer *transfer = arg;
	const char *name = transfer->request.bind;

	(void)purpose;
	if (!name || bind_to_device(fd, name))
		return CURL_SOCKOPT_OK;
	transfer->bind_error = errno;
	return CURL_SOCKOPT_ERROR;
}

/*
 * CURLOPT_PREREQFUNCTION: libcurl is about to send, so it is connected. It
 * sends anew, whatever the method, what a server of HTTP/2 has closed as
 * refused or as fit for HTTP/1.1 alone, which may have read it all the same.
 */
static int
see_ready(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct http_transfer *transfer = arg;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	http_queue_met(transfer->host);
	transfer->resent = transfer->sent && transfer->request.once;
	transfer->sent = true;
	return transfer->resent ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* CURLOPT_SSL_CTX_FUNCTION: TLS begins, with a proxy or the server. */
static CURLcode
see_tls(CURL *easy, void *context, void *arg)
{
	struct http_transfer *transfer = arg;

	(void)easy;
	transfer->secure = true;
	return http_tls_prepare(transfer->trust, context);
}

static CURLcode
set_flags(CURL *easy)
{
	static const struct flag flags[] = {
		{ CURLOPT_NOSIGNAL, 1, false },
		{ CURLOPT_NOPROGRESS, 0, false },
		{ CURLOPT_QUICK_EXIT, 1, true },
		/* the least there is: it is wiped for each request */
		{ CURLOPT_UPLOAD_BUFFERSIZE, 16384, true },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED, true },
		{ CURLOPT_FOLLOWLOCATION, 0, false },
		{ CURLOPT_HTTP09_ALLOWED, 0, false },
		{ CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC, false },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2, false },
		{ CURLOPT_SSL_VERIFYPEER, 1, false },
		{ CURLOPT_SSL_VERIFYHOST, 2, false },
		{ CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2, true },
	};
	CURLcode code;
	size_t i;

	for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		code = curl_easy_setopt(easy, flags[i].option, flags[i].value);
		if (code != CURLE_OK && !flags[i].optional)
			return code;
	}
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	return curl_easy_setopt(easy, CURLOPT_USERAGENT, "ddns/" VERSION);
}

static CURLcode
set_callbacks(CURL *easy, struct http_transfer *transfer)
{
	curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)transfer);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_time);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, (void *)transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_answer_field);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, (void *)transfer);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, (void *)transfer);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_stuck_close);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, bind_socket);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, see_ready);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, (void *)transfer);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)transfer);
	/* some TLS libraries do not call it */
	transfer->secure = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION,
				   see_tls) != CURLE_OK;
	return curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, (void *)transfer);
}

static CURLcode
set_method(CURL *easy, const struct http_request *request)
{
	static const char *const with_body[] = { "POST", "PUT", "PATCH" };
	bool body = request->body;
	CURLcode code;
	size_t i;

	/* an empty one is sent too: RFC 9110 section 8.6, Content-Length: 0 */
	for (i = 0; i < sizeof with_body / sizeof with_body[0]; i++)
		body = body || strcmp(request->method, with_body[i]) == 0;
	if (strcmp(request->method, "HEAD") == 0)
		return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (!body && strcmp(request->method, "GET") == 0)
		return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (code != CURLE_OK || !body)
		return code;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)(request->body ? request->body_len : 0));
	return curl_easy_setopt(
		easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
}

static CURLcode
set_route(CURL *easy, const struct http_transfer *transfer, const char *proxy)
{
	const struct http_request *request = &transfer->request;
	long family = request->family == 4   ? CURL_IPRESOLVE_V4
		      : request->family == 6 ? CURL_IPRESOLVE_V6
					     : CURL_IPRESOLVE_WHATEVER;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_IPRESOLVE, family);

	/* a proxy elsewhere has another loopback, and may be reached in clear
	 */
	if (!request->proxy || transfer->host->loopback) {
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	} else if (proxy && code == CURLE_OK) {
		code = curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
	}
	if (mixes(request) && code == CURLE_OK) {
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
	/* libcurl sends anew, also a POST, what was sent over a kept
	 * connection that ends without an answer (RFC 9110, 9.2.2) */
	if (request->once)
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	/* a connection that others of the server open is waited for */
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT,
		(long)(transfer->host->streams && !transfer->lone));
	/* without HTTP/2 in libcurl it is 1.1, which is as good */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
		has_streams(request) ? (long)CURL_HTTP_VERSION_2TLS
				     : (long)CURL_HTTP_VERSION_1_1);
	return code;
}

static CURLcode
set_protocols(CURL *easy, bool clear)
{
#if LIBCURL_VERSION_NUM < 0x075500
	return curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
		clear ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS);
#else
	return curl_easy_setopt(
		easy, CURLOPT_PROTOCOLS_STR, clear ? "http,https" : "https");
#endif
}

/* Where to go, and in what is left of the time. */
static CURLcode
aim(struct http_transfer *transfer, struct http_trust *trust)
{
	const struct http_request *request = &transfer->request;
	bool clear = request->clear_text || transfer->host->loopback;
	long left = request->timeout_ms - (long)(clock_ms() - transfer->began);
	CURL *easy = transfer->easy;
	CURLcode code;

	if (left <= 0)
		return CURLE_OPERATION_TIMEDOUT;
	transfer->sent = false;
	transfer->trust = trust;
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left);
	http_stuck_wait(transfer->began + request->timeout_ms);
	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (request->timeout_ms + 1) / 2);
	code = set_protocols(easy, clear);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
	if (code == CURLE_OK)
		code = http_ca_set(trust, easy);
	return code;
}

static struct http_trust *
trust_of(const struct http_transfer *transfer, struct http_ca *ca)
{
	if (strncasecmp(transfer->request.url, "https:", 6) == 0)
		http_ca_look(ca);
	return ca->fast.set && !transfer->full ? &ca->fast : &ca->full;
}

/* What cannot stand in a request line or a header field (RFC 9110 5.5). */
static bool
is_sound(const struct http_transfer *transfer)
{
	const struct curl_slist *line;
	const char *c;

	for (c = transfer->request.method; *c; c++) {
		if (*c < 'A' || *c > 'Z')
			return false;
	}
	for (line = transfer->fields; line; line = line->next) {
		if (strpbrk(line->data, "\r\n"))
			return false;
	}
	return true;
}

CURLcode
http_transfer_begin(
	struct http_transfer *transfer, struct http_ca *ca, const char *proxy)
{
	CURL *easy = transfer->easy;
	CURLcode code;

	transfer->private = ca->private != NULL;
	transfer->began = clock_ms();
	if (!easy)
		return CURLE_OUT_OF_MEMORY;
	if (!is_sound(transfer))
		return CURLE_BAD_FUNCTION_ARGUMENT;
	code = set_flags(easy);
	if (code == CURLE_OK)
		code = set_callbacks(easy, transfer);
	if (code == CURLE_OK)
		code = set_method(easy, &transfer->request);
	if (code == CURLE_OK)
		code = set_route(easy, transfer, proxy);
	if (code == CURLE_OK)
		code = curl_easy_setopt(
			easy, CURLOPT_HTTPHEADER, transfer->fields);
	if (code == CURLE_OK)
		code = aim(transfer, trust_of(transfer, ca));
	return code;
}

static bool
same_host(const char *a, const char *b)
{
	struct buf one = { 0 }, two = { 0 };
	bool same = url_host(&one, a) && url_host(&two, b) &&
		    strcasecmp(one.at, two.at) == 0;

	buf_free(&one);
	buf_free(&two);
	return same;
}

static bool
redirect(struct http_transfer *transfer)
{
	struct http_request *request = &transfer->request;
	char *url = NULL;

	if (request->redirects <= 0 || request->body ||
		strcmp(request->method, "GET") != 0)
		return false;
	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &url);
	if (!url || !same_host(url, request->url))
		return false;
	if (strncasecmp(url, "https:", 6) != 0 &&
		strncasecmp(request->url, "http:", 5) != 0)
		return false;
	request->redirects--;
	request->url = mem_text(transfer->mem, url);
	return true;
}

/* The fast store lacks the CA, if the certificate itself was not the fault. */
static bool
distrusted(struct http_transfer *transfer, struct http_ca *ca)
{
	long result = 0;

	if (!ca->fast.set || transfer->full)
		return false;
	curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	transfer->full = result != 0;
	return transfer->full;
}

bool
http_transfer_again(
	struct http_transfer *transfer, CURLcode code, struct http_ca *ca)
{
	bool again = false;

	if (code == CURLE_OK)
		again = redirect(transfer);
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		again = distrusted(transfer, ca);
	if (!again)
		return false;
	memory_release(transfer->body.len);
	buf_cut(&transfer->body, 0);
	transfer->detail[0] = '\0';
	return aim(transfer, trust_of(transfer, ca)) == CURLE_OK;
}
