/* SPDX-License-Identifier: ISC */
/*
 * Private to the room json.
 */
#ifndef DDNS_JSON_INTERNAL_H
#define DDNS_JSON_INTERNAL_H

#include <stddef.h>

struct fail;
struct json_t;

#define JSON_MAX (1024 * 1024) /* bytes of a document */
#define JSON_DEPTH 64 /* of values in values: each level costs stack */

/* Bytes of memory that a document takes, and about what each value of it does,
 * its text apart: a string or a name, a list, a place in it, an object. */
#define JSON_MEMORY ((size_t)6 * 1024 * 1024)
#define JSON_COST_STRING 144
#define JSON_COST_LIST 200
#define JSON_COST_PLACE 16
#define JSON_COST_OBJECT 320

#define JSON_TOO_MUCH "more values than a document may have"

/* Reads a document that begins with `<`. */
struct json_t *json_read_xml(const char *text, size_t len, struct fail *fail);

#endif
