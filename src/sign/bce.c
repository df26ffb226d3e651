/* SPDX-License-Identifier: ISC */
/*
 * bce-auth-v1, with a key derived from the moment and how long it counts:
 * cloud.baidu.com/doc/Reference/s/njwvz1yfu
 */
#include <string.h>

#include "sign/internal.h"

void
sign_bce_prefix(struct buf *out, const struct sign_task *task)
{
	buf_printf(out, "bce-auth-v1/%s/", task->words[0]);
	sign_date(out, SIGN_ISO, task->moment);
	buf_str(out, "/1800");
}

/* Unlike in the AWS4 family no LF ends the last line, and no body is hashed. */
void
sign_bce_canonical(struct buf *out, const struct sign_task *task)
{
	const struct field *field;

	buf_printf(out, "%s\n", task->request->method);
	sign_path(out, task->request->url, false);
	buf_char(out, '\n');
	sign_query(out, task->request->url, true);
	for (field = task->fields; field; field = field->next) {
		buf_printf(out, "\n%s:", field->name);
		escape_percent(out, field->value, strlen(field->value), "");
	}
}

static void
put_mac(struct buf *hex, const char *key, const struct buf *text)
{
	unsigned char mac[32];

	sign_hmac_sha256(mac, key, strlen(key), buf_text(text), text->len);
	escape_hex(hex, mac, sizeof mac);
	mem_wipe(mac, sizeof mac);
}

void
sign_bce_key(struct buf *hex, const struct sign_task *task)
{
	struct buf prefix = { 0 };

	sign_bce_prefix(&prefix, task);
	put_mac(hex, task->words[1], &prefix);
	buf_free(&prefix);
}

void
sign_bce(struct buf *out, struct sign_task *task)
{
	struct buf canonical = { 0 };
	struct buf key = { 0 };

	sign_collect(task, "x-bce-");
	sign_bce_canonical(&canonical, task);
	sign_bce_key(&key, task);
	buf_str(out, "Authorization: ");
	sign_bce_prefix(out, task);
	buf_char(out, '/');
	sign_names(out, task->fields);
	buf_char(out, '/');
	put_mac(out, buf_text(&key), &canonical);
	buf_char(out, '\n');
	buf_free(&canonical);
	buf_free(&key);
}
