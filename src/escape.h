/* SPDX-License-Identifier: ISC */
/*
 * How a text is written in another: percent-encoding, JSON, XML, base64, hex.
 * Each way has one writer here, and escape_read undoes them all, so that
 * `secret` knows a text in whatever dress it was sent.
 */
#ifndef DDNS_ESCAPE_H
#define DDNS_ESCAPE_H

#include <stddef.h>

struct buf;

#define ESCAPE_QUERY "*@" /* stays as well in what rows send */

/* Percent-encodes all but RFC 3986's unreserved and the bytes of `stay`. */
void escape_percent(
	struct buf *out, const char *text, size_t len, const char *stay);

/* Adds the text with its %XX decoded; what is not one stays. */
void escape_unpercent(struct buf *out, const char *text, size_t len);

/* The inside of a JSON string (RFC 8259, section 7). */
void escape_json(struct buf *out, const char *text, size_t len);

/* XML 1.0, section 2.4: & < > " ' as entities. */
void escape_xml(struct buf *out, const char *text);

/* RFC 4648, section 4; and section 5 without padding. */
void escape_base64(struct buf *out, const void *bytes, size_t len);
void escape_base64url(struct buf *out, const void *bytes, size_t len);

/* Two lower-case digits a byte. */
void escape_hex(struct buf *out, const void *bytes, size_t len);

/* The value of a hexadecimal digit, whatever the locale; -1: it is not one. */
int escape_digit(char c);

#define ESCAPE_BYTES 4 /* what one escape stands for at most */

/*
 * Reads one escape at the start of text: %XX, `+` (a space), an escape of a
 * JSON string, an XML or HTML reference, or \xNN as buf_printable writes it.
 * Returns its length, and sets *count bytes; 0: there is none.
 */
size_t escape_read(const char *text, size_t len, char bytes[ESCAPE_BYTES],
	size_t *count);

/* The length of a reference by name at the start of text, be it known or not;
 * 0: there is none. */
size_t escape_named(const char *text, size_t len);

#endif
