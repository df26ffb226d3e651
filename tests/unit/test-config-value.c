/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "address-find.h"
#include "buf.h"
#include "config/config.h"
#include "nearest.h"
#include "secret.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct row {
	const char *text; /* behind "[ddns]\n" */
	const char *notes;
};

static struct config *
read_text(const char *text)
{
	return config_read_text("f", text, strlen(text));
}

static void
check_notes(const struct config *config, const char *said)
{
	const struct config_note *note;
	struct buf out = { 0 };

	for (note = config->notes; note; note = note->next)
		buf_printf(&out, "%s\n", note->text);
	assert_string_equal(buf_text(&out), said);
	buf_free(&out);
}

static void
times_have_one_number_and_one_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "0", 0 },
		{ "90", 90 },
		{ "90s", 90 },
		{ "5m", 300 },
		{ "12h", 43200 },
		{ "25d", 2160000 },
		{ "999999999d", 86399999913600 },
		{ "1000000000", -1 },
		{ "99999999999999999999d", -1 },
		{ "", -1 },
		{ "s", -1 },
		{ "1d 12h", -1 },
		{ "1d12h", -1 },
		{ "1 d", -1 },
		{ " 1", -1 },
		{ "1 ", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1.5h", -1 },
		{ "1D", -1 },
		{ "1w", -1 },
		{ "0x10", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(config_time(rows[i].text), rows[i].seconds);
}

static void
understands_the_general_section(void **state)
{
	/* of a key that nobody kept */
	static const char pem[] =
		"-----BEGIN CERTIFICATE-----\n"
		"MIIBLDCB36ADAgECAhQk1WgmATmsch7jw+zu2XiBF6UJLzAFBgMrZXAwDDEKMAgG\n"
		"A1UEAwwBeDAeFw0yNjExMjkwMjM0MTBaFw0yNjExMzAwMjM0MTBaMAwxCjAIBgNV\n"
		"BAMMAXgwKjAFBgMrZXADIQAL9IjtAPRJ5TmGQqsW1/4RSinP72r9CIBgNOjTxtLU\n"
		"rKNTMFEwHQYDVR0OBBYEFHDn89+vgWMCkb1h7e4hV2dLD8l+MB8GA1UdIwQYMBaA\n"
		"FHDn89+vgWMCkb1h7e4hV2dLD8l+MA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA\n"
		"mnuAvxs6v+7mEhNLxX9sRN8/7bHKEQUTfwZxN5c8WUHJStPPOLGPyirpmtUaPHLL\n"
		"KGEmhOlXGE6wfvuM8OCOBQ==\n"
		"-----END CERTIFICATE-----\n";
	char path[] = "/tmp/ddns-test-XXXXXX", ini[512];
	const int fd = mkstemp(path);
	struct config *config;
	const struct config_general *general;
	struct buf text = { 0 };

	(void)state;
	assert_int_equal(write(fd, pem, sizeof pem - 1), sizeof pem - 1);
	close(fd);
	snprintf(ini, sizeof ini,
		"[ddns]\nstate = /var/x y.state\ntimeout = 20s ; slow line\n"
		"deadline = 2m\npatience = 5\nremind = 2d\nsyslog = yes\n"
		"hook = /usr/bin/hook\nproxy = socks5h://p:1080\n"
		"heartbeat = https://h.example/ping/abcd1234\n"
		"ca_file = %s\n[other]\nx = 1\n",
		path);
	config = read_text(ini);
	general = &config->general;
	config_understand(config);
	check_notes(config, "");
	assert_string_equal(general->state, "/var/x y.state");
	assert_int_equal(general->timeout, 20);
	assert_int_equal(general->deadline, 120);
	assert_int_equal(general->patience, 5);
	assert_int_equal(general->remind, 172800);
	assert_true(general->syslog);
	assert_string_equal(general->hook, "/usr/bin/hook");
	assert_string_equal(general->proxy, "socks5h://p:1080");
	assert_string_equal(
		general->heartbeat, "https://h.example/ping/abcd1234");
	assert_string_equal(general->ca_file, path);
	unlink(path);
	buf_str(&text, "to https://h.example/ping/abcd1234");
	secret_mask(&text, 0);
	assert_string_equal(buf_text(&text), "to ***");
	buf_free(&text);
	secret_forget();
	config_free(config);
}

static void
falls_back(void **state)
{
	static const char *const texts[] = { "", "[ddns]\n",
		"[ddns x]\nz = 1\n", "[ipv4]\ntimeout = 1\n" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		struct config *config = read_text(texts[i]);
		const struct config_general *general = &config->general;

		config_understand(config);
		check_notes(config, "");
		assert_null(general->state);
		assert_int_equal(general->timeout, 10);
		assert_int_equal(general->deadline, 120);
		assert_int_equal(general->patience, 3);
		assert_int_equal(general->remind, 86400);
		assert_false(general->syslog);
		assert_null(general->hook);
		assert_null(general->heartbeat);
		assert_null(general->proxy);
		assert_null(general->ca_file);
		config_free(config);
	}
}

#define ONE \
	"an indented line goes on here, but this key takes one value (begin keys in the first column)\n"
#define PROXY \
	"not a URL of a proxy: http, https, socks4, socks4a, socks5 or socks5h\n"
#define TIMEOUT "f:2: [ddns] timeout: "

static const struct row refused[] = {
	{ "timeout = 1\ndeadline = 1\npatience = 1\nremind = 60\n", "" },
	{ "timeout = 300\ndeadline = 1d\npatience = 1000\n", "" },
	{ "timeout = 0", TIMEOUT "0 is out of range: 1 to 300 seconds\n" },
	{ "timeout = 6m", TIMEOUT "6m is out of range: 1 to 300 seconds\n" },
	{ "deadline = 86401",
		"f:2: [ddns] deadline: 86401 is out of range: 1 to 86400 seconds\n" },
	{ "patience = 0\npatience=1001",
		"f:2: [ddns] patience: 0 is out of range: 1 to 1000\n"
		"f:3: [ddns] patience: given twice, first in line 2\n" },
	{ "patience = 3d", "f:2: [ddns] patience: \"3d\" is not a number\n" },
	{ "patience = 1000000000000",
		"f:2: [ddns] patience: \"1000000000000\" is not a number\n" },
	{ "remind = 59s",
		"f:2: [ddns] remind: 59s is too small: at least 60 seconds\n" },
	{ "timeout = soon",
		TIMEOUT "\"soon\" is not a time: a number and s, m, h or d\n" },
	{ "timeout =", TIMEOUT "has no value\n" },
	{ "timeout = 5\n  6\n", "f:3: [ddns] timeout: " ONE },
	{ "timeout =\n  6\n", "f:3: [ddns] timeout: " ONE },
	{ "timeout = 5\n  deadline = 6\n", "f:3: [ddns] timeout: " ONE },
	{ "syslog = on\n",
		"f:2: [ddns] syslog: \"on\" is neither yes nor no\n" },
	{ "state = x.state\n",
		"f:2: [ddns] state: \"x.state\" is not an absolute path\n" },
	{ "hook = hook.sh\n",
		"f:2: [ddns] hook: \"hook.sh\" is not an absolute path\n" },
	{ "ca_file = ~/ca\n",
		"f:2: [ddns] ca_file: \"~/ca\" is not an absolute path\n" },
	{ "heartbeat = h.example/1234\n",
		"f:2: [ddns] heartbeat: not a URL that begins with https:// or http://\n" },
	{ "heartbeat = ftp://h\nproxy = https:/h\n",
		"f:2: [ddns] heartbeat: not a URL that begins with https:// or http://\n" },
	{ "heartbeat = HTTP://h\nproxy = HTTP://h\n", "" },
	{ "heartbeat = https://h ; comment\n",
		"f:2: [ddns] heartbeat: a `;` behind a space cuts the secret: put comments on lines of their own, and a secret that holds this into KEY_file\n" },
	{ "heartbeat = https://h # comment\n",
		"f:2: [ddns] heartbeat: a `#` behind a space would be part of the secret: put comments on lines of their own, and a secret that holds this into KEY_file\n" },
	/* one word on one value */
	{ "heartbeat = h ; comment\n",
		"f:2: [ddns] heartbeat: a `;` behind a space cuts the secret: put comments on lines of their own, and a secret that holds this into KEY_file\n" },
	{ "heartbeat = h # comment\n",
		"f:2: [ddns] heartbeat: a `#` behind a space would be part of the secret: put comments on lines of their own, and a secret that holds this into KEY_file\n" },
	{ "proxy = p.example:3128\n", "" },
	{ "proxy = ftp://p\n", "f:2: [ddns] proxy: " PROXY },
	{ "proxy = http://a b\n", "f:2: [ddns] proxy: " PROXY },
	{ "timout = 5\nTimeout = 5\nzebra = 5\n",
		"f:2: [ddns] timout: unknown key (timeout?)\n"
		"f:3: [ddns] Timeout: unknown key (timeout?)\n"
		"f:4: [ddns] zebra: unknown key\n" },
	{ "[ddns]\ntimeout = x\n",
		"f:2: [ddns] this section is given twice, first in line 1\n"
		"f:3: [ddns] timeout: \"x\" is not a time: a number and s, m, h or d\n" },
};

static void
refuses_general_values(void **state)
{
	struct buf text = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++) {
		struct config *config;

		buf_printf(&text, "[ddns]\n%s", refused[i].text);
		config = read_text(buf_text(&text));
		config_understand(config);
		check_notes(config, refused[i].notes);
		config_free(config);
		buf_free(&text);
	}
	secret_forget();
}

#define ALIKE "holds a letter that only looks like one of ASCII"
#define ASSIGNED "begins with NAME="
#define QUOTED "a value in quotes"

static void
doubts_secrets(void **state)
{
	static const struct {
		const char *key, *text;
		const char *fault; /* how it begins */
	} rows[] = {
		{ "password",
			"1\xC2\xA0"
			"2",
			"holds a no-break space," },
		{ "password",
			"1\xE2\x80\xAF"
			"2",
			"holds a no-break space," },
		{ "password",
			"1\xE3\x80\x80"
			"2",
			"holds a full-width space," },
		{ "password",
			"1\xE2\x80\x8B"
			"2",
			"holds a zero-width space," },
		{ "password",
			"1\xE2\x80\x8C"
			"2",
			"holds a zero-width mark," },
		{ "password",
			"1\xE2\x80\x8D"
			"2",
			"holds a zero-width mark," },
		{ "password",
			"1\xE2\x81\xA0"
			"2",
			"holds a zero-width mark," },
		{ "password",
			"1\xEF\xBB\xBF"
			"2",
			"holds a byte order mark," },
		{ "password",
			"1\xE2\x80\x98"
			"2",
			"holds a typographic quote," },
		{ "password",
			"1\xE2\x80\x99"
			"2",
			"holds a typographic quote," },
		{ "password",
			"1\xE2\x80\x9C"
			"2",
			"holds a typographic quote," },
		{ "password",
			"1\xE2\x80\x9D"
			"2",
			"holds a typographic quote," },
		{ "password",
			"a\xD0\xB0"
			"1",
			ALIKE },
		{ "password",
			"z\xD0\xB0"
			"1",
			ALIKE },
		{ "password",
			"A\xD0\xB0"
			"1",
			ALIKE },
		{ "password",
			"Z\xD0\xB0"
			"1",
			ALIKE },
		{ "password", "a\xCD\xB0", ALIKE },
		{ "password", "a\xD3\xBF", ALIKE },
		{ "password", "a\xEF\xBC\x81", ALIKE },
		{ "password", "a\xEF\xBD\x9E", ALIKE },
		{ "password", "a\xCC\x80", NULL },
		{ "password", "a\xD4\x80", NULL },
		{ "password", "a\xEF\xBE\xA1", NULL },
		{ "password", "a\xEE\xBC\x81", NULL },
		{ "password", "a\xC3\xA9", NULL },
		{ "password", "x1\xD0\xB0", NULL },
		{ "password", "x@\xD0\xB0", NULL },
		{ "password", "x[\xD0\xB0", NULL },
		{ "password", "x`\xD0\xB0", NULL },
		{ "password", "x{\xD0\xB0", NULL },
		{ "password", "\xD0\xB0", NULL },
		{ "password", "a b~\x7F", NULL },
		/* what services make */
		{ "token", "ab~", NULL },
		{ "token", "a b", "holds a space" },
		{ "token", "a\tb", "holds a space" },
		{ "token", "a\x7F", "holds a letter outside ASCII" },
		{ "secret_id", "a\xC3\xA9", "holds a letter outside ASCII" },
		{ "api_key", "a b", "holds a space" },
		{ "keypass", "a b", NULL },
		{ "user", "a b", NULL },
		/* lines of scripts */
		{ "password", "TOKEN=x", ASSIGNED },
		{ "password", "export CF_API_KEY=x", ASSIGNED },
		{ "password", "MY_SECRET9=x", ASSIGNED },
		{ "password", "PASSWORD=x", ASSIGNED },
		{ "password", "TOKEN=", NULL },
		{ "password", "Token=x", NULL },
		{ "password", "USER=KEY", NULL },
		{ "password", "exporT TOKEN=x", NULL },
		/* quotes */
		{ "password", "\"a\"", QUOTED },
		{ "password", "'a'", QUOTED },
		{ "password", "''", QUOTED },
		{ "password", "'", NULL },
		{ "password", "'a\"", NULL },
		{ "password", "aa", NULL },
		/* a key file */
		{ "key", "{\"a\": \"\xC2\xA0\"}", NULL },
		{ "key", "{PUT-YOUR-KEY-HERE", "is still that of the example" },
	};
	struct mem *mem = mem_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const char *want = rows[i].fault;
		const char *fault =
			config_secret_fault(mem, rows[i].key, rows[i].text);

		if (want ? !fault || strncmp(fault, want, strlen(want)) != 0
			 : fault != NULL)
			fail_msg("%s = %s: %s", rows[i].key, rows[i].text,
				fault ? fault : "no fault");
	}
	mem_free(mem);
}

static void
reads_switches(void **state)
{
	static const struct {
		const char *text;
		bool on;
	} rows[] = {
		{ "[ddns]\nsyslog = yes\n", true },
		{ "[ddns]\nsyslog = true\n", true },
		{ "[ddns]\nsyslog = no\n", false },
		{ "[ddns]\nsyslog = false\n", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct config *config = read_text(rows[i].text);

		config_understand(config);
		check_notes(config, "");
		assert_int_equal(config->general.syslog, rows[i].on);
		config_free(config);
	}
}

static void
hides_a_proxys_password(void **state)
{
	struct config *config =
		read_text("[ddns]\nproxy = http://me:pa@ss:w@p.example:1\n");
	struct buf text = { 0 };

	(void)state;
	config->others_read = true;
	config_understand(config);
	check_notes(config,
		"f: others can read this file, and it holds secrets: chmod o-r f\n");
	assert_int_equal(config->mistakes, 0);
	assert_string_equal(
		config->general.proxy, "http://me:pa@ss:w@p.example:1");
	buf_str(&text, config->general.proxy);
	secret_mask(&text, 0);
	assert_string_equal(buf_text(&text), "http://***@p.example:1");
	buf_free(&text);
	secret_forget();
	config_free(config);
}

static void
lets_only_the_owners_file_name_programs(void **state)
{
	struct config *config = read_text("[ddns]\nhook = /h\n");

	(void)state;
	config->strict = false;
	config_understand(config);
	check_notes(config,
		"f:2: [ddns] hook: a file that names a program must belong to you or to root (chown)\n");
	assert_null(config->general.hook);
	config_free(config);
}

struct target {
	int agree;
	const char *bind;
	struct networks allow;
	struct networks deny;
};

#define NO_NETWORK \
	"is not a network, such as 10.0.0.0/8 (no bit set behind the prefix)\n"

static void
fills_any_table(void **state)
{
	static const struct config_key keys[] = {
		{ "url", CONFIG_OWN, 0, 0, 0, 0 },
		{ "agree", CONFIG_COUNT, offsetof(struct target, agree), 1, 1,
			0 },
		{ "bind", CONFIG_TEXT, offsetof(struct target, bind), 0, 0, 0 },
		{ "allow", CONFIG_NETWORKS, offsetof(struct target, allow), 0,
			0, 0 },
		{ "deny", CONFIG_NETWORKS, offsetof(struct target, deny), 0, 0,
			0 },
	};
	struct config *config = read_text(
		"[ipv4]\nurl = a\n  b\nurl = c\nurl =\nagree = 2\nbind = eth 0\n"
		"allow = 10.0.0.0/8,192.0.2.1\n  2001:db8::/32, x\n"
		"allow = 10.0.0.1/8 , 198.51.100.0/24\n");
	struct target target = { .bind = "as it was" };
	char text[ADDRESS_TEXT];

	(void)state;
	config_fill(config, NULL, keys, COUNT(keys), &target);
	assert_int_equal(target.agree, 1);
	assert_string_equal(target.bind, "as it was");
	config_fill(config, config->sections, keys, COUNT(keys), &target);
	check_notes(config, "f:5: [ipv4] url: has no value\n"
			    "f:9: [ipv4] allow: \"x\" " NO_NETWORK
			    "f:10: [ipv4] allow: \"10.0.0.1/8\" " NO_NETWORK);
	assert_int_equal(target.agree, 2);
	assert_string_equal(target.bind, "eth 0");
	assert_int_equal(target.allow.count, 4);
	assert_int_equal(target.allow.list[1].bits, 32);
	assert_int_equal(target.allow.list[2].base.family, 6);
	address_format(&target.allow.list[3].base, text);
	assert_string_equal(text, "198.51.100.0");
	assert_int_equal(target.deny.count, 0);
	config_free(config);
}

static void
splits_words(void **state)
{
	static const struct {
		int line;
		const char *text;
	} words[] = { { 2, "a" }, { 2, "b" }, { 2, "c" }, { 3, "d" },
		{ 5, "e=f" } };
	struct config *config =
		read_text("[s]\nk = ,a, b\tc,,\n  d\n  ,\n e=f\n"
			  "l = ,\nm =\n");
	const struct config_entry *entry = config->sections->entries;
	const struct config_line *word = config_words(config, entry);
	size_t i;

	(void)state;
	check_notes(config, "");
	for (i = 0; i < COUNT(words); i++, word = word->next) {
		assert_non_null(word);
		assert_string_equal(word->text, words[i].text);
		assert_int_equal(word->line, words[i].line);
	}
	assert_null(word);
	assert_null(config_words(config, entry->next));
	assert_null(config_words(config, entry->next->next));
	config_free(config);
}

static void
finds_the_nearest_word(void **state)
{
	static const char *const known[] = { "cloudflare", "token",
		"token_file", "names", "ipv4", "ipv6", "ttl", "digitalocean",
		"url", NULL };
	static const struct {
		const char *word;
		const char *nearest;
	} rows[] = {
		{ "cloudfare", "cloudflare" },
		{ "Cloudflare", "cloudflare" },
		{ "coludflrae", "cloudflare" },
		{ "digtalocan", "digitalocean" },
		{ "nmaes", "names" },
		{ "name", "names" },
		{ "tokenfile", "token_file" },
		{ "ipv5", NULL }, /* both are as near */
		{ "ipv44", "ipv4" },
		{ "tll", "ttl" },
		{ "tty", "ttl" },
		{ "uri", "url" },
		{ "ddns", NULL },
		{ "x", NULL },
		{ "", NULL },
		{ "password", NULL },
		{ "tokentokentokentokentokentokentokentokentokentokentokentokentokens",
			NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const char *nearest = nearest_word(rows[i].word, known);

		if (rows[i].nearest) {
			assert_non_null(nearest);
			assert_string_equal(nearest, rows[i].nearest);
		} else {
			assert_null(nearest);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_have_one_number_and_one_unit),
		cmocka_unit_test(understands_the_general_section),
		cmocka_unit_test(falls_back),
		cmocka_unit_test(refuses_general_values),
		cmocka_unit_test(doubts_secrets),
		cmocka_unit_test(reads_switches),
		cmocka_unit_test(hides_a_proxys_password),
		cmocka_unit_test(lets_only_the_owners_file_name_programs),
		cmocka_unit_test(fills_any_table),
		cmocka_unit_test(splits_words),
		cmocka_unit_test(finds_the_nearest_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
