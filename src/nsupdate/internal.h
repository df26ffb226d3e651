/*
 * Between the files of nsupdate.
 */
#ifndef DDNS_NSUPDATE_INTERNAL_H
#define DDNS_NSUPDATE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct buf;
struct exchange_job;
struct fail;

/* What an account says; NULL where it says nothing. */
struct nsupdate_settings {
	const char *program;
	const char *server; /* HOST, HOST:PORT, [ADDRESS]:PORT */
	const char *key;
	const char *key_secret;
	const char *algorithm;
	const char *keyfile;
	const char *tcp; /* "yes", "no" */
};

struct nsupdate_settings nsupdate_settings(const struct account *account);

#define NSUPDATE_ARGV 10

/* Fills argv, whose texts are borrowed from the settings and `seconds`. */
void nsupdate_command(const struct nsupdate_settings *settings,
	const char *seconds, const char *argv[NSUPDATE_ARGV]);

/* Adds the lines that send the first `count` jobs as one message. */
void nsupdate_script(struct buf *out, const struct account *account,
	const struct exchange_job *jobs, size_t count);

/* How many of the jobs go into one message (RFC 1035 section 4.2.2). */
size_t nsupdate_fit(const struct exchange_job *jobs);

/* What nsupdate said of one message. */
struct nsupdate_verdict {
	int outcome; /* enum outcome */
	bool daily;
	bool split; /* some of the names may be fine */
};

/*
 * Reads all that nsupdate wrote. ended: its exit status was 0; else *fail may
 * say more. Unless the outcome is CHANGED, *fail tells why.
 */
struct nsupdate_verdict nsupdate_judge(
	const struct buf *said, bool ended, struct fail *fail);

#endif
