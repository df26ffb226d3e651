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
#include "json/json.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "secret.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define JOBS 4
#define ROWS 8

/* Rows as in ddns-providers(5), so that these tests stand for themselves. */
#define DYNDNS2 \
	"[provider x]\n" \
	"setting = user\n" \
	"secret = password\n" \
	"url = https://dyn.example.net\n" \
	"auth = Basic {user}:{password}\n" \
	"set = GET /nic/update?hostname={fqdn}&myip={ip}\n" \
	"denied = badauth, abuse, !donator\n" \
	"refused = nohost, !yours, good 127.0.0.1\n" \
	"busy = 911\n" \
	"later = dnserr\n" \
	"good = good, nochg\n" \
	"hold = 30m\n" \
	"[x]\nuser = me\npassword = secret\nnames = a.example.com\n"
#define DUCKDNS \
	"[provider x]\n" \
	"secret = token\n" \
	"url = https://www.duckdns.example\n" \
	"zone = duckdns.org\n" \
	"set = GET /update?domains={sub}&token={token}&ip={ip4}&ipv6={ip6}\n" \
	"denied = KO\n" \
	"good = OK\n" \
	"[x]\ntoken = t0k3n\nnames = a.duckdns.org\n"
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
#define OCEAN \
	"[provider x]\n" \
	"secret = token\n" \
	"url = https://ocean.example/v2\n" \
	"auth = Bearer {token}\n" \
	"zones = GET /{zone}\n" \
	"records = GET /{zone}/records?name={fqdn}\n" \
	"  -> /domain_records id name type ip=/data ttl\n" \
	"update = PATCH /{zone}/records/{id} {\"data\":\"{ip}\",\"ttl\":{ttl}}\n" \
	"create = POST /{zone}/records\n" \
	"  {\"name\":\"{name}\",\"data\":\"{ip}\",\"ttl\":{ttl}}\n" \
	"missing = 404\n" \
	"error = /message\n" \
	"ttl = 300\n" \
	"[x]\ntoken = t0k3n\nnames = a.example.com\n"
#define GANDI \
	"[provider x]\n" \
	"secret = token\n" \
	"url = https://gandi.example\n" \
	"auth = Bearer {token}\n" \
	"records = GET /{zone}/{name}/{type} -> ip=/values ttl=/ttl\n" \
	"set = PUT /{zone}/{name}/{type} {\"values\":[{value}],\"ttl\":{ttl}}\n" \
	"missing = 404\n" \
	"ttl = 300\n" \
	"[x]\ntoken = t0k3n\nzone = example.com\nnames = a.example.com\n"
#define NETLIFY \
	"[provider x]\n" \
	"secret = token\n" \
	"url = https://netlify.example\n" \
	"auth = Bearer {token}\n" \
	"zones = GET /zones -> zone=/name zone_id=/id\n" \
	"records = GET /zones/{zone_id} -> id name=/hostname type ip=/value ttl\n" \
	"create = POST /zones/{zone_id} {\"hostname\":\"{fqdn}\"," \
	"\"value\":\"{ip}\",\"ttl\":{ttl}}\n" \
	"delete = DELETE /zones/{zone_id}/{id}\n" \
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
#define NETCUP \
	"[provider x]\n" \
	"secret = key\n" \
	"url = https://cup.example\n" \
	"login = POST /login {\"key\":\"{key}\"} -> session=/data/id\n" \
	"records = POST /list {\"session\":\"{session}\"}\n" \
	"  -> /data/records id name=/hostname type ip=/destination\n" \
	"update = {\"id\":\"{id}\",\"destination\":\"{ip}\"}\n" \
	"create = {\"hostname\":\"{name}\",\"destination\":\"{ip}\"}\n" \
	"batch = POST /set {\"session\":\"{session}\"," \
	"\"records\":[{update},{create}]}\n" \
	"good = /status=success\n" \
	"[x]\nkey = s3cr3t\nzone = example.com\nnames = a.example.com\n"
/* Ids alone are listed, and what is written is published. */
#define OVH \
	"[provider x]\n" \
	"secret = token\n" \
	"setting = [note]\n" \
	"url = https://ovh.example\n" \
	"auth = Bearer {token}\n" \
	"records = GET /{zone}/ids?name={sub} -> id=\n" \
	"record = GET /{zone}/ids/{id} -> name type ip=/target ttl note\n" \
	"update = PUT /{zone}/ids/{id} {\"target\":\"{ip}\",\"ttl\":{ttl}," \
	"\"note\":\"{note}\"}\n" \
	"create = POST /{zone} {\"name\":\"{sub}\",\"target\":\"{ip}\"," \
	"\"ttl\":{ttl},\"note\":\"{note}\"}\n" \
	"publish = POST /{zone}/refresh\n" \
	"missing = 404\n" \
	"ttl = 60\n" \
	"[x]\ntoken = t0k3n\nzone = example.com\nnames = a.example.com\n"
/* A set whose addresses have something beside them. */
#define BESIDE \
	"[provider x]\n" \
	"setting = off\n" \
	"off = false\n" \
	"setting = [note]\n" \
	"url = https://set.example\n" \
	"records = GET /{fqdn}/{type}\n" \
	"  -> ip=/records/content ttl off=/records/off note=/records/note\n" \
	"set = PUT /{fqdn}/{type} {\"ttl\":{ttl},\"records\":[{value}]}\n" \
	"value = {\"content\":\"{ip}\",\"off\":{off},\"note\":\"{note}\"}\n" \
	"missing = 404\n" \
	"[x]\nnames = a.example.com\n"
#define HTML \
	"[provider x]\n" \
	"url = https://html.example\n" \
	"set = GET /u?ip={ip}\n" \
	"refused = no such name\n" \
	"good = *address notify OK*, *code = 200\n" \
	"[x]\nnames = a.example.com\n"
#define ROUTE53 \
	"[provider x]\n" \
	"secret = key\n" \
	"setting = [zone_id]\n" \
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
#define PAGED(zones, records) \
	"[provider x]\n" \
	"secret = token\n" \
	"url = https://paged.example\n" \
	"zones = " zones "\n" \
	"records = " records "\n" \
	"update = PUT /r/{id} {\"ip\":\"{ip}\"}\n" \
	"create = POST /r {\"ip\":\"{ip}\"}\n" \
	"missing = 404\n" \
	"[x]\ntoken = t0k3n\nnames = a.example.com\n"

struct job_row {
	const char *name;
	const char *want; /* its family is the type */
	const char *last; /* NULL: none */
	int outcome;
	const char *text; /* the whole message, or NULL */
	const char *was;  /* NULL: not looked at */
	bool daily;
	int64_t hold;
};

struct conversation {
	const char *title;
	const char *config;
	struct job_row jobs[JOBS];
	struct script_row rows[ROWS];
};

struct run {
	struct config *config;
	struct catalogue *catalogue;
	struct account *account;
	struct exchange_job jobs[JOBS];
	struct address want[JOBS], last[JOBS], was[JOBS];
	struct fail fail[JOBS];
	int finished;
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

static void
account_close(struct run *run)
{
	catalogue_free(run->catalogue);
	config_free(run->config);
	secret_forget();
}

static void
address_set(struct address *address, const char *text)
{
	address->family = 0;
	if (text)
		assert_true(address_parse(address, text, strlen(text)));
}

/* The addresses of a name are those that all its jobs want. */
static void
jobs_open(struct run *run, const struct job_row *rows)
{
	size_t i, j;

	for (i = 0; i < JOBS && rows[i].name; i++) {
		struct exchange_job *job = &run->jobs[i];

		address_set(&run->want[i], rows[i].want);
		address_set(&run->last[i], rows[i].last);
		job->name = rows[i].name;
		job->want = &run->want[i];
		job->last = &run->last[i];
		job->type = job->want->family == 4 ? ROW_A : ROW_AAAA;
		job->was = &run->was[i];
		job->fail = &run->fail[i];
		job->finished = finished;
		job->arg = &run->finished;
		if (i > 0)
			run->jobs[i - 1].next = job;
	}
	for (i = 0; i < JOBS && rows[i].name; i++)
		for (j = 0; j < JOBS && rows[j].name; j++)
			if (strcmp(rows[i].name, rows[j].name) == 0)
				run->jobs[i].ip[run->jobs[j].type] =
					&run->want[j];
}

static bool
check_job(const struct job_row *row, const struct exchange_job *job)
{
	char was[ADDRESS_TEXT];

	if (job->outcome != row->outcome || job->daily != row->daily ||
		job->hold != row->hold ||
		(row->text && strcmp(job->fail->text, row->text) != 0)) {
		print_error("%s: outcome %d, daily %d, hold %d, \"%s\"\n",
			row->name, job->outcome, job->daily, (int)job->hold,
			job->outcome > OUTCOME_CHANGED ? job->fail->text : "");
		return false;
	}
	address_format(job->was, was);
	if (row->was && strcmp(was, row->was) != 0) {
		print_error("%s: was %s\n", row->name, was);
		return false;
	}
	return true;
}

/* Returns whether all went as written. */
static bool
converse(const struct conversation *talk)
{
	const struct exchange_options options = { NULL, 1000 };
	struct exchange *exchange;
	struct run run;
	size_t rows = 0, i;
	bool fine = true;

	account_open(&run, talk->config);
	jobs_open(&run, talk->jobs);
	while (rows < ROWS && talk->rows[rows].request)
		rows++;
	script_begin(talk->rows, rows);
	exchange = exchange_start(&options, run.account, run.jobs);
	http_run(NULL, 0, -1);
	for (i = 0; i < JOBS && talk->jobs[i].name; i++)
		fine = check_job(&talk->jobs[i], &run.jobs[i]) && fine;
	if (script.at != rows || run.finished != (int)i || script.wrong.len) {
		print_error("%zu of %zu requests, %d finished\n%s", script.at,
			rows, run.finished, buf_text(&script.wrong));
		fine = false;
	}
	exchange_free(exchange);
	account_close(&run);
	buf_free(&script.wrong);
	if (!fine)
		print_error("in: %s\n", talk->title);
	return fine;
}

static void
converse_all(const struct conversation *talks, size_t count)
{
	size_t i, bad = 0;

	for (i = 0; i < count; i++)
		bad += !converse(&talks[i]);
	assert_int_equal(bad, 0);
}

#define FIFTY "12345678901234567890123456789012345678901234567890"
#define LOOSE \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200" \
	"\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200\200"
#define SET_A \
	"GET https://dyn.example.net/nic/update?hostname=a.example.com&myip="

static void
one_line_answers(void **state)
{
	static const struct conversation talks[] = {
		{ "good", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "none", false, 0 } },
			{ { SET_A "192.0.2.1", 200, "good 192.0.2.1\n",
				"Authorization: Basic bWU6c2VjcmV0", 0 } } },
		{ "case, and a blank line", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { SET_A "192.0.2.1", 200, "\r\nNoChg\r\n", NULL,
				0 } } },
		{ "refused before good", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_REFUSED,
				"set: good 127.0.0.1", NULL, false, 0 } },
			{ { SET_A "192.0.2.1", 200, "good 127.0.0.1", NULL,
				0 } } },
		{ "a word is whole", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"set: answer not understood: goodbye", NULL,
				false, 0 } },
			{ { SET_A "192.0.2.1", 200, "goodbye", NULL, 0 } } },
		{ "badauth ends all", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_DENIED,
				  "set: badauth", NULL, false, 0 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_DENIED, "set: badauth", NULL,
					false, 0 } },
			{ { SET_A "192.0.2.1", 200, "badauth", NULL, 0 } } },
		{ "401 without a word, daily", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_DENIED,
				"set: HTTP 401: no, *** is wrong", NULL, true,
				0 } },
			{ { SET_A "192.0.2.1", 401, "no, secret is wrong", NULL,
				0 } } },
		{ "401 with a word", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_DENIED,
				"set: HTTP 401: badauth", NULL, false, 0 } },
			{ { SET_A "192.0.2.1", 401, "badauth", NULL, 0 } } },
		{ "911, at least hold", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_BUSY,
				"set: 911", NULL, false, 1800 } },
			{ { SET_A "192.0.2.1", 200, "911", NULL, 60 } } },
		{ "429, as it says", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_BUSY,
				"set: HTTP 429", NULL, false, 7200 } },
			{ { SET_A "192.0.2.1", 429, "", NULL, 7200 } } },
		{ "dnserr is the name's", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				  "set: dnserr", NULL, false, 1800 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_CHANGED, NULL, NULL, false,
					0 } },
			{ { SET_A "192.0.2.1", 200, "dnserr", NULL, 0 },
				{ "GET https://dyn.example.net/nic/update?"
				  "hostname=b.example.com&myip=192.0.2.1",
					200, "good", NULL, 0 } } },
		{ "a 5xx and no answer", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				  "set: HTTP 503: \\x1B[1mdown", NULL, false,
				  0 },
				{ "a.example.com", "2001:db8::1", NULL,
					OUTCOME_LATER, "set: timed out", NULL,
					false, 0 } },
			{ { SET_A "192.0.2.1", 503, "\033[1mdown \n", NULL, 0 },
				{ SET_A "2001%3Adb8%3A%3A1", 0, NULL, NULL,
					0 } } },
		{ "a long answer is cut, not within a character", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"set: HTTP 500: " FIFTY FIFTY FIFTY
				"123456789012345678901234567890123456789012345678",
				NULL, false, 0 } },
			{ { SET_A "192.0.2.1", 500,
				FIFTY FIFTY FIFTY
				"123456789012345678901234567890123456789012345678"
				"\xe2\x82\xac secret",
				NULL, 0 } } },
		{ "nothing but bytes that continue a character", DYNDNS2,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				NULL, NULL, false, 0 } },
			{ { SET_A "192.0.2.1", 500, LOOSE LOOSE LOOSE, NULL,
				0 } } },
		{ "one URL for both families", DUCKDNS,
			{ { "a.duckdns.org", "192.0.2.1", NULL, OUTCOME_CHANGED,
				  NULL, NULL, false, 0 },
				{ "a.duckdns.org", "2001:db8::1", NULL,
					OUTCOME_CHANGED, NULL, NULL, false,
					0 } },
			{ { "GET https://www.duckdns.example/update?domains=a"
			    "&token=t0k3n&ip=192.0.2.1&ipv6=2001%3Adb8%3A%3A1",
				200, "OK", NULL, 0 } } },
		{ "one family", DUCKDNS,
			{ { "a.duckdns.org", "192.0.2.1", NULL, OUTCOME_DENIED,
				NULL, NULL, false, 0 } },
			{ { "GET https://www.duckdns.example/update?domains=a"
			    "&token=t0k3n&ip=192.0.2.1",
				200, "KO", NULL, 0 } } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

#define CF "https://cf.example/v4"
#define CF_NONE "{\"success\":true,\"result\":[]}"
#define CF_ZONE \
	"{\"success\":true,\"result\":[{\"id\":\"z1\",\"name\":\"example.com\"}]}"
#define CF_RECORD(id, name, type, ip) \
	"{\"id\":\"" id "\",\"name\":\"" name "\",\"type\":\"" type \
	"\",\"content\":\"" ip "\",\"ttl\":120,\"proxied\":true}"
#define CF_RECORDS(list) "{\"success\":true,\"result\":[" list "]}"

static void
batches(void **state)
{
	static const struct conversation talks[] = {
		{ "walk, update and create in one batch", CLOUDFLARE,
			{ { "a.example.com", "192.0.2.1", "192.0.2.9",
				  OUTCOME_CHANGED, NULL, "192.0.2.9", false,
				  0 },
				{ "a.example.com", "2001:db8::1", NULL,
					OUTCOME_CHANGED, NULL, "none", false,
					0 } },
			{ { "GET " CF "/zones?name=a.example.com", 200, CF_NONE,
				  "Authorization: Bearer t0k3n", 0 },
				{ "GET " CF "/zones?name=example.com", 200,
					CF_ZONE, NULL, 0 },
				{ "GET " CF
				  "/zones/z1/dns_records?name=a.example.com",
					200,
					CF_RECORDS(CF_RECORD("r1",
						"A.Example.com.", "A",
						"192.0.2.9")),
					NULL, 0 },
				{ "POST " CF "/zones/z1/dns_records/batch "
				  "{\"patches\":[{\"id\":\"r1\",\"content\":"
				  "\"192.0.2.1\",\"ttl\":120,\"proxied\":true}],"
				  "\"posts\":[{\"type\":\"AAAA\",\"name\":"
				  "\"a.example.com\",\"content\":\"2001:db8::1\","
				  "\"ttl\":1}]}",
					200, "{\"success\":true}",
					"Content-Type: application/json",
					0 } } },
		{ "zone and zone_id of the account; nothing to write",
			CLOUDFLARE "zone = example.com\nzone_id = z7\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_SAME,
				NULL, "192.0.2.1", false, 0 } },
			{ { "GET " CF
			    "/zones/z7/dns_records?name=a.example.com",
				200,
				CF_RECORDS(CF_RECORD("r1", "a.example.com", "A",
					"192.0.2.1")),
				NULL, 0 } } },
		{ "what the account writes differs",
			CLOUDFLARE "zone = example.com\nproxied = false\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.1", false, 0 } },
			{ { "GET " CF "/zones?name=example.com", 200, CF_ZONE,
				  NULL, 0 },
				{ "GET " CF
				  "/zones/z1/dns_records?name=a.example.com",
					200,
					CF_RECORDS(
						CF_RECORD("r1", "a.example.com",
							"A", "192.0.2.1")),
					NULL, 0 },
				{ "POST " CF "/zones/z1/dns_records/batch "
				  "{\"patches\":[{\"id\":\"r1\",\"content\":"
				  "\"192.0.2.1\",\"ttl\":120,"
				  "\"proxied\":false}]}",
					200, "{\"success\":true}", NULL,
					0 } } },
		{ "its verdict is that of each",
			CLOUDFLARE "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				  "batch: HTTP 500: no such record", NULL,
				  false, 0 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_LATER, NULL, NULL, false, 0 } },
			{ { "GET " CF "/zones?name=example.com", 200, CF_ZONE,
				  NULL, 0 },
				{ "GET " CF
				  "/zones/z1/dns_records?name=a.example.com",
					200, CF_NONE, NULL, 0 },
				{ "GET " CF
				  "/zones/z1/dns_records?name=b.example.com",
					200, CF_NONE, NULL, 0 },
				{ "POST " CF "/zones/z1/dns_records/batch "
				  "{\"posts\":[{\"type\":\"A\",\"name\":"
				  "\"a.example.com\",\"content\":\"192.0.2.1\","
				  "\"ttl\":1},{\"type\":\"A\",\"name\":"
				  "\"b.example.com\",\"content\":\"192.0.2.1\","
				  "\"ttl\":1}]}",
					500,
					"{\"success\":false,\"errors\":[{\"message\":"
					"\"no such record\"}]}",
					NULL, 0 } } },
		{ "rejected as a whole, it is sent in halves",
			CLOUDFLARE "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				  "batch: HTTP 400: no such record", NULL,
				  false, 0 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_CHANGED, NULL, NULL, false,
					0 } },
			{ { "GET " CF "/zones?name=example.com", 200, CF_ZONE,
				  NULL, 0 },
				{ "GET " CF
				  "/zones/z1/dns_records?name=a.example.com",
					200, CF_NONE, NULL, 0 },
				{ "GET " CF
				  "/zones/z1/dns_records?name=b.example.com",
					200, CF_NONE, NULL, 0 },
				{ "POST " CF "/zones/z1/dns_records/batch "
				  "{\"posts\":[{\"type\":\"A\",\"name\":"
				  "\"a.example.com\",\"content\":\"192.0.2.1\","
				  "\"ttl\":1},{\"type\":\"A\",\"name\":"
				  "\"b.example.com\",\"content\":\"192.0.2.1\","
				  "\"ttl\":1}]}",
					400,
					"{\"success\":false,\"errors\":[{\"message\":"
					"\"no such record\"}]}",
					NULL, 0 },
				{ "POST " CF "/zones/z1/dns_records/batch "
				  "{\"posts\":[{\"type\":\"A\",\"name\":"
				  "\"a.example.com\",\"content\":\"192.0.2.1\","
				  "\"ttl\":1}]}",
					400,
					"{\"success\":false,\"errors\":[{\"message\":"
					"\"no such record\"}]}",
					NULL, 0 },
				{ "POST " CF "/zones/z1/dns_records/batch "
				  "{\"posts\":[{\"type\":\"A\",\"name\":"
				  "\"b.example.com\",\"content\":\"192.0.2.1\","
				  "\"ttl\":1}]}",
					200, "{\"success\":true}", NULL,
					0 } } },
		{ "login, sent once; both kinds in one list", NETCUP,
			{ { "a.example.com", "192.0.2.1", "192.0.2.9",
				  OUTCOME_CHANGED, NULL, NULL, false, 0 },
				{ "example.com", "192.0.2.1", NULL,
					OUTCOME_CHANGED, NULL, NULL, false,
					0 } },
			{ { "POST https://cup.example/login {\"key\":\"s3cr3t\"}",
				  200,
				  "{\"status\":\"success\",\"data\":{\"id\":"
				  "\"s\\\"1\"}}",
				  NULL, 0 },
				{ "POST https://cup.example/list "
				  "{\"session\":\"s\\\"1\"}",
					200,
					"{\"status\":\"success\",\"data\":"
					"{\"records\":[{\"id\":7,\"hostname\":\"a\","
					"\"type\":\"A\",\"destination\":"
					"\"192.0.2.9\"}]}}",
					NULL, 0 },
				{ "POST https://cup.example/set {\"session\":"
				  "\"s\\\"1\",\"records\":[{\"id\":\"7\","
				  "\"destination\":\"192.0.2.1\"},{\"hostname\":"
				  "\"@\",\"destination\":\"192.0.2.1\"}]}",
					200, "{\"status\":\"success\"}", NULL,
					0 } } },
		{ "a login that says nothing", NETCUP,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"login: answer not understood "
				"(nothing at /data/id): {\"status\":\"success\"}",
				NULL, false, 0 } },
			{ { "POST https://cup.example/login {\"key\":\"s3cr3t\"}",
				200, "{\"status\":\"success\"}", NULL, 0 } } },
		{ "XML; the other address of the set stays", ROUTE53,
			{ { "a.example.com", "192.0.2.1", "192.0.2.9",
				OUTCOME_CHANGED, NULL, "192.0.2.9", false,
				0 } },
			{ { "GET https://aws.example/2013/byname?"
			    "dnsname=a.example.com",
				  200,
				  "<?xml version=\"1.0\"?><L><HostedZones>"
				  "<HostedZone><Name>example.org.</Name>"
				  "<Id>/hostedzone/Z2</Id></HostedZone>"
				  "</HostedZones></L>",
				  NULL, 0 },
				{ "GET https://aws.example/2013/byname?"
				  "dnsname=example.com",
					200,
					"<L><HostedZones><HostedZone>"
					"<Name>example.com.</Name>"
					"<Id>/hostedzone/Z1</Id></HostedZone>"
					"</HostedZones></L>",
					NULL, 0 },
				{ "GET https://aws.example/2013/hostedzone/Z1/"
				  "rrset?name=a.example.com",
					200,
					"<L><Sets><Set><Name>a.example.com."
					"</Name><Type>A</Type><TTL>60</TTL>"
					"<Records><Record><Value>192.0.2.8"
					"</Value></Record><Record><Value>"
					"192.0.2.9</Value></Record></Records>"
					"</Set></Sets></L>",
					NULL, 0 },
				{ "POST https://aws.example/2013/hostedzone/Z1/"
				  "rrset <Batch><Change><Name>a.example.com."
				  "</Name><TTL>60</TTL><Value>192.0.2.8</Value>"
				  "<Value>192.0.2.1</Value></Change></Batch>",
					200, "<Ok/>",
					"Content-Type: application/xml",
					0 } } },
		{ "XML; none there, and a wildcard",
			ROUTE53
			"zone = example.com\nzone_id = /hostedzone/Z1\n",
			{ { "*.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "none", false, 0 } },
			{ { "GET https://aws.example/2013/hostedzone/Z1/"
			    "rrset?name=*.example.com",
				  200, "<L><Sets/></L>", NULL, 0 },
				{ "POST https://aws.example/2013/hostedzone/Z1/"
				  "rrset <Batch><Change><Name>*.example.com."
				  "</Name><TTL>300</TTL><Value>192.0.2.1"
				  "</Value></Change></Batch>",
					200, "<Ok/>", NULL, 0 } } },
		{ "XML; an alias is no empty set",
			ROUTE53
			"zone = example.com\nzone_id = /hostedzone/Z1\n",
			{ { "*.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				NULL, "none", false, 0 } },
			{ { "GET https://aws.example/2013/hostedzone/Z1/"
			    "rrset?name=*.example.com",
				200,
				"<L><Sets><Set><Name>\\052.example.com.</Name>"
				"<Type>A</Type><AliasTarget/></Set></Sets></L>",
				NULL, 0 } } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

#define DO "https://ocean.example/v2"
#define DO_RECORD(id, name, type, ip) \
	"{\"id\":" id ",\"name\":\"" name "\",\"type\":\"" type \
	"\",\"data\":\"" ip "\",\"ttl\":1800}"
#define DO_RECORDS(list) "{\"domain_records\":[" list "]}"
#define DO_ZONE \
	{ "GET " DO "/a.example.com", 404, "{\"message\":\"none\"}", NULL, \
		0 }, \
	{ \
		"GET " DO "/example.com", 200, "{}", NULL, 0 \
	}
#define DO_LIST "GET " DO "/example.com/records?name=a.example.com"

static void
records_with_an_id(void **state)
{
	static const struct conversation talks[] = {
		{ "update, with the TTL that was there", OCEAN,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ DO_ZONE,
				{ DO_LIST, 200,
					DO_RECORDS(DO_RECORD(
						"12345678901234567890", "a",
						"A", "192.0.2.9")),
					NULL, 0 },
				{ "PATCH " DO "/example.com/records/"
				  "12345678901234567890 {\"data\":\"192.0.2.1\","
				  "\"ttl\":1800}",
					200, "{}", NULL, 0 } } },
		{ "the account's TTL", OCEAN "ttl = 60\nzone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.1", false, 0 } },
			{ { DO_LIST, 200,
				  DO_RECORDS(DO_RECORD(
					  "1", "a", "A", "192.0.2.1")),
				  NULL, 0 },
				{ "PATCH " DO "/example.com/records/1 "
				  "{\"data\":\"192.0.2.1\",\"ttl\":60}",
					200, "{}", NULL, 0 } } },
		{ "create; other names and types do not count", OCEAN,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "none", false, 0 } },
			{ DO_ZONE,
				{ DO_LIST, 200,
					DO_RECORDS(DO_RECORD("1", "a", "AAAA",
						"2001:db8::9") "," DO_RECORD("2",
						"b", "A",
						"192.0.2.1") "," DO_RECORD("3",
						"@", "A", "192.0.2.1")),
					NULL, 0 },
				{ "POST " DO "/example.com/records {\"name\":"
				  "\"a\",\"data\":\"192.0.2.1\",\"ttl\":300}",
					201, "{}", NULL, 0 } } },
		{ "missing is no record", OCEAN "zone = example.com\n",
			{ { "example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "none", false, 0 } },
			{ { "GET " DO "/example.com/records?name=example.com",
				  404, "{}", NULL, 0 },
				{ "POST " DO "/example.com/records {\"name\":"
				  "\"@\",\"data\":\"192.0.2.1\",\"ttl\":300}",
					201, "{}", NULL, 0 } } },
		{ "missing after a write is later",
			OCEAN "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"update: HTTP 404: gone", NULL, false, 0 } },
			{ { DO_LIST, 200,
				  DO_RECORDS(DO_RECORD(
					  "1", "a", "A", "192.0.2.9")),
				  NULL, 0 },
				{ "PATCH " DO "/example.com/records/1 "
				  "{\"data\":\"192.0.2.1\",\"ttl\":1800}",
					404, "{\"message\":\"gone\"}", NULL,
					0 } } },
		{ "several, one ours", OCEAN "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_CHANGED, NULL, "192.0.2.8", false,
				0 } },
			{ { DO_LIST, 200,
				  DO_RECORDS(DO_RECORD("1", "a", "A",
					  "192.0.2.9") "," DO_RECORD("2", "a",
					  "A", "192.0.2.8")),
				  NULL, 0 },
				{ "PATCH " DO "/example.com/records/2 "
				  "{\"data\":\"192.0.2.1\",\"ttl\":1800}",
					200, "{}", NULL, 0 } } },
		{ "several, one right", OCEAN "zone = example.com\n",
			{ { "a.example.com", "2001:db8::1", "2001:db8::8",
				OUTCOME_SAME, NULL, "2001:db8::1", false, 0 } },
			{ { DO_LIST, 200,
				DO_RECORDS(DO_RECORD("1", "a", "AAAA",
					"2001:db8::8") "," DO_RECORD("2", "a",
					"AAAA", "2001:DB8:0:0::1")),
				NULL, 0 } } },
		{ "several, none ours", OCEAN "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", "192.0.2.7",
				OUTCOME_REFUSED,
				"the A record holds 192.0.2.9, 192.0.2.8: "
				"none of them is ours",
				"none", true, 0 } },
			{ { DO_LIST, 200,
				DO_RECORDS(DO_RECORD("1", "a", "A",
					"192.0.2.9") "," DO_RECORD("2", "a",
					"A", "192.0.2.8")),
				NULL, 0 } } },
		{ "no zone", OCEAN,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_REFUSED,
				"zones: no zone of a.example.com was found",
				NULL, true, 0 } },
			{ { "GET " DO "/a.example.com", 404, "", NULL, 0 },
				{ "GET " DO "/example.com", 404, "", NULL,
					0 } } },
		{ "403 ends all, in any step", OCEAN,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_DENIED,
				  "zones: HTTP 403: no such token", NULL, true,
				  0 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_DENIED, NULL, NULL, true, 0 } },
			{ { "GET " DO "/a.example.com", 403,
				"{\"message\":\"no such token\"}", NULL,
				0 } } },
		{ "an unclear read is never followed by a write",
			OCEAN "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				  "records: answer not understood "
				  "(nothing at /domain_records): {\"items\":[]}",
				  "none", false, 0 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_LATER,
					"records: answer not "
					"understood (an item without name): "
					"{\"domain_records\":[{}]}",
					"none", false, 0 },
				{ "c.example.com", "192.0.2.1", NULL,
					OUTCOME_LATER,
					"records: answer not "
					"understood (neither JSON nor XML): "
					"ok",
					"none", false, 0 },
				{ "d.example.com", "192.0.2.1", NULL,
					OUTCOME_LATER, NULL, "none", false,
					0 } },
			{ { DO_LIST, 200, "{\"items\":[]}", NULL, 0 },
				{ "GET " DO
				  "/example.com/records?name=b.example.com",
					200, DO_RECORDS("{}"), NULL, 0 },
				{ "GET " DO
				  "/example.com/records?name=c.example.com",
					200, "ok", NULL, 0 },
				{ "GET " DO
				  "/example.com/records?name=d.example.com",
					200,
					DO_RECORDS(DO_RECORD("1", "d", "A",
						"d.example.net")),
					NULL, 0 } } },
		{ "a list with null is empty", OCEAN "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { DO_LIST, 200, "{\"domain_records\":null}", NULL,
				  0 },
				{ "POST " DO "/example.com/records {\"name\":"
				  "\"a\",\"data\":\"192.0.2.1\",\"ttl\":300}",
					200, "{}", NULL, 0 } } },
		{ "an id cannot leave its place", OCEAN "zone = example.com\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { DO_LIST, 200,
				  DO_RECORDS(DO_RECORD("\"../{zone}?x=\"", "a",
					  "A", "192.0.2.9")),
				  NULL, 0 },
				{ "PATCH " DO
				  "/example.com/records/..%2F%7Bzone%7D%3Fx%3D "
				  "{\"data\":\"192.0.2.1\",\"ttl\":1800}",
					200, "{}", NULL, 0 } } },
		{ "namesilo: words in the answer, one list for all", NAMESILO,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				  NULL, "192.0.2.9", false, 0 },
				{ "a.example.com", "2001:db8::1", NULL,
					OUTCOME_CHANGED, NULL, "none", false,
					0 } },
			{ { "GET https://silo.example/api/info?type=json&"
			    "key=s3cr3t&domain=a.example.com",
				  200, "{\"reply\":{\"code\":200}}", NULL, 0 },
				{ "GET https://silo.example/api/info?type=json&"
				  "key=s3cr3t&domain=example.com",
					200, "{\"reply\":{\"code\":300}}", NULL,
					0 },
				{ "GET https://silo.example/api/list?type=json&"
				  "key=s3cr3t&domain=example.com",
					200,
					"{\"reply\":{\"code\":\"300\",\"record\":"
					"{\"record_id\":\"r\",\"host\":"
					"\"a.example.com\",\"type\":\"A\","
					"\"value\":\"192.0.2.9\",\"ttl\":7207}}}",
					NULL, 0 },
				{ "GET https://silo.example/api/update?type=json"
				  "&key=s3cr3t&domain=example.com&rrid=r&"
				  "rrhost=a&rrvalue=192.0.2.1&rrttl=7207",
					200, "{\"reply\":{\"code\":300}}", NULL,
					0 },
				{ "GET https://silo.example/api/add?type=json&"
				  "key=s3cr3t&domain=example.com&rrhost=a&"
				  "rrvalue=2001%3Adb8%3A%3A1&rrttl=3600",
					200, "{\"reply\":{\"code\":300}}", NULL,
					0 } } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

#define GD "https://gandi.example/example.com/a/A"
#define NL "https://netlify.example/zones"
#define NL_ZONES \
	{ \
		"GET " NL, 200, \
			"[{\"id\":\"z0\",\"name\":\"com\"}," \
			"{\"id\":\"z1\",\"name\":\"example.com\"}," \
			"{\"id\":\"z2\",\"name\":\"b.example.com\"}]", \
			NULL, 0 \
	}
#define NL_RECORDS \
	{ \
		"GET " NL "/z1", 200, \
			"[{\"id\":\"r1\",\"hostname\":\"a.example.com\",\"type\":" \
			"\"A\",\"value\":\"192.0.2.9\",\"ttl\":60}]", \
			NULL, 0 \
	}
#define NL_BOTH \
	{ \
		"GET " NL "/z1", 200, \
			"[{\"id\":\"r1\",\"hostname\":\"a.example.com\",\"type\":" \
			"\"A\",\"value\":\"192.0.2.9\",\"ttl\":60}," \
			"{\"id\":\"r2\",\"hostname\":\"a.example.com\",\"type\":" \
			"\"A\",\"value\":\"192.0.2.1\",\"ttl\":60}]", \
			NULL, 0 \
	}
#define NL_CREATE \
	"POST " NL "/z1 {\"hostname\":\"a.example.com\",\"value\":" \
	"\"192.0.2.1\",\"ttl\":60}"

static void
sets_and_replacements(void **state)
{
	static const struct conversation talks[] = {
		{ "ours is replaced, the others stay", GANDI,
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_CHANGED, NULL, "192.0.2.8", false,
				0 } },
			{ { "GET " GD, 200,
				  "{\"values\":[\"192.0.2.9\",\"192.0.2.8\"],"
				  "\"ttl\":900}",
				  NULL, 0 },
				{ "PUT " GD " {\"values\":[\"192.0.2.9\","
				  "\"192.0.2.1\"],\"ttl\":900}",
					200, "{}", NULL, 0 } } },
		{ "a new set", GANDI,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "none", false, 0 } },
			{ { "GET " GD, 404, "{}", NULL, 0 },
				{ "PUT " GD " {\"values\":[\"192.0.2.1\"],"
				  "\"ttl\":300}",
					200, "{}", NULL, 0 } } },
		{ "right already, among others", GANDI,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_SAME,
				NULL, "192.0.2.1", false, 0 } },
			{ { "GET " GD, 200,
				"{\"values\":[\"192.0.2.9\",\"192.0.2.1\"]}",
				NULL, 0 } } },
		{ "a set that holds one cannot keep others",
			GANDI "set = PUT /{zone} {\"ip\":\"{ip}\"}\n",
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_REFUSED,
				"the A record holds 192.0.2.9, 192.0.2.8: a "
				"write would leave one of them only",
				NULL, true, 0 } },
			{ { "GET " GD, 200,
				"{\"values\":[\"192.0.2.9\",\"192.0.2.8\"]}",
				NULL, 0 } } },
		{ "one of a list",
			GANDI "records = GET /{zone}/{name}/{type} "
			      "-> ip=/values/0\n"
			      "set = PUT /{zone} {\"ip\":\"{ip}\"}\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ { "GET " GD, 200, "{\"values\":[\"192.0.2.9\"]}",
				  NULL, 0 },
				{ "PUT https://gandi.example/example.com "
				  "{\"ip\":\"192.0.2.1\"}",
					200, "{}", NULL, 0 } } },
		{ "a set would lose the other family",
			GANDI "type = A/AAAA\n"
			      "records = GET /{name} -> ip=/values\n"
			      "set = PUT /{name} {\"values\":[{value}]}\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_REFUSED,
				"the A record holds 192.0.2.9: a write would "
				"leave one of them only",
				NULL, true, 0 } },
			{ { "GET https://gandi.example/a", 200,
				"{\"values\":[\"192.0.2.9\",\"2001:db8::9\"]}",
				NULL, 0 } } },
		{ "an item for each address",
			GANDI
			"records = GET /{zone}/{name}/{type} -> ip=/d ttl\n"
			"set = PUT /{zone}/{name}/{type} [{value}]\n"
			"value = {\"d\":\"{ip}\",\"ttl\":{ttl}}\n",
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_CHANGED, NULL, NULL, false, 0 } },
			{ { "GET " GD, 200,
				  "[{\"d\":\"192.0.2.9\",\"ttl\":1},"
				  "{\"d\":\"192.0.2.8\",\"ttl\":2}]",
				  NULL, 0 },
				{ "PUT " GD " [{\"d\":\"192.0.2.9\",\"ttl\":1},"
				  "{\"d\":\"192.0.2.1\",\"ttl\":2}]",
					200, "", NULL, 0 } } },
		{ "longest zone; create, then delete", NETLIFY,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ NL_ZONES, NL_RECORDS,
				{ NL_CREATE, 201, "{}", NULL, 0 },
				{ "DELETE " NL "/z1/r1", 204, "", NULL, 0 } } },
		{ "nothing is deleted before its replacement exists", NETLIFY,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"create: HTTP 422: no", NULL, false, 0 } },
			{ NL_ZONES, NL_RECORDS,
				{ NL_CREATE, 422, "no", NULL, 0 } } },
		{ "the old one stays", NETLIFY,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"delete: HTTP 500: no", NULL, false, 0 } },
			{ NL_ZONES, NL_RECORDS, { NL_CREATE, 201, "", NULL, 0 },
				{ "DELETE " NL "/z1/r1", 500, "no", NULL,
					0 } } },
		{ "the next run ends the old one, that was ours", NETLIFY,
			{ { "a.example.com", "192.0.2.1", "192.0.2.9",
				OUTCOME_CHANGED, NULL, NULL, false, 0 } },
			{ NL_ZONES, NL_BOTH,
				{ "DELETE " NL "/z1/r1", 204, "", NULL, 0 } } },
		{ "and no other one", NETLIFY,
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_SAME, NULL, NULL, false, 0 } },
			{ NL_ZONES, NL_BOTH } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

#define PG "https://paged.example"
#define PG_RECORD(page) \
	{ \
		"GET " PG "/r?p=" page, 200, \
			"{\"r\":[{\"id\":1,\"name\":\"a\",\"type\":\"A\"," \
			"\"ip\":\"192.0.2.9\"}]}", \
			NULL, 0 \
	}

#define OVH_URL "https://ovh.example/example.com"
#define OVH_ID(id, ip) \
	{ \
		"GET " OVH_URL "/ids/" id, 200, \
			"{\"name\":\"a\",\"type\":\"A\",\"target\":\"" ip \
			"\",\"ttl\":30}", \
			NULL, 0 \
	}
#define OVH_REFRESH \
	{ \
		"POST " OVH_URL "/refresh", 200, "null", NULL, 0 \
	}

static void
records_are_shown_and_published(void **state)
{
	static const struct conversation talks[] = {
		{ "none is listed", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[]", NULL, 0 },
				{ "POST " OVH_URL " {\"name\":\"a\",\"target\":"
				  "\"192.0.2.1\",\"ttl\":60}",
					200, "{}", NULL, 0 },
				OVH_REFRESH } },
		{ "one is listed", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[7]", NULL, 0 },
				OVH_ID("7", "192.0.2.9"),
				{ "PUT " OVH_URL "/ids/7 {\"target\":"
				  "\"192.0.2.1\",\"ttl\":30}",
					200, "null", NULL, 0 },
				OVH_REFRESH } },
		{ "it may have been written before and not published", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_SAME,
				NULL, "192.0.2.1", false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[7]", NULL, 0 },
				OVH_ID("7", "192.0.2.1"), OVH_REFRESH } },
		{ "what the account writes is compared", OVH "note = mine\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[7]", NULL, 0 },
				OVH_ID("7", "192.0.2.1"),
				{ "PUT " OVH_URL "/ids/7 {\"target\":"
				  "\"192.0.2.1\",\"ttl\":30,"
				  "\"note\":\"mine\"}",
					200, "null", NULL, 0 },
				OVH_REFRESH } },
		{ "gone meanwhile: nothing is made in its place", OVH,
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_LATER, "record: HTTP 404: {}", NULL,
				false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[6]", NULL, 0 },
				{ "GET " OVH_URL "/ids/6", 404, "{}", NULL,
					0 } } },
		{ "listed without its id",
			OVH "records = GET /{zone}/ids?name={name} -> id=/id\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"records: answer not understood (an item "
				"without id): [{\"no\":5}]",
				NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[{\"no\":5}]",
				NULL, 0 } } },
		{ "of several, ours", OVH,
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_CHANGED, NULL, "192.0.2.8", false,
				0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[5,8]", NULL,
				  0 },
				OVH_ID("5", "192.0.2.9"),
				OVH_ID("8", "192.0.2.8"),
				{ "PUT " OVH_URL "/ids/8 {\"target\":"
				  "\"192.0.2.1\",\"ttl\":30}",
					200, "null", NULL, 0 },
				OVH_REFRESH } },
		{ "of several, none ours", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_REFUSED,
				"the A record holds 192.0.2.9, 192.0.2.8: none "
				"of them is ours",
				NULL, true, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[5,8]", NULL,
				  0 },
				OVH_ID("5", "192.0.2.9"),
				OVH_ID("8", "192.0.2.8") } },
		{ "of another name", OVH,
			{ { "b.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=b", 200, "[7]", NULL, 0 },
				OVH_ID("7", "192.0.2.9"),
				{ "POST " OVH_URL " {\"name\":\"b\",\"target\":"
				  "\"192.0.2.1\",\"ttl\":60}",
					200, "{}", NULL, 0 },
				OVH_REFRESH } },
		{ "it cannot be shown", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"record: HTTP 500: broken", NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[7]", NULL, 0 },
				{ "GET " OVH_URL "/ids/7", 500, "broken", NULL,
					0 } } },
		{ "it holds no address", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"record: answer not understood (no address at "
				"/target): {\"name\":\"a\",\"type\":\"A\"}",
				NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[7]", NULL, 0 },
				{ "GET " OVH_URL "/ids/7", 200,
					"{\"name\":\"a\",\"type\":\"A\"}", NULL,
					0 } } },
		{ "not published", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"publish: HTTP 500: broken", NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[]", NULL, 0 },
				{ "POST " OVH_URL " {\"name\":\"a\",\"target\":"
				  "\"192.0.2.1\",\"ttl\":60}",
					200, "{}", NULL, 0 },
				{ "POST " OVH_URL "/refresh", 500, "broken",
					NULL, 0 } } },
		{ "too many are listed", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"records: answer not understood (more than 50 "
				"records to be shown): [0,0,0,0,0,0,0,0,0,0,0,0"
				",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
				",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
				NULL, false, 0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200,
				"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
				",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
				",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
				NULL, 0 } } },
		{ "two are published at once", OVH,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				  NULL, NULL, false, 0 },
				{ "b.example.com", "192.0.2.1", NULL,
					OUTCOME_CHANGED, NULL, NULL, false,
					0 } },
			{ { "GET " OVH_URL "/ids?name=a", 200, "[]", NULL, 0 },
				{ "GET " OVH_URL "/ids?name=b", 200, "[]", NULL,
					0 },
				{ "POST " OVH_URL " {\"name\":\"a\",\"target\":"
				  "\"192.0.2.1\",\"ttl\":60}",
					200, "{}", NULL, 0 },
				{ "POST " OVH_URL " {\"name\":\"b\",\"target\":"
				  "\"192.0.2.1\",\"ttl\":60}",
					200, "{}", NULL, 0 },
				OVH_REFRESH } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

#define BESIDE_URL "https://set.example/a.example.com/A"
#define BESIDE_LIST \
	{ \
		"GET " BESIDE_URL, 200, \
			"{\"ttl\":9,\"records\":[" \
			"{\"content\":\"192.0.2.8\",\"off\":true,\"note\":\"b\"}," \
			"{\"content\":\"192.0.2.9\",\"off\":false}," \
			"{\"content\":\"192.0.2.7\",\"off\":true,\"note\":\"a\"}]}", \
			NULL, 0 \
	}

static void
each_address_keeps_what_is_beside_it(void **state)
{
	static const struct conversation talks[] = {
		{ "none is there", BESIDE,
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { "GET " BESIDE_URL, 404, "{}", NULL, 0 },
				{ "PUT " BESIDE_URL " {\"records\":[{"
				  "\"content\":\"192.0.2.1\",\"off\":false}]}",
					200, "{}", NULL, 0 } } },
		{ "ours among others", BESIDE,
			{ { "a.example.com", "192.0.2.1", "192.0.2.8",
				OUTCOME_CHANGED, NULL, "192.0.2.8", false,
				0 } },
			{ BESIDE_LIST,
				{ "PUT " BESIDE_URL " {\"ttl\":9,\"records\":["
				  "{\"content\":\"192.0.2.1\",\"off\":true,"
				  "\"note\":\"b\"},"
				  "{\"content\":\"192.0.2.9\",\"off\":false},"
				  "{\"content\":\"192.0.2.7\",\"off\":true,"
				  "\"note\":\"a\"}]}",
					200, "{}", NULL, 0 } } },
		{ "right, and compared with what is beside it",
			BESIDE "note = a\n",
			{ { "a.example.com", "192.0.2.7", NULL, OUTCOME_SAME,
				NULL, "192.0.2.7", false, 0 } },
			{ BESIDE_LIST } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

#define HTML_ASKED "GET https://html.example/u?ip=192.0.2.1"
#define HTML_TALK(title, outcome, text, body) \
	{ \
		title, HTML, \
			{ { "a.example.com", "192.0.2.1", NULL, outcome, text, \
				NULL, false, 0 } }, \
		{ \
			{ \
				HTML_ASKED, 200, body, NULL, 0 \
			} \
		} \
	}

/* In plain text a value is what it is. */
#define TEXT_ROW(charset, body) \
	"[provider x]\nurl = https://text.example\n" \
	"set = PUT /{fqdn}\n  Content-Type: text/plain" charset "\n  " body \
	"\n[x]\nzone = example.com\nnames = a.example.com\n"
#define TEXT_TALK(charset) \
	{ \
		"plain" charset, TEXT_ROW(charset, "{ip} &{sub}"), \
			{ { "a.example.com", "2001:db8::1", NULL, \
				OUTCOME_CHANGED, NULL, NULL, false, 0 } }, \
		{ \
			{ \
				"PUT https://text.example/a.example.com " \
				"2001:db8::1 &a", \
					200, "OK", \
					"Content-Type: text/plain" charset, 0 \
			} \
		} \
	}

static void
plain_text(void **state)
{
	static const struct conversation talks[] = {
		TEXT_TALK(""),
		TEXT_TALK("; charset=utf-8"),
		{ "nothing can be left out", TEXT_ROW("", "v4={ip4} v6={ip6}"),
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"set: ip6 is not set", NULL, false, 0 } },
			{ { NULL, 0, NULL, NULL, 0 } } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

static void
any_line_of_an_answer(void **state)
{
	static const struct conversation talks[] = {
		HTML_TALK("in a page", OUTCOME_CHANGED, NULL,
			"<HTML>\n<BODY>\r\n  Login and IP address notify OK."
			"<BR>\n</HTML>\n"),
		HTML_TALK("the last line", OUTCOME_CHANGED, NULL,
			"[RESPONSE]\ncode = 200\ndescription = done\nEOF"),
		HTML_TALK("a part of a word", OUTCOME_LATER, NULL,
			"[RESPONSE]\ncode = 2004\nEOF\n\n"),
		HTML_TALK("not over the end of a line", OUTCOME_LATER, NULL,
			"address\nnotify OK\n"),
		HTML_TALK("without a star the first line alone", OUTCOME_LATER,
			NULL, "oh\nno such name\n"),
		HTML_TALK("nothing", OUTCOME_LATER, NULL, "\n \n"),
		{ "the star of a name looks at the first line alone",
			DYNDNS2 "good = {fqdn} ok\n",
			{ { "*.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				NULL, NULL, false, 0 } },
			{ { "GET https://dyn.example.net/nic/update?hostname="
			    "*.example.com&myip=192.0.2.1",
				200, "one failed\nfoo.example.com ok", NULL,
				0 } } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

static void
pages(void **state)
{
	static const struct conversation talks[] = {
		{ "counted until nothing is new; then by pointer",
			PAGED("GET /z?p={page} -> /z zone=/n",
				"GET /r?after={page} -> /r id name type ip "
				"page=/next"),
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ { "GET " PG "/z?p=1", 200,
				  "{\"t\":1,\"z\":[{\"n\":\"example.net\"}]}",
				  NULL, 0 },
				{ "GET " PG "/z?p=2", 200,
					"{\"t\":2,\"z\":[{\"n\":"
					"\"example.com\"}]}",
					NULL, 0 },
				{ "GET " PG "/z?p=3", 200,
					"{\"t\":3,\"z\":[{\"n\":"
					"\"example.com\"}]}",
					NULL, 0 },
				{ "GET " PG "/r", 200,
					"{\"r\":[],\"next\":\"x y\"}", NULL,
					0 },
				{ "GET " PG "/r?after=x%20y", 200,
					"{\"r\":[{\"id\":1,\"name\":\"a\","
					"\"type\":\"A\",\"ip\":\"192.0.2.9\"}],"
					"\"next\":null}",
					NULL, 0 },
				{ "PUT " PG "/r/1 {\"ip\":\"192.0.2.1\"}", 200,
					"", NULL, 0 } } },
		{ "by offset, behind an unpaged one of the same URL",
			PAGED("GET /z?n=0 -> /none zone=/n",
				"GET /z?n={offset} -> /r id name type ip") "zone = example.com\nlogin = GET /z?n=0\n",
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ { "GET " PG "/z?n=0", 200, "{\"r\":[]}", NULL, 0 },
				{ "GET " PG "/z?n=0", 200,
					"{\"r\":[{\"id\":5,\"name\":\"b\","
					"\"type\":\"A\",\"ip\":\"192.0.2.8\"},"
					"{\"id\":6,\"name\":\"c\","
					"\"type\":\"A\",\"ip\":\"192.0.2.8\"}]}",
					NULL, 0 },
				{ "GET " PG "/z?n=2", 200,
					"{\"r\":[{\"id\":1,\"name\":\"a\","
					"\"type\":\"A\",\"ip\":\"192.0.2.9\"}]}",
					NULL, 0 },
				{ "GET " PG "/z?n=3", 200, "{\"r\":[]}", NULL,
					0 },
				{ "PUT " PG "/r/1 {\"ip\":\"192.0.2.1\"}", 200,
					"", NULL, 0 } } },
		{ "the last page again counts once",
			PAGED("GET /z -> /z zone=/n",
				"GET /r?p={page} -> /r id name type ip"),
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, "192.0.2.9", false, 0 } },
			{ { "GET " PG "/z", 200,
				  "{\"z\":[{\"n\":\"example.com\"}]}", NULL,
				  0 },
				PG_RECORD("1"), PG_RECORD("2"),
				{ "PUT " PG "/r/1 {\"ip\":\"192.0.2.1\"}", 200,
					"", NULL, 0 } } },
		{ "a page that fails spoils the whole",
			PAGED("GET /z?p={page} -> /z zone=/n",
				"GET /r -> /r id name type ip"),
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_LATER,
				"zones: HTTP 500: no", NULL, false, 0 } },
			{ { "GET " PG "/z?p=1", 200,
				  "{\"z\":[{\"n\":\"example.com\"}]}", NULL,
				  0 },
				{ "GET " PG "/z?p=2", 500, "no", NULL, 0 } } },
		{ "no such page is the end",
			PAGED("GET /z?p={page} -> /z zone=/n",
				"GET /r -> /r id name type ip"),
			{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED,
				NULL, NULL, false, 0 } },
			{ { "GET " PG "/z?p=1", 200,
				  "{\"z\":[{\"n\":\"example.com\"}]}", NULL,
				  0 },
				{ "GET " PG "/z?p=2", 404, "no", NULL, 0 },
				{ "GET " PG "/r", 200, "{\"r\":[]}", NULL, 0 },
				{ "POST " PG "/r {\"ip\":\"192.0.2.1\"}", 200,
					"", NULL, 0 } } },
	};

	(void)state;
	converse_all(talks, COUNT(talks));
}

/* A list that never ends is given up, and nothing is written. */
static void
pages_have_a_ceiling(void **state)
{
	static const struct exchange_options options = { NULL, 1000 };
	static const struct job_row jobs[JOBS] = { { "a.example.com",
		"192.0.2.1", NULL, OUTCOME_LATER, NULL, NULL, false, 0 } };
	static struct script_row rows[51];
	struct exchange *exchange;
	struct run run;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		rows[i].status = 200;
		rows[i].answer = "{\"z\":[{\"n\":\"example.com\"}],\"p\":1}";
	}
	account_open(&run, PAGED("GET /z?p={page} -> /z zone=/n page=/p",
				   "GET /r -> /r id name type ip"));
	jobs_open(&run, jobs);
	script_begin(rows, COUNT(rows));
	exchange = exchange_start(&options, run.account, run.jobs);
	http_run(NULL, 0, -1);
	assert_int_equal(script.at, 50);
	assert_int_equal(run.jobs[0].outcome, OUTCOME_LATER);
	assert_string_equal(run.fail[0].text,
		"zones: answer not understood (more than 50 pages): "
		"{\"z\":[{\"n\":\"example.com\"}],\"p\":1}");
	exchange_free(exchange);
	account_close(&run);
}

/* More names than a table of jobs holds; all for one address. */
enum { NAMES = 60 };

struct crowd {
	struct exchange_job jobs[NAMES];
	struct script_row rows[NAMES];
	char names[NAMES][32];
	struct address none, want, was;
	struct fail fail;
	int finished;
};

static void
crowd_open(struct crowd *crowd, int names, const char *answer)
{
	int i;

	memset(crowd, 0, sizeof *crowd);
	address_set(&crowd->want, "192.0.2.1");
	for (i = 0; i < NAMES; i++) {
		crowd->rows[i].status = 200;
		crowd->rows[i].answer = answer;
	}
	for (i = 0; i < names; i++) {
		snprintf(crowd->names[i], sizeof crowd->names[i],
			"n%d.example.com", i);
		crowd->jobs[i].name = crowd->names[i];
		crowd->jobs[i].want = &crowd->want;
		crowd->jobs[i].last = &crowd->none;
		crowd->jobs[i].ip[0] = &crowd->want;
		crowd->jobs[i].ip[1] = &crowd->none;
		crowd->jobs[i].was = &crowd->was;
		crowd->jobs[i].fail = &crowd->fail;
		crowd->jobs[i].finished = finished;
		crowd->jobs[i].arg = &crowd->finished;
		if (i > 0)
			crowd->jobs[i - 1].next = &crowd->jobs[i];
	}
	script_begin(crowd->rows, NAMES);
}

/* The first goes alone; then at most eight are under way. */
static void
flights_are_limited(void **state)
{
	static const struct exchange_options options = { NULL, 1000 };
	static struct crowd crowd;
	struct exchange *exchange;
	struct run run;
	int i;

	(void)state;
	account_open(&run, DYNDNS2);
	crowd_open(&crowd, 20, "good");
	exchange = exchange_start(&options, run.account, crowd.jobs);
	script.timer->done(script.timer->arg);
	free(script.timer);
	script.timer = NULL;
	assert_int_equal(script.flying, 1);
	http_run(NULL, 0, -1);
	assert_int_equal(script.most, 8);
	assert_int_equal(script.at, 20);
	assert_int_equal(crowd.finished, 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(crowd.jobs[i].outcome, OUTCOME_CHANGED);
	exchange_free(exchange);
	account_close(&run);
}

static void
batches_are_limited(void **state)
{
	static const struct exchange_options options = { NULL, 1000 };
	static struct crowd crowd;
	struct exchange *exchange;
	struct run run;

	(void)state;
	account_open(&run, NETCUP);
	crowd_open(&crowd, NAMES,
		"{\"status\":\"success\",\"data\":{\"id\":1,"
		"\"records\":[]}}");
	crowd.rows[2].answer = "no";
	exchange = exchange_start(&options, run.account, crowd.jobs);
	http_run(NULL, 0, -1);
	/* A login, a list, and two batches, the first of 50. */
	assert_int_equal(script.at, 4);
	assert_int_equal(crowd.finished, NAMES);
	assert_int_equal(crowd.jobs[49].outcome, OUTCOME_LATER);
	assert_int_equal(crowd.jobs[50].outcome, OUTCOME_CHANGED);
	exchange_free(exchange);
	account_close(&run);
}

#define SIGNED \
	"[provider x]\n" \
	"secret = id\n" \
	"secret = key\n" \
	"url = https://tc.example\n" \
	"auth = TC3-HMAC-SHA256 {id} {key} dnspod\n" \
	"header = X-TC-Version: 2021-03-23\n" \
	"header = X-TC-Action: none\n" \
	"set = POST /\n  X-TC-Action: Set\n  {\"n\":\"{fqdn}\",\"v\":\"{ip}\"}\n" \
	"denied = /Error/Code=AuthFailure*\n" \
	"good = /RequestId\n" \
	"error = /Error/Message\n" \
	"[x]\nid = AK1d\nkey = s3cr3t\nnames = a.example.com\n"

static void
signed_requests(void **state)
{
	static const char *const fields[] = {
		"Authorization: TC3-HMAC-SHA256 Credential=AK1d/*",
		"X-TC-Timestamp: 1*",
		"X-TC-Version: 2021-03-23",
		"X-TC-Action: Set",
		"Content-Type: application/json",
	};
	struct conversation talk = { "signed", SIGNED,
		{ { "a.example.com", "192.0.2.1", NULL, OUTCOME_CHANGED, NULL,
			NULL, false, 0 } },
		{ { "POST https://tc.example/ {\"n\":\"a.example.com\","
		    "\"v\":\"192.0.2.1\"}",
			200, "{\"RequestId\":\"r\"}", NULL, 0 } } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(fields); i++) {
		talk.rows[0].field = fields[i];
		assert_true(converse(&talk));
	}
	talk.rows[0].answer = "{\"Error\":{\"Code\":\"AuthFailure.Expire\","
			      "\"Message\":\"The timestamp is stale\"}}";
	talk.jobs[0].outcome = OUTCOME_DENIED;
	talk.jobs[0].text = "set: The timestamp is stale "
			    "(the system clock may be wrong)";
	assert_true(converse(&talk));
}

/* A service that publishes the sender's address. */
static void
senders_use_their_family(void **state)
{
	static const struct conversation talk = { "sender",
		"[provider x]\nsecret = token\nurl = https://own.example\n"
		"set = GET /u/{token}/\ngood = Updated * to {ip}\n"
		"[x]\ntoken = t0k3n\nnames = a.example.com\n",
		{ { "a.example.com", "2001:db8::1", NULL, OUTCOME_CHANGED, NULL,
			NULL, false, 0 } },
		{ { "GET https://own.example/u/t0k3n/", 200,
			"Updated a.example.com to 2001:db8::1 in 0.1 s", NULL,
			0 } } };

	(void)state;
	assert_true(converse(&talk));
	assert_int_equal(script.family, 6);
	assert_false(script.proxy);
}

/* Ending before the loop has begun leaves nothing behind. */
static void
an_end_before_the_beginning(void **state)
{
	static const struct exchange_options options = { NULL, 1000 };
	static const struct job_row jobs[JOBS] = { { "a.example.com",
		"192.0.2.1", NULL, OUTCOME_LATER, NULL, NULL, false, 0 } };
	struct run run;

	(void)state;
	account_open(&run, DYNDNS2);
	jobs_open(&run, jobs);
	script_begin(NULL, 0);
	exchange_free(exchange_start(&options, run.account, run.jobs));
	assert_null(script.timer);
	assert_int_equal(run.finished, 0);
	exchange_free(NULL);
	account_close(&run);
}

static void
previews(void **state)
{
	static const struct {
		const char *config;
		const char *want;
	} rows[] = {
		{ DYNDNS2, "GET https://dyn.example.net/nic/update?hostname="
			   "a.example.com&myip=192.0.2.1\n"
			   "    Authorization: Basic ***\n" },
		{ CLOUDFLARE,
			"GET " CF "/zones?name=a.example.com\n"
			"    Authorization: Bearer ***\n"
			"GET " CF "/zones/{zone_id}/dns_records?name="
			"a.example.com\n"
			"    Authorization: Bearer ***\n"
			"POST " CF "/zones/{zone_id}/dns_records/batch\n"
			"    Content-Type: application/json\n"
			"    Authorization: Bearer ***\n"
			"    {\"patches\":[{\"id\":\"{id}\",\"content\":"
			"\"192.0.2.1\",\"ttl\":{ttl},\"proxied\":{proxied}}]}\n"
			"POST " CF "/zones/{zone_id}/dns_records/batch\n"
			"    Content-Type: application/json\n"
			"    Authorization: Bearer ***\n"
			"    {\"posts\":[{\"type\":\"A\",\"name\":"
			"\"a.example.com\",\"content\":\"192.0.2.1\","
			"\"ttl\":1}]}\n" },
		{ NAMESILO "zone = example.com\n",
			"GET https://silo.example/api/list?type=json&key=***"
			"&domain=example.com\n"
			"GET https://silo.example/api/update?type=json&key=***"
			"&domain=example.com&rrid={id}&rrhost=a&"
			"rrvalue=192.0.2.1&rrttl={ttl}\n"
			"GET https://silo.example/api/add?type=json&key=***"
			"&domain=example.com&rrhost=a&rrvalue=192.0.2.1"
			"&rrttl=3600\n" },
		{ OVH, "GET " OVH_URL "/ids?name=a\n"
		       "    Authorization: Bearer ***\n"
		       "GET " OVH_URL "/ids/{id}\n"
		       "    Authorization: Bearer ***\n"
		       "PUT " OVH_URL "/ids/{id}\n"
		       "    Content-Type: application/json\n"
		       "    Authorization: Bearer ***\n"
		       "    {\"target\":\"192.0.2.1\",\"ttl\":{ttl},"
		       "\"note\":\"{note}\"}\n"
		       "POST " OVH_URL "\n"
		       "    Content-Type: application/json\n"
		       "    Authorization: Bearer ***\n"
		       "    {\"name\":\"a\",\"target\":\"192.0.2.1\","
		       "\"ttl\":60}\n"
		       "POST " OVH_URL "/refresh\n"
		       "    Authorization: Bearer ***\n" },
		{ ROUTE53, "GET https://aws.example/2013/byname?dnsname="
			   "a.example.com\n"
			   "GET https://aws.example/2013/{zone_id}/rrset?name="
			   "a.example.com\n"
			   "POST https://aws.example/2013/{zone_id}/rrset\n"
			   "    Content-Type: application/xml\n"
			   "    <Batch><Change><Name>a.example.com.</Name>"
			   "<TTL>{ttl}</TTL><Value>192.0.2.1</Value></Change>"
			   "</Batch>\n" },
	};
	static const struct job_row jobs[JOBS] = { { "a.example.com",
		"192.0.2.1", NULL, OUTCOME_LATER, NULL, NULL, false, 0 } };
	struct buf out = { 0 };
	struct run run;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		account_open(&run, rows[i].config);
		jobs_open(&run, jobs);
		script_begin(NULL, 0);
		buf_cut(&out, 0);
		exchange_preview(&out, run.account, run.jobs);
		assert_string_equal(buf_text(&out), rows[i].want);
		assert_int_equal(script.at, 0);
		account_close(&run);
	}
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_answers),
		cmocka_unit_test(batches),
		cmocka_unit_test(records_with_an_id),
		cmocka_unit_test(sets_and_replacements),
		cmocka_unit_test(records_are_shown_and_published),
		cmocka_unit_test(each_address_keeps_what_is_beside_it),
		cmocka_unit_test(plain_text),
		cmocka_unit_test(any_line_of_an_answer),
		cmocka_unit_test(pages),
		cmocka_unit_test(pages_have_a_ceiling),
		cmocka_unit_test(flights_are_limited),
		cmocka_unit_test(batches_are_limited),
		cmocka_unit_test(signed_requests),
		cmocka_unit_test(senders_use_their_family),
		cmocka_unit_test(an_end_before_the_beginning),
		cmocka_unit_test(previews),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
