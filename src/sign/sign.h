/* SPDX-License-Identifier: ISC */
/*
 * What is computed from secrets: signatures of requests, tokens, HMACs. It
 * uses json, for the file that a token is made from, and libcrypto; it knows
 * no provider and sends nothing. exchange signs with it, provider checks
 * accounts by its table, plan takes digests of accounts.
 */
#ifndef DDNS_SIGN_SIGN_H
#define DDNS_SIGN_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field.h"

struct buf;
struct fail;

/* A request as it goes out, but for what the signature adds. */
struct sign_request {
	const char *method;
	const char *url;
	const struct field *fields;
	const char *body; /* NULL: none */
	size_t body_len;
};

/* When and with what nonce; arguments, so that tests can fix them. */
struct sign_moment {
	int64_t now;       /* UTC epoch seconds */
	const char *nonce; /* hexadecimal digits */
};

/* The number of words a scheme takes behind its name, as text for messages;
 * NULL: not a computed scheme. "Basic" is one. */
const char *sign_words(const char *scheme);
size_t sign_word_count(const char *scheme);

/* Whether the scheme that the text begins with sends the time of day. */
bool sign_timed(const char *text);

/* With what: the scheme, and as many words as it takes. */
struct sign_auth {
	const char *scheme;
	char *const *words;
};

/*
 * Signs. Adds lines "Name: value\n" to out, Authorization among them, in the
 * order in which they are to be sent. A line "?name=value&name=value\n" is to
 * be sent behind the query of the URL, or as its query, and one that begins
 * with `&` behind the form that is the body.
 */
bool sign_request(struct buf *out, const struct sign_auth *auth,
	const struct sign_request *request, const struct sign_moment *moment,
	struct fail *fail);

/* Who asks for what: `key` is the JSON file of a service account. */
struct sign_claim {
	const char *key;
	const char *scope;
	int64_t now; /* UTC epoch seconds */
};

/* Adds the claim as a signed token, good for an hour. False: *fail. */
bool sign_jwt(
	struct buf *out, const struct sign_claim *claim, struct fail *fail);

/* RFC 2104. */
void sign_hmac_sha256(unsigned char mac[32], const void *key, size_t key_len,
	const void *text, size_t len);

#endif
