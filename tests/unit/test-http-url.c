/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "http/http.h"
#include "url.h"
#include "name.h"

struct row {
	const char *text;
	const char *want; /* NULL: refused */
};

static void
accepted(void **state)
{
	static const char blank[] = "a URL holds no space";
	static const char begin[] = "a URL begins with https://";
	static const char clear[] =
		"http:// is sent in clear text: use https://";
	static const char host[] = "the URL has no host";
	static const struct row rows[] = {
		{ "https://ip.example.net", "" },
		{ "https://ip.example.net:8443/a?b=c", "" },
		{ "HTTPS://IP.EXAMPLE.NET/", "" },
		{ "https://u:p@ip.example.net/", "" },
		{ "https://[2001:db8::1]/", "" },
		{ "https://b\xC3\xBC"
		  "cher.example/",
			"" },
		{ "http://localhost/", "" },
		{ "http://LocalHost:80/", "" },
		{ "http://127.9.9.9/", "" },
		{ "http://[::1]:8080/", "" },
		{ "http://ip.example.net/", clear },
		{ "http://128.0.0.1/", clear },
		{ "http://localhost@ip.example.net/", clear },
		{ "http://localhost.example/", clear },
		{ "http://[::2]/", clear },
		{ "ftp://ip.example.net/", begin },
		{ "ip.example.net", begin },
		{ "https:ip.example.net", begin },
		{ "", begin },
		{ "https://", host },
		{ "https:///ip", host },
		{ "https://?a", host },
		{ "https://a b/", blank },
		{ "https://a/\x7F", blank },
		{ "https://a/\n", blank },
		{ "https://a:99999/", "not a valid URL" },
		{ "https://a:b/", "not a valid URL" },
		{ "https://[::1/", "not a valid URL" },
		{ "https://:80/", "not a valid URL" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fail fail = { .text = "" };

		assert_int_equal(url_ok(rows[i].text, false, &fail),
			*rows[i].want == '\0');
		assert_string_equal(fail.text, rows[i].want);
		/* clear text changes nothing but the scheme */
		assert_int_equal(url_ok(rows[i].text, true, &fail),
			*rows[i].want == '\0' || rows[i].want == clear);
	}
}

static void
shown(void **state)
{
	static const struct row rows[] = {
		{ "https://user:secret@ip.example.net:8443/a/b?token=x#/ip",
			"https://ip.example.net:8443/a/b" },
		{ "http://ip.example.net", "http://ip.example.net/" },
		{ "http://[2001:db8::1]:81/a", "http://[2001:db8::1]:81/a" },
		{ "secret with blanks", "(no URL)" },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_cut(&out, 0);
		url_shown(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].want);
	}
	buf_free(&out);
}

static void
canonical(void **state)
{
	static const struct row rows[] = {
		{ "HTTPS://IP.Example.NET.:443/a%2Fb%7e%41?x=%3d%61#/ip",
			"https://ip.example.net/a%2Fb~A?x=%3Da" },
		{ "http://ip.example.net:80", "http://ip.example.net/" },
		{ "http://ip.example.net:443/", "http://ip.example.net:443/" },
		{ "https://U:P@ip.example.net/%2e%2E/a/./b",
			"https://U:P@ip.example.net/a/b" },
		{ "http://[2001:DB8::1]:81/%", "http://[2001:db8::1]:81/%" },
		{ "https://b\xC3\xBC"
		  "cher.example/\xC3\xBC",
			"https://xn--bcher-kva.example/\xC3\xBC" },
		{ "file:///etc/../etc/%68osts", "file:///etc/hosts" },
		{ "no URL", "no URL" },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_cut(&out, 0);
		url_canonical(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].want);
	}
	buf_free(&out);
}

static void
hosts(void **state)
{
	static const struct row rows[] = {
		{ "https://u@ip.example.net:1/a", "ip.example.net" },
		{ "https://[2001:db8::1]:1/", "2001:db8::1" },
		{ "https://192.0.2.1", "192.0.2.1" },
		{ "nothing at all", NULL },
		{ "", NULL },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_cut(&out, 0);
		assert_int_equal(
			url_host(&out, rows[i].text), rows[i].want != NULL);
		assert_string_equal(
			buf_text(&out), rows[i].want ? rows[i].want : "");
	}
	buf_free(&out);
}

static void
punycode(void **state)
{
	static const struct row rows[] = {
		{ "Home.Example.COM", "home.example.com" },
		{ "*.b\xC3\xBC"
		  "cher.example",
			"*.xn--bcher-kva.example" },
		{ "_dmarc.B\xC3\x9C"
		  "CHER.example",
			"_dmarc.xn--bcher-kva.example" },
		{ "\xE4\xBE\x8B\xE5\xAD\x90.\xE6\xB5\x8B\xE8\xAF\x95",
			"xn--fsqu00a.xn--0zwm56d" },
		{ "fa\xC3\x9F.example", "xn--fa-hia.example" },
		{ "a.b.", "a.b." },
		{ "bad\xFF.example", NULL },
		{ "a b\xC3\xBC.example", NULL },
		{ "\xC3\xBC/\xC3\xBC.example", NULL },
	};
	struct buf out = { 0 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_cut(&out, 0);
		buf_str(&out, "<");
		assert_int_equal(name_ascii(&out, rows[i].text, &fail),
			rows[i].want != NULL);
		assert_string_equal(
			buf_text(&out) + 1, rows[i].want ? rows[i].want : "");
	}
	buf_free(&out);
}

static void
libraries(void **state)
{
	(void)state;
	assert_int_equal(strncmp(http_libraries(), "libcurl/", 8), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(shown),
		cmocka_unit_test(canonical),
		cmocka_unit_test(hosts),
		cmocka_unit_test(punycode),
		cmocka_unit_test(libraries),
	};

	/* as under cron */
	unsetenv("LANG");
	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
