/* SPDX-License-Identifier: ISC */
/*
 * RPC-HMAC-SHA1, which signs the query and sends all it adds in it:
 * help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
 */
#include <string.h>

#include "sign/internal.h"

static void
add(struct buf *query, const char *name, const char *value)
{
	buf_printf(query, "&%s=", name);
	escape_percent(query, value, strlen(value), "");
}

/* What is signed is encoded twice, and of the URL holds the query alone. */
void
sign_rpc_text(struct buf *out, const char *method, const char *url)
{
	struct buf query = { 0 };

	sign_query(&query, url, false);
	buf_printf(out, "%s&%%2F&", method);
	escape_percent(out, buf_text(&query), query.len, "");
	buf_free(&query);
}

void
sign_rpc_hmac(struct buf *out, const char *key, const char *text, size_t len)
{
	unsigned char mac[20];

	sign_hmac_sha1(mac, key, text, len);
	escape_base64(out, mac, sizeof mac);
	mem_wipe(mac, sizeof mac);
}

void
sign_rpc_signature(struct buf *out, const char *secret, const struct buf *text)
{
	struct buf key = { 0 };

	buf_printf(&key, "%s&", secret);
	sign_rpc_hmac(out, buf_text(&key), text->at, text->len);
	buf_free(&key);
}

void
sign_rpc(struct buf *out, struct sign_task *task)
{
	const struct sign_request *request = task->request;
	struct buf added = { 0 }, date = { 0 }, signature = { 0 };
	struct buf url = { 0 }, text = { 0 };

	sign_date(&date, SIGN_ISO, task->moment);
	add(&added, "SignatureMethod", "HMAC-SHA1");
	add(&added, "SignatureNonce", task->moment->nonce);
	add(&added, "Timestamp", buf_text(&date));
	buf_printf(&url, "%s%s%s", request->url,
		strchr(request->url, '?') ? "" : "?", buf_text(&added));
	sign_rpc_text(&text, request->method, buf_text(&url));
	sign_rpc_signature(&signature, task->words[0], &text);
	add(&added, "Signature", buf_text(&signature));
	buf_printf(out, "?%s\n", buf_text(&added) + 1);
	buf_free(&added);
	buf_free(&date);
	buf_free(&signature);
	buf_free(&url);
	buf_free(&text);
}
