/* SPDX-License-Identifier: ISC */
/*
 * The AWS4 family. All sign "ALGORITHM, date, scope, hash of the request" with
 * HMAC-SHA256; what differs stands in a table.
 */
#include <string.h>
#include <strings.h>

#include "sign/internal.h"

static const struct sign_form forms[] = {
	/* docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
	{
		.name = "AWS4-HMAC-SHA256",
		.date_field = "x-amz-date",
		.date = SIGN_COMPACT,
		.signs = "x-amz-",
		.dated = true,
		.scope = SIGN_DAY,
		.scope_words = 2,
		.prefix = "AWS4",
		.end = "aws4_request",
		.credential = "Credential",
		.gap = ", ",
		.twice = true,
	},
	/* cloud.tencent.com/document/api/1427/56189 */
	{
		.name = "TC3-HMAC-SHA256",
		.date_field = "X-TC-Timestamp",
		.date = SIGN_EPOCH,
		.signs = "x-tc-action",
		.lowers = true,
		.content_type = true,
		.dated = true,
		.scope = SIGN_DASHED,
		.scope_words = 1,
		.prefix = "TC3",
		.end = "tc3_request",
		.credential = "Credential",
		.gap = ", ",
	},
	/* help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
	 */
	{
		.name = "ACS3-HMAC-SHA256",
		.date_field = "x-acs-date",
		.date = SIGN_ISO,
		.nonce_field = "x-acs-signature-nonce",
		.hash_field = "x-acs-content-sha256",
		.signs = "x-acs-",
		.content_type = true,
		.prefix = "",
		.credential = "Credential",
		.gap = ",",
	},
	/* www.volcengine.com/docs/6369/67269 */
	{
		.name = "HMAC-SHA256",
		.date_field = "X-Date",
		.date = SIGN_COMPACT,
		.hash_field = "X-Content-Sha256",
		.signs = "x-",
		.content_type = true,
		.dated = true,
		.scope = SIGN_DAY,
		.scope_words = 2,
		.prefix = "",
		.end = "request",
		.credential = "Credential",
		.gap = ", ",
	},
	/* support.huaweicloud.com/intl/en-us/devg-apisign */
	{
		.name = "SDK-HMAC-SHA256",
		.date_field = "X-Sdk-Date",
		.date = SIGN_COMPACT,
		.signs = "x-sdk-",
		.content_type = true,
		.dated = true,
		.prefix = "",
		.credential = "Access",
		.gap = ", ",
		.slash = true,
	},
};

const struct sign_form *
sign_form(const char *scheme)
{
	size_t i;

	for (i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].name, scheme) == 0)
			return &forms[i];
	return NULL;
}

static void
put_body_hash(struct buf *out, const struct sign_request *request)
{
	sign_sha256(out, request->body ? request->body : "",
		request->body ? request->body_len : 0);
}

void
sign_canonical(struct buf *out, const struct sign_task *task)
{
	const struct sign_request *request = task->request;
	const struct field *field;

	buf_printf(out, "%s\n", request->method);
	sign_path(out, request->url, task->form->twice);
	if (task->form->slash && out->at[out->len - 1] != '/')
		buf_char(out, '/');
	buf_char(out, '\n');
	sign_query(out, request->url, false);
	buf_char(out, '\n');
	for (field = task->fields; field; field = field->next)
		buf_printf(out, "%s:%s\n", field->name, field->value);
	buf_char(out, '\n');
	sign_names(out, task->fields);
	buf_char(out, '\n');
	put_body_hash(out, request);
}

/* "20260102/us-east-1/route53/aws4_request" */
static void
put_scope(struct buf *out, const struct sign_task *task)
{
	size_t i;

	sign_date(out, task->form->scope, task->moment);
	for (i = 0; i < task->form->scope_words; i++)
		buf_printf(out, "/%s", task->words[2 + i]);
	buf_printf(out, "/%s", task->form->end);
}

void
sign_text(struct buf *out, const struct sign_task *task)
{
	const struct sign_form *form = task->form;
	struct buf canonical = { 0 };

	buf_printf(out, "%s\n", form->name);
	if (form->dated) {
		sign_date(out, form->date, task->moment);
		buf_char(out, '\n');
	}
	if (form->end) {
		put_scope(out, task);
		buf_char(out, '\n');
	}
	sign_canonical(&canonical, task);
	sign_sha256(out, canonical.at, canonical.len);
	buf_free(&canonical);
}

/* Replaces the key by the HMAC of a text under it. */
static void
derive(struct buf *key, const char *text)
{
	unsigned char mac[32];

	sign_hmac_sha256(mac, key->at, key->len, text, strlen(text));
	buf_cut(key, 0);
	buf_add(key, mac, sizeof mac);
	mem_wipe(mac, sizeof mac);
}

void
sign_key(struct buf *key, const struct sign_task *task)
{
	struct buf date = { 0 };
	size_t i;

	buf_printf(key, "%s%s", task->form->prefix, task->words[1]);
	if (!task->form->end)
		return;
	sign_date(&date, task->form->scope, task->moment);
	derive(key, buf_text(&date));
	buf_free(&date);
	for (i = 0; i < task->form->scope_words; i++)
		derive(key, task->words[2 + i]);
	derive(key, task->form->end);
}

void
sign_signature(struct buf *hex, const struct sign_task *task)
{
	struct buf text = { 0 };
	struct buf key = { 0 };

	sign_text(&text, task);
	sign_key(&key, task);
	derive(&key, buf_text(&text));
	escape_hex(hex, key.at, key.len);
	buf_free(&text);
	buf_free(&key);
}

/* Adds a field to what is sent, and to what is signed if the scheme says so. */
static void
add_field(struct buf *out, struct sign_task *task, const char *name,
	const struct buf *value)
{
	const char *begin = task->form->signs;

	buf_printf(out, "%s: %s\n", name, buf_text(value));
	if (strncasecmp(name, begin, strlen(begin)) == 0)
		sign_insert(&task->fields, task->mem, name, buf_text(value));
}

static void
add_fields(struct buf *out, struct sign_task *task)
{
	const struct sign_form *form = task->form;
	struct buf value = { 0 };

	sign_date(&value, form->date, task->moment);
	add_field(out, task, form->date_field, &value);
	if (form->nonce_field) {
		buf_cut(&value, 0);
		buf_str(&value, task->moment->nonce);
		add_field(out, task, form->nonce_field, &value);
	}
	if (form->hash_field) {
		buf_cut(&value, 0);
		put_body_hash(&value, task->request);
		add_field(out, task, form->hash_field, &value);
	}
	buf_free(&value);
}

static void
collect_fields(struct sign_task *task)
{
	const struct field *field;

	sign_collect(task, task->form->signs);
	for (field = task->request->fields; field; field = field->next)
		if (task->form->content_type &&
			strcasecmp(field->name, "content-type") == 0)
			sign_insert(&task->fields, task->mem, field->name,
				field->value);
}

void
sign_aws4(struct buf *out, struct sign_task *task)
{
	const struct sign_form *form = task->form;

	add_fields(out, task);
	collect_fields(task);
	buf_printf(out, "Authorization: %s %s=%s", form->name, form->credential,
		task->words[0]);
	if (form->end) {
		buf_char(out, '/');
		put_scope(out, task);
	}
	buf_printf(out, "%sSignedHeaders=", form->gap);
	sign_names(out, task->fields);
	buf_printf(out, "%sSignature=", form->gap);
	sign_signature(out, task);
	buf_char(out, '\n');
}
