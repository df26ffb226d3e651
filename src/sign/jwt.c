/* SPDX-License-Identifier: ISC */
/* RFC 7519: a claim of who asks, signed with RS256 (RFC 7518, section 3.3). */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "fail.h"
#include "json/json.h"
#include "sign/internal.h"

#define LIFE 3600 /* seconds; the most that Google takes */

/* No question about a passphrase: the key has none. */
static int
no_password(char *text, int size, int writes, void *arg)
{
	(void)text;
	(void)size;
	(void)writes;
	(void)arg;
	return -1;
}

static EVP_PKEY *
read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = NULL;

	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (key && EVP_PKEY_base_id(key) != EVP_PKEY_RSA) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

bool
sign_rs256(struct buf *out, const char *pem, const struct buf *text,
	struct fail *fail)
{
	EVP_PKEY *key = read_key(pem);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = key ? (size_t)EVP_PKEY_size(key) : 0;
	struct mem *mem = mem_new();
	unsigned char *bytes = mem_take(mem, len + 1);
	bool fine;

	fine = key && context &&
	       EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) ==
		       1 &&
	       EVP_DigestSign(context, bytes, &len,
		       (const unsigned char *)buf_text(text), text->len) == 1;
	if (fine)
		escape_base64url(out, bytes, len);
	else
		fail_set(fail, "private_key is not an RSA key in PEM");
	mem_free(mem);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return fine;
}

/* A member of a key file, as it stands in JSON. False: *fail. */
static bool
member(struct buf *out, struct json_t *key, const char *pointer,
	struct fail *fail)
{
	struct buf text = { 0 };
	bool found = json_first(key, pointer, &text);

	if (found)
		json_escape(out, buf_text(&text), text.len);
	else
		fail_set(fail, "the key has no %s", pointer + 1);
	buf_free(&text);
	return found;
}

/* developers.google.com/identity/protocols/oauth2/service-account */
static bool
put_claims(struct buf *out, struct json_t *key, const struct sign_claim *claim,
	struct fail *fail)
{
	buf_str(out, "{\"iss\":\"");
	if (!member(out, key, "/client_email", fail))
		return false;
	buf_str(out, "\",\"scope\":\"");
	json_escape(out, claim->scope, strlen(claim->scope));
	buf_str(out, "\",\"aud\":\"");
	if (!member(out, key, "/token_uri", fail))
		return false;
	buf_printf(out, "\",\"iat\":%lld,\"exp\":%lld}", (long long)claim->now,
		(long long)claim->now + LIFE);
	return true;
}

bool
sign_jwt(struct buf *out, const struct sign_claim *claim, struct fail *fail)
{
	static const char header[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
	struct json_t *key = json_read(claim->key, strlen(claim->key), fail);
	struct buf claims = { 0 }, text = { 0 }, pem = { 0 };
	size_t start = out->len;
	bool fine;

	if (!key)
		return fail_set(
			fail, "the key is not the JSON file of an account");
	fine = put_claims(&claims, key, claim, fail);
	if (fine && !json_first(key, "/private_key", &pem))
		fine = fail_set(fail, "the key has no private_key");
	if (fine) {
		escape_base64url(&text, header, sizeof header - 1);
		buf_char(&text, '.');
		escape_base64url(&text, buf_text(&claims), claims.len);
		buf_printf(out, "%s.", buf_text(&text));
		fine = sign_rs256(out, buf_text(&pem), &text, fail);
	}
	if (!fine)
		buf_cut(out, start);
	buf_free(&claims);
	buf_free(&text);
	buf_free(&pem);
	json_free(key);
	return fine;
}
