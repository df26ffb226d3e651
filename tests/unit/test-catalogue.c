/* SPDX-License-Identifier: ISC */
#include "read-rows.h"
#include "provider/internal.h"

#define NAMES "names = home.example.com\n"

static void
dump_request(struct buf *out, const struct row_request *request)
{
	static const char *const kinds[] = { "", "json", "xml", "form",
		"text" };
	const struct config_line *field;
	const struct row_binding *at;

	if (request->text.method)
		buf_printf(
			out, " %s %s", request->text.method, request->text.url);
	for (field = request->text.fields; field; field = field->next)
		buf_printf(out, " <%s>", field->text);
	if (request->text.body)
		buf_printf(out, " %s %s", kinds[request->text.kind],
			request->text.body);
	if (request->paged)
		buf_str(out, " paged");
	if (!request->reading)
		return;
	buf_str(out, " ->");
	if (request->reading->page)
		buf_printf(out, " page=%s", request->reading->page);
	if (request->reading->items)
		buf_printf(out, " %s", request->reading->items);
	if (request->reading->list)
		buf_str(out, " []");
	for (at = request->reading->bindings; at; at = at->next)
		buf_printf(out, " %s=%s", at->variable, at->pointer);
}

static void
dump_tests(struct buf *out, const struct row *row)
{
	const struct match *test;
	int i;

	for (i = 0; i < MEANINGS; i++)
		for (test = row->test[i]; test; test = test->next) {
			buf_printf(out, "test %d%s:", i,
				test->key + strcspn(test->key, "."));
			if (test->kind == MATCH_STATUS)
				buf_printf(out, " %d", test->status);
			if (test->pointer)
				buf_printf(out, " at %s", test->pointer);
			if (test->text)
				buf_printf(out, " '%s'", test->text);
			buf_char(out, '\n');
		}
}

static void
dump_row(struct buf *out, const struct row *row)
{
	const struct config_line *line;
	int i;

	buf_printf(out, "%s%s%s%s\n", row->type, row->offered ? " offered" : "",
		row->needs_zone ? " zone" : "", row->senders ? " sender" : "");
	if (row->url)
		buf_printf(out, "url %s\n", row->url);
	if (row->auth)
		buf_printf(out, "auth %s\n", row->auth);
	for (line = row->fields; line; line = line->next)
		buf_printf(out, "header %s\n", line->text);
	for (i = 0; i < STEPS; i++) {
		if (!row->step[i])
			continue;
		buf_str(out, row_step_name(i));
		dump_request(out, row->step[i]);
		buf_char(out, '\n');
	}
	dump_tests(out, row);
	for (line = row->error; line; line = line->next)
		buf_printf(out, "error %s\n", line->text);
	if (row->hold > 0)
		buf_printf(out, "hold %d\n", (int)row->hold);
	if (row->ttl)
		buf_printf(out, "ttl %s\n", row->ttl);
}

struct made {
	const char *text;
	int type;
	const char *row;
};

static void
check_made(const struct made *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct rows rows = rows_read(table[i].text, "46");
		struct buf out = { 0 };

		rows_notes(&out, rows.config);
		assert_string_equal(buf_text(&out), "");
		assert_non_null(rows.accounts);
		dump_row(&out, &rows.accounts->row[table[i].type]);
		assert_string_equal(buf_text(&out), table[i].row);
		buf_free(&out);
		rows_free(&rows);
	}
}

static void
requests(void **state)
{
	static const struct made table[] = {
		{ "[provider p]\nurl = https://h.example\n"
		  "header = A: b\nheader = C: {ip}\n"
		  "zones = POST /z?p={page} a={zone} -> page=/n /list "
		  "zone=/name id\n"
		  "records = POST /r\n  X-Act: Do\n  {\"q\":\n  [\"{fqdn}\"]}\n"
		  "  -> /list id\n  name type ip=/content\n"
		  "update = PATCH {+id} <a>{ip}</a>\n"
		  "create = POST /c {\"ip\":\"{ip}->x\"}\n"
		  "error = /a, /b\nerror = /c\nhold = 2h\nttl = 60\n"
		  "good.write = yes\ngood.records.A = 404\n"
		  "good.records.AAAA = 405\n"
		  "good = 2xx, 404, /a/b, /a=b c\ngood = OK, 911, {ip}, []\n"
		  "[p]\n" NAMES,
			ROW_A,
			"A offered zone\n"
			"url https://h.example\n"
			"header A: b\nheader C: {ip}\n"
			"zones POST /z?p={page} form a={zone} paged -> "
			"page=/n /list zone=/name id=/id\n"
			"records POST /r <X-Act: Do> json {\"q\":[\"{fqdn}\"]}"
			" -> /list id=/id name=/name type=/type ip=/content\n"
			"create POST /c json {\"ip\":\"{ip}->x\"}\n"
			"update PATCH {+id} xml <a>{ip}</a>\n"
			"test 6.records.A: 404\ntest 6.write: 'yes'\n"
			"test 6: 2\ntest 6: 404\ntest 6: at /a/b\n"
			"test 6: at /a 'b c'\ntest 6: 'OK'\ntest 6: '911'\n"
			"test 6: '{ip}'\ntest 6: '[]'\n"
			"error /a\nerror /b\nerror /c\nhold 7200\nttl 60\n" },
		{ "[freedns]\ntoken = abcd\n" NAMES, ROW_AAAA,
			"AAAA offered sender\n"
			"url https://v6.sync.afraid.org\n"
			"set GET /u/{token}/\n"
			"test 1: '*ERROR: Invalid update URL*'\n"
			"test 1: '*ERROR: Unable to locate this record*'\n"
			"test 1: '*Couldn't find any matching DNS records*'\n"
			"test 1: '*ERROR: Could not authenticate*'\n"
			"test 5: '*No IP change detected for * with IP {ip}'\n"
			"test 6: '*Updated * to {ip}'\n" },
		{ "[desec]\ntoken = abcd\n" NAMES, ROW_A,
			"A offered zone\n"
			"url https://desec.io/api/v1\nauth Token {token}\n"
			"zones GET /domains/ -> [] zone=/name "
			"ttl=/minimum_ttl\n"
			"records GET /domains/{zone}/rrsets/"
			"?type={type} -> [] name=/subname "
			"type=/type ip=/records ttl=/ttl\n"
			"set json {\"subname\":\"{sub}\",\"type\":\"{type}\","
			"\"ttl\":{ttl},\"records\":[{value}]}\n"
			"batch PUT /domains/{zone}/rrsets/ json [{set}]\n"
			"value json \"{ip}\"\n"
			"test 2: '*\"Ensure this value is *'\n"
			"test 2: '*RRset with conflicting type present*'\n"
			"error /detail\nerror /ttl\nerror /records\n"
			"error /non_field_errors\n" },
	};

	(void)state;
	check_made(table, sizeof(table) / sizeof(table[0]));
}

#define P "[provider p]\nlike = q\n"
#define Q "[provider q]\n"
#define P2(aka) "[provider p]\naka = " aka "\n" PLAIN
#define PLAIN "set = GET https://h.example/plain/{ip}\n"
#define FOUR "set.A = GET https://h.example/four/{ip}\n"
#define SIX "set.AAAA = GET https://h.example/six/{ip}\n"
#define USE "[p]\nnames = home.example.com\n"
#define USE_SIX "[p]\nipv6 = home.example.com\n"
#define ROW_OF(type, path) \
	type " offered\nset GET https://h.example/" path "/{ip}\n"

static void
layers(void **state)
{
	static const struct made table[] = {
		{ P Q PLAIN FOUR USE, ROW_A, ROW_OF("A", "four") },
		{ P Q PLAIN FOUR USE, ROW_AAAA, ROW_OF("AAAA", "plain") },
		{ P FOUR Q SIX PLAIN USE, ROW_A, ROW_OF("A", "four") },
		{ P FOUR Q SIX PLAIN USE, ROW_AAAA, ROW_OF("AAAA", "six") },
		{ P PLAIN Q FOUR SIX USE, ROW_A, ROW_OF("A", "plain") },
		{ P PLAIN Q FOUR SIX USE, ROW_AAAA, ROW_OF("AAAA", "plain") },
		{ P Q PLAIN USE FOUR, ROW_A, ROW_OF("A", "four") },
		{ P Q PLAIN USE FOUR, ROW_AAAA, ROW_OF("AAAA", "plain") },
		{ P "set.A =\n" Q PLAIN USE_SIX, ROW_A, "A\n" },
		{ P "set.A =\n" Q PLAIN USE_SIX, ROW_AAAA,
			ROW_OF("AAAA", "plain") },
		{ P "auth =\n" Q PLAIN "auth = Bearer x\n" USE, ROW_A,
			ROW_OF("A", "plain") },
		{ P Q PLAIN "auth = Bearer x\nauth.A =\n" USE, ROW_A,
			ROW_OF("A", "plain") },
		/* lines of a key are taken as a whole */
		{ P "good = c\n" Q PLAIN "good = a\ngood = b\n" USE "good = d\n"
		    "good = e\n",
			ROW_A,
			ROW_OF("A", "plain") "test 6: 'd'\ntest 6: 'e'\n" },
		{ P "type.A = 0\n" Q PLAIN USE, ROW_A, ROW_OF("0", "plain") },
		{ "[provider dyndns2]\nlike = dyndns2\n"
		  "set = GET /x?{ip}\ndenied =\nrefused =\n"
		  "[easydns]\nuser = u\npassword = pass\ngood = OK\nlater =\n"
		  "denied =\nrefused =\n" NAMES,
			ROW_A,
			"A offered\nurl https://api.cp.easydns.com\n"
			"auth Basic {user}:{password}\n"
			"set GET /dyn/generic.php?hostname={fqdn}&myip={ip}"
			"&wildcard=OFF\n"
			"test 5: '*no update required*'\n"
			"test 6: 'OK'\nhold 600\n" },
	};

	(void)state;
	check_made(table, sizeof(table) / sizeof(table[0]));
}

/* Each built-in row, read as if a user had written it. */
static void
built_in_rows(void **state)
{
	struct buf text = { 0 };
	struct said said;
	size_t i;

	(void)state;
	assert_true(provider_text_count >= 26);
	for (i = 0; i < provider_text_count; i++)
		buf_str(&text, provider_texts[i].text);
	said = (struct said){ buf_text(&text), "" };
	rows_said(&said, 1, "46");
	buf_free(&text);
}

static void
sorted(void **state)
{
	struct rows rows = rows_read("[provider zz]\n" PLAIN
				     "[provider cloudflare]\n" PLAIN
				     "[provider 0]\n" PLAIN,
		"46");
	const char *const *names = catalogue_names(rows.catalogue);
	size_t i;

	(void)state;
	for (i = 1; names[i]; i++)
		assert_true(strcmp(names[i - 1], names[i]) < 0);
	assert_int_equal(i, provider_text_count + 2);
	assert_string_equal(names[0], "0");
	assert_string_equal(names[i - 1], "zz");
	assert_true(catalogue_hides(rows.catalogue, "cloudflare"));
	assert_false(catalogue_hides(rows.catalogue, "zz"));
	assert_false(catalogue_hides(rows.catalogue, "url"));
	assert_false(catalogue_hides(rows.catalogue, "none"));
	rows_free(&rows);
}

/* What an account is of, under whatever name of its row. */
static void
other_names(void **state)
{
	static const struct {
		const char *text;
		const char *provider;
		const char *id;
		const char *title;
	} table[] = {
		{ "[cf]\ntoken = abcdefgh\n" NAMES, "cloudflare", "cloudflare",
			"cf" },
		{ "[cf home]\ntoken = abcdefgh\n" NAMES, "cloudflare",
			"cloudflare home", "cf home" },
		{ "[阿里云]\naccess_key_id = abcdefgh\n"
		  "access_key_secret = abcdefgh\n" NAMES,
			"alidns", "alidns", "阿里云" },
		{ "[mine 1]\n" NAMES "[provider p]\naka = mine, 我的\n" PLAIN,
			"p", "p 1", "mine 1" },
		{ "[我的]\n" NAMES "[provider p]\naka = mine\n  我的\n" PLAIN,
			"p", "p", "我的" },
		/* a row that hides one takes its other names, or has its own */
		{ "[cf]\n" NAMES "[provider cloudflare]\n" PLAIN, "cloudflare",
			"cloudflare", "cf" },
		{ "[flare]\n" NAMES
		  "[provider cloudflare]\naka = flare\n" PLAIN,
			"cloudflare", "cloudflare", "flare" },
		/* the name of a row comes before other names */
		{ "[cf]\n" NAMES "[provider cf]\n" PLAIN, "cf", "cf", "cf" },
		{ "[p]\ntoken = abcdefgh\n" NAMES "[provider p]\nlike = cf\n",
			"p", "p", "p" },
		{ "[cf]\ntoken = abcdefgh\n" NAMES
		  "[provider cloudflare]\nlike = cf\nttl = 60\n",
			"cloudflare", "cloudflare", "cf" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct rows rows = rows_read(table[i].text, "4");
		struct buf notes = { 0 };

		rows_notes(&notes, rows.config);
		assert_string_equal(buf_text(&notes), "");
		assert_string_equal(rows.accounts->provider, table[i].provider);
		assert_string_equal(rows.accounts->id, table[i].id);
		assert_string_equal(rows.accounts->title, table[i].title);
		buf_free(&notes);
		rows_free(&rows);
	}
}

/* Of a user's row; what is built in passes the same (built_in_rows). */
static void
wrong_names(void **state)
{
#define AKA "f:2: [provider p] aka: "
	static const struct said table[] = {
		{ P2("cf"), AKA "cf is already a name of cloudflare\n" },
		{ P2("duckdns"), AKA "duckdns is already a name of duckdns\n" },
		{ P2("p"), AKA "p is already a name of p\n" },
		{ P2("a, 阿里云"), AKA "阿里云 is already a name of alidns\n" },
		{ P2("b") "[provider q]\naka = b\n" PLAIN,
			AKA "b is already a name of q\n"
			    "f:5: [provider q] aka: b is already a name of "
			    "p\n" },
		{ P2("webhook"), AKA "webhook is a section of another kind\n" },
		{ P2("Upper"), AKA "Upper: a name is 1 to 40 bytes, of ASCII "
				   "a-z 0-9 . -\n" },
		{ P2("a-name-of-forty-letters-is-as-long-as-it1"),
			AKA "a-name-of-forty-letters-is-as-long-as-it1: a name "
			    "is 1 to 40 bytes, of ASCII a-z 0-9 . -\n" },
		{ P2("a-name-of-forty-letters-is-as-long-as-it"), "" },
		{ "[provider cloudflare]\naka = cf\n" PLAIN, "" },
	};

	(void)state;
	rows_said(table, sizeof(table) / sizeof(table[0]), "4");
}

static void
hints(void **state)
{
	static const char *const others[] = { "ddns", "ipv4", "ipv6", NULL };
	static const struct {
		const char *name;
		const char *hint;
	} table[] = {
		{ "cloudfare", "cloudflare" },
		{ "Cloudflare", "cloudflare" },
		{ "cloudflare-home", "cloudflare" },
		{ "alyun", "aliyun" },
		{ "腾迅云", "腾讯云" },
		{ "minne", "mine" },
		/* hosts and domains */
		{ "www.dnspod.cn", "dnspod" },
		{ "api.cloudflare.com", "cloudflare" },
		{ "dash.cloudflare.com", "cloudflare" },
		{ "members.3322.org", "3322" },
		{ "https://www.duckdns.org/update", "duckdns" },
		{ "duckdns.com", "duckdns" },
		{ "DUCKDNS.ORG", "duckdns" },
		{ "api.mine.example", "p" },
		{ "mine.example", "p" },
		{ "home.example.com", NULL },
		{ "com", NULL },
		/* as near as another */
		{ "ipv5", NULL },
		{ "dns", NULL },
		/* a general section, if a letter is wrong */
		{ "ip4", "ipv4" },
		{ "ipv4on", NULL },
		{ "", NULL },
	};
	struct rows rows = rows_read("[provider p]\naka = mine\nset = GET "
				     "https://api.mine.example/{ip}\n",
		"4");
	const char *hint;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		hint = catalogue_hint(rows.catalogue, table[i].name, others);
		if (!table[i].hint && hint)
			print_error("%s: %s\n", table[i].name, hint);
		if (!table[i].hint)
			assert_null(hint);
		else if (!hint)
			fail_msg("%s: none", table[i].name);
		else
			assert_string_equal(hint, table[i].hint);
	}
	assert_null(catalogue_hint(rows.catalogue, "ip4", NULL));
	rows_free(&rows);
}

static void
words_of_rows(void **state)
{
	static const struct {
		const char *name;
		const char *word;
		bool has;
	} table[] = {
		{ "cloudflare", "flare", true },
		{ "cloudflare", "CF", true },
		{ "cloudflare", "client", false }, /* of a path */
		{ "cloudflare", "api.cloudflare", true },
		{ "alidns", "阿里云", true },
		{ "alidns", "alibaba cloud", true }, /* the title */
		{ "alidns", "腾讯", false },
		{ "he.net", "dyn.dns.he.net", true },
		{ "he.net", "dyndns2", false }, /* the row below */
		{ "none", "n", false },
		{ "p", "own", true },
	};
	struct rows rows =
		rows_read("[provider p]\ntitle = My Own\n" PLAIN, "4");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (catalogue_has(rows.catalogue, table[i].name,
			    table[i].word) != table[i].has)
			fail_msg("%s: %s", table[i].name, table[i].word);
	rows_free(&rows);
}

/* Each built-in row has a title, and a text for each key that it declares. */
static void
told(void **state)
{
	struct rows rows = rows_read("", "4");
	const char *const *name = catalogue_names(rows.catalogue);
	const struct row_declared *key;
	struct catalogue_view view;

	(void)state;
	for (; *name; name++) {
		assert_true(catalogue_look(
			rows.catalogue, *name, rows.config->mem, &view));
		if (!view.title || !*view.aka)
			fail_msg("%s has no title or no other name", *name);
		for (key = view.declared; key; key = key->next)
			if (!*key->text)
				fail_msg(
					"%s: %s has no text", *name, key->name);
	}
	rows_free(&rows);
}

/* What is written for people alone makes no account another one. */
static void
fingerprints(void **state)
{
#define FINGER "[a]\nk = 1\n" NAMES "[provider a]\n" PLAIN
	static const struct {
		const char *text;
		bool same;
	} table[] = {
		{ FINGER "setting = [k]  a\n", true },
		{ FINGER "setting = [k]  another text\n", true },
		{ FINGER "setting = [k]  a\ntitle = A\naka = b\nadvice = c\n"
			 "site = https://example.net\n",
			true },
		{ FINGER "setting = [k]  a\nttl = 60\n", false },
		{ FINGER "setting = [k]  a\nheader = X-K: {k}\n", false },
	};
	struct rows first = rows_read(table[0].text, "4"), rows;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		rows = rows_read(table[i].text, "4");
		assert_non_null(rows.accounts);
		assert_int_equal(strcmp(rows.accounts->fingerprint,
					 first.accounts->fingerprint) == 0,
			table[i].same);
		rows_free(&rows);
	}
	rows_free(&first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(layers),
		cmocka_unit_test(built_in_rows),
		cmocka_unit_test(sorted),
		cmocka_unit_test(other_names),
		cmocka_unit_test(wrong_names),
		cmocka_unit_test(hints),
		cmocka_unit_test(words_of_rows),
		cmocka_unit_test(told),
		cmocka_unit_test(fingerprints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
