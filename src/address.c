/* SPDX-License-Identifier: ISC */
/* Addresses as text (RFC 4291, RFC 5952), networks, and what joins them. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "escape.h"

#define NO_GAP SIZE_MAX

static size_t
size_of(const struct address *address)
{
	return address->family == 4 ? 4 : address->family == 6 ? 16 : 0;
}

bool
address_mapped(const struct address *address)
{
	static const unsigned char prefix[12] = { [10] = 0xFF, [11] = 0xFF };

	return address->family == 6 &&
	       memcmp(address->bytes, prefix, sizeof prefix) == 0;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return address_compare(a, b) == 0;
}

int
address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, size_of(a));
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A decimal number of at most 3 digits without leading zeros; else -1. */
static int
read_number(const char *text, size_t len)
{
	int value = 0;
	size_t i;

	if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
		return -1;
	for (i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static bool
read_quad(const char *text, size_t len, unsigned char bytes[4])
{
	size_t at = 0, end;
	int part, value;

	for (part = 0; part < 4; part++) {
		for (end = at; end < len && text[end] != '.'; end++)
			;
		value = read_number(text + at, end - at);
		if (value < 0 || value > 255 || (end == len) != (part == 3))
			return false;
		bytes[part] = (unsigned char)value;
		at = end + 1;
	}
	return true;
}

/* One to four hexadecimal digits. */
static bool
read_group(const char *text, size_t len, unsigned char bytes[2])
{
	unsigned value = 0;
	size_t i;

	if (len == 0 || len > 4)
		return false;
	for (i = 0; i < len; i++) {
		int digit = escape_digit(text[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	bytes[0] = (unsigned char)(value >> 8);
	bytes[1] = (unsigned char)(value & 0xFF);
	return true;
}

/*
 * The groups of RFC 4291 section 2.2, with their number of bytes in *count and
 * the place of "::" in *gap.
 */
static bool
read_groups(const char *text, size_t len, unsigned char bytes[16],
	size_t *count, size_t *gap)
{
	size_t at = 0, end;

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		*gap = 0;
		at = 2;
	}
	while (at < len) {
		for (end = at; end < len && text[end] != ':'; end++)
			;
		if (end == len && memchr(text + at, '.', end - at)) {
			*count += 4;
			return *count <= 16 && read_quad(text + at, end - at,
						       bytes + *count - 4);
		}
		if (*count == 16 ||
			!read_group(text + at, end - at, bytes + *count))
			return false;
		*count += 2;
		if (end == len)
			return true;
		at = end + 1;
		if (at == len)
			return false;
		if (text[at] == ':') {
			if (*gap != NO_GAP)
				return false;
			*gap = *count;
			at++;
		}
	}
	return true;
}

static bool
read_six(const char *text, size_t len, unsigned char bytes[16])
{
	size_t count = 0, gap = NO_GAP, tail;

	if (!read_groups(text, len, bytes, &count, &gap))
		return false;
	if (gap == NO_GAP)
		return count == 16;
	/* "::" stands for at least one group */
	if (count > 14)
		return false;
	tail = count - gap;
	memmove(bytes + 16 - tail, bytes + gap, tail);
	memset(bytes + gap, 0, 16 - count);
	return true;
}

bool
address_parse(struct address *address, const char *text, size_t len)
{
	struct address read = { 0 };
	bool good;

	if (len == 0 || len >= ADDRESS_TEXT)
		return false;
	if (memchr(text, ':', len)) {
		read.family = 6;
		good = read_six(text, len, read.bytes);
	} else {
		read.family = 4;
		good = read_quad(text, len, read.bytes);
	}
	if (good)
		*address = read;
	return good;
}

/* The first of the longest runs of two or more zero groups (4.2). */
static void
find_zeros(const unsigned char *bytes, int *first, int *count)
{
	int i, run = 0;

	*first = 8;
	*count = 1;
	for (i = 0; i < 8; i++) {
		run = bytes[2 * i] || bytes[2 * i + 1] ? 0 : run + 1;
		if (run > *count) {
			*count = run;
			*first = i - run + 1;
		}
	}
}

/* RFC 5952 section 4. */
static void
format_six(const unsigned char *bytes, char text[ADDRESS_TEXT])
{
	int first, count, i = 0;
	size_t at = 0;

	find_zeros(bytes, &first, &count);
	while (i < 8) {
		if (i == first) {
			at += (size_t)snprintf(text + at, ADDRESS_TEXT - at,
				i + count == 8 ? "::" : ":");
			i += count;
			continue;
		}
		at += (size_t)snprintf(text + at, ADDRESS_TEXT - at, "%s%x",
			i > 0 ? ":" : "", bytes[2 * i] << 8 | bytes[2 * i + 1]);
		i++;
	}
}

/* As often as there are names: without printf. */
static void
format_four(const unsigned char b[4], char text[ADDRESS_TEXT])
{
	size_t i;

	for (i = 0; i < 4; i++) {
		if (b[i] >= 100)
			*text++ = (char)('0' + b[i] / 100);
		if (b[i] >= 10)
			*text++ = (char)('0' + b[i] / 10 % 10);
		*text++ = (char)('0' + b[i] % 10);
		*text++ = i < 3 ? '.' : '\0';
	}
}

void
address_format(const struct address *address, char text[ADDRESS_TEXT])
{
	const unsigned char *b = address->bytes;

	if (address->family == 4)
		format_four(b, text);
	else if (address_mapped(address)) /* RFC 5952 section 5 */
		snprintf(text, ADDRESS_TEXT, "::ffff:%d.%d.%d.%d", b[12], b[13],
			b[14], b[15]);
	else if (address->family == 6)
		format_six(b, text);
	else
		snprintf(text, ADDRESS_TEXT, "none");
}

bool
network_holds(const struct network *network, const struct address *address)
{
	struct address prefix =
		address_join(address, &network->base, network->bits);

	return network->base.family == address->family &&
	       address_equal(&prefix, &network->base);
}

/* The bits of one byte that a prefix covers which has `bits` from there on. */
static unsigned
covered(int bits)
{
	if (bits <= 0)
		return 0;
	return bits >= 8 ? 0xFF : 0xFF00U >> bits & 0xFF;
}

struct address
address_join(const struct address *found, const struct address *host, int bits)
{
	struct address joined = *found;
	size_t i;

	for (i = 0; i < size_of(found); i++) {
		unsigned mask = covered(bits - (int)i * 8);
		unsigned byte = found->bytes[i] & mask;

		byte |= host->bytes[i] & ~mask;
		joined.bytes[i] = (unsigned char)byte;
	}
	return joined;
}

bool
network_parse(struct network *network, const char *text)
{
	static const struct address zero = { 0 };
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct network read = { 0 };
	struct address cut;
	int most;

	if (!address_parse(&read.base, text, len))
		return false;
	most = read.base.family == 4 ? 32 : 128;
	read.bits = slash ? read_number(slash + 1, strlen(slash + 1)) : most;
	if (read.bits < 0 || read.bits > most)
		return false;
	cut = address_join(&read.base, &zero, read.bits);
	if (!address_equal(&cut, &read.base))
		return false;
	*network = read;
	return true;
}

bool
address_from_mac(struct address *host, const char *mac)
{
	unsigned char octets[6], *b;
	size_t i;

	if (strlen(mac) != 17)
		return false;
	for (i = 0; i < 6; i++) {
		int high = escape_digit(mac[3 * i]);
		int low = escape_digit(mac[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && mac[3 * i + 2] != ':'))
			return false;
		octets[i] = (unsigned char)(high << 4 | low);
	}
	*host = (struct address){ .family = 6 };
	b = host->bytes + 8;
	b[0] = octets[0] ^ 0x02;
	b[1] = octets[1];
	b[2] = octets[2];
	b[3] = 0xFF;
	b[4] = 0xFE;
	memcpy(b + 5, octets + 3, 3);
	return true;
}
