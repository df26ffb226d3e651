/* SPDX-License-Identifier: ISC */
/* Whom TLS trusts: the CAs of the system, and a private one beside them. */
#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "http/internal.h"
#include "authority.h"
#include "file.h"

#define TARGET 1024                  /* bytes of what a link leads to */
#define CA_CEILING (4 * 1024 * 1024) /* bytes, with the system's */

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

/* Of libcurl's own, which parses by itself. */
static bool
open_apart(struct http_ca *ca, struct mem *mem, const char *ca_file,
	struct fail *fail)
{
	struct buf pem = { 0 };
	bool ok = add_file(&pem, ca_file, fail);

	if (ok)
		add_private(&ca->full, mem, ca_file, &pem);
	buf_free(&pem);
	return ok;
}

/*
 * One store for all connections, which holds what is private at once, and what
 * is the system's from when it is needed: of libcurl's own each connection
 * would have one, and parse for it.
 */
static bool
open_shared(struct http_ca *ca, const char *ca_file, struct fail *fail)
{
	struct x509_store_st *private = NULL;
	const char *dir = curl_version_info(CURLVERSION_NOW)->capath;

	if (ca_file && !(private = authority_read(ca_file, fail)))
		return false;
	if (!ca->full.set && (private || dir)) {
		ca->full.set = true;
		ca->full.dir = dir;
		ca->full.loaded = !dir;
	}
	ca->fast.store = http_tls_store(private);
	if (ca->full.set)
		ca->full.store = ca->fast.store;
	return true;
}

/*
 * OpenSSL opens one file of a hashed directory per chain; a bundle it parses
 * whole.
 */
bool
http_ca_open(struct http_ca *ca, struct mem *mem, const char *ca_file,
	struct fail *fail)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (info->cainfo && access(info->cainfo, R_OK) == 0) {
		ca->full.set = true;
		ca->full.file = info->cainfo;
	}
	if (ca_file)
		ca->private = mem_text(mem, ca_file);
	ca->full.known = ca->fast.known = http_tls_known();
	if (ca->full.known)
		return open_shared(ca, ca->private, fail);
	ca->fast.file = ca->private;
	return !ca_file || open_apart(ca, mem, ca->private, fail);
}

void
http_ca_close(struct http_ca *ca)
{
	http_tls_free(ca->fast.store);
	ca->fast.store = ca->full.store = NULL;
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

/* The options of a server, and of a proxy. */
static const struct place {
	CURLoption file, dir, blob;
} places[] = {
	{ CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_CAINFO_BLOB },
	{ CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH,
		CURLOPT_PROXY_CAINFO_BLOB },
};

/* In a store it is ours to find them, and nothing is left for libcurl. */
static CURLcode
name(const struct http_trust *trust, CURL *easy, const struct place *place)
{
	const char *file = trust->store ? NULL : trust->file;
	const char *dir = trust->store ? NULL : trust->dir;
	struct curl_blob blob = { .flags = CURL_BLOB_NOCOPY };
	CURLcode code;

	code = curl_easy_setopt(easy, place->file, file);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, place->dir, dir);
	/* a TLS library without directories has none set, which is fine */
	if (code == CURLE_NOT_BUILT_IN && !dir)
		code = CURLE_OK;
	if (code != CURLE_OK || !trust->blob)
		return code;
	/* libcurl does not write to it */
	blob.data = (void *)(uintptr_t)trust->blob;
	blob.len = trust->blob_len;
	return curl_easy_setopt(easy, place->blob, &blob);
}

CURLcode
http_ca_set(struct http_trust *trust, CURL *easy)
{
	/* libcurl would put a store that it keeps in place of ours */
	if (trust->store)
		curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	if (!trust->set)
		return CURLE_OK;
	/* a libcurl without TLS to proxies has no options for it */
	name(trust, easy, &places[1]);
	return name(trust, easy, &places[0]);
}

/* What of a folder a sandbox that has it, and /usr, would not see. */
static bool
leads_elsewhere(const char *folder, const char *target)
{
	const size_t len = strlen(folder);

	if (*target != '/')
		return strncmp(target, "../", 3) == 0;
	return strncmp(target, "/usr/", 5) != 0 &&
	       (strncmp(target, folder, len) != 0 || target[len] != '/');
}

static void
see_links(
	const char *folder, void (*see)(void *arg, const char *path), void *arg)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	struct buf path = { 0 };
	char target[TARGET];
	ssize_t len;

	while (dir && (entry = readdir(dir))) {
		len = readlinkat(
			dirfd(dir), entry->d_name, target, sizeof target - 1);
		if (len <= 0)
			continue;
		target[len] = '\0';
		if (!leads_elsewhere(folder, target))
			continue;
		buf_cut(&path, 0);
		buf_printf(&path, "%s/%s", folder, entry->d_name);
		see(arg, buf_text(&path));
	}
	buf_free(&path);
	if (dir)
		closedir(dir);
}

void
http_authorities(void (*see)(void *arg, const char *path), void *arg)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (info->cainfo)
		see(arg, info->cainfo);
	if (!info->capath)
		return;
	see(arg, info->capath);
	see_links(info->capath, see, arg);
}
