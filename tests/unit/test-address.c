/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "address-find.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct address
parsed(const char *text)
{
	struct address address = { 0 };

	if (!address_parse(&address, text, strlen(text)))
		fail_msg("%s is no address", text);
	return address;
}

static void
good_texts_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "1.20.103.4", "1.20.103.4" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "0:0:0:0:0:0:0:1", "::1" },
		{ "1:0:0:0:0:0:0:0", "1::" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8" },
		/* RFC 5952 section 2, all forms of one address */
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8::1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0db8::1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8:0:0:1::1", "2001:db8::1:0:0:1" },
		{ "2001:DB8:0:0:1::1", "2001:db8::1:0:0:1" },
		/* section 4.2 */
		{ "2001:db8::0001", "2001:db8::1" },
		{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "1:0:0:2:0:0:0:0", "1:0:0:2::" },
		{ "0:0:0:2:0:0:0:0", "0:0:0:2::" },
		{ "0:0:1:2:3:4:0:0", "::1:2:3:4:0:0" },
		{ "abcd:EF01::", "abcd:ef01::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		/* section 5, RFC 4291 section 2.2 */
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "::FFFF:c000:0201", "::ffff:192.0.2.1" },
		{ "::192.0.2.1", "::c000:201" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
		{ "1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304" },
	};
	char text[ADDRESS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct address address = parsed(rows[i].text), again;

		address_format(&address, text);
		assert_string_equal(text, rows[i].want);
		again = parsed(text);
		assert_true(address_equal(&address, &again));
	}
}

static void
bad_texts_change_nothing(void **state)
{
	static const char *const rows[] = { "", ".", ":", "1", "1.2.3",
		"1.2.3.4.", ".1.2.3.4", "1.2.3.4.5", "1..3.4", "01.2.3.4",
		"1.2.3.04", "1.2.3.00", "256.1.1.1", "1.1.1.256", "1.1.1.1000",
		"0x1.2.3.4", "1.2.3.a", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n",
		"+1.2.3.4", "-1.2.3.4", "1.2.3.4/32", "16909060", ":::", ":::1",
		"1:::2", "1::2::3", "::1::", ":1", "1:", ":1::2",
		"1::2:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
		"12345::", "::00001", "::g", "::1%eth0", "fe80::1%1", "[::1]",
		"::1/128", "::1 ", " ::1", "::1.2.3", "::1.2.3.4.5",
		"::01.2.3.4", "::1.2.3.256", "::1.2.3.4:5", "1.2.3.4::",
		"1.2.3.4:1::", "::1:1.2.3.4:", "1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::.1.2.3.4",
		"::-1", "::0x1", "none" };
	const struct address before = parsed("203.0.113.7");
	struct address address = before;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		if (address_parse(&address, rows[i], strlen(rows[i])))
			fail_msg("\"%s\" is taken for an address", rows[i]);
		assert_memory_equal(&address, &before, sizeof before);
	}
}

static void
exactly_len_bytes_are_read(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool good;
	} rows[] = {
		{ "1.2.3.45", 7, true },
		{ "1.2.3.4x", 7, true },
		{ "1.2.3.4\0", 8, false },
		{ "1.2.3.\0", 7, false },
		{ "1.2\0.3.4", 8, false },
		{ "::1\0", 4, false },
		{ "::\0", 3, false },
		{ "::1:2", 4, false },
		{ "::1:2", 3, true },
	};
	struct address address;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		if (address_parse(&address, rows[i].text, rows[i].len) !=
			rows[i].good)
			fail_msg("row %zu", i);
	}
	assert_false(address_parse(&address, NULL, 0));
}

static void
no_address_reads_none(void **state)
{
	static const struct address none = { 0 };
	char text[ADDRESS_TEXT];

	(void)state;
	address_format(&none, text);
	assert_string_equal(text, "none");
	assert_false(address_global(&none));
}

static void
addresses_are_ordered(void **state)
{
	static const char *const rising[] = { "0.0.0.0", "1.2.3.4", "1.2.3.5",
		"127.0.0.1", "128.0.0.0", "255.255.255.255", "::", "::1",
		"1::", "7fff::", "8000::", "ffff::" };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(rising); i++) {
		for (j = 0; j < COUNT(rising); j++) {
			struct address a = parsed(rising[i]);
			struct address b = parsed(rising[j]);
			int order = address_compare(&a, &b);

			assert_int_equal(
				(order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(address_equal(&a, &b), i == j);
		}
	}
}

/* What lies behind the four bytes of an IPv4 address means nothing. */
static void
unused_bytes_do_not_count(void **state)
{
	struct address a = parsed("1.2.3.4"), b = a;

	(void)state;
	b.bytes[4] = 1;
	assert_true(address_equal(&a, &b));
	b.bytes[3] = 5;
	assert_false(address_equal(&a, &b));
}

static void
networks_are_read_strictly(void **state)
{
	static const char *const bad[] = { "", "/", "/8", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
		"10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/8x", "10.0.0.0/8/8",
		"10.0.0.0/999999999999", "10.0.0.0/255.0.0.0", "10.0.0.1/8",
		"10/8", "10.0.0.0/6", "0.0.0.1/0", "::/129", "::1/127",
		"2001:db8::1/64", "2001:db8::/28", "fe80::%eth0/64", "x/8" };
	static const struct {
		const char *text;
		int bits;
	} good[] = { { "10.0.0.0/8", 8 }, { "0.0.0.0/0", 0 },
		{ "255.255.255.254/31", 31 }, { "9.9.9.9/32", 32 },
		{ "9.9.9.9", 32 }, { "::/0", 0 }, { "::1", 128 },
		{ "::2/127", 127 }, { "2001:db8::/29", 29 },
		{ "2001:db8::/128", 128 } };
	struct network network = { 0 }, before = network;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (network_parse(&network, bad[i]))
			fail_msg("\"%s\" is taken for a network", bad[i]);
		assert_memory_equal(&network, &before, sizeof network);
	}
	for (i = 0; i < COUNT(good); i++) {
		assert_true(network_parse(&network, good[i].text));
		assert_int_equal(network.bits, good[i].bits);
	}
}

static void
networks_hold_what_they_cover(void **state)
{
	static const struct {
		const char *network, *address;
		bool holds;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "9.255.255.255", false },
		{ "172.16.0.0/12", "172.31.255.255", true },
		{ "172.16.0.0/12", "172.32.0.0", false },
		{ "9.9.9.9", "9.9.9.9", true },
		{ "9.9.9.8/31", "9.9.9.9", true },
		{ "9.9.9.9", "9.9.9.8", false },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::", false },
		{ "::/0", "0.0.0.0", false },
		{ "::/0", "ffff::", true },
		{ "2001::/23", "2001:1ff::", true },
		{ "2001::/23", "2001:200::", false },
		{ "::2/127", "::3", true },
		{ "::2/127", "::4", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct address address = parsed(rows[i].address);
		struct network network;

		assert_true(network_parse(&network, rows[i].network));
		assert_int_equal(
			network_holds(&network, &address), rows[i].holds);
	}
}

static void
a_prefix_gets_a_host_part(void **state)
{
	static const struct {
		const char *found, *host;
		int bits;
		const char *want;
	} rows[] = {
		{ "2001:db8:1:2:a:b:c:d", "::1234:5678", 64,
			"2001:db8:1:2::1234:5678" },
		{ "2001:db8:1:2ff::1", "ffff:ffff:ffff:ff34::1", 56,
			"2001:db8:1:234::1" },
		{ "ffff:ffff::", "::1", 1, "8000::1" },
		{ "ffff:ffff::", "::1", 17, "ffff:8000::1" },
		{ "::1", "ffff::", 127, "::" },
		{ "::2", "ffff::1", 127, "::3" },
		{ "2001:db8::", "ffff::1", 7, "21ff::1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct address found = parsed(rows[i].found);
		struct address host = parsed(rows[i].host);
		struct address joined =
			address_join(&found, &host, rows[i].bits);
		char text[ADDRESS_TEXT];

		address_format(&joined, text);
		assert_string_equal(text, rows[i].want);
	}
}

static void
a_mac_gives_a_host_part(void **state)
{
	static const struct {
		const char *mac, *want;
	} rows[] = {
		{ "00:11:22:33:44:55", "::211:22ff:fe33:4455" },
		{ "02:11:22:33:44:55", "::11:22ff:fe33:4455" },
		{ "aB:Cd:eF:01:23:45", "::a9cd:efff:fe01:2345" },
		{ "", NULL },
		{ "00:11:22:33:44", NULL },
		{ "00:11:22:33:44:5", NULL },
		{ "00:11:22:33:44:555", NULL },
		{ "00:11:22:33:44:55:66", NULL },
		{ "00-11-22-33-44-55", NULL },
		{ "00:11:22:33:44:5g", NULL },
		{ "g0:11:22:33:44:55", NULL },
		{ " 0:11:22:33:44:55", NULL },
		{ "001122334455:::::", NULL },
	};
	struct address host;
	char text[ADDRESS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(address_from_mac(&host, rows[i].mac),
			rows[i].want != NULL);
		if (!rows[i].want)
			continue;
		address_format(&host, text);
		assert_string_equal(text, rows[i].want);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts_are_read_and_written),
		cmocka_unit_test(bad_texts_change_nothing),
		cmocka_unit_test(exactly_len_bytes_are_read),
		cmocka_unit_test(no_address_reads_none),
		cmocka_unit_test(addresses_are_ordered),
		cmocka_unit_test(unused_bytes_do_not_count),
		cmocka_unit_test(networks_are_read_strictly),
		cmocka_unit_test(networks_hold_what_they_cover),
		cmocka_unit_test(a_prefix_gets_a_host_part),
		cmocka_unit_test(a_mac_gives_a_host_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
