/* SPDX-License-Identifier: ISC */
/*
 * Exchange where a .case file (tests/providers/_*.case) cannot look: limits,
 * answers that are no text or none at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scripted-http.h"

#include "address.h"
#include "config/config.h"
#include "exchange/exchange.h"
#include "memory.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "provider/row.h"
#include "secret.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Rows as in ddns-rows(5), so that these tests stand for themselves. */
#define LINES \
	"[provider x]\n" \
	"setting = user\n" \
	"secret = password\n" \
	"url = https://dyn.example.net\n" \
	"auth = Basic {user}:{password}\n" \
	"set = GET /nic/update?hostname={fqdn}&myip={ip}\n" \
	"good = good\n" \
	"[x]\nuser = me\npassword = pa55word\nnames = a.example.com\n"
#define BATCH \
	"[provider x]\n" \
	"url = https://cup.example\n" \
	"records = GET /list -> /records id name type ip\n" \
	"create = {\"name\":\"{name}\",\"ip\":\"{ip}\"}\n" \
	"batch = POST /set [{create}]\n" \
	"good = /status=success\n" \
	"[x]\nzone = example.com\nnames = a.example.com\n"
#define PAGED \
	"[provider x]\n" \
	"url = https://paged.example\n" \
	"zones = GET /z?p={page} -> /z zone=/n page=/p\n" \
	"records = GET /r -> /r id name type ip\n" \
	"create = POST /r {\"ip\":\"{ip}\"}\n" \
	"[x]\nnames = a.example.com\n"
#define COUNTED \
	"[provider x]\n" \
	"url = https://counted.example\n" \
	"zones = GET /z?p={page} -> /z zone=/n pages=/p\n" \
	"records = GET /r -> /r id name type ip\n" \
	"create = POST /r {\"ip\":\"{ip}\"}\n" \
	"[x]\nnames = a.example.com\n"
#define ONCE \
	"[provider x]\n" \
	"url = https://once.example\n" \
	"zones = GET /z/{zone}\n" \
	"set = GET /set/{zone}\n" \
	"missing = 404\n" \
	"[x]\nnames = a.example.com\n"
#define REPLACE \
	"[provider x]\n" \
	"url = https://replace.example\n" \
	"records = GET /r -> /r id name type ip\n" \
	"create = POST /r {\"ip\":\"{ip}\"}\n" \
	"delete = DELETE /r/{id}\n" \
	"publish = POST /p\n" \
	"[x]\nzone = example.com\nnames = a.example.com\n"
#define SENDER \
	"[provider x]\n" \
	"secret = token\n" \
	"url = https://own.example\n" \
	"set = GET /u/{token}/\n" \
	"good = Updated * to {ip}\n" \
	"[x]\ntoken = t0k3n\nnames = a.example.com\n"
#define CLOUDFLARE \
	"[provider x]\n" \
	"secret = token\n" \
	"setting = [proxied]\n" \
	"setting = [zone_id]\n" \
	"url = https://cf.example/v4\n" \
	"auth = Bearer {token}\n" \
	"zones = GET /zones?name={zone} -> /result zone=/name zone_id=/id\n" \
	"records = GET /zones/{zone_id}/dns_records?name={fqdn}\n" \
	"  -> /result id name type ip=/content ttl proxied\n" \
	"update = {\"id\":\"{id}\",\"content\":\"{ip}\",\"ttl\":{ttl}," \
	"\"proxied\":{proxied}}\n" \
	"create = {\"type\":\"{type}\",\"name\":\"{fqdn}\"," \
	"\"content\":\"{ip}\",\"ttl\":{ttl},\"proxied\":{proxied}}\n" \
	"batch = POST /zones/{zone_id}/dns_records/batch\n" \
	"  {\"patches\":[{update}],\"posts\":[{create}]}\n" \
	"good = /success=true\n" \
	"error = /errors/message\n" \
	"ttl = 1\n" \
	"[x]\ntoken = t0k3n\nnames = a.example.com\n"
#define NAMESILO \
	"[provider x]\n" \
	"secret = key\n" \
	"url = https://silo.example/api?type=json&key={key}\n" \
	"zones = GET /info?domain={zone}\n" \
	"records = GET /list?domain={zone}\n" \
	"  -> /reply/record id=/record_id name=/host type ip=/value ttl\n" \
	"update = GET /update?domain={zone}&rrid={id}&rrhost={sub}" \
	"&rrvalue={ip}&rrttl={ttl}\n" \
	"create = GET /add?domain={zone}&rrhost={sub}&rrvalue={ip}" \
	"&rrttl={ttl}\n" \
	"denied = /reply/code=110\n" \
	"missing = /reply/code=200\n" \
	"good = /reply/code=300\n" \
	"error = /reply/detail\n" \
	"ttl = 3600\n" \
	"[x]\nkey = s3cr3t\nnames = a.example.com\n"
#define OVH \
	"[provider x]\n" \
	"secret = token\n" \
	"setting = [note]\n" \
	"url = https://ovh.example\n" \
	"auth = Bearer {token}\n" \
	"records = GET /{zone}/ids?name={sub} -> [] id=\n" \
	"record = GET /{zone}/ids/{id} -> name type ip=/target ttl note\n" \
	"update = PUT /{zone}/ids/{id} {\"target\":\"{ip}\",\"ttl\":{ttl}," \
	"\"note\":\"{note}\"}\n" \
	"create = POST /{zone} {\"name\":\"{sub}\",\"target\":\"{ip}\"," \
	"\"ttl\":{ttl},\"note\":\"{note}\"}\n" \
	"publish = POST /{zone}/refresh\n" \
	"missing = 404\n" \
	"ttl = 60\n" \
	"[x]\ntoken = t0k3n\nzone = example.com\nnames = a.example.com\n"
#define ROUTE53 \
	"[provider x]\n" \
	"secret = key\n" \
	"setting = [zone_id]\n" \
	"format = xml\n" \
	"url = https://aws.example/2013\n" \
	"zones = GET /byname?dnsname={zone}\n" \
	"  -> /HostedZones/HostedZone zone=/Name zone_id=/Id\n" \
	"records = GET {+zone_id}/rrset?name={fqdn}\n" \
	"  -> /Sets/Set name=/Name type=/Type ip=/Records/Record/Value" \
	" ttl=/TTL\n" \
	"set = <Change><Name>{fqdn}.</Name><TTL>{ttl}</TTL>{value}</Change>\n" \
	"value = <Value>{ip}</Value>\n" \
	"batch = POST {+zone_id}/rrset <Batch>{set}</Batch>\n" \
	"error = /Error/Message\n" \
	"ttl = 300\n" \
	"[x]\nkey = s3cr3t\nnames = a.example.com\n"

enum { NAMES = 60 }; /* more than go into a batch, or at once */

/* An account, and jobs for names that all get one address. */
struct run {
	struct config *config;
	struct catalogue *catalogue;
	struct account *account;
	struct exchange *exchange;
	struct exchange_job jobs[NAMES];
	char names[NAMES][32];
	struct address want, none, was;
	struct fail fail[NAMES];
	int finished;
	size_t room;
};

static bool
has_both(void *arg, const char *label, enum row_type type)
{
	(void)arg;
	(void)label;
	(void)type;
	return true;
}

static void
finished(void *arg, struct exchange_job *job)
{
	int *count = arg;

	assert_true(job->done);
	++*count;
}

static void
account_open(struct run *run, const char *text)
{
	struct config_section *section;
	const struct config_note *note;

	memset(run, 0, sizeof *run);
	run->config = config_read_text("test.ini", text, strlen(text));
	run->catalogue = catalogue_new(run->config);
	section = run->config->sections;
	while (section && section->next)
		section = section->next;
	run->account = account_read(run->catalogue, section, has_both, NULL);
	for (note = run->config->notes; note; note = note->next)
		print_message("%s\n", note->text);
	assert_non_null(run->account);
	assert_int_equal(run->config->mistakes, 0);
}

/* Names a.example.com, a1.example.com ... */
static void
run_open(struct run *run, const char *text, int names, const char *want)
{
	struct exchange_job *job;
	int i;

	account_open(run, text);
	assert_true(address_parse(&run->want, want, strlen(want)));
	for (i = 0; i < names; i++) {
		job = &run->jobs[i];
		snprintf(run->names[i], sizeof run->names[i],
			i ? "a%d.example.com" : "a.example.com", i);
		job->name = run->names[i];
		job->type = run->want.family == 4 ? ROW_A : ROW_AAAA;
		job->want = job->ip[job->type] = &run->want;
		job->last = job->ip[!job->type] = &run->none;
		job->was = &run->was;
		job->fail = &run->fail[i];
		job->finished = finished;
		job->arg = &run->finished;
		/* of an earlier run */
		job->done = job->daily = job->foreign = true;
		job->stays = true;
		job->hold = 99;
		run->was.family = 6;
		if (i > 0)
			run->jobs[i - 1].next = job;
	}
}

/* How many bytes of answers a holder without any gets. */
static size_t
room(void)
{
	size_t all = 0, more;

	for (more = 8 * MEMORY_ANSWERS; more > 0; more /= 2)
		if (memory_hold(all + more, 0)) {
			memory_release(all + more);
			all += more;
		}
	return all;
}

static void
run_start(struct run *run, const struct script_row *rows, size_t count)
{
	static const struct exchange_options options = { NULL, 1000 };

	script_begin(rows, count);
	run->exchange = exchange_start(&options, run->account, run->jobs);
	run->room = room();
}

static void
run_close(struct run *run)
{
	exchange_free(run->exchange);
	/* all that answers took is given back, and once */
	assert_int_equal(room(), run->room);
	catalogue_free(run->catalogue);
	config_free(run->config);
	secret_forget();
	assert_string_equal(buf_text(&script.wrong), "");
}

/* All requests get the same answer. */
static const struct script_row *
always(const char *answer)
{
	static struct script_row rows[NAMES];
	size_t i;

	for (i = 0; i < NAMES; i++)
		rows[i] =
			(struct script_row){ .status = 200, .answer = answer };
	return rows;
}

#define FIFTY "12345678901234567890123456789012345678901234567890"
#define CUT "123456789012345678901234567890123456789012345678"
#define LOOSE \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200"

static void
what_is_shown_of_an_answer(void **state)
{
	static const struct {
		int status;
		const char *answer;
		const char *text; /* NULL: any */
	} rows[] = {
		{ 0, NULL, "timed out" },
		{ 503, "\033[1mdown \n", "HTTP 503: \\x1B[1mdown" },
		/* one line */
		{ 500, "\r\na \nb\r\nc", "HTTP 500: a b c" },
		/* cut, not within a character nor within a secret */
		{ 500, FIFTY FIFTY FIFTY CUT "\xe2\x82\xac pa55word",
			"HTTP 500: " FIFTY FIFTY FIFTY CUT },
		{ 500, FIFTY FIFTY FIFTY CUT "pa55word",
			"HTTP 500: " FIFTY FIFTY FIFTY CUT "**" },
		/* bytes that continue a character, and none that begins it */
		{ 500, LOOSE LOOSE LOOSE, NULL },
	};
	struct script_row row = { 0 };
	struct run run;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		row.status = rows[i].status;
		row.answer = rows[i].answer;
		run_open(&run, LINES, 1, "192.0.2.1");
		run_start(&run, &row, 1);
		http_loop_run(NULL, 0, -1);
		assert_int_equal(script.at, 1);
		assert_int_equal(run.finished, 1);
		assert_int_equal(run.jobs[0].outcome, OUTCOME_LATER);
		assert_int_equal(run.jobs[0].hold, 0);
		if (rows[i].text)
			assert_string_equal(run.fail[0].text, rows[i].text);
		run_close(&run);
	}
}

/* A list that never ends is given up, and nothing is written. */
static void
pages_have_a_ceiling(void **state)
{
	static char answers[50][64];
	struct script_row rows[50] = { { .request = NULL } };
	struct run run;
	int i;

	(void)state;
	for (i = 0; i < 50; i++) {
		snprintf(answers[i], sizeof answers[i],
			"{\"z\":[{\"n\":\"z%d.net\"}],\"p\":%d}", i, i + 1);
		rows[i].status = 200;
		rows[i].answer = answers[i];
	}
	run_open(&run, PAGED, 1, "192.0.2.1");
	run_start(&run, rows, 50);
	http_loop_run(NULL, 0, -1);
	assert_int_equal(script.at, 50);
	assert_int_equal(run.jobs[0].outcome, OUTCOME_LATER);
	assert_string_equal(run.fail[0].text,
		"zones: answer not understood (more than 50 pages): "
		"{\"z\":[{\"n\":\"z0.net\"}],\"p\":1}");
	run_close(&run);
}

/* Where a list ends is not known by what is not a count; an empty list may
 * well have 0 pages. */
static void
pages_are_counted(void **state)
{
#define ITEM "{\"z\":[{\"n\":\"z.net\"}]"
	static const struct {
		const char *answer;
		int asked;
		enum outcome outcome;
	} rows[] = {
		{ ITEM ",\"p\":1}", 1, OUTCOME_REFUSED },
		{ ITEM ",\"p\":\"1\"}", 1, OUTCOME_REFUSED },
		{ ITEM ",\"p\":null}", 2, OUTCOME_REFUSED },
		{ ITEM "}", 2, OUTCOME_REFUSED },
		{ "{\"z\":[],\"p\":0}", 1, OUTCOME_REFUSED },
		{ ITEM ",\"p\":0}", 1, OUTCOME_LATER },
		{ ITEM ",\"p\":-1}", 1, OUTCOME_LATER },
		{ ITEM ",\"p\":2.5}", 1, OUTCOME_LATER },
		{ ITEM ",\"p\":\"x\"}", 1, OUTCOME_LATER },
		{ ITEM ",\"p\":\"\"}", 1, OUTCOME_LATER },
	};
	struct run run;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		run_open(&run, COUNTED, 1, "192.0.2.1");
		run_start(&run, always(rows[i].answer), NAMES);
		http_loop_run(NULL, 0, -1);
		assert_int_equal(script.at, rows[i].asked);
		assert_int_equal(run.jobs[0].outcome, rows[i].outcome);
		if (rows[i].outcome == OUTCOME_LATER)
			assert_non_null(strstr(run.fail[0].text,
				"the number of pages is not a count"));
		run_close(&run);
	}
}

/* A list whose next page there is no room for is not taken for a whole one. */
static void
pages_have_room(void **state)
{
	static char answers[8][900000];
	struct script_row rows[8] = { { .request = NULL } };
	struct run run;
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		snprintf(answers[i], sizeof answers[i],
			"{\"z\":[{\"n\":\"z%d.net\"}],\"p\":%d,\"x\":\"%0*d\"}",
			i, i + 1, 800000, 0);
		rows[i].status = 200;
		rows[i].answer = answers[i];
	}
	run_open(&run, PAGED, 1, "192.0.2.1");
	run_start(&run, rows, 8);
	http_loop_run(NULL, 0, -1);
	assert_in_range(script.at, 2, 7);
	assert_int_equal(run.jobs[0].outcome, OUTCOME_LATER);
	assert_non_null(strstr(run.fail[0].text,
		"zones: answer not understood (the answers are too large)"));
	run_close(&run);
}

/* Of the pages behind the first, what the row reads is all that is held. */
static void
pages_are_slim(void **state)
{
	static char answers[12][60100];
	struct script_row rows[12] = { { .request = NULL } };
	struct run run;
	size_t i, at;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		at = (size_t)snprintf(answers[i], sizeof answers[i],
			"{\"z\":[{\"n\":\"z%zu.net\"}],\"p\":\"%.*s\",\"x\":[1",
			i, i + 1 < COUNT(rows) ? (int)i + 1 : 0, "ppppppppppp");
		while (at < sizeof answers[i] - 4)
			at += (size_t)snprintf(answers[i] + at, 3, ",1");
		strcpy(answers[i] + at, "]}");
		rows[i].status = 200;
		rows[i].answer = answers[i];
	}
	run_open(&run, PAGED, 1, "192.0.2.1");
	run_start(&run, rows, COUNT(rows));
	http_loop_run(NULL, 0, -1);
	assert_int_equal(script.at, COUNT(rows));
	assert_string_equal(
		run.fail[0].text, "zones: no zone of a.example.com was found");
	run_close(&run);
}

/* One write for two names, whose answer is too large to be kept for the one
 * that comes later: it is not sent again. */
static void
what_was_written_is_not_written_again(void **state)
{
	static char large[1100000];
	const struct script_row rows[] = {
		{ "GET https://once.example/z/a.example.com", 404, "no" },
		{ "GET https://once.example/z/example.com", 200, "{\"x\":1}" },
		{ "GET https://once.example/z/b.c.d.e.f.example.com", 404,
			"no" },
		{ "GET https://once.example/set/example.com", 200, large },
		{ "GET https://once.example/z/c.d.e.f.example.com", 404, "no" },
		{ "GET https://once.example/z/d.e.f.example.com", 404, "no" },
		{ "GET https://once.example/z/e.f.example.com", 404, "no" },
		{ "GET https://once.example/z/f.example.com", 404, "no" },
	};
	static struct run run;

	(void)state;
	snprintf(large, sizeof large, "{\"x\":\"%0*d\"}", 1060000, 0);
	run_open(&run, ONCE, 2, "192.0.2.1");
	strcpy(run.names[1], "b.c.d.e.f.example.com");
	run_start(&run, rows, COUNT(rows));
	http_loop_run(NULL, 0, -1);
	assert_int_equal(script.at, COUNT(rows));
	assert_int_equal(run.jobs[0].outcome, OUTCOME_CHANGED);
	assert_int_equal(run.jobs[1].outcome, OUTCOME_LATER);
	assert_non_null(strstr(run.fail[1].text, "the answers are too large"));
	run_close(&run);
}

/* The first goes alone; then at most eight are under way. */
static void
flights_are_limited(void **state)
{
	static struct run run;
	int i;

	(void)state;
	run_open(&run, LINES, 20, "192.0.2.1");
	run_start(&run, always("good"), NAMES);
	script.timer->done(script.timer->arg);
	free(script.timer);
	script.timer = NULL;
	assert_int_equal(script.flying, 1);
	http_loop_run(NULL, 0, -1);
	assert_int_equal(script.most, 8);
	assert_int_equal(script.at, 20);
	assert_int_equal(run.finished, 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(run.jobs[i].outcome, OUTCOME_CHANGED);
	run_close(&run);
}

static void
batches_are_limited(void **state)
{
	static const struct script_row rows[] = {
		{ .status = 200,
			.answer = "{\"status\":\"success\",\"records\":[]}" },
		{ .status = 200, .answer = "no" },
		{ .status = 200, .answer = "{\"status\":\"success\"}" },
	};
	static struct run run;

	(void)state;
	run_open(&run, BATCH, NAMES, "192.0.2.1");
	run_start(&run, rows, COUNT(rows));
	http_loop_run(NULL, 0, -1);
	/* A list, and two batches, the first of 50. */
	assert_int_equal(script.at, 3);
	assert_int_equal(run.finished, NAMES);
	assert_int_equal(run.jobs[49].outcome, OUTCOME_LATER);
	assert_int_equal(run.jobs[50].outcome, OUTCOME_CHANGED);
	run_close(&run);
}

/* Of 26 names, each of which is alone in the end: two of 13, of which come 7 7
 * 7 5, and then 4 4 4 4 4 1 of those that were 7, and 3 2 of those that were 5.
 */
static void
batches_are_halved(void **state)
{
	static struct script_row rows[52] = {
		{ .status = 200,
			.answer = "{\"status\":\"success\",\"records\":[]}" },
	};
	static struct run run;
	size_t i;

	(void)state;
	for (i = 1; i < COUNT(rows); i++)
		rows[i] = (struct script_row){ .status = 400, .answer = "no" };
	run_open(&run, BATCH, 26, "192.0.2.1");
	run_start(&run, rows, COUNT(rows));
	http_loop_run(NULL, 0, -1);
	assert_int_equal(script.at, COUNT(rows));
	assert_int_equal(run.finished, 26);
	for (i = 0; i < 26; i++)
		assert_int_equal(run.jobs[i].outcome, OUTCOME_LATER);
	run_close(&run);
}

#define BATCH_HEAD \
	"0 POST https://cup.example/set\nContent-Type: application/json\n\n"
#define PIECE "{\"name\":\"a\",\"x\":\"\"}"

/* Runs BATCH with items so long that a batch of all has so many bytes. */
static void
run_long(struct run *run, int names, size_t bytes)
{
	static const struct script_row rows[] = {
		{ .status = 200,
			.answer = "{\"status\":\"success\",\"records\":[]}" },
		{ .status = 200, .answer = "{\"status\":\"success\"}" },
		{ .status = 200, .answer = "{\"status\":\"success\"}" },
	};
	size_t fixed = strlen(BATCH_HEAD "[,]" PIECE), rest;
	struct buf text = { 0 };

	/* of two: the second name is longer by one, and the program is
	 * careful by three */
	if (names == 2)
		fixed += strlen(PIECE) + 1 + 3;
	else
		fixed -= 1;
	rest = bytes - fixed;
	buf_printf(&text,
		"[provider x]\nurl = https://cup.example\n"
		"records = GET /list -> /records id name type ip\n"
		"create = {\"name\":\"{name}\",\"x\":\"%0*d\"}\n"
		"batch = POST /set%s [{create}]\n"
		"good = /status=success\n"
		"[x]\nzone = example.com\nnames = a.example.com\n",
		(int)rest / names, 0, rest % (size_t)names ? "t" : "");
	run_open(run, buf_text(&text), names, "192.0.2.1");
	run_start(run, rows, COUNT(rows));
	http_loop_run(NULL, 0, -1);
	buf_free(&text);
}

static void
requests_have_a_ceiling(void **state)
{
	static const struct {
		int names;
		size_t bytes, requests;
		enum outcome outcome;
	} rows[] = {
		{ 1, 65536, 2, OUTCOME_CHANGED },
		{ 1, 65537, 1, OUTCOME_LATER },
		{ 2, 65536, 2, OUTCOME_CHANGED },
		{ 2, 65537, 3, OUTCOME_CHANGED },
	};
	static struct run run;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		run_long(&run, rows[i].names, rows[i].bytes);
		assert_int_equal(script.at, rows[i].requests);
		assert_int_equal(run.finished, rows[i].names);
		assert_int_equal(run.jobs[0].outcome, rows[i].outcome);
		if (rows[i].outcome == OUTCOME_LATER)
			assert_string_equal(run.fail[0].text,
				"batch: the request has more than 65536 bytes");
		run_close(&run);
	}
}

/* A record is beside the new one from the create to the delete, and no longer.
 */
static void
what_stays_is_noted(void **state)
{
	static const struct {
		int remove, publish; /* what is answered */
		bool stays;
		enum outcome outcome;
	} rows[] = {
		{ 200, 200, false, OUTCOME_CHANGED },
		{ 500, 200, true, OUTCOME_LATER },
		{ 200, 500, false, OUTCOME_LATER },
	};
	struct address last;
	struct run run;
	size_t i;

	(void)state;
	assert_true(address_parse(&last, "192.0.2.9", 9));
	for (i = 0; i < COUNT(rows); i++) {
		const struct script_row answers[] = {
			{ .status = 200,
				.answer = "{\"r\":[{\"id\":1,\"name\":\"a\","
					  "\"type\":\"A\","
					  "\"ip\":\"192.0.2.9\"}]}" },
			{ "POST https://replace.example/r {\"ip\":"
			  "\"192.0.2.1\"}",
				200, "{}" },
			{ "DELETE https://replace.example/r/1", rows[i].remove,
				"{}" },
			{ "POST https://replace.example/p", rows[i].publish,
				"{}" },
		};

		run_open(&run, REPLACE, 1, "192.0.2.1");
		run.jobs[0].last = &last;
		run_start(&run, answers, COUNT(answers));
		http_loop_run(NULL, 0, -1);
		assert_int_equal(run.jobs[0].outcome, rows[i].outcome);
		assert_int_equal(run.jobs[0].stays, rows[i].stays);
		run_close(&run);
	}
}

/* A service that publishes the sender's address. */
static void
senders_use_their_family(void **state)
{
	static const struct script_row row = {
		"GET https://own.example/u/t0k3n/", 200,
		"Updated a.example.com to 2001:db8::1 in 0.1 s"
	};
	struct run run;

	(void)state;
	run_open(&run, SENDER, 1, "2001:db8::1");
	run_start(&run, &row, 1);
	http_loop_run(NULL, 0, -1);
	assert_int_equal(run.jobs[0].outcome, OUTCOME_CHANGED);
	assert_false(
		run.jobs[0].daily || run.jobs[0].foreign || run.jobs[0].stays);
	assert_int_equal(run.jobs[0].hold, 0);
	assert_int_equal(run.was.family, 0);
	assert_int_equal(script.at, 1);
	assert_int_equal(script.family, 6);
	assert_false(script.proxy);
	run_close(&run);
}

/* Ending before the loop has begun leaves nothing behind. */
static void
an_end_before_the_beginning(void **state)
{
	struct run run;

	(void)state;
	run_open(&run, LINES, 1, "192.0.2.1");
	run_start(&run, NULL, 0);
	run_close(&run);
	assert_null(script.timer);
	assert_int_equal(run.finished, 0);
	exchange_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_of_an_answer),
		cmocka_unit_test(pages_have_a_ceiling),
		cmocka_unit_test(pages_are_counted),
		cmocka_unit_test(pages_have_room),
		cmocka_unit_test(pages_are_slim),
		cmocka_unit_test(what_was_written_is_not_written_again),
		cmocka_unit_test(flights_are_limited),
		cmocka_unit_test(batches_are_limited),
		cmocka_unit_test(batches_are_halved),
		cmocka_unit_test(requests_have_a_ceiling),
		cmocka_unit_test(what_stays_is_noted),
		cmocka_unit_test(senders_use_their_family),
		cmocka_unit_test(an_end_before_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
