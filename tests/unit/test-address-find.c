/* SPDX-License-Identifier: ISC */
/*
 * Addresses among the words of an answer, and which of them count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "address-find.h"
#include "fail.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define LOOSE \
	"\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200"

static struct address
parsed(const char *text)
{
	struct address address = { 0 };

	if (!address_parse(&address, text, strlen(text)))
		fail_msg("%s is no address", text);
	return address;
}

static int
unhex(char c)
{
	const char *digits = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	assert_non_null(found);
	return (int)(found - digits);
}

/* The escapes of the case files: \n \t \r \\ \xNN; in place. */
static size_t
unescape(char *text)
{
	static const char letters[] = "ntr\\";
	static const char bytes[] = "\n\t\r\\";
	const char *from = text;
	char *to = text;

	while (*from) {
		if (*from != '\\') {
			*to++ = *from++;
		} else if (from[1] == 'x') {
			*to++ = (char)(unhex(from[2]) << 4 | unhex(from[3]));
			from += 4;
		} else {
			const char *found = strchr(letters, from[1]);

			assert_non_null(found);
			*to++ = bytes[found - letters];
			from += 2;
		}
	}
	return (size_t)(to - text);
}

static void
found_text(char text[ADDRESS_TEXT], const char *body, size_t len,
	const struct address_rule *rule)
{
	static const char *const findings[] = {
		[ADDRESS_NONE] = "none", [ADDRESS_AMBIGUOUS] = "ambiguous"
	};
	struct address found = parsed("127.1.2.3");
	const struct address before = found;
	/* of exactly this size, so that reading past the end is noticed */
	char *exact = malloc(len ? len : 1);
	enum address_finding finding;
	struct fail why;

	assert_non_null(exact);
	memcpy(exact, body, len);
	finding = address_find(&found, exact, len, rule, &why);
	free(exact);
	if (finding == ADDRESS_FOUND) {
		address_format(&found, text);
		return;
	}
	snprintf(text, ADDRESS_TEXT, "%s", findings[finding]);
	assert_memory_equal(&found, &before, sizeof found);
}

static void
check_case(char *line, size_t number)
{
	char *body = strchr(line, '\t'), *want, *end;
	struct address_rule rule = { 0 };
	char got[ADDRESS_TEXT];

	assert_non_null(body);
	*body++ = '\0';
	want = strchr(body, '\t');
	assert_non_null(want);
	*want++ = '\0';
	end = strchr(want, '\n');
	if (end)
		*end = '\0';
	rule.family = line[0] - '0';
	found_text(got, body, unescape(body), &rule);
	if (strcmp(got, want) != 0)
		fail_msg("line %zu: %s instead of %s", number, got, want);
}

static void
answers_hold_what_the_cases_say(void **state)
{
	const char *tests = getenv("DDNS_TESTS");
	char path[4096], line[4096];
	size_t number = 0, cases = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s/cases/addresses.tsv",
		tests ? tests : "tests");
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		number++;
		if (line[0] == '#')
			continue;
		check_case(line, number);
		cases++;
	}
	fclose(file);
	assert_true(cases > 50);
}

/* The ceiling of an answer, once one run and once all candidates. */
static void
large_answers_are_searched(void **state)
{
	static char body[65536];
	struct address_rule rule = { .family = 4 };
	char got[ADDRESS_TEXT];
	size_t i;

	(void)state;
	memset(body, '9', sizeof body);
	memcpy(body + sizeof body - 8, " 9.9.9.9", 8);
	found_text(got, body, sizeof body, &rule);
	assert_string_equal(got, "9.9.9.9");
	for (i = 0; i < sizeof body; i += 8)
		memcpy(body + i, "9.9.9.9 ", 8);
	found_text(got, body, sizeof body, &rule);
	assert_string_equal(got, "9.9.9.9");
	memcpy(body + sizeof body - 8, "9.9.9.8", 7);
	found_text(got, body, sizeof body, &rule);
	assert_string_equal(got, "ambiguous");
}

static void
read_networks(struct network *list, struct networks *networks, const char *text)
{
	char copy[256], *rest = copy, *word;

	snprintf(copy, sizeof copy, "%s", text);
	networks->list = list;
	networks->count = 0;
	while ((word = strtok_r(rest, " ", &rest)))
		assert_true(network_parse(&list[networks->count++], word));
}

static void
rules_allow_and_deny(void **state)
{
	static const struct {
		int family;
		const char *allow, *deny, *body, *want;
	} rows[] = {
		{ 4, "", "", "10.1.2.3", "none" },
		{ 4, "10.0.0.0/8", "", "10.1.2.3", "10.1.2.3" },
		{ 4, "10.0.0.0/8", "", "11.1.2.3", "11.1.2.3" },
		{ 4, "10.1.2.3", "", "10.1.2.3 10.1.2.4", "10.1.2.3" },
		{ 4, "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "none" },
		{ 4, "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3 10.2.2.3",
			"10.2.2.3" },
		{ 4, "10.1.2.3", "10.0.0.0/8", "10.1.2.3", "none" },
		{ 4, "", "9.9.9.9", "9.9.9.9", "none" },
		{ 4, "", "9.9.9.0/24", "9.9.9.9 8.8.8.8", "8.8.8.8" },
		{ 4, "9.9.9.9", "9.9.9.9", "9.9.9.9", "none" },
		{ 4, "192.168.0.0/16 10.0.0.0/8", "", "9.9.9.9 gw 192.168.1.1",
			"ambiguous" },
		{ 4, "203.0.113.0/24 198.51.100.0/24", "", "198.51.100.255",
			"198.51.100.255" },
		{ 4, "203.0.113.0/24", "", "203.0.114.0", "203.0.114.0" },
		{ 4, "0.0.0.0/0", "", "127.0.0.1", "127.0.0.1" },
		{ 4, "", "0.0.0.0/0", "9.9.9.9", "none" },
		{ 4, "", "::/0", "9.9.9.9", "9.9.9.9" },
		{ 4, "::/0", "", "10.1.2.3", "none" },
		{ 4, "10.0.0.0/8", "", "10.1.2.3/8", "none" },
		{ 6, "2001:db8::/32", "", "2001:db8::1", "2001:db8::1" },
		{ 6, "2001:db8::/33", "", "2001:db8:8000::1", "none" },
		{ 6, "fd00::/8", "", "fd00::1", "fd00::1" },
		{ 6, "fd00::/8", "", "fc00::1", "none" },
		{ 6, "fd00::/8", "fd00::/64", "fd00::1 fd00:0:0:1::1",
			"fd00:0:0:1::1" },
		{ 6, "", "2620:fe::/48", "2620:fe::9", "none" },
		{ 6, "", "2620:fe::9", "2620:fe::9 2620:fe::a", "2620:fe::a" },
		{ 6, "::/0", "", "::ffff:9.9.9.9", "none" },
		{ 6, "::ffff:0:0/96", "", "::ffff:909:909", "none" },
		{ 6, "0.0.0.0/0", "", "fd00::1", "none" },
		{ 6, "", "0.0.0.0/0", "2620:fe::9", "2620:fe::9" },
	};
	struct network allow[4], deny[4];
	char got[ADDRESS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct address_rule rule = { .family = rows[i].family };

		read_networks(allow, &rule.allow, rows[i].allow);
		read_networks(deny, &rule.deny, rows[i].deny);
		found_text(got, rows[i].body, strlen(rows[i].body), &rule);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("row %zu: %s", i, got);
	}
}

static void
one_address_is_judged_like_a_body(void **state)
{
	struct network allowed;
	struct address_rule rule = { .family = 4, .allow = { &allowed, 1 } };
	static const struct {
		const char *text;
		bool global, mapped, valid;
	} rows[] = {
		{ "9.9.9.9", true, false, true },
		{ "10.0.0.1", false, false, true },
		{ "192.168.0.1", false, false, false },
		{ "2620:fe::9", true, false, false },
		{ "::ffff:9.9.9.9", false, true, false },
		{ "::fffe:9.9.9.9", false, false, false },
	};
	size_t i;

	(void)state;
	assert_true(network_parse(&allowed, "10.0.0.0/8"));
	for (i = 0; i < COUNT(rows); i++) {
		struct address address = parsed(rows[i].text);

		assert_int_equal(address_global(&address), rows[i].global);
		assert_int_equal(address_mapped(&address), rows[i].mapped);
		assert_int_equal(address_valid(&address, &rule), rows[i].valid);
	}
}

/* What stands in the message of a lookup that found nothing. */
static void
what_was_found_is_told(void **state)
{
	static const struct {
		int family;
		const char *body, *why;
	} rows[] = {
		{ 4, "100.64.3.4",
			"100.64.3.4 is shared address space (carrier-grade NAT): this line has no public address" },
		{ 4, "ip: 192.168.1.5.",
			"192.168.1.5 is private: the source asks the wrong side" },
		{ 4, "203.0.113.7", "203.0.113.7 is reserved for examples" },
		{ 4, "8.8.8.8 9.9.9.9", "two addresses: 8.8.8.8 and 9.9.9.9" },
		{ 4, "8.8.4.4", "8.8.4.4 is denied by the configuration" },
		{ 4, "h=1.1.1.1", "1.1.1.1 is the host that was asked" },
		{ 4, "", "an empty answer" },
		{ 4, "Please log in", "no IPv4 address in \"Please log in\"" },
		{ 4, "2620:fe::9", "no IPv4 address in \"2620:fe::9\"" },
		{ 4, "a\x1B[2J", "no IPv4 address in \"a\\x1B[2J\"" },
		{ 4, "12345678901234567890123456789012345678901234567890123456789\xC3\xA9",
			"no IPv4 address in \"12345678901234567890123456789012345678901234567890123456789...\"" },
		/* bytes that continue a character, and none that begins it */
		{ 4, LOOSE LOOSE LOOSE, "no IPv4 address in \"...\"" },
		{ 6, "fe80::1", "fe80::1 is link-local" },
		{ 6, "fd00::1",
			"fd00::1 is private: the source asks the wrong side" },
		{ 6, "::1", "::1 is loopback" },
		{ 6, "::ffff:9.9.9.9",
			"::ffff:9.9.9.9 stands for an IPv4 address" },
		{ 6, "2001:db8::1", "2001:db8::1 is reserved for examples" },
		{ 6, "9.9.9.9", "9.9.9.9 is an IPv4 address" },
	};
	struct network denied;
	struct address found;
	struct fail why;
	size_t i;

	(void)state;
	assert_true(network_parse(&denied, "8.8.4.4"));
	for (i = 0; i < COUNT(rows); i++) {
		struct address_rule rule = { .family = rows[i].family,
			.deny = { &denied, 1 },
			.own = parsed("1.1.1.1") };

		assert_int_not_equal(address_find(&found, rows[i].body,
					     strlen(rows[i].body), &rule, &why),
			ADDRESS_FOUND);
		assert_string_equal(why.text, rows[i].why);
	}
}

/* The first and the last address of each block that is not public; the blocks
 * before and behind it, where the words are others. */
static void
each_block_has_its_words(void **state)
{
	static const struct {
		const char *first, *last, *what;
	} rows[] = {
		{ "0.0.0.0", "0.255.255.255", "is not a host's address" },
		{ "10.0.0.0", "10.255.255.255",
			"is private: the source asks the wrong side" },
		{ "100.64.0.0", "100.127.255.255",
			"is shared address space (carrier-grade NAT): this line has no public address" },
		{ "127.0.0.0", "127.255.255.255", "is loopback" },
		{ "169.254.0.0", "169.254.255.255", "is link-local" },
		{ "172.16.0.0", "172.31.255.255",
			"is private: the source asks the wrong side" },
		{ "192.0.0.0", "192.0.0.255", "is reserved for protocols" },
		{ "192.0.2.0", "192.0.2.255", "is reserved for examples" },
		{ "192.88.99.0", "192.88.99.255", "is a 6to4 relay" },
		{ "192.168.0.0", "192.168.255.255",
			"is private: the source asks the wrong side" },
		{ "198.18.0.0", "198.19.255.255",
			"is reserved for benchmarks" },
		{ "198.51.100.0", "198.51.100.255",
			"is reserved for examples" },
		{ "203.0.113.0", "203.0.113.255", "is reserved for examples" },
		{ "224.0.0.0", "239.255.255.255", "is multicast" },
		{ "240.0.0.0", "255.255.255.255", "is reserved" },
		{ "::", "::", "is reserved" },
		{ "::1", "::1", "is loopback" },
		{ "::2", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved" },
		{ "64:ff9b::", "64:ff9b:ffff:ffff:ffff:ffff:ffff:ffff",
			"stands for an IPv4 address (NAT64)" },
		{ "64:ff9c::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved" },
		{ "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
			"is a Teredo tunnel" },
		{ "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved for protocols" },
		{ "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved for examples" },
		{ "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is a 6to4 tunnel" },
		{ "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved for examples" },
		{ "4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved" },
		{ "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is private: the source asks the wrong side" },
		{ "fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved" },
		{ "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is link-local" },
		{ "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is reserved" },
		{ "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"is multicast" },
	};
	size_t i, end;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		for (end = 0; end < 2; end++) {
			const struct address address =
				parsed(end ? rows[i].last : rows[i].first);
			const struct address_rule rule = {
				.family = address.family
			};
			const char *what = address_unfit(&address, &rule);

			if (!what || strcmp(what, rows[i].what) != 0)
				fail_msg("%s %s, not %s",
					end ? rows[i].last : rows[i].first,
					what ? what : "is public",
					rows[i].what);
		}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_hold_what_the_cases_say),
		cmocka_unit_test(large_answers_are_searched),
		cmocka_unit_test(rules_allow_and_deny),
		cmocka_unit_test(one_address_is_judged_like_a_body),
		cmocka_unit_test(what_was_found_is_told),
		cmocka_unit_test(each_block_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
