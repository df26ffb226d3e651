/* SPDX-License-Identifier: ISC */
#include "read-rows.h"

#define SET "set = GET https://h.example/{fqdn}?ip={ip}\n"
#define URL "url = https://h.example\n"
#define RECORDS "records = GET /r -> id ip=/content\n"
#define UPDATE "update = GET /u/{id}?ip={ip}\n"
#define P "[provider p]\n"
#define SAID(line) "f:" line ": [provider p] "
#define T50 "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT"

static void
rows_of_the_manual(void **state)
{
	static const struct said table[] = {
		{ P SET "recods = GET /r\n",
			SAID("3") "recods: unknown key (records?)\n" },
		{ P URL "setting = [zone_id]\nset = GET /{zoneid}?ip={ip}\n",
			SAID("4") "set: nothing defines {zoneid} (zone_id?)\n" },
		{ P URL "set = GET nic/update?ip={ip}\n",
			SAID("3") "set: a URL begins with /, ?, { or "
				  "https://\n" },
		{ P URL "set = POST / {\"a\":\"b\" \"ip\":\"{ip}\"}\n",
			SAID("3") "set: the body is not JSON: ',' expected at "
				  "byte 10\n" },
		{ P URL "set = GET /u\ngood = OK\n",
			SAID("3") "set: sends no address, so good must hold "
				  "{ip}\n" },
		{ P "like = clouflare\n",
			SAID("2") "like: no provider clouflare (cloudflare?)\n" },
		{ "[provider a]\nlike = b\n[provider b]\nlike = a\n",
			"f:2: [provider a] like: a goes in a circle (a, b, a)\n"
			"f:4: [provider b] like: b goes in a circle (b, a, "
			"b)\n" },
		{ P "setting = ip\n",
			SAID("2") "setting: ip is a word of the language\n" },
		{ P URL RECORDS "set = {\"ip\":\"{ip}\"}\n"
				"batch = POST /b [{create}]\n",
			SAID("4") "set: begin with GET or POST, or put "
				  "{set} into batch\n" },
		{ P URL RECORDS "batch = POST /b [\"{ip}\"]\n" SET,
			SAID("4") "batch: holds none of {set} {create} "
				  "{update} {delete}\n" },
		{ P URL "update = GET /u?ip={ip}\n",
			SAID("3") "update: needs records\n" },
		{ P URL UPDATE "records = GET /r -> id\n",
			SAID("4") "records: reads no ip\n" },
		{ P URL UPDATE "records = GET /r -> /list id name ip\n",
			SAID("4") "records: a list, but type is not read\n" },
		{ P URL UPDATE "records = GET /r -> id ip=content\n",
			SAID("4") "records: ip=content: a pointer begins with "
				  "/\n" },
		{ P URL UPDATE "records = GET /r -> id=\n",
			SAID("4") "records: reads no ip\n" },
		{ P URL UPDATE "records = GET /r -> [] /list id ip\n",
			SAID("4") "records: /list: the pointer to the items "
				  "comes first\n" },
		{ P URL SET "zones = GET /{zone} -> /list\n"
			    "missing.zones = 404\nrefused.write.A = 5xx\n"
			    "error = X-Reason:, /message\nformat = json\n",
			"" },
		{ P URL SET "missing.zone = 404\n",
			SAID("4") "missing.zone: unknown key\n" },
		{ P URL SET "url.zones = https://h.example\n",
			SAID("4") "url.zones: unknown key (all_zones?)\n" },
		{ P URL SET "error = X-Reason\n",
			SAID("4") "error: X-Reason: a pointer begins with /\n" },
		{ P URL SET "format = html\n",
			SAID("4") "format: html: a format is json or xml\n" },
		{ P "url = https://h.example/#a\n" SET,
			SAID("2") "url: a URL ends at #: write {ip} for "
				  "#{ip}, or %23\n" },
		{ P URL "set = GET /u?ip=#{ip}\n",
			SAID("3") "set: a URL ends at #: write {ip} for "
				  "#{ip}, or %23\n" },
		{ P URL UPDATE "records = GET /r -> id=\n"
			       "record = GET /r/{id} -> name type ip\n",
			"" },
		{ P URL UPDATE "records = GET /r -> id=\n"
			       "record = GET /r/{id} -> name ip\n",
			SAID("5") "record: a list, but type is not read\n" },
		{ P URL UPDATE "records = GET /r -> id ip\n"
			       "record = GET /r/{id}\n",
			SAID("4") "records: reads ip, and so does record\n" SAID("5") "record: reads no ip\n" SAID(
				"5") "record: a list, but name is not read\n" SAID("5") "record: a list, but type is not read\n" },
		{ P URL SET "records = GET /r\n"
			    "record = GET /r/1 -> name type ip\n",
			SAID("4") "records: reads nothing for record\n" },
		{ P URL SET "record = GET /r/1 -> name type ip\n",
			SAID("4") "record: needs records\n" },
		{ P URL SET "publish = {\"a\":1}\n",
			SAID("4") "publish: begin with GET or POST\n" },
		{ P URL SET "zones = GET /z -> /list zone_id=/id\n",
			SAID("4") "zones: reads no zone\n" },
		{ P URL UPDATE RECORDS
			"all_records = GET /r?p={page} -> /l id name type "
			"ip pages=/n\n"
			"zones = GET /{zone} -> zone=/z i=/i\n"
			"all_zones = GET /z -> /l zone=/z i=/i\n",
			"" },
		{ P URL SET "all_zones = GET /z -> /l zone=/z\n",
			SAID("4") "all_zones: needs zones\n" },
		{ P URL SET "all_records = GET /r -> /l name type ip\n",
			SAID("4") "all_records: needs records\n" },
		{ P URL UPDATE RECORDS
			"all_records = GET /r/{name} -> /l id name type ip\n",
			SAID("5") "all_records: is about one name\n" },
		{ P URL UPDATE RECORDS "all_records = GET /r\n",
			SAID("5") "all_records: reads no name\n" SAID(
				"5") "all_records: reads no type\n" SAID("5") "all_records: reads no ip\n" },
		{ P URL UPDATE RECORDS
			"all_records = GET /r -> /l name type ip ttl\n",
			SAID("5") "all_records: records reads id, this does not\n" SAID(
				"5") "all_records: reads ttl, records does not\n" },
		{ P URL UPDATE "records = GET /r -> id=\n"
			       "record = GET /r/{id} -> name type ip ttl\n"
			       "all_records = GET /r -> /l id name type ip\n",
			SAID("6") "all_records: record reads ttl, this does not\n" },
		{ P URL SET "zones = GET /{zone} -> zone=/z\n"
			    "all_zones = GET /z/{zone} -> /l zone=/z i\n",
			SAID("5") "all_zones: is about one name\n" SAID(
				"5") "all_zones: reads i, zones does not\n" },
		{ P URL SET "zones = GET /{zone} -> zone=/z\n"
			    "all_zones = GET /z -> /l\n",
			SAID("5") "all_zones: reads no zone\n" SAID(
				"5") "all_zones: zones reads zone, this does not\n" },
		{ P URL UPDATE "records = GET /r -> ip id pages=/n pages=/m\n",
			SAID("4") "records: reads pages twice\n" SAID(
				"4") "records: reads pages, but holds no {page}\n" },
		{ P SET "auth = TC3-HMAC-SHA256 a b\n",
			SAID("3") "auth: TC3-HMAC-SHA256 takes id secret "
				  "service\n" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
keys_and_lines(void **state)
{
	static const struct said table[] = {
		{ P SET "xyzzyx = 1\n", SAID("3") "xyzzyx: unknown key\n" },
		{ P SET "site.A = x\n",
			SAID("3") "site.A: unknown key (site?)\n" },
		{ P SET "names = a.example\n",
			SAID("3") "names: unknown key\n" },
		{ P SET "line = x\n", SAID("3") "line: unknown key (like?)\n" },
		{ P SET "setting = line\nline = x\nline.AAAA = y\n", "" },
		{ P SET SET, SAID("3") "set: given twice, first in line 2\n" },
		{ P "set.A = GET https://h.example/{ip}\n"
		    "set.AAAA = GET https://h.example/{ip}\n"
		    "good = a\ngood = b\n",
			"" },
		{ P SET "hold = 5\n\n ttl\n",
			SAID("5") "hold: an indented line goes on here, but "
				  "this key takes one value (begin keys in the "
				  "first column)\n" },
		{ P SET "hold = soon\n",
			SAID("3") "hold: soon: a time is 90s, 30m, 2h or 25d\n" },
		{ P SET "refresh = x\nttl = 0\n",
			SAID("3") "refresh: x: a time is 90s, 30m, 2h or 25d\n" SAID(
				"4") "ttl: 0: a TTL is 1 to 2147483647 seconds, or 5m\n" },
		{ P SET "header = X y\n",
			SAID("3") "header: X y: a header field is `Name: "
				  "value`\n" },
		{ P SET "error = message\n",
			SAID("3") "error: message: a pointer begins with /\n" },
		{ P SET "good = /a~2=b\n",
			SAID("3") "good: /a~2=b: in a pointer, ~ is written ~0 "
				  "and / is written ~1\n" },
		{ P "set = GET https://h.example/{ip} ; why\n",
			SAID("2") "set: a `;` behind a space begins a comment: "
				  "write \\u003b in JSON, %3B in a URL\n" },
		{ "[provider P]\n" SET,
			"f:1: [provider P] a provider's name is 1 to 40 of a-z "
			"0-9 . -\n" },
		{ "[provider ipv4]\n" SET,
			"f:1: [provider ipv4] ipv4 is a section of another "
			"kind\n" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
urls_and_bodies(void **state)
{
	static const struct said table[] = {
		{ P "set = GET http://h.example/{ip}\n",
			SAID("2") "set: http:// is sent in clear text: use "
				  "https://\n" },
		{ P "set = GET http://{server}/{ip}\n",
			SAID("2") "set: clear text goes to this machine only: "
				  "write https://\n" },
		{ P "url = http://127.0.0.1:8053\nset = GET /{ip}\n", "" },
		{ P "url = http://h.example\nset = GET /{ip}\n",
			SAID("2") "url: http:// is sent in clear text: use "
				  "https://\n" },
		{ P "url = h.example\nset = GET /{ip}\n",
			SAID("2") "url: begins with https:// or {server}\n" },
		{ P "url = {server}/api\nset = GET /{ip}\n", "" },
		{ P "url = https://h.example/a b\nset = GET /{ip}\n",
			SAID("2") "url: a URL holds no space\n" },
		{ P "set = GET /{ip}\n",
			SAID("2") "set: its URL is put behind `url`, which is "
				  "missing\n" },
		{ P URL "set = POST / <a>{ip}</b>\n",
			SAID("3") "set: the body is not XML: mismatched tag at "
				  "line 1\n" },
		{ P URL "set = POST / <a>{ip}</a>\n", "" },
		{ P URL "set = POST / a={ip}\n", "" },
		{ P URL "login = /x\n" SET,
			SAID("3") "login: begin with GET or "
				  "POST\n" },
		{ P URL "set = POST / {ip}\ngood = OK\n", "" },
		{ P URL "set = POST /\n  X-Id: {nil}\n  {\"a\":\n  \"{ip}\"}\n",
			SAID("3") "set: nothing defines {nil}\n" },
		{ P URL SET "records = GET /r -> id name type ip\n"
			    "publish = POST /{id}\n",
			SAID("5") "publish: nothing defines {id} (ip?)\n" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
readings_and_variables(void **state)
{
	static const struct said table[] = {
		{ P URL UPDATE "records = GET /r -> /l ip /m name type\n",
			SAID("3") "update: nothing defines {id} (ip?)\n" SAID(
				"4") "records: /m: the pointer to the items comes "
				     "first\n" },
		{ P URL UPDATE "records = GET /r -> ip id ip=/b\n",
			SAID("4") "records: reads ip twice\n" },
		{ P URL UPDATE "records = GET /r -> Ip=/b ip id\n",
			SAID("4") "records: Ip=/b: a variable's name is of a-z "
				  "0-9 _\n" },
		{ P URL UPDATE "records = GET /r -> fqdn=/b ip id\n",
			SAID("4") "records: fqdn is a word of the language\n" },
		{ P URL UPDATE "records = GET /r -> ip id page=/n\n",
			SAID("4") "records: reads page, but holds no {page}\n" },
		{ P URL UPDATE
			"records = GET /r?p={page} -> page=/n /l id name "
			"type ip\n",
			"" },
		{ P URL "set = GET /{session}?{ip}\nlogin = GET / -> session\n",
			"" },
		{ P URL "login = GET /{session}{nothing} -> session\n" SET,
			SAID("3") "login: nothing defines {session}\n" SAID(
				"3") "login: nothing defines {nothing}\n" },
		{ P URL "auth = Bearer {session}\nlogin = GET / -> "
			"session\n" SET,
			"" },
		{ P URL SET "zones = GET /z -> /l zone=\n", "" },
		{ P URL SET "secret = key\njwt = {key} a\n"
			    "login = POST / a={jwt} -> session\n",
			"" },
		{ P URL SET "secret = key\njwt = {key}\n",
			SAID("5") "jwt: takes key scope\n" SAID(
				"5") "jwt: login holds no {jwt}\n" },
		{ P URL SET "login = POST / a={jwt}\n",
			SAID("4") "login: nothing defines {jwt}\n" },
		{ P SET "good = {nothing}\n",
			SAID("3") "good: nothing defines {nothing}\n" },
		{ P URL SET "login = GET / {set}\n",
			SAID("4") "login: nothing defines {set}\n" },
		{ P SET "secret = token\nsetting = token\n",
			SAID("4") "setting: token is declared twice\n" },
		{ P SET "setting = Token\n",
			SAID("3") "setting: Token: a variable's name is of a-z "
				  "0-9 _\n" },
		{ P SET "setting = zone\n", "" },
		{ P "url = https://h.example\nsetting = n\nn = yes\n"
		    "set = POST / {\"n\":{n},\"ip\":\"{ip}\"}\n",
			SAID("4") "n: \"yes\" is not a number, true or false\n" },
		{ P "url = https://h.example\nsecret = n\nn = yes\n"
		    "set = POST / {\"n\":{n},\"ip\":\"{ip}\"}\n",
			SAID("4") "n: is not a number, true or false\n" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

static void
layers(void **state)
{
	static const struct said table[] = {
		/* a mistake is told where it stands, not where it is liked */
		{ P "like = q\n[provider q]\nset = GET x{ip}\n",
			"f:4: [provider q] set: a URL begins with /, ?, { or "
			"https://\n" },
		/* the layer above makes the mistake */
		{ P "like = digitalocean\nrecords =\n",
			SAID("1") "create: needs records\n" SAID("1") "update: needs records\n" SAID(
				"1") "update: nothing defines {id} (ip?)\n" },
		{ P "like = cloudflare\nbatch =\n",
			SAID("1") "create: begin with GET or POST\n" SAID(
				"1") "update: begin with GET or POST\n" },
		/* its own name is the hidden row */
		{ "[provider cloudflare]\nlike = cloudflare\n"
		  "url = https://h.example\n",
			"" },
		{ P "like = p\n",
			SAID("2") "like: p goes in a circle (p, p)\n" },
		/* who likes a row in a circle has nothing to mend */
		{ P "like = a\n[provider a]\nlike = b\n[provider b]\n"
		    "like = a\n",
			"f:4: [provider a] like: a goes in a circle (a, b, a)\n"
			"f:6: [provider b] like: b goes in a circle (b, a, "
			"b)\n" },
		{ "[provider a]\nlike = b\n[provider b]\nlike = c\n"
		  "[provider c]\nlike = d\n[provider d]\nlike = e\n"
		  "[provider e]\n" SET,
			"" },
		{ P "like = a\n[provider a]\nlike = b\n[provider b]\n"
		    "like = c\n[provider c]\nlike = d\n[provider d]\n"
		    "like = e\n[provider e]\n" SET,
			SAID("2") "like: more than 4 deep\n" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "46");
}

/* A row of so many lines of a kind. */
static void
many(struct buf *out, int count, const char *format)
{
	int i;

	buf_str(out, P SET);
	for (i = 0; i < count; i++) {
		buf_str(out, format);
		buf_printf(out, "%d\n", i);
	}
}

static void
ceilings(void **state)
{
	static const struct {
		int fits;
		const char *line;
		const char *note;
	} table[] = {
		{ 16, "setting = a", SAID("1") "declares more than 16 keys\n" },
		{ 16, "header = A: ", SAID("1") "has more than 16 fields\n" },
		{ 64, "good = a", SAID("1") "has more than 64 tests\n" },
		{ 140, "error = /" T50 T50,
			SAID("1") "is over 16 KiB with its layers\n" },
	};
	struct buf text = { 0 };
	struct said said;
	size_t i;
	int more;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		buf_cut(&text, 0);
		many(&text, table[i].fits, table[i].line);
		said = (struct said){ buf_text(&text), "" };
		rows_said(&said, 1, "46");
		/* of bytes, a line alone is not much */
		for (more = table[i].fits < 100 ? 1 : 12; more > 0; more--)
			buf_printf(&text, "%sx\n", table[i].line);
		said = (struct said){ buf_text(&text), table[i].note };
		rows_said(&said, 1, "46");
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_the_manual),
		cmocka_unit_test(keys_and_lines),
		cmocka_unit_test(urls_and_bodies),
		cmocka_unit_test(readings_and_variables),
		cmocka_unit_test(layers),
		cmocka_unit_test(ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
