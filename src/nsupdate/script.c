/* SPDX-License-Identifier: ISC */
/* nsupdate's command line and the script that it reads. */
#include <stdint.h>
#include <string.h>

#include "nsupdate/internal.h"
#include "config/config.h"
#include "provider/account.h"
#include "secret.h"

#define PROGRAM "/usr/bin/nsupdate"
/* What a request of 65535 bytes has for records; a signature stays free. */
#define MESSAGE_ROOM 60000
#define RECORD_BYTES 40 /* of a delete and an add, without their names */

static const char *
value_in(const struct row_value *value, const char *name, int type)
{
	while (value && !(value->type[type] && strcmp(value->name, name) == 0))
		value = value->next;
	return value ? value->text : NULL;
}

static const char *
value_of(const struct account *account, const char *name, int type)
{
	const char *own = value_in(account->values, name, type);

	return own ? own : value_in(account->defaults, name, type);
}

struct nsupdate_settings
nsupdate_settings(const struct account *account)
{
	const struct nsupdate_settings settings = {
		.program = value_of(account, "program", ROW_A),
		.server = account->server,
		.key = value_of(account, "key", ROW_A),
		.key_secret = value_of(account, "key_secret", ROW_A),
		.algorithm = value_of(account, "algorithm", ROW_A),
		.keyfile = value_of(account, "keyfile", ROW_A),
		.tcp = value_of(account, "tcp", ROW_A),
	};

	return settings;
}

void
nsupdate_command(const struct nsupdate_settings *settings, const char *seconds,
	const char *argv[NSUPDATE_ARGV])
{
	size_t count = 0;

	argv[count++] = settings->program ? settings->program : PROGRAM;
	argv[count++] = "-t";
	argv[count++] = seconds;
	/* its own retries share that time */
	argv[count++] = "-u";
	argv[count++] = "0";
	if (settings->tcp && strcmp(settings->tcp, "yes") == 0)
		argv[count++] = "-v";
	if (settings->keyfile) {
		argv[count++] = "-k";
		argv[count++] = settings->keyfile;
	}
	argv[count] = NULL;
}

/* "server HOST PORT", from HOST:PORT or [ADDRESS]:PORT. */
static void
add_server(struct buf *out, const char *server)
{
	const bool literal = *server == '[';
	const char *host = server + literal;
	size_t len = strcspn(host, literal ? "]" : ":");
	const char *port = strchr(host + len, ':');

	buf_str(out, "server ");
	buf_add(out, host, len);
	buf_printf(out, " %s\n", port ? port + 1 : "53");
}

/* nsupdate's own ideas of host names are not those of the server. */
static bool
needs_leave(const struct exchange_job *job, size_t count)
{
	for (; count > 0; count--, job = job->next)
		if (strchr(job->name, '_'))
			return true;
	return false;
}

static void
add_record(struct buf *out, const struct account *account,
	const struct exchange_job *job)
{
	const char *ttl = value_in(account->values, "ttl", job->type);
	char address[ADDRESS_TEXT];

	if (!ttl)
		ttl = account->row[job->type].ttl;
	address_format(job->want, address);
	/* RFC 2136 section 2.5.2: the set of this type alone */
	buf_printf(
		out, "update delete %s. %s\n", job->name, row_types[job->type]);
	buf_printf(out, "update add %s. %s %s %s\n", job->name,
		ttl ? ttl : "300", row_types[job->type], address);
}

void
nsupdate_script(struct buf *out, const struct account *account,
	const struct exchange_job *jobs, size_t count)
{
	const struct nsupdate_settings settings = nsupdate_settings(account);

	if (settings.server)
		add_server(out, settings.server);
	if (settings.key && settings.key_secret)
		buf_printf(out, "key %s:%s %s\n", settings.algorithm,
			settings.key, settings.key_secret);
	buf_printf(out, "zone %s.\n", account->zone);
	if (needs_leave(jobs, count))
		buf_str(out, "check-names off\n");
	for (; count > 0; count--, jobs = jobs->next)
		add_record(out, account, jobs);
	buf_str(out, "send\nanswer\n");
}

size_t
nsupdate_fit(const struct exchange_job *jobs)
{
	size_t count = 0, bytes = 0;

	for (; jobs; jobs = jobs->next, count++) {
		/* RFC 1035 section 4.1.4: pointers reach 16 KiB only */
		bytes += 2 * strlen(jobs->name) + RECORD_BYTES;
		if (bytes > MESSAGE_ROOM)
			break;
	}
	return count;
}

static const char *
show(struct mem *mem, const char *const argv[], const char *script)
{
	struct buf out = { 0 };
	const char *text;
	size_t i, len;

	for (i = 0; argv[i]; i++)
		buf_printf(&out, "%s%s", i ? " " : "", argv[i]);
	buf_char(&out, '\n');
	for (; *script; script += len) {
		len = strcspn(script, "\n") + 1;
		buf_str(&out, "    ");
		buf_add(&out, script, len);
	}
	secret_mask(&out, 0);
	text = mem_text(mem, buf_text(&out));
	buf_free(&out);
	return text;
}

void
nsupdate_show(const struct account *account, const char *script,
	const struct exchange_job *jobs, size_t count)
{
	const struct nsupdate_settings settings = nsupdate_settings(account);
	struct mem *mem = jobs->dry->mem;
	const char *argv[NSUPDATE_ARGV];
	struct exchange_shown *shown = mem_take(mem, sizeof *shown);
	struct exchange_shows *shows;

	nsupdate_command(&settings, "SECONDS", argv);
	shown->text = show(mem, argv, script);
	for (; count > 0; count--, jobs = jobs->next) {
		shows = mem_take(mem, sizeof *shows);
		shows->shown = shown;
		jobs->dry->requests = shows;
	}
}
