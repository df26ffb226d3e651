/* SPDX-License-Identifier: ISC */
/*
 * Which addresses count, and finding the one that a text holds.
 */
#ifndef DDNS_ADDRESS_FIND_H
#define DDNS_ADDRESS_FIND_H

#include "address.h"

struct fail;

struct networks {
	const struct network *list;
	size_t count;
};

/* Which candidates count (design: valid answers). */
struct address_rule {
	int family;
	struct networks allow;	/* accepted though not globally reachable */
	struct networks deny;	/* never accepted; beats allow */
	struct address own;	/* the host that was asked: accepted only if it
				   is allowed and the one; family 0: none */
};

/* A walk over the words of a text that are addresses of a family. Set all but
 * `at`; false: there is none any more. */
struct address_walk {
	const char *body;
	size_t len;
	int family;
	size_t at;
};
bool address_next(struct address_walk *walk, struct address *address);

enum address_finding { ADDRESS_FOUND, ADDRESS_NONE, ADDRESS_AMBIGUOUS };

/* Globally reachable unicast by the IANA special-purpose registries. */
bool address_global(const struct address *address);

/* Whether the rule lets this address count. */
bool address_valid(const struct address *address,
	const struct address_rule *rule);

/* Why it does not count: "is private: ..."; NULL: it does. */
const char *address_unfit(const struct address *address,
	const struct address_rule *rule);

/*
 * Finds the one distinct address that counts among the whole words of an
 * answer. *found is set only for ADDRESS_FOUND, *why only otherwise: what was
 * found instead.
 */
enum address_finding address_find(struct address *found, const char *body,
	size_t len, const struct address_rule *rule, struct fail *why);

#endif
