/* SPDX-License-Identifier: ISC */
/* The registries of special addresses, and the words of a text. */
#include <string.h>

#include "address-find.h"
#include "buf.h"
#include "fail.h"

/* The bytes of candidates, and those that make a run a piece of something. */
#define PART4 "0123456789."
#define PART6 "0123456789abcdefABCDEF:."
#define JOINED \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-/%"

#define SHOWN 60 /* bytes of a text without an address that are shown */

/* Networks that are not globally reachable unicast, and what they are. */
struct special {
	struct network network;
	const char *what;
};

#define PRIVATE "is private: the source asks the wrong side"
#define EXAMPLE "is reserved for examples"

/*
 * IANA IPv4 Special-Purpose Address Registry (RFC 6890), two blocks taken whole
 * though single addresses in them are reachable, and multicast (RFC 5771).
 */
static const struct special special4[] = {
	{ { { 4, { 0 } }, 8 }, "is not a host's address" }, /* RFC 791 */
	{ { { 4, { 10 } }, 8 }, PRIVATE },                  /* RFC 1918 */
	{ { { 4, { 100, 64 } }, 10 },
		"is shared address space (carrier-grade NAT): this line has no public address" }, /* RFC 6598 */
	{ { { 4, { 127 } }, 8 }, "is loopback" },         /* RFC 1122 */
	{ { { 4, { 169, 254 } }, 16 }, "is link-local" }, /* RFC 3927 */
	{ { { 4, { 172, 16 } }, 12 }, PRIVATE },          /* RFC 1918 */
	{ { { 4, { 192, 0, 0 } }, 24 },
		"is reserved for protocols" },                 /* RFC 6890 */
	{ { { 4, { 192, 0, 2 } }, 24 }, EXAMPLE },             /* RFC 5737 */
	{ { { 4, { 192, 88, 99 } }, 24 }, "is a 6to4 relay" }, /* RFC 7526 */
	{ { { 4, { 192, 168 } }, 16 }, PRIVATE },              /* RFC 1918 */
	{ { { 4, { 198, 18 } }, 15 },
		"is reserved for benchmarks" },       /* RFC 2544 */
	{ { { 4, { 198, 51, 100 } }, 24 }, EXAMPLE }, /* RFC 5737 */
	{ { { 4, { 203, 0, 113 } }, 24 }, EXAMPLE },  /* RFC 5737 */
	{ { { 4, { 224 } }, 4 }, "is multicast" },    /* RFC 5771 */
	{ { { 4, { 240 } }, 4 }, "is reserved" },     /* RFC 1112 */
};

/*
 * IANA IPv6 Special-Purpose Address Registry, and all outside 2000::/3, the
 * one block that IANA assigns global unicast from (RFC 4291 section 2.4). What
 * is named stands before the blocks that hold it.
 */
static const struct special special6[] = {
	{ { { 6, { [15] = 1 } }, 128 }, "is loopback" },    /* RFC 4291 */
	{ { { 6, { 0xFE, 0x80 } }, 10 }, "is link-local" }, /* RFC 4291 */
	{ { { 6, { 0xFC } }, 7 }, PRIVATE },                /* RFC 4193 */
	{ { { 6, { 0xFF } }, 8 }, "is multicast" },         /* RFC 4291 */
	{ { { 6, { 0x00, 0x64, 0xFF, 0x9B } }, 32 },
		"stands for an IPv4 address (NAT64)" },          /* RFC 6052 */
	{ { { 6, { 0x20, 0x01 } }, 32 }, "is a Teredo tunnel" }, /* RFC 4380 */
	{ { { 6, { 0x20, 0x01 } }, 23 },
		"is reserved for protocols" },                  /* RFC 2928 */
	{ { { 6, { 0x20, 0x01, 0x0D, 0xB8 } }, 32 }, EXAMPLE }, /* RFC 3849 */
	{ { { 6, { 0x20, 0x02 } }, 16 }, "is a 6to4 tunnel" },  /* RFC 3056 */
	{ { { 6, { 0x3F, 0xFF } }, 20 }, EXAMPLE },             /* RFC 9637 */
	{ { { 6, { 0 } }, 3 }, "is reserved" },
	{ { { 6, { 0x40 } }, 2 }, "is reserved" },
	{ { { 6, { 0x80 } }, 1 }, "is reserved" },
};

static bool
held(const struct networks *networks, const struct address *address)
{
	size_t i;

	for (i = 0; i < networks->count; i++) {
		if (network_holds(&networks->list[i], address))
			return true;
	}
	return false;
}

/* What the registries say of an address that is not global; NULL: it is. */
static const char *
special(const struct address *address)
{
	bool four = address->family == 4;
	const struct special *list = four ? special4 : special6;
	size_t count = four ? sizeof special4 / sizeof special4[0]
			    : sizeof special6 / sizeof special6[0];

	for (; count > 0; list++, count--)
		if (network_holds(&list->network, address))
			return list->what;
	return NULL;
}

bool
address_global(const struct address *address)
{
	return address->family && !special(address);
}

const char *
address_unfit(const struct address *address, const struct address_rule *rule)
{
	const char *what = special(address);

	if (address->family != rule->family)
		return address->family == 4 ? "is an IPv4 address"
					    : "is an IPv6 address";
	if (address_mapped(address))
		return "stands for an IPv4 address";
	if (address_equal(address, &rule->own) && !held(&rule->allow, address))
		return "is the host that was asked";
	if (held(&rule->deny, address))
		return "is denied by the configuration";
	return what && held(&rule->allow, address) ? NULL : what;
}

bool
address_valid(const struct address *address, const struct address_rule *rule)
{
	return address->family && !address_unfit(address, rule);
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

bool
address_next(struct address_walk *walk, struct address *address)
{
	const char *body = walk->body;
	const char *part = walk->family == 4 ? PART4 : PART6;
	size_t from, to, end;

	for (from = walk->at; from < walk->len; from = to + 1) {
		for (to = from; to < walk->len && is_one_of(body[to], part);
			to++)
			;
		walk->at = to + 1;
		if (to == from ||
			(from > 0 && is_one_of(body[from - 1], JOINED)) ||
			(to < walk->len && is_one_of(body[to], JOINED)))
			continue;
		end = to - (walk->family == 4 && body[to - 1] == '.');
		if (address_parse(address, body + from, end - from))
			return true;
	}
	return false;
}

/* No address counts: the first one that would, were it public, or the text. */
static void
tell_none(struct fail *why, struct address_walk walk,
	const struct address_rule *rule)
{
	struct buf text = { 0 };
	struct address address;
	char shown[ADDRESS_TEXT];
	size_t len = walk.len < SHOWN ? walk.len : SHOWN;

	/* not through a UTF-8 sequence (RFC 3629) */
	while (len > 0 && len < walk.len && (walk.body[len] & 0xC0) == 0x80)
		len--;
	if (address_next(&walk, &address)) {
		address_format(&address, shown);
		fail_set(why, "%s %s", shown, address_unfit(&address, rule));
	} else if (walk.len == 0) {
		fail_set(why, "an empty answer");
	} else {
		buf_printable(&text, walk.body, len);
		fail_set(why, "no IPv%d address in \"%s%s\"", rule->family,
			buf_text(&text), len < walk.len ? "..." : "");
	}
	buf_free(&text);
}

static void
tell_two(struct fail *why, const struct address *one, const struct address *two)
{
	char first[ADDRESS_TEXT], second[ADDRESS_TEXT];

	address_format(one, first);
	address_format(two, second);
	fail_set(why, "two addresses: %s and %s", first, second);
}

enum address_finding
address_find(struct address *found, const char *body, size_t len,
	const struct address_rule *rule, struct fail *why)
{
	const struct address_walk begin = { body, len, rule->family, 0 };
	struct address one = { 0 }, own = { 0 }, next = { 0 };
	struct address_walk walk = begin;

	while (address_next(&walk, &next)) {
		if (!address_valid(&next, rule))
			continue;
		/* one that is allowed counts if nothing else does */
		if (address_equal(&next, &rule->own)) {
			own = next;
			continue;
		}
		if (one.family && !address_equal(&one, &next)) {
			tell_two(why, &one, &next);
			return ADDRESS_AMBIGUOUS;
		}
		one = next;
	}
	if (!one.family)
		one = own;
	if (!one.family) {
		tell_none(why, begin, rule);
		return ADDRESS_NONE;
	}
	*found = one;
	return ADDRESS_FOUND;
}
