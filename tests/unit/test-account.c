/* SPDX-License-Identifier: ISC */
#include "read-rows.h"

#define CF "[cloudflare]\ntoken = abcdefgh\n"
#define DYN "[dyndns2]\nuser = u\npassword = pass\n"
#define HOME "names = home.example.com\n"
#define L61 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1"
#define L63 L61 "23"
#define SAID(line) "f:" line ": [cloudflare] "

static void
missing_keys(void **state)
{
	static const struct said table[] = {
		{ "[cloudflare]\n" HOME,
			"f:1: [cloudflare] token is missing (API token: My "
			"Profile / API Tokens, template Edit zone DNS)\n" },
		{ "[dyndns2]\n" HOME,
			"f:1: [dyndns2] user is missing (user name at the "
			"service)\n"
			"f:1: [dyndns2] password is missing (password at the "
			"service)\n"
			"f:1: [dyndns2] server is missing (https://HOST)\n" },
		{ "[namecheap]\npassword = pass\nipv4 = home.example.com\n",
			"f:1: [namecheap] zone is missing\n" },
		{ CF, SAID("1") "names is missing\n" },
		{ "[url]\n" HOME,
			"f:1: [url] set is missing (or create and update)\n" },
		{ "[cloudflare]\ntoken =\n" HOME,
			SAID("2") "token: is empty\n" },
		{ CF "names =\n", SAID("3") "names: is empty\n" },
		{ CF HOME "lookup =\n", SAID("4") "lookup: is empty\n" },
		{ CF HOME "proxied =\n", "" },
		{ CF HOME "zone_id = 023e\n",
			SAID("4") "zone_id: stands together with zone, which "
				  "is missing\n" },
		{ CF HOME "zone_id = 023e\nzone = example.com\n", "" },
		{ CF HOME "zone_id =\n", "" },
		{ CF HOME "nomes = x\n",
			SAID("4") "nomes: unknown key (names?)\n" },
		{ CF HOME "like = x\n",
			SAID("4") "like: stands in rows only: write [provider "
				  "NAME]\n" },
		{ CF HOME "aka = x\n",
			SAID("4") "aka: stands in rows only: write [provider "
				  "NAME]\n" },
		{ "[cf home]\n" HOME,
			"f:1: [cf home] token is missing (API token: My "
			"Profile / API Tokens, template Edit zone DNS)\n" },
		{ "[cloudfare]\n" HOME,
			"f:1: [cloudfare] no provider cloudfare\n" },
		{ "[provider p]\nsetting = zone  of yours\nset = GET "
		  "https://h.example/{zone}/{ip}\n[p]\n" HOME,
			"f:4: [p] zone is missing (of yours)\n" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

/* Where the account's ttl does not come to every record. */
static void
ttls(void **state)
{
	static const struct said table[] = {
		{ CF HOME "ttl = 60\n", "" },
		{ "[gandi]\ntoken = abcdefgh\nttl = 600\n" HOME, "" },
		{ "[netcup]\ncustomer = 1\napi_key = abcdefgh\n"
		  "api_password = abcdefgh\nzone = example.com\n" HOME
		  "ttl = 60\n",
			"f:7: [netcup] ttl: netcup does not send it\n" },
		{ "[hetzner]\ntoken = abcdefgh\n" HOME "ttl = 60\n",
			"f:4: [hetzner] ttl: hetzner sends it with new "
			"records alone\n" },
		{ "[linode]\ntoken = abcdefgh\n" HOME "ttl.A = 60\n",
			"f:1: [linode] linode sends it to a record with its "
			"next address only\n" },
		{ "[provider p]\nset = GET https://h.example/{ip}?t={ttl}\n"
		  "[p]\nttl = 60\n" HOME,
			"" },
		{ "[provider p]\nrecords = GET https://h.example/ -> ip ttl\n"
		  "set = PUT https://h.example/ [{value}]\n"
		  "value = {\"ip\":\"{ip}\",\"ttl\":{ttl}}\n"
		  "[p]\nttl = 60\n" HOME,
			"" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
values(void **state)
{
	static const struct said table[] = {
		{ CF HOME "proxied = yes\n",
			SAID("4") "proxied: \"yes\" is not a number, true or "
				  "false\n" },
		{ CF HOME "ttl = 1w\n",
			SAID("4") "ttl: 1w: a TTL is 1 to 2147483647 seconds, or 5m\n" },
		{ CF HOME "ttl = 2147483648\n",
			SAID("4") "ttl: 2147483648: a TTL is 1 to 2147483647 "
				  "seconds, or 5m\n" },
		{ CF HOME "refresh = often\n",
			SAID("4") "refresh: often: a time is 90s, 30m, 2h or "
				  "25d\n" },
		{ CF HOME "suffix = ::1\n",
			SAID("4") "suffix: ::1: a host part is "
				  "::1234:5678/64 or mac 00:11:22:33:44:55\n" },
		{ CF HOME "suffix = ::1/128\n",
			SAID("4") "suffix: ::1/128: a host part is "
				  "::1234:5678/64 or mac 00:11:22:33:44:55\n" },
		{ CF HOME "suffix = ::1234:5678/64\n", "" },
		{ CF HOME "suffix = mac 00:11:22:33:44:55\n", "" },
		{ CF HOME "lookup = lan\n",
			SAID("4") "lookup: neither [ipv4 lan] nor [ipv6 lan] "
				  "is there\n" },
		{ CF HOME "zone = home\n",
			SAID("3") "names: home.example.com is not in zone "
				  "home\n" },
		{ CF HOME "zone = exa mple.com\n",
			SAID("4") "zone: exa mple.com is not a DNS name\n" },
		{ CF HOME "set = GET x{ip}\n",
			SAID("4") "set: a URL begins with /, ?, { or "
				  "https://\n" },
		{ CF HOME "batch =\n",
			SAID("1") "create: begin with GET or POST\n" SAID(
				"1") "update: begin with GET or POST\n" },
		{ DYN HOME "server = http://192.0.2.1\n",
			"f:5: [dyndns2] server: http:// is sent in clear "
			"text: use https://\n" },
		{ DYN HOME "server = https://h.example/nic\n",
			"f:5: [dyndns2] server: takes scheme, host and port "
			"only\n" },
		{ DYN HOME "server = https://me@h.example\n",
			"f:5: [dyndns2] server: takes scheme, host and port "
			"only\n" },
		{ DYN HOME "server = http://127.0.0.1:8053/\n", "" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
names(void **state)
{
	static const struct said table[] = {
		{ CF "names = localhost\n",
			SAID("3") "names: localhost is not a whole name: localhost.example.com?\n" },
		{ CF "names = *.example.com, a.*.example.com *x.example.com\n",
			SAID("3") "names: a.*.example.com is not a DNS name\n" SAID(
				"3") "names: *x.example.com is not a DNS name\n" },
		{ CF "names = a..example.com\n  -.example.com\n",
			SAID("3") "names: a..example.com is not a DNS name\n" SAID(
				"4") "names: -.example.com is not a DNS name\n" },
		{ CF "names = *.-a.example.com a-.example.com a.ex-\n",
			SAID("3") "names: *.-a.example.com is not a DNS name\n" SAID(
				"3") "names: a-.example.com is not a DNS name\n" SAID("3") "names: a.ex- is not a DNS name\n" },
		/* RFC 1035, section 2.3.4: 63 bytes of a label, 253 in all */
		{ CF "names = " L63 ".example.com *." L63 ".example.com " L63
		     "." L63 "." L63 "." L61 "\n",
			"" },
		{ CF "names = " L63 "a.example.com *." L63 "a.example.com\n",
			SAID("3") "names: " L63 "a.example.com is not a DNS "
				  "name\n" SAID(
					  "3") "names: *." L63
					       "a.example.com is not a DNS name\n" },
		{ CF "names = " L63 "." L63 "." L63 "." L61 "a\n",
			SAID("3") "names: " L63 "." L63 "." L63 "." L61
				  "a is not a DNS name\n" },
		{ CF "names = a--b.example.com _a.example.com b_.example.com\n",
			"" },
		{ CF "names = a.example.com\n b.example.com,\n A.example.COM.\n",
			SAID("5") "names: a.example.com is given twice, first "
				  "in line 3\n" },
		{ CF HOME "ipv4 = home.example.com\n",
			SAID("4") "ipv4: home.example.com is given twice, "
				  "first in line 3\n" },
		{ CF "ipv4 = home.example.com\nipv6 = home.example.com\n", "" },
		{ CF HOME HOME, SAID("4") "names: given twice, first in line "
					  "3\n" },
		{ CF "names = a.example.org a.example.com\n"
		     "zone = example.com\n",
			SAID("3") "names: a.example.org is not in zone "
				  "example.com\n" },
		{ CF "names = anexample.com\nzone = example.com\n",
			SAID("3") "names: anexample.com is not in zone "
				  "example.com\n" },
		{ "[duckdns]\ntoken = abcd\n" HOME,
			"f:3: [duckdns] names: home.example.com is not in "
			"zone duckdns.org\n" },
		{ "[namecheap]\npassword = pass\nzone = example.com\n"
		  "ipv6 = home.example.com\n",
			"f:4: [namecheap] ipv6: namecheap has no AAAA\n" },
		{ "[namecheap]\npassword = pass\nzone = example.com\n" HOME,
			"f:4: [namecheap] names: namecheap has no AAAA, so "
			"these names get A alone: write ipv4 in place of "
			"names\n" },
		{ "[namecheap]\npassword = pass\nzone = example.com\n"
		  "ipv4 = home.example.com\n",
			"" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
families(void **state)
{
	static const struct said four[] = {
		{ CF HOME, "" },
		{ CF "ipv6 = home.example.com\n",
			SAID("3") "ipv6: has no lookups: [ipv6] is not "
				  "there\n" },
		{ CF "ipv6 = home.example.com\nlookup = wan\n",
			SAID("3") "ipv6: has no lookups: [ipv6 wan] is not "
				  "there\n" },
	};
	static const struct said six[] = {
		{ "[namecheap]\npassword = pass\nzone = example.com\n" HOME,
			"f:4: [namecheap] names: namecheap has no AAAA\n" },
	};
	static const struct said none[] = {
		{ CF HOME,
			SAID("3") "names: has no lookups: neither [ipv4] nor "
				  "[ipv6] is there\n" },
	};

	(void)state;
	rows_said(four, 3, "4");
	rows_said(six, 1, "6");
	rows_said(none, 1, "");
}

static void
dump_values(struct buf *out, const char *kind, const struct row_value *value)
{
	for (; value; value = value->next)
		buf_printf(out, "%s %s=%s%s%s%s\n", kind, value->name,
			value->text, value->secret ? " secret" : "",
			value->type[ROW_A] ? " A" : "",
			value->type[ROW_AAAA] ? " AAAA" : "");
}

static void
dump(struct buf *out, const struct account *account)
{
	const struct account_name *name;

	for (; account; account = account->next) {
		buf_printf(out,
			"[%s] %s server %s zone %s lookup '%s' "
			"refresh %d\n",
			account->title, account->provider,
			account->server ? account->server : "-",
			account->zone ? account->zone : "-", account->lookup,
			(int)account->refresh);
		dump_values(out, "value", account->values);
		dump_values(out, "default", account->defaults);
		for (name = account->names; name; name = name->next)
			buf_printf(out, "%d %s%s%s\n", name->line, name->name,
				name->type[ROW_A] ? " A" : "",
				name->type[ROW_AAAA] ? " AAAA" : "");
	}
}

static void
what_is_read(void **state)
{
	static const struct {
		const char *text;
		const char *lookups;
		const char *accounts;
	} table[] = {
		{ CF "names = Home.Example.com.\n  *.home.example.com "
		     "b\xC3\xBC"
		     "cher.example.org\nipv4 = vpn.example.com\n"
		     "proxied = true\nttl = 60\n",
			"46",
			"[cloudflare] cloudflare server - zone - lookup '' "
			"refresh 0\n"
			"value token=abcdefgh secret A AAAA\n"
			"value proxied=true A AAAA\n"
			"value ttl=60 A AAAA\n"
			"3 home.example.com A AAAA\n"
			"4 *.home.example.com A AAAA\n"
			"4 xn--bcher-kva.example.org A AAAA\n"
			"5 vpn.example.com A\n" },
		{ CF HOME, "6",
			"[cloudflare] cloudflare server - zone - lookup '' "
			"refresh 0\n"
			"value token=abcdefgh secret A AAAA\n"
			"3 home.example.com AAAA\n" },
		{ DYN "server = https://h.example:8443/\nlookup = wan\n"
		      "ipv6 = a.example.net\nipv4 = a.example.net\n",
			"46",
			"[dyndns2] dyndns2 server https://h.example:8443 zone "
			"- lookup 'wan' refresh 0\n"
			"value user=u A AAAA\n"
			"value password=pass secret A AAAA\n"
			"7 a.example.net A AAAA\n" },
		{ "[no-ip x]\nuser = u\npassword = pass\n" HOME, "4",
			"[no-ip x] no-ip server - zone - lookup '' refresh "
			"2160000\n"
			"value user=u A AAAA\n"
			"value password=pass secret A AAAA\n"
			"4 home.example.com A\n" },
		{ "[no-ip x]\nuser = u\npassword = pass\nrefresh =\n" HOME, "4",
			"[no-ip x] no-ip server - zone - lookup '' refresh 0\n"
			"value user=u A AAAA\n"
			"value password=pass secret A AAAA\n"
			"5 home.example.com A\n" },
		{ "[tencentcloud]\nsecret_id = aaaa\nsecret_key = bbbb\n"
		  "zone = Example.com.\n" HOME,
			"4",
			"[tencentcloud] tencentcloud server - zone "
			"example.com lookup '' refresh 0\n"
			"value secret_id=aaaa secret A AAAA\n"
			"value secret_key=bbbb secret A AAAA\n"
			"default line=\xE9\xBB\x98\xE8\xAE\xA4 A AAAA\n"
			"5 home.example.com A\n" },
		{ "[tencentcloud]\nsecret_id = aaaa\nsecret_key = bbbb\n"
		  "line.AAAA = six\n" HOME,
			"4",
			"[tencentcloud] tencentcloud server - zone - lookup "
			"'' refresh 0\n"
			"value secret_id=aaaa secret A AAAA\n"
			"value secret_key=bbbb secret A AAAA\n"
			"value line=six AAAA\n"
			"default line=\xE9\xBB\x98\xE8\xAE\xA4 A\n"
			"5 home.example.com A\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct rows rows = rows_read(table[i].text, table[i].lookups);
		struct buf text = { 0 };

		dump(&text, rows.accounts);
		rows_notes(&text, rows.config);
		assert_string_equal(buf_text(&text), table[i].accounts);
		buf_free(&text);
		rows_free(&rows);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_keys),
		cmocka_unit_test(ttls),
		cmocka_unit_test(values),
		cmocka_unit_test(names),
		cmocka_unit_test(families),
		cmocka_unit_test(what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
