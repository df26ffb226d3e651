/* SPDX-License-Identifier: ISC */
/* A file of certificates, read by OpenSSL. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "authority.h"
#include "buf.h"
#include "fail.h"
#include "file.h"
#include "memory.h"

#define CEILING 524288 /* bytes: parsed they take twelve times as many */

static X509_STORE *store;
static struct buf known; /* the path of what is in it */

/* A certificate needs none, and OpenSSL would ask the terminal. */
static int
no_password(char *out, int size, int writes, void *arg)
{
	(void)out;
	(void)size;
	(void)writes;
	(void)arg;
	return -1;
}

/* Other things in PEM are passed over, as long as they are whole. */
static bool
parse(BIO *pem, struct fail *fail)
{
	unsigned long error;
	X509 *cert;
	int count = 0;

	ERR_clear_error();
	while ((cert = PEM_read_bio_X509_AUX(pem, NULL, no_password, NULL))) {
		X509_STORE_add_cert(store, cert);
		X509_free(cert);
		count++;
	}
	error = ERR_peek_last_error();
	ERR_clear_error();
	if (ERR_GET_LIB(error) != ERR_LIB_PEM ||
		ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
		return fail_set(fail, "certificate %d in it is broken: %s",
			count + 1, ERR_reason_error_string(error));
	return count > 0 || fail_set(fail, "no certificate in it");
}

static bool
read_file(const char *path, struct fail *fail)
{
	struct file_facts file = { 0 };
	struct buf text = { 0 };
	bool fine = file_read(&text, path, CEILING, &file, fail);
	BIO *pem;

	if (fine && file.others_write) {
		fine = fail_set(
			fail, "others can write to it: chmod o-w %s", path);
	} else if (fine && text.len > CEILING) {
		fine = fail_set(fail, "is larger than %d bytes", CEILING);
	} else if (fine) {
		pem = BIO_new_mem_buf(buf_text(&text), (int)text.len);
		fine = parse(pem, fail);
		BIO_free(pem);
	}
	buf_free(&text);
	return fine || fail_at(fail, "%s", path);
}

X509_STORE *
authority_read(const char *path, struct fail *fail)
{
	if (store && strcmp(path, buf_text(&known)) == 0)
		return store;
	X509_STORE_free(store);
	/* the end of the process cleans up as well, and for nothing */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	store = X509_STORE_new();
	if (!store)
		memory_none();
	buf_cut(&known, 0);
	buf_str(&known, path);
	if (read_file(path, fail))
		return store;
	X509_STORE_free(store);
	store = NULL;
	return NULL;
}
