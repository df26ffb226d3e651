/* SPDX-License-Identifier: ISC */
/* Whom TLS trusts: the CAs of the system, and a private one beside them. */
#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

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
 * libcurl takes one bundle, so the private CA and the system's become one in
 * memory. A TLS library without that takes the directory beside the file.
 */
static void
add_private(struct http_trust *full, struct mem *mem, const char *ca_file,
	struct buf *pem)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	struct fail fail;

	full->set = true;
	if (full->file && add_file(pem, full->file, &fail) && takes_blob(pem)) {
		full->blob = mem_textn(mem, pem->at, pem->len);
		full->blob_len = pem->len;
		full->file = NULL;
		return;
	}
	full->file = ca_file;
	full->dir = info->capath;
}

/*
 * OpenSSL opens one file of a hashed directory per chain; a bundle it parses
 * whole. libcurl keeps a parsed bundle between connections only if no
 * directory is set beside it.
 */
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
		ca->fast.file = ca_file;
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
	ca->fast.set = info->ssl_version && info->capath &&
		       strncmp(info->ssl_version, "OpenSSL", 7) == 0 &&
		       is_hashed(info->capath);
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
