/* SPDX-License-Identifier: ISC */
/*
 * A request as it is written: method, URL, header fields and body, all of them
 * texts with expressions. It is read, checked and expanded here, whoever wrote
 * it: a step of a provider's row, or [webhook]. May use config, template, json
 * and field; provider, event and exchange use it.
 */
#ifndef DDNS_REQUEST_H
#define DDNS_REQUEST_H

#include <stdbool.h>

struct config_line;
struct fail;
struct field;
struct mem;
struct scope;

/* How values are escaped in a body. */
enum request_body { BODY_NONE, BODY_JSON, BODY_XML, BODY_FORM, BODY_TEXT };

/* An item of a batch has no method, no URL and no fields. */
struct request_text {
	const char *method;
	const char *url;
	const struct config_line *fields; /* "Name: value" */
	const char *body;                 /* NULL: none */
	enum request_body kind;
};

/* The method of a row's request that a text begins with, or NULL. */
const char *request_method(const char *text);

/* Whether a line is `Name: value`, a space or a tab behind the colon. */
bool request_is_field(const char *line);

/* All lines without a break between them. */
const char *request_join(struct mem *mem, const struct config_line *lines);

/*
 * Reads "METHOD URL BODY", lines that are fields, and the rest of the body. The
 * lines become part of the request.
 */
void request_read(
	struct mem *mem, struct request_text *request, struct config_line *lines);

/* Sets the body of a row's request and its kind. "": there is none. */
void request_set_body(
	struct mem *mem, struct request_text *request, const char *body);

/* The same for [webhook], where a text may begin with an expression. */
void request_set_message(
	struct mem *mem, struct request_text *request, const char *body);

/* Whether a JSON or XML body is one. False: *fail says why not. */
bool request_body_ok(const struct request_text *request, struct fail *fail);

/* Calls each(text, arg) for URL, fields and body. False as soon as each
 * returns false. */
bool request_each(const struct request_text *request,
	bool (*each)(const char *text, void *arg), void *arg);

/* Whether a text of the request holds {name}. */
bool request_holds(const struct request_text *request, const char *name);

/* Where a request is expanded. */
struct request_place {
	struct mem *mem; /* of the result */
	const struct scope *scope;
	const char *base, *server;        /* as in struct template_url */
	const struct config_line *fields; /* those of the request beat them */
};

/* A request with its values. */
struct request_made {
	const char *url;
	struct field *fields;
	const char *body; /* NULL: none, or nothing is left of it */
};

/*
 * Expands all texts. What is not set is left out: a field, a part of the body;
 * Content-Type is added if no field is one. False: *fail says why.
 */
bool request_expand(const struct request_text *request,
	const struct request_place *place, struct request_made *made,
	struct fail *fail);

#endif
