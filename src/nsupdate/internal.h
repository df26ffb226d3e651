/* SPDX-License-Identifier: ISC */
/*
 * Between the files of nsupdate. From above: nsupdate.c sends requests,
 * script.c writes one, answer.c judges it; check.c reads settings alone.
 */
#ifndef DDNS_NSUPDATE_INTERNAL_H
#define DDNS_NSUPDATE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "buf.h"
#include "exchange/exchange.h"
#include "fail.h"
#include "nsupdate/nsupdate.h"
#include "provider/row.h"

/* What an account sets; NULL where it sets nothing. */
struct nsupdate_settings {
	const char *program;
	const char *server; /* HOST, HOST:PORT, [ADDRESS]:PORT */
	const char *key;
	const char *key_secret;
	const char *algorithm;
	const char *keyfile;
	const char *tcp; /* "yes", "no" */
};

/* Reads an account; the texts are its own. */
struct nsupdate_settings nsupdate_settings(const struct account *account);

#define NSUPDATE_ARGV 10

/* Fills argv, whose texts are borrowed from the settings and `seconds`. */
void nsupdate_command(const struct nsupdate_settings *settings,
	const char *seconds, const char *argv[NSUPDATE_ARGV]);

/* Adds the lines that send the first `count` jobs as one request. */
void nsupdate_script(struct buf *out, const struct account *account,
	const struct exchange_job *jobs, size_t count);

/* Notes the script, as what would be sent, for the jobs of a dry run. */
void nsupdate_show(const struct account *account, const char *script,
	const struct exchange_job *jobs, size_t count);

/* How many of the jobs go into one request (RFC 1035 section 4.2.2). */
size_t nsupdate_fit(const struct exchange_job *jobs);

/* What nsupdate's output means for the names of one request. */
struct nsupdate_verdict {
	enum outcome outcome;
	bool daily;
	bool split; /* some of the names may be fine */
};

/*
 * Reads all that nsupdate wrote. good: its exit status was 0; else *fail tells
 * how it ended. Unless the outcome is CHANGED, *fail tells why.
 */
struct nsupdate_verdict nsupdate_judge(
	const struct buf *out, bool good, struct fail *fail);

#endif
