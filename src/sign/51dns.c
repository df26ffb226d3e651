/* www.51dns.com/document/api/70/72.html: MD5 of the parameters, sorted and not
 * encoded, with the secret behind them. */
#include <string.h>

#include <openssl/evp.h>

#include "buf.h"
#include "sign/sign.h"
#include "sign/internal.h"

static void
put_md5(struct buf *out, const char *text, size_t len)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int made = 0;

	EVP_Digest(text, len, hash, &made, EVP_md5(), NULL);
	sign_hex(out, hash, made);
}

void
sign_51dns(struct buf *out, struct sign_task *task, struct mem *mem)
{
	const char *body = task->request->body ? task->request->body : "";
	struct buf added = { 0 }, form = { 0 }, sorted = { 0 }, text = { 0 };

	(void)mem;
	buf_str(&added, "&apiKey=");
	sign_encode(&added, task->words[0], strlen(task->words[0]));
	buf_str(&added, "&timestamp=");
	sign_date(&added, SIGN_EPOCH, task->moment);
	buf_printf(&form, "?%s%s", body, buf_text(&added));
	sign_query(&sorted, buf_text(&form), false);
	sign_decode(&text, buf_text(&sorted), sorted.len);
	buf_str(&text, task->words[1]);
	buf_printf(out, "%s&hash=", buf_text(&added));
	put_md5(out, buf_text(&text), text.len);
	buf_char(out, '\n');
	buf_free(&added);
	buf_free(&form);
	buf_free(&sorted);
	buf_free(&text);
}
