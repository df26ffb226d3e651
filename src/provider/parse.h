/*
 * The texts of a row, taken apart: requests, readings, tests, declarations.
 * ddns-providers(5), REQUESTS. Mistakes are those of the key at work.
 */
#ifndef DDNS_PROVIDER_PARSE_H
#define DDNS_PROVIDER_PARSE_H

#include <stdbool.h>
#include <stddef.h>

struct config_line;
struct layer_work;
struct row_declared;
struct row_reading;
struct row_request;
struct row_test;

/* A request; an item, if it begins with no method and `item` allows it. */
struct row_request *row_parse_request(
	struct layer_work *work, const struct config_line *lines, bool item);

/* An item, whatever it begins with. */
struct row_request *row_parse_item(
	struct layer_work *work, const struct config_line *lines);

/* What stands behind `->`. */
struct row_reading *row_parse_reading(
	struct layer_work *work, const char *text);

struct row_test *row_parse_tests(
	struct layer_work *work, const struct config_line *lines);

/* Header fields; a line that is none is a mistake. */
const struct config_line *row_parse_fields(
	struct layer_work *work, const struct config_line *lines);

/* Pointers, one a line of the result. */
const struct config_line *row_parse_pointers(
	struct layer_work *work, const struct config_line *lines);

/* Declarations, put behind those in *list; a name stands once. */
void row_parse_declared(struct layer_work *work,
	const struct config_line *lines, bool secret,
	struct row_declared **list);

/* Whether the text is a variable's name: a-z, then a-z 0-9 _. */
bool row_parse_variable(const char *text, size_t len);

/* Whether http:// at the beginning of a URL names this machine; https is
 * fine. False: the mistake is told. */
bool row_parse_origin(struct layer_work *work, const char *url);

#endif
