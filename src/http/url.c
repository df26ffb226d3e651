#include <arpa/inet.h>
#include <fcntl.h>
#include <locale.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"
#include "buf.h"
#include "fail.h"
#include "http/internal.h"

static CURLU *
parse(const char *text)
{
	CURLU *url = curl_url();

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

/* libcurl is lenient: "https:host" and "https:///host" are URLs to it. */
static const char *
behind_scheme(const char *text)
{
	static const char *const schemes[] = { "https://", "http://" };
	size_t i, len;

	for (i = 0; i < 2; i++) {
		len = strlen(schemes[i]);
		if (strncasecmp(text, schemes[i], len) == 0)
			return text + len;
	}
	return NULL;
}

bool
http_url_ok(const char *text, bool clear_text, struct fail *fail)
{
	const char *rest = behind_scheme(text);
	struct buf host = { 0 };
	CURLU *url = NULL;
	bool ok = false;
	const char *c;

	for (c = text; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7F)
			return fail_set(fail, "a URL holds no blank");
	}
	if (!rest)
		fail_set(fail, "a URL begins with https://%s",
			clear_text ? " or http://" : "");
	else if (*rest == '/' || *rest == '?' || *rest == '#' || !*rest)
		fail_set(fail, "the URL has no host");
	else if (!(url = parse(text)) ||
		 !add_part(&host, url, CURLUPART_HOST, ""))
		fail_set(fail, "not a valid URL");
	else if (!clear_text && strncasecmp(text, "https:", 6) != 0 &&
		 !http_url_loopback(text))
		fail_set(fail, "http:// is sent in clear text: use https://");
	else
		ok = true;
	curl_url_cleanup(url);
	buf_free(&host);
	return ok;
}

void
http_url_shown(struct buf *out, const char *text)
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
http_url_host(struct buf *out, const char *text)
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
http_url_loopback(const char *text)
{
	struct buf host = { 0 };
	struct in6_addr six;
	struct in_addr four;
	bool ok = false;

	if (!http_url_host(&host, text))
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
http_url_userless(struct buf *out, const char *text)
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
http_url_ascii(struct buf *out, const char *text)
{
	struct buf host = { 0 };
	CURLU *url = NULL;
	char *ascii = NULL;

	/* a URL that is fine stays byte for byte: it may be signed */
	if (http_url_host(&host, text) && !is_ascii(host.at, host.len) &&
		(url = parse(text)) &&
		get_ascii(url, CURLUPART_URL, &ascii) == CURLUE_OK)
		buf_str(out, ascii);
	else
		buf_str(out, text);
	curl_free(ascii);
	curl_url_cleanup(url);
	buf_free(&host);
}

static void
add_lower(struct buf *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		bool upper = text[i] >= 'A' && text[i] <= 'Z';

		buf_char(out, (char)(upper ? text[i] + ('a' - 'A') : text[i]));
	}
}

static CURLUcode
add_label(struct buf *out, const char *label)
{
	CURLU *url = curl_url();
	CURLUcode code = CURLUE_OUT_OF_MEMORY;
	char *ascii = NULL;

	if (url)
		code = curl_url_set(url, CURLUPART_HOST, label, 0);
	if (code == CURLUE_OK)
		code = get_ascii(url, CURLUPART_HOST, &ascii);
	if (code == CURLUE_OK && !is_ascii(ascii, strlen(ascii)))
		code = CURLUE_BAD_HOSTNAME;
	if (code == CURLUE_OK)
		add_lower(out, ascii, strlen(ascii));
	curl_free(ascii);
	curl_url_cleanup(url);
	return code;
}

/* Label by label: libcurl takes no "*" and no "_dmarc". */
bool
http_punycode(struct buf *out, const char *name, struct fail *fail)
{
	size_t from = out->len, len;
	struct buf label = { 0 };
	CURLUcode code = CURLUE_OK;

	for (; code == CURLUE_OK; name += len + 1) {
		len = strcspn(name, ".");
		buf_cut(&label, 0);
		buf_add(&label, name, len);
		if (is_ascii(label.at, len))
			add_lower(out, name, len);
		else
			code = add_label(out, label.at);
		if (!name[len])
			break;
		buf_char(out, '.');
	}
	buf_free(&label);
	if (code == CURLUE_OK)
		return true;
	buf_cut(out, from);
	if (code == CURLUE_LACKS_IDN)
		return fail_set(fail,
			"libcurl was built without international names: write the name in punycode (xn--)");
	return fail_set(fail, "not a valid international name");
}

/* connect on UDP asks for a route; nothing is sent. */
bool
http_routable(int family)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	const struct sockaddr *to = (const void *)&four;
	socklen_t len = sizeof four;
	bool ok;
	int fd;

	four.sin_port = six.sin6_port = htons(53);
	inet_pton(AF_INET, "1.1.1.1", &four.sin_addr);
	inet_pton(AF_INET6, "2606:4700:4700::1111", &six.sin6_addr);
	if (family == 6) {
		to = (const void *)&six;
		len = sizeof six;
	}
	fd = socket(to->sa_family, SOCK_DGRAM, 0);
	if (fd < 0)
		return false;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	ok = connect(fd, to, len) == 0;
	close(fd);
	return ok;
}

const char *
http_libraries(void)
{
	return curl_version();
}

size_t
http_field_name(const char *line)
{
	static const char token[] =
		"!#$%&'*+-.^_`|~0123456789"
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strspn(line, token);

	return line[len] == ':' ? len : 0;
}
