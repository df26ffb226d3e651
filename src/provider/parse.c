/* SPDX-License-Identifier: ISC */
/* A row's requests, taken apart: ddns-rows(5), REQUESTS. */
#include "provider/internal.h"

#include <string.h>

#include "fail.h"
#include "url.h"

#define SPACES " \t"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Where `->` ends the request, or NULL. */
static const char *
arrow(const char *line)
{
	const char *at;

	for (at = strstr(line, "->"); at; at = strstr(at + 2, "->"))
		if ((at == line || is_space(at[-1])) &&
			(at[2] == '\0' || is_space(at[2])))
			break;
	return at;
}

/* Adds a line to the list that ends at *end. */
static struct config_line **
append(struct layer_work *work, struct config_line **end, const char *text,
	size_t len, int line)
{
	struct config_line *copy = mem_take(work->mem, sizeof(*copy));

	while (len > 0 && is_space(text[len - 1]))
		len--;
	copy->text = mem_textn(work->mem, text, len);
	copy->line = line;
	*end = copy;
	return &copy->next;
}

/* The lines up to `->`; *reading is what follows it, or NULL. */
static struct config_line *
cut(struct layer_work *work, const struct config_line *lines,
	const char **reading)
{
	struct config_line *head = NULL, **end = &head;
	struct buf rest = { 0 };
	const char *at = NULL;

	*reading = NULL;
	for (; lines && !at; lines = lines->next) {
		at = arrow(lines->text);
		if (at != lines->text)
			end = append(work, end, lines->text,
				at ? (size_t)(at - lines->text)
				   : strlen(lines->text),
				lines->line);
		if (at)
			buf_str(&rest, at + 2);
	}
	for (; lines; lines = lines->next) {
		buf_char(&rest, ' ');
		buf_str(&rest, lines->text);
	}
	if (at)
		*reading = mem_text(work->mem, buf_text(&rest));
	buf_free(&rest);
	return head;
}

const struct config_line *
row_parse_fields(struct layer_work *work, const struct config_line *lines)
{
	struct config_line *fields = NULL, **end = &fields;

	for (; lines; lines = lines->next) {
		if (request_is_field(lines->text))
			end = append(work, end, lines->text,
				strlen(lines->text), lines->line);
		else
			layer_wrong(work, "%s: a header field is `Name: value`",
				lines->text);
	}
	return fields;
}

bool
row_parse_origin(struct layer_work *work, const char *url)
{
	const char *authority = strstr(url, "://");
	struct fail fail;
	char *origin;
	size_t len;

	if (!authority)
		return true;
	authority += strlen("://");
	len = strcspn(authority, "/?#");
	origin = mem_textn(work->mem, url, (size_t)(authority - url) + len);
	if (url_secure(url) && strchr(origin, '{'))
		return true;
	if (strchr(origin, '{'))
		return layer_wrong(work,
			"clear text goes to this machine only: write https://");
	if (!url_ok(origin, false, &fail))
		return layer_wrong(work, "%s", fail.text);
	return true;
}

bool
row_parse_whole(struct layer_work *work, const char *url)
{
	/* RFC 9110, section 4.2.5: what follows is never sent */
	return !strchr(url, '#') ||
	       layer_wrong(
		       work, "a URL ends at #: write {ip} for #{ip}, or %%23");
}

static void
check_url(struct layer_work *work, const char *url)
{
	row_parse_whole(work, url);
	if (url_scheme(url) > 0)
		row_parse_origin(work, url);
	else if (url[0] == '\0' || !strchr("/?{", url[0]))
		layer_wrong(work, "a URL begins with /, ?, { or https://");
}

static void
check_body(struct layer_work *work, const struct request_text *text)
{
	struct fail fail;

	if (!request_body_ok(text, &fail))
		layer_wrong(work, "%s", fail.text);
}

struct row_request *
row_parse_item(struct layer_work *work, const struct config_line *lines)
{
	struct row_request *request = mem_take(work->mem, sizeof(*request));

	request_set_body(
		work->mem, &request->text, request_join(work->mem, lines));
	check_body(work, &request->text);
	return request;
}

struct row_request *
row_parse_request(
	struct layer_work *work, const struct config_line *lines, bool item)
{
	struct row_request *request;
	struct config_line *head;
	const char *reading;

	if (item && !request_method(lines->text))
		return row_parse_item(work, lines);
	head = cut(work, lines, &reading);
	if (!head || !request_method(head->text)) {
		layer_wrong(work, "begin with GET or POST");
		return NULL;
	}
	request = mem_take(work->mem, sizeof(*request));
	request_read(work->mem, &request->text, head);
	check_url(work, request->text.url);
	check_body(work, &request->text);
	if (reading)
		request->reading = row_parse_reading(work, reading);
	request->paged = request_holds(&request->text, "page") ||
			 request_holds(&request->text, "offset");
	return request;
}
