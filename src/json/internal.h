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
#define JSON_VALUES 50000      /* values in it: each costs some 250 bytes */

/* Reads a document that begins with `<`. */
struct json_t *json_read_xml(const char *text, size_t len, struct fail *fail);

#endif
