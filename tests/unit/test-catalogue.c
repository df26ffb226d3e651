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
	for (at = request->reading->bindings; at; at = at->next)
		buf_printf(out, " %s=%s", at->variable, at->pointer);
}

static void
dump_tests(struct buf *out, const struct row *row)
{
	const struct row_test *test;
	int i;

	for (i = 0; i < MEANINGS; i++)
		for (test = row->test[i]; test; test = test->next) {
			buf_printf(out, "test %d:", i);
			if (test->kind == TEST_STATUS)
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
			"test 5: 2\ntest 5: 404\ntest 5: at /a/b\n"
			"test 5: at /a 'b c'\ntest 5: 'OK'\ntest 5: '911'\n"
			"test 5: '{ip}'\ntest 5: '[]'\n"
			"error /a\nerror /b\nerror /c\nhold 7200\nttl 60\n" },
		{ "[freedns]\ntoken = abcd\n" NAMES, ROW_AAAA,
			"AAAA offered sender\n"
			"url https://v6.sync.afraid.org\n"
			"set GET /u/{token}/\n"
			"test 1: '*ERROR: Invalid update URL*'\n"
			"test 1: '*ERROR: Unable to locate this record*'\n"
			"test 1: '*Couldn't find any matching DNS records*'\n"
			"test 1: '*ERROR: Could not authenticate*'\n"
			"test 5: '*Updated * to {ip}'\n"
			"test 5: '*No IP change detected for * with IP {ip}'\n" },
		{ "[desec]\ntoken = abcd\n" NAMES, ROW_A,
			"A offered zone\n"
			"url https://desec.io/api/v1\nauth Token {token}\n"
			"zones GET /domains/ -> zone=/name "
			"ttl=/minimum_ttl\n"
			"records GET /domains/{zone}/rrsets/"
			"?type={type} -> name=/subname "
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
			ROW_OF("A", "plain") "test 5: 'd'\ntest 5: 'e'\n" },
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
			"test 5: 'OK'\nhold 600\n" },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(layers),
		cmocka_unit_test(built_in_rows),
		cmocka_unit_test(sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
