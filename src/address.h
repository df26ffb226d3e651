/* SPDX-License-Identifier: ISC */
/*
 * IP addresses: bytes and family inside, text at the edges only.
 */
#ifndef DDNS_ADDRESS_H
#define DDNS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_TEXT 46		/* bytes of the longest text, NUL included */

struct address {
	int family;			/* 4, 6, or 0: no address */
	unsigned char bytes[16];	/* network order; 4 or 16 of them used */
};

struct network {
	struct address base;	/* host bits are zero */
	int bits;
};

/*
 * Reads exactly len bytes as one address: dotted decimal without leading
 * zeros, or RFC 4291 section 2.2 text. No zone index. False: *address is
 * unchanged.
 */
bool address_parse(struct address *address, const char *text, size_t len);

/* RFC 5952 text; "none" for family 0. */
void address_format(const struct address *address, char text[ADDRESS_TEXT]);

bool address_equal(const struct address *a, const struct address *b);

/* Total order: family, then bytes; as memcmp. */
int address_compare(const struct address *a, const struct address *b);

/* An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2). */
bool address_mapped(const struct address *address);

/*
 * "10.0.0.0/8", or a bare address as a network of one. False for anything
 * else, host bits that are set included.
 */
bool network_parse(struct network *network, const char *text);
bool network_holds(const struct network *network,
	const struct address *address);

/*
 * The prefix of `found` with the host part of `host` behind it, bits 1 to 127.
 * RFC 4291 section 2.5.
 */
struct address address_join(const struct address *found,
	const struct address *host, int bits);

/* The modified EUI-64 host part of "00:11:22:33:44:55" (RFC 4291 app. A). */
bool address_from_mac(struct address *host, const char *mac);

#endif
