/* SPDX-License-Identifier: ISC */
/*
 * Between the files of sign: the steps of a signature one by one, so that each
 * can be compared with a known answer. From above: sign.c has the table of
 * schemes, aws4.c, bce.c, digest.c and rpc.c are its rows; all of them use
 * canonical.c and hash.c, which know no scheme. jwt.c stands beside the table.
 */
#ifndef DDNS_SIGN_INTERNAL_H
#define DDNS_SIGN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "escape.h"
#include "sign/sign.h"

struct mem;

enum sign_date {
	SIGN_EPOCH,   /* 1767323045 */
	SIGN_ISO,     /* 2026-01-02T03:04:05Z */
	SIGN_COMPACT, /* 20260102T030405Z */
	SIGN_DASHED,  /* 2026-01-02 */
	SIGN_DAY,     /* 20260102 */
};

/* How a scheme of the AWS4 family differs from the others. */
struct sign_form {
	const char *name; /* the algorithm in what is signed, too */
	const char *date_field;
	enum sign_date date;
	const char *nonce_field; /* NULL: none */
	const char *hash_field;  /* NULL: none */
	const char *signs;       /* fields that begin so are signed, and host */
	bool lowers;             /* their values in lower case */
	bool content_type;       /* signed if sent */
	bool dated;              /* the date is a line of what is signed */
	enum sign_date scope;
	size_t scope_words;     /* behind the date; from words[2] on */
	const char *prefix;     /* before the secret */
	const char *end;        /* of the scope; NULL: there is none */
	const char *credential; /* how the id is called */
	const char *gap;        /* between the parts of Authorization */
	bool slash;             /* the path that is signed ends in a slash */
	bool twice;             /* the path is encoded once more */
};

/* What is to be signed. */
struct sign_task {
	const struct sign_form *form; /* NULL: not of the family */
	char *const *words;
	const struct sign_request *request;
	const struct sign_moment *moment;
	struct field *fields; /* signed: by name, names lower case */
	struct mem *mem;      /* for as long as the signing takes */
};

/* NULL: the scheme is not of the AWS4 family. */
const struct sign_form *sign_form(const char *scheme);

/* The AWS4 family: what is hashed, what is signed, the key, the signature. */
void sign_canonical(struct buf *out, const struct sign_task *task);
void sign_text(struct buf *out, const struct sign_task *task);
void sign_key(struct buf *key, const struct sign_task *task);
void sign_signature(struct buf *hex, const struct sign_task *task);

/* bce-auth-v1: the prefix, what is signed, the key in hexadecimal digits. */
void sign_bce_prefix(struct buf *out, const struct sign_task *task);
void sign_bce_canonical(struct buf *out, const struct sign_task *task);
void sign_bce_key(struct buf *hex, const struct sign_task *task);

/* RPC-HMAC-SHA1: what is signed, HMAC-SHA1 in base64, the signature, which is
 * made with a key that ends in `&`. */
void sign_rpc_text(struct buf *out, const char *method, const char *url);
void sign_rpc_hmac(
	struct buf *out, const char *key, const char *text, size_t len);
void sign_rpc_signature(
	struct buf *out, const char *secret, const struct buf *text);

/* Rows of the table in sign.c: add the lines of a scheme as sign_request does.
 * The words were checked. */
void sign_basic(struct buf *out, struct sign_task *task);
void sign_aws4(struct buf *out, struct sign_task *task);
void sign_bce(struct buf *out, struct sign_task *task);
void sign_nfsn(struct buf *out, struct sign_task *task);
void sign_ovh(struct buf *out, struct sign_task *task);
void sign_51dns(struct buf *out, struct sign_task *task);
void sign_rpc(struct buf *out, struct sign_task *task);

/* Puts a field in its place in a list by name; the name becomes lower case
 * and the spaces around the value go. */
void sign_insert(struct field **list, struct mem *mem, const char *name,
	const char *value);

/* Inserts the host, and the fields of the request that begin so. */
void sign_collect(struct sign_task *task, const char *begin);

/* Adds the names of signed fields with `;` between them. */
void sign_names(struct buf *out, const struct field *fields);

/* The path of a URL, "/" at least: decoded and encoded again, or twice. */
void sign_path(struct buf *out, const char *url, bool twice);

/* The query of a URL, encoded and sorted: by name, or as whole pairs. */
void sign_query(struct buf *out, const char *url, bool pairs);

/* Adds the moment in UTC. */
void sign_date(
	struct buf *out, enum sign_date form, const struct sign_moment *moment);

/* RSASSA-PKCS1-v1_5 with SHA-256, in base64url. False: *fail. */
bool sign_rs256(struct buf *out, const char *pem, const struct buf *text,
	struct fail *fail);

/* Add the hash of a text in hexadecimal digits. */
void sign_sha256(struct buf *out, const char *text, size_t len);
void sign_sha1(struct buf *out, const char *text, size_t len);
void sign_md5(struct buf *out, const char *text, size_t len);

void sign_hmac_sha1(unsigned char mac[20], const char *key, const char *text,
	size_t len);

#endif
