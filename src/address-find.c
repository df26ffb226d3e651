/* The registries of special addresses, and the words of a text. */
#include <string.h>

#include "address-find.h"

/* The bytes of candidates, and those that make a run a piece of something. */
#define PART4 "0123456789."
#define PART6 "0123456789abcdefABCDEF:."
#define JOINED \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-/%"

/*
 * Not globally reachable unicast: IANA IPv4 Special-Purpose Address Registry
 * (RFC 6890), two blocks taken whole though single addresses in them are
 * reachable, and multicast (RFC 5771).
 */
static const struct network special4[] = {
	{ { 4, { 0 } }, 8 },             /* RFC 791: this network */
	{ { 4, { 10 } }, 8 },            /* RFC 1918 */
	{ { 4, { 100, 64 } }, 10 },      /* RFC 6598: behind a provider's NAT */
	{ { 4, { 127 } }, 8 },           /* RFC 1122: loopback */
	{ { 4, { 169, 254 } }, 16 },     /* RFC 3927: link-local */
	{ { 4, { 172, 16 } }, 12 },      /* RFC 1918 */
	{ { 4, { 192, 0, 0 } }, 24 },    /* RFC 6890: protocol assignments */
	{ { 4, { 192, 0, 2 } }, 24 },    /* RFC 5737: documentation */
	{ { 4, { 192, 88, 99 } }, 24 },  /* RFC 7526: 6to4 relays */
	{ { 4, { 192, 168 } }, 16 },     /* RFC 1918 */
	{ { 4, { 198, 18 } }, 15 },      /* RFC 2544: benchmarking */
	{ { 4, { 198, 51, 100 } }, 24 }, /* RFC 5737 */
	{ { 4, { 203, 0, 113 } }, 24 },  /* RFC 5737 */
	{ { 4, { 224 } }, 4 },           /* RFC 5771: multicast */
	{ { 4, { 240 } }, 4 },           /* RFC 1112: reserved, and broadcast */
};

/*
 * IANA IPv6 Special-Purpose Address Registry, and all outside 2000::/3, the
 * one block that IANA assigns global unicast from (RFC 4291 section 2.4).
 */
static const struct network special6[] = {
	{ { 6, { 0 } }, 3 },
	{ { 6, { 0x20, 0x01 } }, 23 }, /* RFC 2928: protocol assignments */
	{ { 6, { 0x20, 0x01, 0x0D, 0xB8 } }, 32 }, /* RFC 3849: examples */
	{ { 6, { 0x20, 0x02 } }, 16 },             /* RFC 3056: 6to4 */
	{ { 6, { 0x3F, 0xFF } }, 20 },             /* RFC 9637: documentation */
	{ { 6, { 0x40 } }, 2 },
	{ { 6, { 0x80 } }, 1 },
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

bool
address_global(const struct address *address)
{
	static const struct networks four = { special4,
		sizeof special4 / sizeof special4[0] };
	static const struct networks six = { special6,
		sizeof special6 / sizeof special6[0] };

	return address->family &&
	       !held(address->family == 4 ? &four : &six, address);
}

bool
address_valid(const struct address *address, const struct address_rule *rule)
{
	return address->family == rule->family && address->family &&
	       !address_mapped(address) && !held(&rule->deny, address) &&
	       (address_global(address) || held(&rule->allow, address));
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Whether the maximal run from..to of body is an address that counts. */
static bool
take_run(struct address *address, const char *body, size_t from, size_t to,
	const struct address_rule *rule)
{
	if (rule->family == 4 && body[to - 1] == '.')
		to--;
	return address_parse(address, body + from, to - from) &&
	       address_valid(address, rule);
}

enum address_finding
address_find(struct address *found, const char *body, size_t len,
	const struct address_rule *rule)
{
	const char *part = rule->family == 4 ? PART4 : PART6;
	struct address one = { 0 }, next = { 0 };
	size_t from, to;

	for (from = 0; from < len; from = to + 1) {
		for (to = from; to < len && is_one_of(body[to], part); to++)
			;
		if (to == from ||
			(from > 0 && is_one_of(body[from - 1], JOINED)) ||
			(to < len && is_one_of(body[to], JOINED)) ||
			!take_run(&next, body, from, to, rule))
			continue;
		if (one.family && !address_equal(&one, &next))
			return ADDRESS_AMBIGUOUS;
		one = next;
	}
	if (!one.family)
		return ADDRESS_NONE;
	*found = one;
	return ADDRESS_FOUND;
}
