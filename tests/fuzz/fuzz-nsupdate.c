/* SPDX-License-Identifier: ISC */
/*
 * Input, with a NUL between them: a configuration with accounts of nsupdate,
 * then what nsupdate writes, call by call (scripted.h). The script that it is
 * given holds the lines that it is to hold, whatever the account says.
 */
#include "scripted.h"

#include "address.h"
#include "config/config.h"
#include "nsupdate/internal.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "secret.h"

#define PARTS 1
#include "parts.h"

#define JOBS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct exchange_job jobs[JOBS];
	struct fail fails[JOBS];
	struct address was[JOBS], want[ROW_TYPES], last;
	int count, ended;
};

static bool
has_both(void *arg, const char *label, enum row_type type)
{
	(void)arg;
	(void)type;
	return !*label;
}

static size_t
count_words(const char *line, size_t len)
{
	size_t words = 1, i;

	for (i = 0; i < len; i++)
		words += line[i] == ' ';
	return words;
}

/* What a line of the script may be, and how often it is there. */
static void
check_line(const char *line, size_t len, size_t seen[])
{
	static const struct {
		const char *begin;
		size_t words;
	} known[] = { { "server ", 3 }, { "key ", 3 }, { "zone ", 2 },
		{ "check-names off", 2 }, { "update delete ", 4 },
		{ "update add ", 6 }, { "send", 1 }, { "answer", 1 } };
	size_t i, size;

	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		size = strlen(known[i].begin);
		if (len >= size && memcmp(line, known[i].begin, size) == 0)
			break;
	}
	demand(i < sizeof known / sizeof known[0]);
	demand(count_words(line, len) == known[i].words);
	seen[i]++;
	for (i = 0; i < len; i++)
		demand((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
}

static void
check_script(const struct account *account, const struct run *run)
{
	const size_t count = nsupdate_fit(run->jobs);
	struct buf text = { 0 };
	size_t seen[8] = { 0 }, len;
	const char *line;

	demand(count > 0);
	nsupdate_script(&text, account, run->jobs, count);
	demand(strlen(buf_text(&text)) == text.len);
	for (line = buf_text(&text); *line; line += len + 1) {
		len = strcspn(line, "\n");
		demand(line[len] == '\n');
		check_line(line, len, seen);
	}
	demand(seen[0] <= 1 && seen[1] <= 1 && seen[2] == 1 && seen[3] <= 1);
	demand(seen[4] == count && seen[5] == count);
	demand(seen[6] == 1 && seen[7] == 1);
	buf_free(&text);
}

static void
finished(void *arg, struct exchange_job *job)
{
	struct run *run = arg;

	run->ended++;
	demand(job->done);
	demand(job->outcome == OUTCOME_CHANGED || *job->fail->text);
}

static void
add_job(struct run *run, const struct account_name *name, enum row_type type)
{
	struct exchange_job *job = &run->jobs[run->count];

	job->name = name->name;
	job->type = type;
	job->want = &run->want[type];
	job->last = &run->last;
	job->ip[0] = &run->want[0];
	job->ip[1] = &run->want[1];
	job->was = &run->was[run->count];
	job->fail = &run->fails[run->count];
	job->finished = finished;
	job->arg = run;
	if (run->count > 0)
		run->jobs[run->count - 1].next = job;
	run->count++;
}

static void
update(const struct account *account)
{
	static const struct exchange_options options = { NULL, 10000 };
	const struct account_name *name;
	struct run *run = calloc(1, sizeof *run);
	struct nsupdate *nsupdate;
	enum row_type type;

	address_parse(&run->want[0], "192.0.2.1", 9);
	address_parse(&run->want[1], "2001:db8::1", 11);
	for (name = account->names; name; name = name->next)
		for (type = ROW_A; type < ROW_TYPES; type++)
			if (name->type[type] && run->count < JOBS)
				add_job(run, name, type);
	check_script(account, run);
	nsupdate = nsupdate_start(&options, account, run->jobs);
	if (http_loop_run(NULL, 0, -1) == HTTP_IDLE)
		demand(run->ended == run->count);
	nsupdate_free(nsupdate);
	free(run);
}

/* Only what ended well and shows the server's word was taken. */
static void
judge(const char *text)
{
	struct buf out = { 0 };
	struct fail fail = { "exit status 2" };
	struct nsupdate_verdict verdict;

	buf_str(&out, text);
	verdict = nsupdate_judge(&out, false, &fail);
	demand(verdict.outcome != OUTCOME_CHANGED && *fail.text);
	verdict = nsupdate_judge(&out, true, &fail);
	demand(verdict.outcome != OUTCOME_CHANGED ||
		strstr(text, "status: NOERROR,"));
	buf_free(&out);
}

static void
take(struct config *config)
{
	struct catalogue *catalogue = catalogue_new(config);
	struct config_section *section = config->sections;
	struct account *account;

	for (; section; section = section->next) {
		if (section->broken ||
			!catalogue_name(catalogue, section->kind))
			continue;
		account = account_read(catalogue, section, has_both, NULL);
		if (!account || !account->row[ROW_A].runs)
			continue;
		nsupdate_check(config, account);
		if (config->mistakes == 0 && account->names)
			update(account);
	}
	catalogue_free(catalogue);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config;
	struct buf text = { 0 };
	size_t len;

	buf_add(&text, data, size);
	buf_char(&text, '\0');
	len = strlen(buf_text(&text));
	config = config_read_text("fuzz.ini", text.at, len);
	config->strict = true;
	if (len + 1 < text.len)
		judge(text.at + len + 1);
	script_begin(text.at + len + 1, text.len - len - 1);
	take(config);
	script_end();
	config_free(config);
	secret_forget();
	buf_free(&text);
	return 0;
}
