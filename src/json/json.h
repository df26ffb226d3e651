/* SPDX-License-Identifier: ISC */
/*
 * Answers as documents: JSON by jansson, XML by expat read into the same
 * shape, and JSON pointers (RFC 6901) with the additions of ddns-rows(5).
 */
#ifndef DDNS_JSON_JSON_H
#define DDNS_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct fail;
struct json_t;

/*
 * Reads a text: by its first byte that is not a space, `{` or `[` as JSON, `<`
 * as XML. XML: the root element is the document, elements are members,
 * repeated ones a list, attributes and a declared encoding are ignored.
 * NULL: *fail says why. To be given to json_free.
 */
struct json_t *json_read(const char *text, size_t len, struct fail *fail);
void json_free(struct json_t *root);

/* What json_read would take a text for. */
enum json_kind { JSON_NEITHER, JSON_JSON, JSON_XML };
enum json_kind json_kind(const char *text, size_t len);

/*
 * Calls each(value, arg) for all that the pointer finds below root: a list met
 * on the way or at the end stands for its elements, unless an index follows;
 * `*` stands for every member. "" is root itself. Null is never given to each.
 * Ends early when each returns false. Returns what was met at the end.
 */
enum json_met {
	JSON_ABSENT,  /* the place does not exist */
	JSON_NOTHING, /* it is null (as an empty list) */
	JSON_LIST,    /* a list, empty or with the place in an element */
	JSON_ITEM, /* an object */
	JSON_VALUE /* a string, number or boolean */
};
enum json_met json_find(struct json_t *root, const char *pointer,
	bool (*each)(struct json_t *value, void *arg), void *arg);

/*
 * The first text that a pointer finds, added to out: a string, a number in
 * its digits, "true" or "false". False: nothing there (null, list, object).
 */
bool json_first(struct json_t *root, const char *pointer, struct buf *out);

/*
 * A document in which the pointers, any of which may go on below, find what
 * they find in this one, without most of what they do not. To be given to
 * json_free, as is this one.
 */
struct json_t *json_pick(
	struct json_t *root, const char *const *pointers, size_t count);

/* Adds a scalar's text as above. */
bool json_text(const struct json_t *value, struct buf *out);

/* Whether the value is a list; a list or an object of none. */
bool json_is_list(const struct json_t *value);
bool json_is_empty(const struct json_t *value);

/* Whether the value is a number, true or false (written bare in JSON). */
bool json_bare(const struct json_t *value);

/* Adds text with RFC 8259 escapes, without quotes. */
void json_escape(struct buf *out, const char *text, size_t len);

/* Whether a text can be written bare in JSON: a number, true or false. */
bool json_bare_ok(const char *text);

/* "/a/b~1c": begins with / (or is empty), each ~ followed by 0 or 1. */
bool json_pointer_ok(const char *pointer);

/* Adds the names and versions of the libraries in use. */
void json_libraries(struct buf *out);

#endif
