/*
 * Between the files that read an account.
 */
#ifndef DDNS_PROVIDER_ACCOUNT_INTERNAL_H
#define DDNS_PROVIDER_ACCOUNT_INTERNAL_H

#include <stdbool.h>

struct account;
struct buf;
struct config;
struct config_entry;
struct config_section;
struct layer;
struct layer_work;
struct mem;
struct row_declared;
struct row_value;

struct account_work {
	struct config *config;
	struct config_section *section;
	struct account *account;
	const struct layer *own;    /* the section alone */
	const struct layer *layers; /* with the rows below */
	const struct row_declared *declared;
	const char *family[2];    /* "ipv4 LABEL", "ipv6 LABEL" */
	bool has[2];              /* lookups, by enum row_type */
	struct row_value *values; /* become the account's */
	struct row_value *defaults;
};

/* Keys of every account, NULL at the end. */
extern const char *const account_keys[];

/* The first entry of a key, or NULL. */
const struct config_entry *account_entry(
	const struct config_section *section, const char *key);

/* Reads what is declared; adds each _file's content to the fingerprint. */
void account_read_values(struct account_work *work, struct buf *fingerprint);

/* Reads server, zone, lookup, suffix, refresh. */
void account_read_general(struct account_work *work);

/* Reads names, ipv4 and ipv6. */
void account_read_names(struct account_work *work);

#endif
