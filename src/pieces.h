/* SPDX-License-Identifier: ISC */
/*
 * Which pieces of what the user wrote are likely to be secrets, so that they
 * are hidden where they come alone: in an error, in an answer that quotes the
 * request. Ordinary words are not.
 */
#ifndef DDNS_PIECES_H
#define DDNS_PIECES_H

#include <stdbool.h>
#include <stddef.h>

/* Of "user:password@" in a text, which may have more behind the last `@`. */
void pieces_hide_user(const char *text, size_t len);

/* The user part and the query of a URL; and all else of it, if `whole`. */
void pieces_hide_url(const char *url, bool whole);

/* Of a field of a header, "Name: value". */
void pieces_hide_field(const char *line);

/* Of a body: JSON, a form or plain text. */
void pieces_hide_text(const char *text);

#endif
