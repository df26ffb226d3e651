/* SPDX-License-Identifier: ISC */
/*
 * Answers to requests. The input's first byte chooses an account, the rest,
 * split at NUL bytes, are the answers in order: a status byte, then a body.
 */
#include "../unit/scripted-http.h"

#include "address.h"
#include "config/config.h"
#include "exchange/exchange.h"
#include "provider/account.h"
#include "provider/catalogue.h"

#define ROWS 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {
	"[cloudflare]\ntoken = t0k3n\nnames = a.example.com\nproxied = true\n",
	"[route53]\naccess_key = AKID\nsecret_key = s3cr3t\n"
	"names = a.example.com\n",
	"[dyndns2]\nserver = https://dyn.example\nuser = me\n"
	"password = s3cr3t\nnames = a.example.com\n",
	"[netlify]\ntoken = t0k3n\nnames = a.example.com\n",
	"[netcup]\ncustomer = 1\napi_key = k3y\napi_password = s3cr3t\n"
	"zone = example.com\nnames = a.example.com\n",
	"[alidns]\naccess_key_id = AKID\naccess_key_secret = s3cr3t\n"
	"names = a.example.com\n",
	"[godaddy]\napi_key = k3y\napi_secret = s3cr3t\n"
	"names = a.example.com\n",
	"[ovh-api]\napplication_key = k3y\napplication_secret = s3cr3t\n"
	"consumer_key = c0nsumer\nnames = a.example.com\n",
	"[url]\nset = GET https://any.example/{ip}\ngood = *good {ip}\n"
	"names = a.example.com\n",
};

#define TEXTS (sizeof texts / sizeof texts[0])

static bool
has_both(void *arg, const char *label, enum row_type type)
{
	(void)arg;
	(void)label;
	(void)type;
	return true;
}

static const struct account *
account_of(size_t i)
{
	static const struct account *accounts[TEXTS];
	static struct catalogue *catalogues[TEXTS];
	struct config *config;

	if (!accounts[i]) {
		config = config_read_text(
			"fuzz.ini", texts[i], strlen(texts[i]));
		catalogues[i] = catalogue_new(config);
		accounts[i] = account_read(
			catalogues[i], config->sections, has_both, NULL);
	}
	if (!accounts[i])
		abort();
	return accounts[i];
}

static void
finished(void *arg, struct exchange_job *job)
{
	/* An end is said once, and a failure with a word. */
	if (++*(int *)arg != 1 ||
		(job->outcome > OUTCOME_CHANGED && !*job->fail->text))
		abort();
}

static void
exchange(const struct account *account)
{
	static const struct exchange_options options = { NULL, 1000 };
	struct address want[2], last = { 0 }, was[2];
	struct exchange_job jobs[2] = { { 0 } };
	struct fail fail[2] = { { "" } };
	struct exchange *run;
	int count[2] = { 0 }, i;

	address_parse(&want[0], "192.0.2.1", 9);
	address_parse(&want[1], "2001:db8::1", 11);
	address_parse(&last, "192.0.2.9", 9);
	for (i = 0; i < 2; i++) {
		jobs[i].name = "a.example.com";
		jobs[i].type = i;
		jobs[i].want = &want[i];
		jobs[i].last = &last;
		jobs[i].ip[0] = &want[0];
		jobs[i].ip[1] = &want[1];
		jobs[i].was = &was[i];
		jobs[i].fail = &fail[i];
		jobs[i].finished = finished;
		jobs[i].arg = &count[i];
	}
	jobs[0].next = &jobs[1];
	run = exchange_start(&options, account, jobs);
	http_loop_run(NULL, 0, -1);
	if (count[0] != 1 || count[1] != 1)
		abort();
	exchange_free(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 404, 0, 401, 429, 500 };
	struct script_row rows[ROWS] = { { 0 } };
	struct buf text = { 0 };
	const char *at, *end;
	size_t i;

	if (size == 0)
		return 0;
	buf_add(&text, data + 1, size - 1);
	at = buf_text(&text);
	end = at + text.len;
	for (i = 0; i < ROWS && at < end; i++) {
		rows[i].status = statuses[(unsigned char)*at % 6];
		rows[i].answer = at + 1;
		at += strlen(at) + 1;
		if (at > end)
			rows[i].answer = "";
	}
	script_begin(rows, i);
	exchange(account_of(data[0] % TEXTS));
	buf_free(&text);
	buf_free(&script.wrong);
	return 0;
}
