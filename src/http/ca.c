/* SPDX-License-Identifier: ISC */
/* Whom TLS trusts: the CAs of the system, and a private one beside them. */
#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/internal.h"
#include "file.h"

#define CA_CEILING (4 * 1024 * 1024)

/* "5ed36f99.0", as openssl-rehash(1) names its links. */
static bool
is_hash(const char *name)
{
	int i;

	for (i = 0; i < 8; i++) {
		if (!isxdigit((unsigned char)name[i]))
			return false;
	}
	return name[8] == '.' && isdigit((unsigned char)name[9]);
}

static bool
is_hashed(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = is_hash(entry->d_name);
	if (dir)
		closedir(dir);
	return found;
}

static bool
is_openssl(void)
{
	const char *name = curl_version_info(CURLVERSION_NOW)->ssl_version;

	return name && strncmp(name, "OpenSSL/", 8) == 0;
}

static bool
add_file(struct buf *out, const char *path, struct fail *fail)
{
	const size_t start = out->len;

	if (!file_read(out, path, CA_CEILING, NULL, fail))
		return fail_at(fail, "%s", path);
	if (out->len - start > CA_CEILING)
		return fail_set(
			fail, "%s: is larger than %d bytes", path, CA_CEILING);
	buf_char(out, '\n');
	return true;
}

static bool
takes_blob(const struct buf *pem)
{
	struct http_trust trust = { .set = true };
	CURL *easy = curl_easy_init();
	bool ok;

	trust.blob = pem->at;
	trust.blob_len = pem->len;
	ok = easy && http_ca_set(&trust, easy) == CURLE_OK;
	curl_easy_cleanup(easy);
	return ok;
}

/*
 * Of libcurl a TLS library gets one bundle, so the private CA and the system's
 * become one in memory. One without that takes the directory beside the file.
 */
static void
add_private(struct http_trust *full, struct mem *mem, const char *ca_file,
	struct buf *pem)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	struct fail fail;

	full->set = true;
	if (is_openssl()) {
		full->private = ca_file;
		full->dir = full->file ? NULL : info->capath;
		return;
	}
	if (full->file && add_file(pem, full->file, &fail) && takes_blob(pem)) {
		full->blob = mem_textn(mem, pem->at, pem->len);
		full->blob_len = pem->len;
		full->file = NULL;
		return;
	}
	full->file = ca_file;
	full->dir = info->capath;
}

/* OpenSSL opens one file of a hashed directory per chain; a bundle it parses
 * whole. */
bool
http_ca_open(struct http_ca *ca, struct mem *mem, const char *ca_file,
	struct fail *fail)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	struct buf pem = { 0 };
	bool ok = true;

	if (info->cainfo && access(info->cainfo, R_OK) == 0) {
		ca->full.set = true;
		ca->full.file = info->cainfo;
	}
	if (ca_file) {
		ca_file = mem_text(mem, ca_file);
		ok = add_file(&pem, ca_file, fail);
		ca->fast.private = ca_file;
	}
	if (ca_file && ok)
		add_private(&ca->full, mem, ca_file, &pem);
	buf_free(&pem);
	return ok;
}

void
http_ca_look(struct http_ca *ca)
{
	const curl_version_info_data *info;

	if (ca->looked)
		return;
	ca->looked = true;
	info = curl_version_info(CURLVERSION_NOW);
	ca->fast.set = is_openssl() && info->capath && is_hashed(info->capath);
	ca->fast.dir = info->capath;
}

bool
http_ca_none(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	return (!info->cainfo || access(info->cainfo, R_OK) != 0) &&
	       (!info->capath || !is_hashed(info->capath));
}

CURLcode
http_ca_set(const struct http_trust *trust, CURL *easy)
{
	struct curl_blob blob = { .flags = CURL_BLOB_NOCOPY };
	CURLcode code;

	if (!trust->set)
		return CURLE_OK;
	if (is_openssl()) {
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		return curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	}
	code = curl_easy_setopt(easy, CURLOPT_CAINFO, trust->file);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_CAPATH, trust->dir);
	/* a TLS library without directories has none set, which is fine */
	if (code == CURLE_NOT_BUILT_IN && !trust->dir)
		code = CURLE_OK;
	if (code != CURLE_OK || !trust->blob)
		return code;
	/* libcurl does not write to it */
	blob.data = (void *)(uintptr_t)trust->blob;
	blob.len = trust->blob_len;
	return curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}

/* A private CA must be readable, the system's only if it is alone. */
static X509_STORE *
read_store(const struct http_trust *trust)
{
	X509_STORE *store = X509_STORE_new();
	/* a CA that another one has signed is trusted as well, as by libcurl */
	bool ok =
		store && X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);

	if (ok && trust->file)
		ok = X509_STORE_load_locations(store, trust->file, NULL);
	if (store && trust->private)
		ok = X509_STORE_load_locations(store, trust->private, NULL);
	if (ok && trust->dir)
		ok = X509_STORE_load_locations(store, NULL, trust->dir);
	ERR_clear_error();
	if (ok)
		return store;
	X509_STORE_free(store);
	return NULL;
}

/* libcurl would read them for each connection, each with a copy: a bundle takes
 * 3 MiB and 20 ms. */
CURLcode
http_ca_share(struct http_trust *trust, struct ssl_ctx_st *context)
{
	if (!trust->set || !is_openssl())
		return CURLE_OK;
	if (!trust->store)
		trust->store = read_store(trust);
	if (!trust->store)
		return CURLE_SSL_CACERT_BADFILE;
	X509_STORE_up_ref(trust->store);
	SSL_CTX_set_cert_store(context, trust->store);
	return CURLE_OK;
}

void
http_ca_close(struct http_ca *ca)
{
	X509_STORE_free(ca->full.store);
	X509_STORE_free(ca->fast.store);
}

const char *const *
http_authorities(void)
{
	static const char *paths[3];
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	int count = 0;

	if (info->cainfo)
		paths[count++] = info->cainfo;
	if (info->capath)
		paths[count++] = info->capath;
	paths[count] = NULL;
	return paths;
}
