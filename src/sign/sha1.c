/* Schemes that hash the secret with the rest, without HMAC. */
#include <string.h>

#include <openssl/sha.h>

#include "buf.h"
#include "sign/sign.h"
#include "sign/internal.h"

#define SALT 16 /* letters and digits */

static void
put_sha1(struct buf *out, const char *text, size_t len)
{
	unsigned char hash[SHA_DIGEST_LENGTH];

	SHA1((const unsigned char *)text, len, hash);
	sign_hex(out, hash, sizeof hash);
}

/* members.nearlyfreespeech.net/wiki/API/Introduction */
void
sign_nfsn(struct buf *out, struct sign_task *task, struct mem *mem)
{
	const struct sign_request *request = task->request;
	struct buf text = { 0 };
	size_t public;

	(void)mem;
	buf_printf(&text, "%s;", task->words[0]);
	sign_date(&text, SIGN_EPOCH, task->moment);
	buf_printf(&text, ";%.*s;", SALT, task->moment->nonce);
	public = text.len;
	buf_str(out, "X-NFSN-Authentication: ");
	buf_add(out, buf_text(&text), public);
	buf_printf(&text, "%s;", task->words[1]);
	sign_path(&text, request->url, false);
	buf_char(&text, ';');
	put_sha1(&text, request->body ? request->body : "",
		request->body ? request->body_len : 0);
	put_sha1(out, buf_text(&text), text.len);
	buf_char(out, '\n');
	buf_free(&text);
}

/* help.ovhcloud.com/csm/en-gb-api-getting-started-ovhcloud-api, "Sign requests"
 */
void
sign_ovh(struct buf *out, struct sign_task *task, struct mem *mem)
{
	const struct sign_request *request = task->request;
	struct buf text = { 0 };

	(void)mem;
	buf_printf(&text, "%s+%s+%s+%s+%s+", task->words[1], task->words[2],
		request->method, request->url,
		request->body ? request->body : "");
	sign_date(&text, SIGN_EPOCH, task->moment);
	buf_printf(out, "X-Ovh-Application: %s\nX-Ovh-Consumer: %s\n",
		task->words[0], task->words[2]);
	buf_str(out, "X-Ovh-Timestamp: ");
	sign_date(out, SIGN_EPOCH, task->moment);
	buf_str(out, "\nX-Ovh-Signature: $1$");
	put_sha1(out, buf_text(&text), text.len);
	buf_char(out, '\n');
	buf_free(&text);
}
