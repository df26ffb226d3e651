/* SPDX-License-Identifier: ISC */
/*
 * An account: a section of the configuration that is named after a row, with
 * its values, names and the row, made ready for exchange.
 */
#ifndef DDNS_PROVIDER_ACCOUNT_H
#define DDNS_PROVIDER_ACCOUNT_H

#include <stddef.h>

#include "provider/row.h"

struct address;
struct catalogue;
struct config_section;

struct account_name {
	struct account_name *next;
	const char *name;     /* ASCII, lower case, no final dot */
	bool type[ROW_TYPES]; /* asked for (of the families with lookups) */
	int line;
};

struct account {
	struct account *next;
	const char *title;    /* its section as it is written: "cf home" */
	const char *id;       /* the same whatever the row is called there:
				 "cloudflare home" */
	const char *provider; /* the name of the row: "cloudflare" */
	const char *login; /* what of it the service may not take, and where
			      that is from: "user and token (...)"; "": none */
	const char *site;  /* of the service's documents, or NULL */
	const struct config_section *section;
	struct row row[ROW_TYPES];
	const struct row_value *values;   /* what the account writes */
	const struct row_value *defaults; /* what the row writes */
	const char *server; /* origin without final slash, or NULL */
	const char *zone;   /* of the account, else of the row, or NULL */
	const char *lookup; /* LABEL of the lookups, "" */
	const char *suffix; /* as written, or NULL */
	const struct address *host; /* of the suffix, or NULL */
	int prefix;                 /* bits that stand before the host part */
	int64_t refresh;            /* seconds, 0: never */
	struct account_name *names;
	const char *fingerprint; /* section but names, row, files */
	size_t fingerprint_len;
};

/*
 * Reads an account's section. has(arg, LABEL, type) tells whether the type's
 * family has lookups under the LABEL that the account names ("": none). NULL:
 * mistakes were reported. The memory is the config's.
 */
struct account *account_read(struct catalogue *catalogue,
	struct config_section *section,
	bool (*has)(void *arg, const char *label, enum row_type type),
	void *arg);

#endif
