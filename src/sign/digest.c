/* SPDX-License-Identifier: ISC */
/* NFSN, OVH and 51DNS, which hash the secret with the rest, without HMAC. */
#include <string.h>

#include "sign/internal.h"

#define SALT 16 /* letters and digits */

/* members.nearlyfreespeech.net/wiki/API/Introduction */
void
sign_nfsn(struct buf *out, struct sign_task *task)
{
	const struct sign_request *request = task->request;
	struct buf text = { 0 };
	size_t public;

	buf_printf(&text, "%s;", task->words[0]);
	sign_date(&text, SIGN_EPOCH, task->moment);
	buf_printf(&text, ";%.*s;", SALT, task->moment->nonce);
	public = text.len;
	buf_str(out, "X-NFSN-Authentication: ");
	buf_add(out, buf_text(&text), public);
	buf_printf(&text, "%s;", task->words[1]);
	sign_path(&text, request->url, false);
	buf_char(&text, ';');
	sign_sha1(&text, request->body ? request->body : "",
		request->body ? request->body_len : 0);
	sign_sha1(out, buf_text(&text), text.len);
	buf_char(out, '\n');
	buf_free(&text);
}

/* help.ovhcloud.com/csm/en-gb-api-getting-started-ovhcloud-api, "Sign requests"
 */
void
sign_ovh(struct buf *out, struct sign_task *task)
{
	const struct sign_request *request = task->request;
	struct buf text = { 0 };

	buf_printf(&text, "%s+%s+%s+%s+%s+", task->words[1], task->words[2],
		request->method, request->url,
		request->body ? request->body : "");
	sign_date(&text, SIGN_EPOCH, task->moment);
	buf_printf(out, "X-Ovh-Application: %s\nX-Ovh-Consumer: %s\n",
		task->words[0], task->words[2]);
	buf_str(out, "X-Ovh-Timestamp: ");
	sign_date(out, SIGN_EPOCH, task->moment);
	buf_str(out, "\nX-Ovh-Signature: $1$");
	sign_sha1(out, buf_text(&text), text.len);
	buf_char(out, '\n');
	buf_free(&text);
}

/* www.51dns.com/document/api/70/72.html: MD5 of the parameters, sorted and not
 * encoded, with the secret behind them. */
void
sign_51dns(struct buf *out, struct sign_task *task)
{
	const char *body = task->request->body ? task->request->body : "";
	struct buf added = { 0 }, form = { 0 }, sorted = { 0 }, text = { 0 };

	buf_str(&added, "&apiKey=");
	escape_percent(&added, task->words[0], strlen(task->words[0]), "");
	buf_str(&added, "&timestamp=");
	sign_date(&added, SIGN_EPOCH, task->moment);
	buf_printf(&form, "?%s%s", body, buf_text(&added));
	sign_query(&sorted, buf_text(&form), false);
	escape_unpercent(&text, buf_text(&sorted), sorted.len);
	buf_str(&text, task->words[1]);
	buf_printf(out, "%s&hash=", buf_text(&added));
	sign_md5(out, buf_text(&text), text.len);
	buf_char(out, '\n');
	buf_free(&added);
	buf_free(&form);
	buf_free(&sorted);
	buf_free(&text);
}
