/* SPDX-License-Identifier: ISC */
/*
 * DNS UPDATE (RFC 2136) by BIND's nsupdate, for accounts of a row that `runs`
 * it: one request for all names of an account, which are of one zone. The key
 * goes through standard input or a key file, never through argv. It uses
 * program, and stands beside exchange, whose jobs it takes; plan checks with
 * it, update runs it.
 */
#ifndef DDNS_NSUPDATE_NSUPDATE_H
#define DDNS_NSUPDATE_NSUPDATE_H

struct account;
struct config;
struct exchange_job;
struct exchange_options;
struct nsupdate;

/*
 * Reports what is wrong with an account's own keys, and adds the content of
 * its key file to the fingerprint.
 */
void nsupdate_check(struct config *config, struct account *account);

/*
 * As exchange_start, and with the same contract; a dry run reads nothing. A request that is refused is
 * sent again in halves, until it is known which names are meant.
 */
struct nsupdate *nsupdate_start(const struct exchange_options *options,
	const struct account *account, struct exchange_job *jobs);

/* As exchange_end. */
void nsupdate_end(struct nsupdate *nsupdate);
void nsupdate_free(struct nsupdate *nsupdate);

#endif
