/* SPDX-License-Identifier: ISC */
/* URLs by libcurl's URL API, so that all see what it will connect to. */
#include <arpa/inet.h>
#include <locale.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "buf.h"
#include "escape.h"
#include "fail.h"
#include "memory.h"
#include "url.h"

/* Before 7.88 the URL API leaves a name as it is. */
#if LIBCURL_VERSION_NUM < 0x075800
#define CURLU_PUNYCODE 0
#define CURLUE_BAD_HOSTNAME CURLUE_UNKNOWN_PART
#define CURLUE_LACKS_IDN CURLUE_UNKNOWN_PART
#endif

bool
url_start(void)
{
	static bool started;

	if (!started)
		started = curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_take,
				  memory_give, memory_resize, memory_text,
				  memory_take_all) == CURLE_OK;
	return started;
}

static CURLU *
make(void)
{
	return url_start() ? curl_url() : NULL;
}

static CURLU *
parse(const char *text)
{
	CURLU *url = make();

	if (url && curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		url = NULL;
	}
	return url;
}

/* Adds a part with before and after around it; nothing if there is none. */
static bool
add_part(struct buf *out, CURLU *url, CURLUPart part, const char *before)
{
	char *text = NULL;
	bool ok = curl_url_get(url, part, &text, 0) == CURLUE_OK;

	if (ok) {
		buf_str(out, before);
		buf_str(out, text);
	}
	curl_free(text);
	return ok;
}

size_t
url_scheme(const char *text)
{
	static const char *const schemes[] = { "https://", "http://" };
	size_t i, len;

	for (i = 0; i < 2; i++) {
		len = strlen(schemes[i]);
		if (strncasecmp(text, schemes[i], len) == 0)
			return len;
	}
	return 0;
}

bool
url_secure(const char *text)
{
	return strncasecmp(text, "https:", 6) == 0;
}

bool
url_ok(const char *text, bool clear_text, struct fail *fail)
{
	/* libcurl is lenient: "https:host" and "https:///host" are URLs to it
	 */
	const char *rest = text + url_scheme(text);
	struct buf host = { 0 };
	CURLU *url = NULL;
	bool ok = false;
	const char *c;

	for (c = text; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7F)
			return fail_set(fail, "a URL holds no space");
	}
	if (rest == text)
		fail_set(fail, "a URL begins with https://%s",
			clear_text ? " or http://" : "");
	else if (*rest == '/' || *rest == '?' || *rest == '#' || !*rest)
		fail_set(fail, "the URL has no host");
	else if (!(url = parse(text)) ||
		 !add_part(&host, url, CURLUPART_HOST, ""))
		fail_set(fail, "not a valid URL");
	else if (!clear_text && !url_secure(text) && !url_loopback(text))
		fail_set(fail, "http:// is sent in clear text: use https://");
	else if (strchr(text, '#'))
		fail_set(fail,
			"what stands behind `#` is never sent (an address is {ip}, not #{ip}): write %%23 for the sign itself");
	else
		ok = true;
	curl_url_cleanup(url);
	buf_free(&host);
	return ok;
}

void
url_shown(struct buf *out, const char *text)
{
	CURLU *url = parse(text);

	if (!url) {
		buf_str(out, "(no URL)");
		return;
	}
	add_part(out, url, CURLUPART_SCHEME, "");
	add_part(out, url, CURLUPART_HOST, "://");
	add_part(out, url, CURLUPART_PORT, ":");
	add_part(out, url, CURLUPART_PATH, "");
	curl_url_cleanup(url);
}

bool
url_host(struct buf *out, const char *text)
{
	CURLU *url = parse(text);
	struct buf host = { 0 };
	bool ok = url && add_part(&host, url, CURLUPART_HOST, "");

	curl_url_cleanup(url);
	if (ok && host.at[0] == '[')
		buf_add(out, host.at + 1, host.len - 2);
	else if (ok)
		buf_add(out, host.at, host.len);
	buf_free(&host);
	return ok;
}

bool
url_loopback(const char *text)
{
	struct buf host = { 0 };
	struct in6_addr six;
	struct in_addr four;
	bool ok = false;

	if (!url_host(&host, text))
		return false;
	if (strcasecmp(host.at, "localhost") == 0)
		ok = true;
	else if (inet_pton(AF_INET, host.at, &four) == 1)
		ok = ntohl(four.s_addr) >> 24 == 127; /* RFC 1122 3.2.1.3 */
	else if (inet_pton(AF_INET6, host.at, &six) == 1)
		ok = memcmp(&six, &in6addr_loopback, sizeof six) == 0;
	buf_free(&host);
	return ok;
}

void
url_userless(struct buf *out, const char *text)
{
	CURLU *url = parse(text);

	if (url) {
		curl_url_set(url, CURLUPART_USER, NULL, 0);
		curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
		curl_url_set(url, CURLUPART_OPTIONS, NULL, 0);
		add_part(out, url, CURLUPART_URL, "");
	}
	curl_url_cleanup(url);
}

/*
 * libidn2 reads names in the character set of the locale, which is ASCII in a
 * program that never calls setlocale and under cron.
 */
static CURLUcode
get_ascii(CURLU *url, CURLUPart part, char **text)
{
	static const char *const names[] = { "C.UTF-8", "C.utf8",
		"en_US.UTF-8" };
	locale_t locale = (locale_t)0, old;
	CURLUcode code;
	size_t i;

	for (i = 0; !locale && i < sizeof names / sizeof names[0]; i++)
		locale = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
	old = locale ? uselocale(locale) : (locale_t)0;
	code = curl_url_get(url, part, text, CURLU_PUNYCODE);
	if (locale) {
		uselocale(old);
		freelocale(locale);
	}
	return code;
}

static bool
is_ascii(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] > 0x7F)
			return false;
	}
	return true;
}

void
url_ascii(struct buf *out, const char *text)
{
	const size_t scheme = url_scheme(text);
	const size_t host_end = scheme + strcspn(text + scheme, "/?#");
	const bool plain =
		is_ascii(text, host_end) && !memchr(text, '%', host_end);
	struct buf host = { 0 };
	CURLU *url = NULL;
	char *ascii = NULL;

	/* a URL that is fine stays byte for byte: it may be signed */
	if (!plain && url_host(&host, text) && !is_ascii(host.at, host.len) &&
		(url = parse(text)) &&
		get_ascii(url, CURLUPART_URL, &ascii) == CURLUE_OK)
		buf_str(out, ascii);
	else
		buf_str(out, text);
	curl_free(ascii);
	curl_url_cleanup(url);
	buf_free(&host);
}

bool
url_ascii_host(struct buf *out, const char *name, struct fail *fail)
{
	CURLU *url = make();
	CURLUcode code = CURLUE_OUT_OF_MEMORY;
	char *ascii = NULL;

	if (url)
		code = curl_url_set(url, CURLUPART_HOST, name, 0);
	if (code == CURLUE_OK)
		code = get_ascii(url, CURLUPART_HOST, &ascii);
	if (code == CURLUE_OK && !is_ascii(ascii, strlen(ascii)))
		code = CURLUE_BAD_HOSTNAME;
	if (code == CURLUE_OK)
		buf_str(out, ascii);
	curl_free(ascii);
	curl_url_cleanup(url);
	if (code == CURLUE_LACKS_IDN)
		return fail_set(fail,
			"libcurl was built without international names: write the name in punycode (xn--)");
	return code == CURLUE_OK ||
	       fail_set(fail, "not a valid international name");
}

/* RFC 3986, sections 6.2.2.1 and 6.2.2.2: escapes of what needs none are
 * undone, the others have upper case. */
static void
add_normal(struct buf *out, const char *text)
{
	char byte;

	while (*text) {
		if (*text == '%' && escape_digit(text[1]) >= 0 &&
			escape_digit(text[2]) >= 0) {
			byte = (char)(escape_digit(text[1]) * 16 +
				      escape_digit(text[2]));
			escape_percent(out, &byte, 1, "");
			text += 3;
		} else {
			buf_char(out, *text++);
		}
	}
}

/* In lower case and without a final dot. */
static void
add_host(struct buf *out, CURLU *url)
{
	size_t i = out->len;

	if (!add_part(out, url, CURLUPART_HOST, ""))
		return;
	for (; i < out->len; i++)
		if (out->at[i] >= 'A' && out->at[i] <= 'Z')
			out->at[i] = (char)(out->at[i] | 0x20);
	if (out->len > 0 && out->at[out->len - 1] == '.')
		buf_cut(out, out->len - 1);
}

void
url_canonical(struct buf *out, const char *text)
{
	struct buf ascii = { 0 }, normal = { 0 };
	char *port = NULL;
	CURLU *url;

	url_ascii(&ascii, text);
	add_normal(&normal, buf_text(&ascii));
	url = parse(buf_text(&normal)); /* which resolves dots in the path */
	if (url) {
		add_part(out, url, CURLUPART_SCHEME, "");
		buf_str(out, "://");
		if (add_part(out, url, CURLUPART_USER, "")) {
			add_part(out, url, CURLUPART_PASSWORD, ":");
			buf_char(out, '@');
		}
		add_host(out, url);
		if (curl_url_get(url, CURLUPART_PORT, &port,
			    CURLU_NO_DEFAULT_PORT) == CURLUE_OK)
			buf_printf(out, ":%s", port);
		add_part(out, url, CURLUPART_PATH, "");
		add_part(out, url, CURLUPART_QUERY, "?");
	} else {
		buf_str(out, text);
	}
	curl_free(port);
	curl_url_cleanup(url);
	buf_free(&ascii);
	buf_free(&normal);
}
