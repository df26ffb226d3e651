/* SPDX-License-Identifier: ISC */
/*
 * Every text that leaves the program for people goes through secret_mask, which
 * compares decoded: a secret is found in whatever escapes it was written, also
 * one within another.
 */
#ifndef DDNS_SECRET_H
#define DDNS_SECRET_H

#include <stddef.h>

struct buf;

/*
 * From now on secret_mask hides this text, also within base64. Texts below 8
 * bytes are hidden only as whole words, below SECRET_LEAST not at all. The text
 * is copied.
 */
void secret_hide(const char *text);

#define SECRET_LEAST 4 /* bytes; to hide a shorter one would tell it */

/*
 * From now on this name of a section is shown where it stands alone or in
 * brackets or quotes, even if it equals a secret. It is copied.
 */
void secret_show(const char *name);

#define SECRET_MOST 131072 /* bytes of a text that are looked at */

/*
 * Replaces what is hidden in buf, from byte `from` on, by "***". Of a text of
 * more than SECRET_MOST bytes only the first half of these stays: a secret that
 * begins there ends within them.
 */
void secret_mask(struct buf *buf, size_t from);

/* Wipes the list; at the end of the program. */
void secret_forget(void);

#endif
