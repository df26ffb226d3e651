/* SPDX-License-Identifier: ISC */
/*
 * DNS names (RFC 1035): lower case, ASCII and without final dot inside, however
 * users and services write them.
 */
#ifndef DDNS_NAME_H
#define DDNS_NAME_H

#include <stdbool.h>

struct buf;
struct fail;
struct mem;

/*
 * A name as a user writes it; `*.` may begin it. NULL: it is not a DNS name of
 * at least that many labels; *fail says why.
 */
const char *name_read(
	struct mem *mem, const char *text, int labels, struct fail *fail);

/* Adds a name in ASCII (IDNA) and lower case. False: *fail says why. */
bool name_ascii(struct buf *out, const char *name, struct fail *fail);

/*
 * Adds a name as a user or a service writes it in the one way that is compared:
 * as above, without final dot, `\052` as the `*` that it is (RFC 1035, section
 * 5.1). What is not a name is added in lower case.
 */
void name_canonical(struct buf *out, const char *text);

/* The bytes of a name in front of its zone, 0 at the apex; -1: it is outside. */
int name_inside(const char *name, const char *zone);

/* As strcmp(), in an order in which what lies below a name stands right behind
 * it. */
int name_order(const char *a, const char *b);

/* The longest suffix with two labels at least that both names have, or are;
 * within `a`. NULL: none. */
const char *name_common(const char *a, const char *b);

/* The next shorter suffix with two labels at least, or NULL. */
const char *name_shorter(const char *suffix);

/*
 * Whether a text, whole or relative to the zone (which may be NULL), is the
 * name; `@` and "" are the zone itself.
 */
bool name_is(const char *text, const char *name, const char *zone);

#endif
