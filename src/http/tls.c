/* SPDX-License-Identifier: ISC */
/*
 * What libcurl does not tell its OpenSSL: whom all connections trust, how much
 * of a chain is taken, and that a connection that is cut is not one that ends.
 */
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/internal.h"
#include "memory.h"

/* Chains have 2 to 4 certificates, 3 to 6 KiB and 200 to 400 parts. */
#define CHAIN_BYTES 32768
#define CHAIN_DEPTH 10
#define CHAIN_PARTS 1000 /* of 3 bytes at least, which take 140 in memory */
#define PARTS_DEPTH 16

/* Both texts name it: "OpenSSL/3.0.19 ..." and "OpenSSL 3.0.19 27 Jan 2026". */
bool
http_tls_known(void)
{
	const char *theirs = curl_version_info(CURLVERSION_NOW)->ssl_version;
	const char *ours = OpenSSL_version(OPENSSL_VERSION);
	const size_t name = strlen("OpenSSL/");
	size_t len;

	if (!theirs || strncmp(theirs, "OpenSSL/", name) != 0 ||
		strncmp(ours, "OpenSSL ", name) != 0)
		return false;
	len = strcspn(ours + name, " ");
	return strcspn(theirs + name, " ") == len &&
	       strncmp(theirs + name, ours + name, len) == 0;
}

/* Parsed when the first connection needs it; a folder is looked into later. */
static bool
load(struct http_trust *trust)
{
	if (!trust->loaded)
		trust->loaded = X509_STORE_load_locations(trust->store,
					trust->file, trust->dir) == 1;
	return trust->loaded;
}

/* How many values DER has, with those within values; no more than `most`. */
static int
count_parts(const unsigned char *der, long len, int most, int depth)
{
	const unsigned char *at = der, *end = der + len;
	int count = 0;

	while (at < end && count < most && depth > 0) {
		int tag, class;
		int kind = ASN1_get_object(&at, &len, &tag, &class, end - at);

		if (kind & 0x80)
			break;
		count++;
		/* extensions are DER in a string */
		if ((kind & V_ASN1_CONSTRUCTED) || tag == V_ASN1_OCTET_STRING)
			count += count_parts(at, len, most - count, depth - 1);
		at += len;
	}
	return count;
}

static bool
is_large(const STACK_OF(X509) * chain)
{
	int left = CHAIN_PARTS, i;

	ERR_set_mark();
	for (i = 0; i < sk_X509_num(chain) && left > 0; i++) {
		unsigned char *der = NULL;
		int len = i2d_X509(sk_X509_value(chain, i), &der);

		left -= count_parts(der, len, left, PARTS_DEPTH);
		OPENSSL_free(der);
	}
	ERR_pop_to_mark();
	return left <= 0;
}

/* Extensions are not parsed before. */
static int
verify(X509_STORE_CTX *context, void *arg)
{
	(void)arg;
	if (!is_large(X509_STORE_CTX_get0_untrusted(context)))
		return X509_verify_cert(context);
	X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_CHAIN_TOO_LONG);
	return 0;
}

#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
/*
 * Between OpenSSL and libcurl's own BIO (from 7.88), which does not say that it
 * is at its end: without that a cut is an end to OpenSSL, whatever its options.
 */
static int
read_below(BIO *bio, char *out, int len)
{
	int got = BIO_read(BIO_next(bio), out, len);

	BIO_clear_retry_flags(bio);
	BIO_copy_next_retry(bio);
	if (got == 0 && !BIO_should_retry(bio))
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	return got;
}

static long
ask_below(BIO *bio, int question, long number, void *arg)
{
	if (question == BIO_CTRL_EOF)
		return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
	return BIO_ctrl(BIO_next(bio), question, number, arg);
}

static BIO *
new_end(void)
{
	static BIO_METHOD *method;
	BIO *bio;

	if (!method) {
		method = BIO_meth_new(
			BIO_get_new_index() | BIO_TYPE_FILTER, "ddns");
		if (!method || !BIO_meth_set_read(method, read_below) ||
			!BIO_meth_set_ctrl(method, ask_below))
			memory_none();
	}
	bio = BIO_new(method);
	if (!bio)
		memory_none();
	BIO_set_init(bio, 1);
	return bio;
}

/* OpenSSL knows of no better place: it hands over what it is to change. */
static void
see_start(const SSL *ssl, int state, int value)
{
	BIO *bio = SSL_get_rbio(ssl);

	(void)value;
	/* a handshake is not the first of a connection, in TLS 1.2 */
	if (!(state & SSL_CB_HANDSHAKE_START) || BIO_next(bio))
		return;
	BIO_up_ref(bio);
	SSL_set0_rbio((SSL *)(uintptr_t)ssl, BIO_push(new_end(), bio));
}

/* RFC 9112 section 9.8: without an end of TLS an answer may be cut. */
static void
want_end(SSL_CTX *context)
{
	SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_info_callback(context, see_start);
}
#else
static void
want_end(SSL_CTX *context)
{
	(void)context;
}
#endif

CURLcode
http_tls_prepare(struct http_trust *trust, void *context)
{
	if (!trust->known)
		return CURLE_OK;
	SSL_CTX_set_max_cert_list(context, CHAIN_BYTES);
	SSL_CTX_set_verify_depth(context, CHAIN_DEPTH);
	SSL_CTX_set_cert_verify_callback(context, verify, NULL);
	want_end(context);
	if (!trust->set || !trust->store)
		return CURLE_OK;
	if (!load(trust))
		return CURLE_SSL_CACERT_BADFILE;
	X509_STORE_up_ref(trust->store);
	SSL_CTX_set_cert_store(context, trust->store);
	return CURLE_OK;
}

/* The rules are those of libcurl. */
struct x509_store_st *
http_tls_store(struct x509_store_st *private)
{
	X509_STORE *store = private;

	if (store)
		X509_STORE_up_ref(store);
	else
		store = X509_STORE_new();
	if (!store)
		memory_none();
	X509_STORE_set_flags(
		store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
	return store;
}

void
http_tls_free(struct x509_store_st *store)
{
	X509_STORE_free(store);
}
