/* SPDX-License-Identifier: ISC */
/* Signs a webhook as chat robots demand it. */
#include <inttypes.h>
#include <string.h>

#include "event/internal.h"
#include "buf.h"
#include "escape.h"
#include "secret.h"
#include "sign/sign.h"

#define MAC 32

/* Time, a line feed and the secret: what both robots make their MAC of. */
static void
add_words(struct buf *out, int64_t when, const char *secret)
{
	buf_printf(out, "%" PRId64 "\n%s", when, secret);
}

/* open.dingtalk.com, "Customize robot security settings": in milliseconds, the
 * secret is the key. */
static void
sign_query(struct mem *mem, const struct event_request *request,
	struct request_made *made, int64_t now)
{
	const char *secret = request->secret;
	struct buf words = { 0 }, base64 = { 0 }, url = { 0 };
	unsigned char mac[MAC];

	add_words(&words, now * 1000, secret);
	sign_hmac_sha256(
		mac, secret, strlen(secret), buf_text(&words), words.len);
	escape_base64(&base64, mac, sizeof mac);
	secret_hide(buf_text(&base64));
	buf_printf(&url, "%s%ctimestamp=%" PRId64 "&sign=", made->url,
		strchr(made->url, '?') ? '&' : '?', now * 1000);
	escape_percent(&url, buf_text(&base64), base64.len, "");
	made->url = mem_text(mem, buf_text(&url));
	buf_free(&words);
	buf_free(&base64);
	buf_free(&url);
}

/* open.feishu.cn, "Custom bot usage guide": in seconds, and all of it is the
 * key to an empty text. The body is an object, as event_read_webhook saw to. */
static void
sign_body(struct mem *mem, const struct event_request *request,
	struct request_made *made, int64_t now)
{
	const char *rest = made->body + 1 + strspn(made->body + 1, " \t\r\n");
	struct buf words = { 0 }, base64 = { 0 };
	unsigned char mac[MAC];

	add_words(&words, now, request->secret);
	sign_hmac_sha256(mac, buf_text(&words), words.len, "", 0);
	escape_base64(&base64, mac, sizeof mac);
	secret_hide(buf_text(&base64));
	made->body = mem_printf(mem,
		"{\"timestamp\": \"%" PRId64 "\", \"sign\": \"%s\"%s%s", now,
		buf_text(&base64), *rest == '}' ? "" : ", ", rest);
	buf_free(&words);
	buf_free(&base64);
}

void
event_sign(struct mem *mem, const struct event_request *request,
	struct request_made *made, int64_t now)
{
	if (request->sign == EVENT_DINGTALK)
		sign_query(mem, request, made, now);
	else if (request->sign == EVENT_FEISHU && made->body)
		sign_body(mem, request, made, now);
}
