/* SPDX-License-Identifier: ISC */
/* Hashes and HMACs, over libcrypto. */
#include <string.h>

/* SHA256_Init and its like are there for as long as OpenSSL 1.1's names are. */
#define OPENSSL_API_COMPAT 10101

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "sign/internal.h"

/* key, padded to a block and made unlike itself by `with`, then the text. */
static void
hash_padded(unsigned char out[SHA256_DIGEST_LENGTH],
	const unsigned char key[SHA256_CBLOCK], unsigned char with,
	const void *text, size_t len)
{
	unsigned char block[SHA256_CBLOCK];
	SHA256_CTX context;
	size_t i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ with;
	SHA256_Init(&context);
	SHA256_Update(&context, block, sizeof(block));
	SHA256_Update(&context, text, len);
	SHA256_Final(out, &context);
	mem_wipe(block, sizeof(block));
	mem_wipe(&context, sizeof(context));
}

/*
 * RFC 2104. A run that has nothing to do needs one of these, and no more of
 * libcrypto: its HMAC() would set up the whole library for it, a quarter of
 * that run's instructions.
 */
void
sign_hmac_sha256(unsigned char mac[32], const void *key, size_t key_len,
	const void *text, size_t len)
{
	unsigned char block[SHA256_CBLOCK] = { 0 };
	unsigned char inner[SHA256_DIGEST_LENGTH];

	if (key_len > sizeof(block))
		SHA256((const unsigned char *)key, key_len, block);
	else
		memcpy(block, key, key_len);
	hash_padded(inner, block, 0x36, text, len);
	hash_padded(mac, block, 0x5c, inner, sizeof(inner));
	mem_wipe(block, sizeof(block));
}

void
sign_hmac_sha1(
	unsigned char mac[20], const char *key, const char *text, size_t len)
{
	HMAC(EVP_sha1(), key, (int)strlen(key), (const unsigned char *)text,
		len, mac, NULL);
}

void
sign_sha256(struct buf *out, const char *text, size_t len)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)text, len, hash);
	escape_hex(out, hash, sizeof hash);
}

void
sign_sha1(struct buf *out, const char *text, size_t len)
{
	unsigned char hash[SHA_DIGEST_LENGTH];

	SHA1((const unsigned char *)text, len, hash);
	escape_hex(out, hash, sizeof hash);
}

void
sign_md5(struct buf *out, const char *text, size_t len)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int made = 0;

	EVP_Digest(text, len, hash, &made, EVP_md5(), NULL);
	escape_hex(out, hash, made);
}
