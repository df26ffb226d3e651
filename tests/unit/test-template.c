/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "template/template.h"

struct value {
	const char *name;
	struct variable variable;
};

static const struct value values[] = {
	{ "fqdn", { "home.example.com", false } },
	{ "zone", { "example.com", false } },
	{ "name", { "home", false } },
	{ "apex", { "@", false } },
	{ "sub", { "", false } },
	{ "star", { "*.home", false } },
	{ "type", { "A", false } },
	{ "ip", { "192.0.2.1", false } },
	{ "ip6", { "2001:db8::1", false } },
	{ "ttl", { "300", false } },
	{ "proxied", { "true", false } },
	{ "yes", { "yes", false } },
	{ "precise", { "12345678901234567890.50", false } },
	{ "hex", { "0x1F", false } },
	{ "zero", { "007", false } },
	{ "inject", { "1,\"evil\":2", false } },
	{ "null", { "null", false } },
	{ "odd", { "a b&c=d/e?f%g\"h\\i", false } },
	{ "braces", { "{zone}{ttl}", false } },
	{ "line", { "默认", false } },
	{ "lines", { "a\r\nX-Evil: 1", false } },
	{ "tab", { "a\tb", false } },
	{ "bell", { "a\ab", false } },
	{ "del", { "a\x7f", false } },
	{ "markup", { "<a b='c'>&\"", false } },
	{ "id", { "/hostedzone/Z1", false } },
	{ "link", { "/v1/a?b=c:d&e=%20#f\xc3\xa9", false } },
	{ "space", { "/a ff", false } },
	{ "percent", { "/a%zz%zf%f%", false } },
	{ "outside", { "//evil.example/x", false } },
	{ "relative", { "hostedzone/Z1", false } },
	{ "climb", { "/a/../b", false } },
	{ "encoded", { "/a/%2E%2e/b", false } },
	{ "dot", { ".", false } },
	{ "dots", { "..", false } },
	{ "empty", { "", false } },
	{ "evil", { ".evil.example", false } },
	{ "slash", { "a/b", false } },
	{ "user9_x", { "me", false } },
	{ "set", { "{\"a\":1},{\"a\":2}", true } },
	{ "one", { "{\"a\":1}", true } },
	{ "none", { "", true } },
	{ "change", { "<C>1</C><C>2</C>", true } },
	{ "server", { "https://dyn.example.net:8443", false } },
};

static struct variable
find(void *arg, const char *name)
{
	const struct variable unset = { NULL, false };
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof values / sizeof *values; i++)
		if (strcmp(values[i].name, name) == 0)
			return values[i].variable;
	return unset;
}

static const struct scope scope = { .get = find, .arg = NULL };

struct row {
	const char *text;
	const char *out;  /* NULL: not expanded */
	const char *fail; /* NULL: then EXPAND_UNSET */
};

static void
check(const struct row *row, enum expansion done, struct buf *out,
	const struct fail *fail)
{
	enum expansion want = row->out    ? EXPAND_DONE
			      : row->fail ? EXPAND_BAD
					  : EXPAND_UNSET;

	if (done != want)
		fail_msg("%s: got %d, not %d: %s%s", row->text, (int)done,
			(int)want, fail->text, buf_text(out));
	if (row->out)
		assert_string_equal(buf_text(out) + 4, row->out);
	else
		assert_int_equal(out->len, 4);
	assert_memory_equal(buf_text(out), "was ", 4);
	if (row->fail)
		assert_string_equal(fail->text, row->fail);
	buf_free(out);
}

static void
check_all(enum expansion (*expand)(struct buf *, const char *,
		  const struct scope *, struct fail *),
	const struct row *rows, size_t count)
{
	struct buf out = { 0 };
	struct fail fail;
	enum expansion done;
	size_t i;

	for (i = 0; i < count; i++) {
		memset(&fail, 0, sizeof fail);
		buf_str(&out, "was ");
		done = expand(&out, rows[i].text, &scope, &fail);
		check(&rows[i], done, &out, &fail);
	}
}

#define CHECK_ALL(expand, rows) \
	check_all(expand, rows, sizeof(rows) / sizeof *(rows))

static void
test_json(void **state)
{
	static const struct row rows[] = {
		{ "{}", "{}", NULL },
		{ "[ ]", "[ ]", NULL },
		{ "{\"type\":\"{type}\",\"data\":\"{ip}\",\"ttl\":{ttl}}",
			"{\"type\":\"A\",\"data\":\"192.0.2.1\",\"ttl\":300}",
			NULL },
		{ "{\"a\": 1, \"b\": [ 2 ] }", "{\"a\": 1, \"b\": [ 2 ] }",
			NULL },

		/* what is not set takes its member along */
		{ "{\"a\":1,\"x\":{unset}}", "{\"a\":1}", NULL },
		{ "{\"x\":{unset},\"a\":1}", "{\"a\":1}", NULL },
		{ "{\"x\":\"{unset}\",\"a\":1,\"y\":\"b{unset}c\"}",
			"{\"a\":1}", NULL },
		{ "{\"{unset}\":1,\"a\":1}", "{\"a\":1}", NULL },
		{ "{\"{unset}\":{\"b\":1},\"a\":[1]}", "{\"a\":[1]}", NULL },
		{ "[{unset},1,\"{unset}\",2,{unset}]", "[1,2]", NULL },
		/* and what that empties */
		{ "{\"a\":1,\"b\":{\"c\":[{unset}]}}", "{\"a\":1}", NULL },
		{ "{\"a\":1,\"b\":[{\"c\":{unset}},{\"d\":2}]}",
			"{\"a\":1,\"b\":[{\"d\":2}]}", NULL },
		{ "{\"a\":{unset}}", NULL, NULL },
		{ "[[[\"{unset}\"]]]", NULL, NULL },
		{ "{unset}", NULL, NULL },
		{ "\"{unset}\"", NULL, NULL },
		{ "{\"a\":{},\"b\":[],\"c\":{unset}}", "{\"a\":{},\"b\":[]}",
			NULL },

		/* an empty value is a value */
		{ "{\"name\":\"{sub}\"}", "{\"name\":\"\"}", NULL },
		{ "{\"ttl\":{sub}}", NULL,
			"sub: \"\" is not a number, true or false" },

		/* in quotes */
		{ "[\"{odd}\"]", "[\"a b&c=d/e?f%g\\\"h\\\\i\"]", NULL },
		{ "[\"{lines}{tab}{bell}\"]",
			"[\"a\\r\\nX-Evil: 1a\\tba\\u0007b\"]", NULL },
		{ "[\"{braces}\"]", "[\"{zone}{ttl}\"]", NULL },
		{ "[\"{line}:默认\"]", "[\"默认:默认\"]", NULL },
		{ "{\"{fqdn}.\":\"{+id}\"}",
			"{\"home.example.com.\":\"/hostedzone/Z1\"}", NULL },
		{ "[\"{one}\"]", "[\"{\\\"a\\\":1}\"]", NULL },
		{ "[\"\\u00e9\\\"{zone}\\\\\"]",
			"[\"\\u00e9\\\"example.com\\\\\"]", NULL },

		/* bare */
		{ "[{ttl},{proxied},{precise}]",
			"[300,true,12345678901234567890.50]", NULL },
		{ "[-{ttl},1{ttl},{ttl}.5]", "[-300,1300,300.5]", NULL },
		{ "[1,-0.5e+3,true,false,null]", "[1,-0.5e+3,true,false,null]",
			NULL },
		{ "{\"proxied\":{yes}}", NULL,
			"yes: \"yes\" is not a number, true or false" },
		{ "[{hex}]", NULL,
			"hex: \"0x1F\" is not a number, true or false" },
		{ "[{zero}]", NULL,
			"zero: \"007\" is not a number, true or false" },
		{ "[{null}]", NULL,
			"null: \"null\" is not a number, true or false" },
		{ "{\"a\":{inject}}", NULL,
			"inject: \"1,\"evil\":2\" is not a number, true or false" },
		{ "[{line}]", NULL, "line is not a number, true or false" },
		{ "[{proxied}{proxied}]", NULL, "a value expected at byte 2" },

		/* finished items */
		{ "{\"rrsets\":[{set}]}", "{\"rrsets\":[{\"a\":1},{\"a\":2}]}",
			NULL },
		{ "[{none},{one}]", "[{\"a\":1}]", NULL },
		{ "{\"patches\":[{one}],\"posts\":[{none}]}",
			"{\"patches\":[{\"a\":1}]}", NULL },
		{ "{one}", "{\"a\":1}", NULL },
		{ "{none}", NULL, NULL },

		/* no JSON */
		{ "{\"a\":1 \"b\":2}", NULL, "',' expected at byte 8" },
		{ "{\"a\" 1}", NULL, "':' expected at byte 6" },
		{ "{a:1}", NULL, "'\"' expected at byte 2" },
		{ "[1,]", NULL, "a value expected at byte 4" },
		{ "[1", NULL, "',' expected at byte 3" },
		{ "[\"a", NULL, "'\"' expected at byte 4" },
		{ "[\"\\x\"]", NULL, "an escape expected at byte 3" },
		{ "[01]", NULL, "a value expected at byte 2" },
		{ "[yes]", NULL, "a value expected at byte 2" },
		{ "[] []", NULL, "the end expected at byte 4" },
		{ "{Unset}", NULL, "'\"' expected at byte 2" },
		{ "", NULL, "a value expected at byte 1" },
	};

	(void)state;
	CHECK_ALL(template_json, rows);
}

static void
test_json_depth(void **state)
{
	char deep[201];
	struct buf out = { 0 };
	struct fail fail;

	(void)state;
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	deep[200] = '\0';
	assert_int_equal(template_json(&out, deep, &scope, &fail), EXPAND_BAD);
	assert_string_equal(fail.text, "less nesting expected at byte 65");
	assert_int_equal(
		template_json(&out, deep + 70, &scope, &fail), EXPAND_BAD);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void
test_json_ok(void **state)
{
	static const struct row rows[] = {
		{ "{\"a\":\"{unset}\",\"b\":{unset},\"c\":[{set}]}", "", NULL },
		{ "{value}", "", NULL },
		{ "{\"a\":\"{b}\" \"c\":1}", NULL, "',' expected at byte 12" },
		{ "{\"a\":b}", NULL, "a value expected at byte 6" },
	};
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(template_json_ok(rows[i].text, &fail),
			rows[i].out != NULL);
		if (rows[i].fail)
			assert_string_equal(fail.text, rows[i].fail);
	}
}

static void
test_form(void **state)
{
	static const struct row rows[] = {
		{ "login_token={type},{odd}&format=json",
			"login_token=A,a%20b%26c%3Dd%2Fe%3Ff%25g%22h%5Ci&format=json",
			NULL },
		{ "a={unset}&b=1&c={unset}", "b=1", NULL },
		{ "a=1&b={unset}&c=2", "a=1&c=2", NULL },
		{ "a={unset}", NULL, NULL },
		{ "a={sub}", "a=", NULL },
		{ "a=默&line={line}", "a=%E9%BB%98&line=%E9%BB%98%E8%AE%A4",
			NULL },
		{ "a={star}{apex}~{ip6}", "a=*.home@~2001%3Adb8%3A%3A1", NULL },
		{ "a={lines}", "a=a%0D%0AX-Evil%3A%201", NULL },
		{ "data=[{set}]",
			"data=[%7B%22a%22%3A1%7D%2C%7B%22a%22%3A2%7D]", NULL },
		{ "", "", NULL },
	};

	(void)state;
	CHECK_ALL(template_form, rows);
}

static void
test_xml(void **state)
{
	static const struct row rows[] = {
		{ "<a x=\"1\">{ip}</a>", "<a x=\"1\">192.0.2.1</a>", NULL },
		{ "<a>{markup}</a>",
			"<a>&lt;a b=&apos;c&apos;&gt;&amp;&quot;</a>", NULL },
		{ "<a>{change}</a>", "<a><C>1</C><C>2</C></a>", NULL },
		{ "<a>{none}</a>", "<a></a>", NULL },
		{ "<a>{line} é</a>", "<a>默认 é</a>", NULL },
		{ "<a>{unset}</a>", NULL, "unset is not set" },
		{ "<a>{bell}</a>", NULL, "bell holds a control byte" },
		{ "<a>{tab}</a>", "<a>a\tb</a>", NULL },
	};

	(void)state;
	CHECK_ALL(template_xml, rows);
}

static void
test_line(void **state)
{
	static const struct row rows[] = {
		{ "X-Key: {odd}", "X-Key: a b&c=d/e?f%g\"h\\i", NULL },
		{ "User-Agent: ddns/1 ({unset})", NULL, NULL },
		{ "{line}", "默认", NULL },
		{ "a{sub}b", "ab", NULL },
		{ "X: {lines}", NULL, "lines holds a control byte" },
		{ "X: {tab}", NULL, "tab holds a control byte" },
		{ "X: {del}", NULL, "del holds a control byte" },

		/* braces that are text */
		{ "{} { } {a b} {A} {1a} {-a} {a",
			"{} { } {a b} {A} {1a} {-a} {a", NULL },
		{ "{_a} {++a} {a+} {a-b} {aB} {{zone}}",
			"{_a} {++a} {a+} {a-b} {aB} {example.com}", NULL },
		{ "{+zone}{user9_x}", "example.comme", NULL },
		{ "X-Filter: {\"domain\":\"{zone}\"}",
			"X-Filter: {\"domain\":\"example.com\"}", NULL },
		{ "{braces}", "{zone}{ttl}", NULL },
		{ "", "", NULL },
	};

	(void)state;
	CHECK_ALL(template_line, rows);
}

struct url_row {
	struct template_url url;
	const char *out;
	const char *fail;
};

#define API "https://api.example.net/v1"
#define SERVER "https://dyn.example.net:8443"

static void
test_url(void **state)
{
	static const struct url_row rows[] = {
		/* put together */
		{ { API, NULL, "/zones" }, API "/zones", NULL },
		{ { API "/", NULL, "/zones" }, API "/zones", NULL },
		{ { API "/", NULL, "/" }, API "/", NULL },
		{ { API "//", NULL, "//a" }, API "///a", NULL },
		{ { API, NULL, "?JSON" }, API "?JSON", NULL },
		{ { API, NULL, "" }, API, NULL },
		{ { API, NULL, "{+id}/rrset" }, API "/hostedzone/Z1/rrset",
			NULL },
		{ { API "/", NULL, "{+id}" }, API "/hostedzone/Z1", NULL },
		{ { API "/", NULL, "{zone}/x" }, API "/example.com/x", NULL },
		{ { API, NULL, "https://other.example/x?y" },
			"https://other.example/x?y", NULL },
		{ { NULL, NULL, "http://127.0.0.1:8080/{name}" },
			"http://127.0.0.1:8080/home", NULL },
		{ { NULL, NULL, "/x" }, NULL, "the URL has no host" },

		/* base with a query */
		{ { API "?key={type}&v=1", NULL, "/a?b={ip}" },
			API "/a?key=A&v=1&b=192.0.2.1", NULL },
		{ { API "?team={unset}", NULL, "/a?b=1" }, API "/a?b=1", NULL },
		{ { API "?team={unset}", NULL, "/a" }, API "/a", NULL },
		{ { API "/?key=1", NULL, "?cmd=list" }, API "/?key=1&cmd=list",
			NULL },
		{ { API "/?key=1", NULL, "/?cmd=list" }, API "/?key=1&cmd=list",
			NULL },
		{ { API "?key=1", NULL, "https://other.example/" },
			"https://other.example/", NULL },

		/* parameters */
		{ { API, NULL, "?a={unset}&b=1&c={unset}&d" }, API "?b=1&d",
			NULL },
		{ { API, NULL, "?a={unset}" }, API, NULL },
		{ { API, NULL, "?ip={ip4}&ipv6={ip6}" },
			API "?ipv6=2001%3Adb8%3A%3A1", NULL },
		{ { API, NULL, "?host[{fqdn}]={ip}" },
			API "?host[home.example.com]=192.0.2.1", NULL },
		{ { API, NULL, "?s={sub}&t=" }, API "?s=&t=", NULL },
		{ { API, NULL, "?q={odd}&l=默" },
			API "?q=a%20b%26c%3Dd%2Fe%3Ff%25g%22h%5Ci&l=%E9%BB%98",
			NULL },
		{ { API, NULL, "?q={braces}&p=%7B{page}%7D&r={x y}" },
			API "?q=%7Bzone%7D%7Bttl%7D&r={x%20y}", NULL },
		{ { API, NULL, "/a\x7f?b=\x7f\x01\xED" },
			API "/a%7F?b=%7F%01%ED", NULL },
		{ { API, NULL, "?n={lines}" }, API "?n=a%0D%0AX-Evil%3A%201",
			NULL },
		{ { API, NULL, "?i={+id}" }, API "?i=%2Fhostedzone%2FZ1",
			NULL },

		/* the path */
		{ { API, NULL, "/{apex}/{star}/{line}/é" },
			API "/@/*.home/%E9%BB%98%E8%AE%A4/%C3%A9", NULL },
		{ { API, NULL, "/{slash}/{odd}" },
			API "/a%2Fb/a%20b%26c%3Dd%2Fe%3Ff%25g%22h%5Ci", NULL },
		{ { API, NULL, "/{zone}/{type}/{sub}" }, API "/example.com/A/",
			NULL },
		{ { API, NULL, "/{unset}?a=1" }, NULL, "unset is not set" },
		{ { API, NULL, "/{empty}" }, NULL, "empty: \"\" has no text" },
		{ { API, NULL, "/a/{sub}" }, API "/a/", NULL },
		{ { API, NULL, "/{dots}/x" }, NULL,
			"the path would have a segment \"..\"" },
		{ { API, NULL, "/x/{dot}?a" }, NULL,
			"the path would have a segment \".\"" },
		{ { API, NULL, "/x/{dot}." }, NULL,
			"the path would have a segment \"..\"" },
		{ { API, NULL, "/x/%2E{dot}/y" }, NULL,
			"the path would have a segment \"%2E.\"" },
		{ { API, NULL, "/x/{dots}." }, API "/x/...", NULL },
		{ { API, NULL, "/x/{dots}a?b={dots}" }, API "/x/..a?b=..",
			NULL },

		/* reserved expansion */
		{ { API, NULL, "{+link}?g=1" },
			API "/v1/a?b=c:d&e=%20%23f%C3%A9&g=1", NULL },
		{ { API, NULL, "{+space}" }, API "/a%20ff", NULL },
		{ { API, NULL, "{+percent}" }, API "/a%25zz%25zf%25f%25",
			NULL },
		{ { API "?k=1", NULL, "{+id}?g=1" },
			API "/hostedzone/Z1?k=1&g=1", NULL },
		{ { API, NULL, "{+outside}" }, NULL,
			"outside: \"//evil.example/x\" does not begin with one /" },
		{ { API, NULL, "{+relative}" }, NULL,
			"relative: \"hostedzone/Z1\" does not begin with one /" },
		{ { API, NULL, "{+sub}" }, NULL,
			"sub: \"\" does not begin with one /" },
		{ { API, NULL, "{+climb}" }, NULL,
			"climb: \"/a/../b\" holds .." },
		{ { API, NULL, "{+encoded}" }, NULL,
			"the path would have a segment \"%2E%2e\"" },

		/* the host */
		{ { "https://{name}.example.net", NULL, "/x" },
			"https://home.example.net/x", NULL },
		{ { "https://{slash}.example.net", NULL, "/x" }, NULL,
			"slash: \"a/b\" is not part of a host name" },
		{ { "https://{sub}.example.net", NULL, "/x" }, NULL,
			"sub: \"\" is not part of a host name" },
		{ { "https://{unset}.example.net", NULL, "/x" }, NULL,
			"unset is not set" },
		{ { "https://{line}", NULL, "" }, NULL,
			"line is not part of a host name" },
		{ { "https://api.example.net", NULL, "{evil}" },
			"https://api.example.net/.evil.example", NULL },
		{ { "https://api.example.net", NULL, "{+id}" },
			"https://api.example.net/hostedzone/Z1", NULL },
		{ { "https://api.example.net{+id}", NULL, "/x" },
			"https://api.example.net/hostedzone/Z1/x", NULL },
		{ { "https://api.example.net", NULL, "?a" },
			"https://api.example.net?a", NULL },

		/* the account's server */
		{ { "{server}", SERVER, "/nic/update?a=1" },
			SERVER "/nic/update?a=1", NULL },
		{ { "{server}/api/v1?k=1", "https://[2001:db8::1]/pre", "/z" },
			"https://[2001:db8::1]/pre/api/v1/z?k=1", NULL },
		{ { "{server}", NULL, "/x" }, SERVER "/x", NULL },
		{ { "{server}", SERVER, "{zone}" }, SERVER "/example.com",
			NULL },
		{ { API "/a", SERVER, "/z" }, SERVER "/v1/a/z", NULL },
		{ { "https://{zone}.example", SERVER, "/z" }, SERVER "/z",
			NULL },
		{ { API "?s={server}", SERVER, "/z" },
			API "/z?s=https%3A%2F%2Fdyn.example.net%3A8443", NULL },
		{ { API, SERVER, "https://other.example/" },
			"https://other.example/", NULL },
		{ { NULL, SERVER, "/z" }, SERVER "/z", NULL },
		{ { NULL, SERVER, "{server}/z" }, SERVER "/z", NULL },
	};
	struct buf out = { 0 };
	struct fail fail;
	struct row row;
	enum expansion done;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&fail, 0, sizeof fail);
		buf_str(&out, "was ");
		done = template_url(&out, &rows[i].url, &scope, &fail);
		row.text = rows[i].url.url;
		row.out = rows[i].out;
		row.fail = rows[i].fail;
		check(&row, done, &out, &fail);
	}
}

static struct variable
nothing(void *arg, const char *name)
{
	const struct variable unset = { NULL, false };

	(void)arg;
	(void)name;
	return unset;
}

static void
test_url_without_server(void **state)
{
	static const struct scope empty = { .get = nothing, .arg = NULL };
	static const struct template_url url = { "{server}", NULL, "/x" };
	struct buf out = { 0 };
	struct fail fail;

	(void)state;
	assert_int_equal(template_url(&out, &url, &empty, &fail), EXPAND_BAD);
	assert_string_equal(fail.text, "server is not set");
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static bool
collect(const char *name, void *arg)
{
	struct buf *names = arg;

	buf_printf(names, "%s ", name);
	return strcmp(name, "stop") != 0;
}

static void
test_names(void **state)
{
	struct buf names = { 0 };

	(void)state;
	assert_true(template_each("{a}{+b_1} {} {C} x{a}", collect, &names));
	assert_false(template_each("{a}{stop}{b}", collect, &names));
	assert_string_equal(buf_text(&names), "a b_1 a a stop ");
	buf_free(&names);

	assert_true(template_holds("x{ab}", "ab"));
	assert_true(template_holds("x{+ab}", "ab"));
	assert_false(template_holds("x{abc}{a}{ab", "ab"));
}

static void
test_encode(void **state)
{
	struct buf out = { 0 };

	(void)state;
	template_encode(&out, "AZaz09-._~*@ +/:,;=&%{}é\x01");
	assert_string_equal(buf_text(&out),
		"AZaz09-._~*@%20%2B%2F%3A%2C%3B%3D%26%25%7B%7D%C3%A9%01");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_depth),
		cmocka_unit_test(test_json_ok),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_url_without_server),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
