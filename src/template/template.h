/* SPDX-License-Identifier: ISC */
/*
 * Expressions {name} and {+name} (RFC 6570) in the texts of a row, replaced in
 * one pass and escaped for their place. ddns-rows(5), VARIABLES.
 */
#ifndef DDNS_TEMPLATE_TEMPLATE_H
#define DDNS_TEMPLATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct fail;

/*
 * A variable's value as a scope hands it out; borrowed. Raw are finished items,
 * put as they are: bare in JSON, where "" counts as not set, and in XML, where
 * it adds nothing.
 */
struct variable {
	const char *text; /* NULL: not set */
	bool raw;
};

/* Where variables come from. */
struct scope {
	struct variable (*get)(void *arg, const char *name);
	void *arg;
	bool any; /* a value without text may stand in a path: no record's */
};

enum expansion {
	EXPAND_DONE,  /* added to out */
	EXPAND_UNSET, /* nothing is left; out is as it was */
	EXPAND_BAD,   /* cannot be sent; *fail says why, out is as it was */
};

/*
 * The URL of a request. base is the row's `url` (may be NULL), server the
 * account's `server` (may be NULL): where base does not hold {server}, it
 * replaces scheme, host and port of base. A url that begins with "https://" or
 * "http://" stands for itself. The query of base comes first. A parameter
 * whose variable is not set is left out; in path or host that is EXPAND_BAD, as
 * is a value without text in a path.
 */
struct template_url {
	const char *base;
	const char *server;
	const char *url;
};
enum expansion template_url(struct buf *out, const struct template_url *url,
	const struct scope *scope, struct fail *fail);

/* A JSON body; what is not set goes with its member or element, and so does
 * the object or list that this empties. */
enum expansion template_json(struct buf *out, const char *text,
	const struct scope *scope, struct fail *fail);

/* As template_line, but a variable that is not set is EXPAND_BAD. */
enum expansion template_plain(struct buf *out, const char *text,
	const struct scope *scope, struct fail *fail);

/* An XML body; a variable that is not set is EXPAND_BAD. */
enum expansion template_xml(struct buf *out, const char *text,
	const struct scope *scope, struct fail *fail);

/* A form body; parameters as in a URL's query. */
enum expansion template_form(struct buf *out, const char *text,
	const struct scope *scope, struct fail *fail);

/* A header field, the words of auth, a test: as it is, no control bytes. */
enum expansion template_line(struct buf *out, const char *text,
	const struct scope *scope, struct fail *fail);

/*
 * Calls each(name, arg) for every expression of the text, in order. False as
 * soon as each returns false.
 */
bool template_each(
	const char *text, bool (*each)(const char *name, void *arg), void *arg);

/* Whether the text holds {name} or {+name}. */
bool template_holds(const char *text, const char *name);

/*
 * Whether a JSON body is one once its expressions are replaced: "',' expected
 * at byte 17".
 */
bool template_json_ok(const char *text, struct fail *fail);

/* Percent-encodes as in a query: all but A-Z a-z 0-9 - . _ ~ * @ */
void template_encode(struct buf *out, const char *text);

#endif
