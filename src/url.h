/* SPDX-License-Identifier: ISC */
/*
 * Taking URLs apart (RFC 3986), as libcurl does it.
 */
#ifndef DDNS_URL_H
#define DDNS_URL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct fail;

/*
 * Starts libcurl, once: it takes its memory from ours from then on, and so must
 * not be used before. What its TLS library is configured with is read as well,
 * which no sandbox may keep from it. False: it does not start.
 */
bool url_start(void);

/* The length of the "https://" or "http://" that a text begins with, else 0. */
size_t url_scheme(const char *text);

/* Whether a text begins with https:. */
bool url_secure(const char *text);

/*
 * Whether text is an absolute http or https URL with a host. http is fine on
 * loopback, with clear_text everywhere. The fail text is for a configuration
 * message.
 */
bool url_ok(const char *text, bool clear_text, struct fail *fail);

/* Adds "scheme://host[:port]/path": no user part, query or fragment. */
void url_shown(struct buf *out, const char *url);

/* Adds the host, without brackets. False: there is none. */
bool url_host(struct buf *out, const char *url);

/* localhost, 127.0.0.0/8 and ::1 */
bool url_loopback(const char *url);

/* Adds the URL without its user part. */
void url_userless(struct buf *out, const char *url);

/* Adds the URL with its host in ASCII (IDNA), all else as it is. */
void url_ascii(struct buf *out, const char *url);

/* Adds the URL, without its fragment, as all have it that mean the same (RFC
 * 3986, sections 6.2.2 and 6.2.3), for comparison; what is not one as it is. */
void url_canonical(struct buf *out, const char *url);

/* Adds a host name or label in ASCII (IDNA). False: *fail says why. */
bool url_ascii_host(struct buf *out, const char *name, struct fail *fail);

#endif
