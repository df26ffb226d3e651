#include <string.h>

/* SHA256_Init and its like are there for as long as OpenSSL 1.1's names are. */
#define OPENSSL_API_COMPAT 10101

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "buf.h"
#include "fail.h"
#include "sign/sign.h"
#include "sign/internal.h"

struct scheme {
	const char *name;
	const char *words;
	size_t count;
	void (*sign)(struct buf *out, struct sign_task *task, struct mem *mem);
};

static const struct scheme schemes[] = {
	{ "Basic", "user:password", 1, sign_basic },
	{ "AWS4-HMAC-SHA256", "id secret region service", 4, sign_hmac },
	{ "TC3-HMAC-SHA256", "id secret service", 3, sign_hmac },
	{ "ACS3-HMAC-SHA256", "id secret", 2, sign_hmac },
	{ "HMAC-SHA256", "id secret region service", 4, sign_hmac },
	{ "SDK-HMAC-SHA256", "id secret", 2, sign_hmac },
	{ "bce-auth-v1", "id secret", 2, sign_bce },
	{ "NFSN", "login key", 2, sign_nfsn },
	{ "OVH", "key secret consumer", 3, sign_ovh },
	{ "51DNS", "key secret", 2, sign_51dns },
	{ "RPC-HMAC-SHA1", "secret", 1, sign_rpc },
};

static const struct scheme *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strcmp(schemes[i].name, name) == 0)
			return &schemes[i];
	return NULL;
}

const char *
sign_words(const char *scheme)
{
	const struct scheme *found = find(scheme);

	return found ? found->words : NULL;
}

size_t
sign_word_count(const char *scheme)
{
	const struct scheme *found = find(scheme);

	return found ? found->count : 0;
}

bool
sign_timed(const char *text)
{
	size_t i, len = strcspn(text, " ");

	for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strlen(schemes[i].name) == len &&
			memcmp(schemes[i].name, text, len) == 0)
			return schemes[i].sign != sign_basic;
	return false;
}

/* Words are written into a header line. */
static bool
words_fit(const struct scheme *scheme, char *const *words, struct fail *fail)
{
	const char *c;
	size_t i;

	for (i = 0; i < scheme->count; i++)
		for (c = words[i]; *c; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				return fail_set(fail,
					"a word of %s holds a control byte",
					scheme->name);
	return true;
}

bool
sign_request(struct buf *out, const struct sign_auth *auth,
	const struct sign_request *request, const struct sign_moment *moment,
	struct fail *fail)
{
	const struct scheme *found = find(auth->scheme);
	struct sign_task task = { sign_form(auth->scheme), auth->words, request,
		moment, NULL };
	struct mem *mem;

	if (!found)
		return fail_set(fail, "%s is not known", auth->scheme);
	if (!words_fit(found, auth->words, fail))
		return false;
	mem = mem_new();
	found->sign(out, &task, mem);
	mem_free(mem);
	return true;
}

/* RFC 7617 */
void
sign_basic(struct buf *out, struct sign_task *task, struct mem *mem)
{
	(void)mem;
	buf_str(out, "Authorization: Basic ");
	sign_base64(out, task->words[0], strlen(task->words[0]));
	buf_char(out, '\n');
}

void
sign_base64(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	unsigned char text[65];
	size_t part;

	for (; len > 0; at += part, len -= part) {
		part = len < 48 ? len : 48;
		buf_add(out, text,
			(size_t)EVP_EncodeBlock(text, at, (int)part));
	}
	mem_wipe(text, sizeof text);
}

void
sign_hex(struct buf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		buf_char(out, digits[bytes[i] >> 4]);
		buf_char(out, digits[bytes[i] & 15]);
	}
}

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
sign_hash(struct buf *out, const char *text, size_t len)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)text, len, hash);
	sign_hex(out, hash, sizeof hash);
}
