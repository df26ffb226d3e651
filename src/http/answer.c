/* SPDX-License-Identifier: ISC */
/* What came of a request: the answer, or in words why there is none. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/internal.h"
#include "clock.h"
#include "log.h"
#include "secret.h"

#define LOG_BODY 200        /* bytes of a body in a debug line */
#define HEAD_MAX 16384      /* bytes of fields that are kept */
#define RETRY_CEILING 86400 /* no answer makes us wait for longer */

struct words {
	int code;
	const char *text;
	bool detail; /* libcurl's own words behind it */
};

static const struct words of_curl[] = {
	{ CURLE_UNSUPPORTED_PROTOCOL, "protocol not allowed: use https",
		false },
	{ CURLE_URL_MALFORMAT, "not a valid URL", false },
	{ CURLE_COULDNT_RESOLVE_PROXY, "cannot resolve the proxy's name",
		false },
	{ CURLE_COULDNT_RESOLVE_HOST, "cannot resolve the host name", false },
	{ CURLE_COULDNT_CONNECT, "cannot connect", false },
	{ CURLE_WEIRD_SERVER_REPLY, "the answer is not HTTP", false },
	{ CURLE_HTTP2, "HTTP/2 error", true },
	{ CURLE_HTTP2_STREAM, "HTTP/2 error", true },
	{ CURLE_PARTIAL_FILE, "the answer broke off", false },
	/* our own memory ends the run: it is a ceiling of libcurl */
	{ CURLE_OUT_OF_MEMORY, "an answer with too long a line", false },
	{ CURLE_BAD_FUNCTION_ARGUMENT,
		"the request holds a line end where none may be", false },
	{ CURLE_SSL_CONNECT_ERROR, "TLS", true },
	{ CURLE_PEER_FAILED_VERIFICATION, "TLS", true },
	{ CURLE_SSL_CACERT_BADFILE, "TLS: cannot read the CA certificates",
		false },
	{ CURLE_SSL_CIPHER, "TLS", true },
	{ CURLE_SSL_CERTPROBLEM, "TLS", true },
	{ CURLE_GOT_NOTHING, "closed without an answer", false },
	{ CURLE_SEND_ERROR, "the connection broke", true },
	{ CURLE_RECV_ERROR, "the connection broke", true },
	{ CURLE_BAD_CONTENT_ENCODING, "the answer cannot be decoded", false },
	{ CURLE_PROXY, "the proxy refused", true },
};

static const struct words of_system[] = {
	{ ECONNREFUSED, "connection refused", false },
	{ ECONNRESET, "connection reset", false },
	{ ENETUNREACH, "network unreachable", false },
	{ EHOSTUNREACH, "host unreachable", false },
	{ EADDRNOTAVAIL, "no local address of this family", false },
	{ EACCES, "connecting is not permitted", false },
	{ EPERM, "connecting is not permitted", false },
};

static const struct words *
find(const struct words *list, size_t count, int code)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].code == code)
			return &list[i];
	}
	return NULL;
}

/* Found in libcurl's text, these say it all. */
static const struct {
	const char *part;
	const char *text;
} tellings[] = {
	{ "onnection reset", "connection reset" },
	{ "HTTP/0.9", "the answer is not HTTP" },
	{ "nsupported HTTP", "the answer is not HTTP" },
	{ "nsupported response code", "the answer is not HTTP" },
	{ "wrong version number", "TLS: the server does not speak it" },
	{ "EVP lib", "TLS: a signature is wrong" },
	{ "excessive message size", "TLS: the certificates are too large" },
};

static const char *
find_telling(const char *detail)
{
	size_t i;

	for (i = 0; i < sizeof tellings / sizeof tellings[0]; i++) {
		if (strstr(detail, tellings[i].part))
			return tellings[i].text;
	}
	return NULL;
}

/* What of libcurl's text says more than ours. */
static const char *
detail_of(const struct http_transfer *transfer)
{
	static const char *const known[] = { "SSL certificate problem: ",
		"SSL: ", "Recv failure: ", "Send failure: " };
	const char *text = transfer->detail;
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strncmp(text, known[i], strlen(known[i])) == 0)
			return text + strlen(known[i]);
	}
	return text;
}

/* The step that was under way when the time was over. */
static const char *
step_of(const struct http_transfer *transfer)
{
	CURL *easy = transfer->easy;
	static const struct {
		CURLINFO time;
		const char *step;
	} steps[] = {
		{ CURLINFO_NAMELOOKUP_TIME_T, "while resolving the host name" },
		{ CURLINFO_CONNECT_TIME_T, "while connecting" },
		{ CURLINFO_PRETRANSFER_TIME_T, "in the TLS handshake" },
	};
	long headers = 0;
	curl_off_t us = 0;
	size_t i;

	/* a connection that is used again has none of the steps before this */
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &us);
	for (i = 0; us == 0 && i < sizeof steps / sizeof steps[0]; i++) {
		curl_off_t end = 0;

		curl_easy_getinfo(easy, steps[i].time, &end);
		if (end == 0 && steps[i].time == CURLINFO_CONNECT_TIME_T &&
			transfer->connected)
			continue; /* to libcurl TLS is a part of connecting */
		if (end == 0 && steps[i].time == CURLINFO_PRETRANSFER_TIME_T &&
			transfer->request.proxy && !transfer->secure)
			return "while waiting for the proxy";
		if (end == 0)
			return steps[i].step;
	}
	curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &headers);
	return headers > 0 ? "while receiving the answer"
			   : "while waiting for the answer";
}

/* In the words of the limit, not as measured: texts stay comparable. */
static void
explain_late(struct fail *fail, const struct http_transfer *transfer)
{
	long whole = transfer->request.timeout_ms, limit = (whole + 1) / 2;
	const char *step = step_of(transfer);

	if (clock_ms() - transfer->began > limit + limit / 2)
		limit = whole;
	if (limit % 1000 == 0)
		fail_set(fail, "timed out after %ld s %s", limit / 1000, step);
	else
		fail_set(fail, "timed out after %ld ms %s", limit, step);
}

static bool
is_literal(const char *url, int family)
{
	struct buf host = { 0 };
	struct in6_addr address;
	bool is = url_host(&host, url) &&
		  inet_pton(family == 4 ? AF_INET : AF_INET6, host.at,
			  &address) == 1;

	buf_free(&host);
	return is;
}

/* Whether the asked family is the cause. */
static bool
explain_family(
	struct fail *fail, const struct http_transfer *transfer, CURLcode code)
{
	int family = transfer->request.family;
	int other = family == 4 ? 6 : 4;

	if (family == 0)
		return false;
	if (is_literal(transfer->request.url, other)) {
		fail_set(fail,
			"the URL holds an IPv%d address, asked for IPv%d",
			other, family);
		return true;
	}
	if (code != CURLE_COULDNT_RESOLVE_HOST)
		return false;
	fail_set(fail, "cannot resolve the host name to an IPv%d address",
		family);
	return true;
}

/* TLS ended without a word; NULL: it did not. */
static const char *
find_cut(const struct http_transfer *transfer, CURLcode code)
{
	long headers = 0;

	if (!strstr(transfer->detail, "unexpected eof") &&
		!strstr(transfer->detail, "SSL_ERROR_SYSCALL"))
		return NULL;
	if (code == CURLE_SSL_CONNECT_ERROR)
		return "TLS: the server hung up in the handshake";
	curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &headers);
	return headers > 0 ? "the answer broke off"
			   : "closed without an answer";
}

/* What the server tells of us. */
static bool
explain_alert(struct fail *fail, const char *detail)
{
	static const char alert[] = " alert ";
	const char *what = strstr(detail, alert);

	if (!what || !strstr(detail, "SSL routines"))
		return false;
	fail_set(fail, "TLS: the server refused: %s", what + strlen(alert));
	return true;
}

/* Whether the certificate of an authority is missing. */
static bool
lacks_authority(const char *detail)
{
	return strstr(detail, "signed certificate") ||
	       strstr(detail, "issuer certificate") ||
	       strstr(detail, "verify the first certificate");
}

/* A certificate that cannot be judged, and what there is to do here. False: it
 * is another fault. */
static bool
explain_trust(
	struct fail *fail, const char *detail, bool private, CURLcode code)
{
	char today[32];

	if (strstr(detail, "not yet valid")) {
		clock_text(today, sizeof today, "%Y-%m-%d", clock_now());
		fail_set(fail,
			"TLS: %s: this machine's date is %s, is that right?",
			detail, today);
		return true;
	}
	if (code != CURLE_SSL_CACERT_BADFILE &&
		code != CURLE_PEER_FAILED_VERIFICATION)
		return false;
	if (!private && http_ca_none())
		fail_set(fail, "TLS: this system has no CA certificates: "
			       "install ca-certificates");
	else if (lacks_authority(detail))
		fail_set(fail, "TLS: %s: for a CA of your own set ca_file",
			detail);
	else
		return false;
	return true;
}

static void
explain_words(
	struct fail *fail, const struct http_transfer *transfer, CURLcode code)
{
	const struct words *words =
		find(of_curl, sizeof of_curl / sizeof of_curl[0], (int)code);
	const char *detail = detail_of(transfer);
	const char *telling = find_telling(detail);
	struct buf text = { 0 };

	buf_printable(&text, detail, strlen(detail));
	if (!telling)
		telling = find_cut(transfer, code);
	if (explain_trust(fail, buf_text(&text), transfer->private, code) ||
		explain_alert(fail, buf_text(&text))) {
		buf_free(&text);
		return;
	}
	if (telling)
		fail_set(fail, "%s", telling);
	else if (!words)
		fail_set(fail, "%s",
			text.len ? text.at : curl_easy_strerror(code));
	else if (words->detail)
		fail_set(fail, "%s: %s", words->text,
			text.len ? text.at : curl_easy_strerror(code));
	else
		fail_set(fail, "%s", words->text);
	buf_free(&text);
}

static void
explain_connect(
	struct fail *fail, const struct http_transfer *transfer, CURLcode code)
{
	const struct words *words;
	long error = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &error);
	words = find(
		of_system, sizeof of_system / sizeof of_system[0], (int)error);
	if (code == CURLE_COULDNT_CONNECT && words)
		fail_set(fail, "%s", words->text);
	else
		explain_words(fail, transfer, code);
}

static void
explain(struct fail *fail, const struct http_transfer *transfer, CURLcode code)
{
	const struct http_request *request = &transfer->request;

	if (transfer->large)
		fail_set(
			fail, "answer larger than %zu bytes", request->ceiling);
	else if (transfer->crowded)
		fail_set(fail, "the answers that are under way are too large");
	else if (transfer->wide)
		fail_set(fail,
			"answer with more than %d fields or %d bytes of them",
			HTTP_FIELDS, HTTP_FIELD_BYTES);
	else if (transfer->bind_error)
		fail_set(fail, "cannot bind to interface %s: %s", request->bind,
			strerror(transfer->bind_error));
	else if (transfer->resent)
		fail_set(fail, "closed without an answer");
	else if (code == CURLE_OPERATION_TIMEDOUT ||
		 code == CURLE_ABORTED_BY_CALLBACK)
		explain_late(fail, transfer);
	else if ((code != CURLE_COULDNT_CONNECT &&
			 code != CURLE_COULDNT_RESOLVE_HOST) ||
		 !explain_family(fail, transfer, code))
		explain_connect(fail, transfer, code);
}

/* RFC 9110 section 10.2.3: seconds or a date; -1: neither. */
static int64_t
retry_after(const char *text)
{
	int64_t seconds = strtoll(text, NULL, 10);
	time_t date;

	if (strspn(text, "0123456789") == 0) {
		date = curl_getdate(text, NULL);
		if (date < 0)
			return -1;
		seconds = (int64_t)date - clock_now();
	}
	if (seconds < 0)
		return 0;
	return seconds > RETRY_CEILING ? RETRY_CEILING : seconds;
}

/* Whether a line of a head is neither its first, the status, nor its last. */
static bool
is_field(const char *line, size_t len)
{
	return len > 0 && line[0] != '\r' && line[0] != '\n' &&
	       (len < 5 || strncmp(line, "HTTP/", 5) != 0);
}

size_t
http_answer_field(char *line, size_t size, size_t count, void *arg)
{
	struct http_transfer *transfer = arg;
	const size_t len = size * count;

	transfer->field_bytes += len;
	transfer->fields_count += is_field(line, len);
	if (transfer->fields_count > HTTP_FIELDS ||
		transfer->field_bytes > HTTP_FIELD_BYTES) {
		transfer->wide = true;
		return 0; /* less than it gave: an error */
	}

	/* of several answers, a proxy's among them, the last counts */
	if (len >= 5 && strncmp(line, "HTTP/", 5) == 0)
		buf_cut(&transfer->head, 0);
	if (transfer->head.len + len <= HEAD_MAX)
		buf_add(&transfer->head, line, len);
	return len;
}

bool
http_field(struct buf *out, const char *head, const char *name)
{
	const size_t len = strlen(name);
	size_t end;

	while (*head && strncasecmp(head, name, len) != 0) {
		head += strcspn(head, "\n");
		head += *head == '\n';
	}
	if (!*head)
		return false;
	head += len + strspn(head + len, " \t");
	end = strcspn(head, "\r\n");
	while (end > 0 && strchr(" \t", head[end - 1]))
		end--;
	buf_add(out, head, end);
	return true;
}

static int64_t
read_retry_after(const char *head)
{
	struct buf value = { 0 };
	int64_t seconds = -1;

	if (http_field(&value, head, "Retry-After:"))
		seconds = retry_after(buf_text(&value));
	buf_free(&value);
	return seconds;
}

/* Masked before it is cut: half a secret would not be recognised. */
static void
log_body(char side, const char *bytes, size_t len)
{
	struct buf text = { 0 };
	size_t cut = LOG_BODY;

	if (!bytes || len == 0)
		return;
	buf_printable(&text, bytes, len < SECRET_MOST ? len : SECRET_MOST + 1);
	secret_mask(&text, 0);
	if (text.len <= LOG_BODY) {
		log_wire("%c %s", side, text.at);
	} else {
		while (cut > 0 && (text.at[cut] & 0xC0) == 0x80)
			cut--;
		buf_cut(&text, cut);
		log_wire("%c %s... (%zu bytes)", side, buf_text(&text), len);
	}
	buf_free(&text);
}

static void
log_field(const char *line)
{
	static const char *const hidden[] = { "Authorization", "Cookie",
		"Proxy-Authorization", "X-NFSN-Authentication",
		"X-Ovh-Signature" };
	size_t len = strcspn(line, ":;"), i;

	for (i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		if (len == strlen(hidden[i]) &&
			strncasecmp(line, hidden[i], len) == 0) {
			log_wire("> %s: ***", hidden[i]);
			return;
		}
	}
	if (line[len] && line[len + 1])
		log_wire("> %s", line);
}

void
http_answer_log_request(const struct http_transfer *transfer)
{
	const struct http_request *request = &transfer->request;
	const struct curl_slist *line;
	struct buf url = { 0 };

	if (log_at() < 2)
		return;
	if (request->secret) {
		log_wire("> %s ***", request->method);
		return;
	}
	/* lookups alone may use clear text, and their query is secret */
	if (request->clear_text)
		url_shown(&url, request->url);
	else
		url_userless(&url, request->url);
	log_wire("> %s %s", request->method, buf_text(&url));
	for (line = transfer->fields; line; line = line->next)
		log_field(line->data);
	log_body('>', request->body, request->body_len);
	buf_free(&url);
}

static void
log_answer(const struct http_answer *answer, bool secret)
{
	if (log_at() < 2)
		return;
	if (answer->status == 0)
		log_wire("< %s (%ld ms)", answer->fail->text, answer->ms);
	else
		log_wire("< %d (%ld ms)", answer->status, answer->ms);
	if (!secret)
		log_body('<', answer->body, answer->len);
}

void
http_answer_give(struct http_transfer *transfer, CURLcode code)
{
	struct fail fail = { .text = "" };
	struct http_answer answer = {
		.body = "", .head = "", .retry_after = -1
	};
	long status = 0;

	answer.fail = &fail;
	answer.ms = (long)(clock_ms() - transfer->began);
	if (code == CURLE_OK)
		curl_easy_getinfo(
			transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status > 0) {
		answer.status = (int)status;
		answer.body = buf_text(&transfer->body);
		answer.len = transfer->body.len;
		answer.head = buf_text(&transfer->head);
		answer.retry_after = read_retry_after(answer.head);
	} else {
		explain(&fail, transfer, code);
	}
	log_answer(&answer, transfer->request.secret);
	transfer->done(transfer->arg, &answer);
}
