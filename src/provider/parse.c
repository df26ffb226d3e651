#include "provider/parse.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "config/config.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "provider/layer.h"
#include "provider/row.h"
#include "template/template.h"
#include "url.h"
#include "field.h"

#define BLANKS " \t"

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
	"DELETE" };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The method that a text begins with, or NULL. */
static const char *
method_of(const char *text)
{
	size_t i, len = strcspn(text, BLANKS);

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strlen(methods[i]) == len &&
			strncmp(methods[i], text, len) == 0)
			return methods[i];
	return NULL;
}

/* Where `->` ends the request, or NULL. */
static const char *
arrow(const char *line)
{
	const char *at;

	for (at = strstr(line, "->"); at; at = strstr(at + 2, "->"))
		if ((at == line || is_blank(at[-1])) &&
			(at[2] == '\0' || is_blank(at[2])))
			break;
	return at;
}

/* Adds a line to the list that ends at *end. */
static struct config_line **
append(struct layer_work *work, struct config_line **end, const char *text,
	size_t len, int line)
{
	struct config_line *copy = mem_take(work->mem, sizeof(*copy));

	while (len > 0 && is_blank(text[len - 1]))
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

static bool
is_field(const char *line)
{
	size_t len = field_name(line);

	return len > 0 && is_blank(line[len + 1]);
}

const struct config_line *
row_parse_fields(struct layer_work *work, const struct config_line *lines)
{
	struct config_line *fields = NULL, **end = &fields;

	for (; lines; lines = lines->next) {
		if (is_field(lines->text))
			end = append(work, end, lines->text,
				strlen(lines->text), lines->line);
		else
			layer_wrong(work, "%s: a header field is `Name: value`",
				lines->text);
	}
	return fields;
}

const char *
row_parse_joined(struct layer_work *work, const struct config_line *lines)
{
	struct buf text = { 0 };
	const char *joined;

	for (; lines; lines = lines->next)
		buf_str(&text, lines->text);
	joined = mem_text(work->mem, buf_text(&text));
	buf_free(&text);
	return joined;
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
	if (strncmp(url, "https://", 8) == 0 && strchr(origin, '{'))
		return true;
	if (strchr(origin, '{'))
		return layer_wrong(work,
			"clear text goes to this machine only: write https://");
	if (!url_ok(origin, false, &fail))
		return layer_wrong(work, "%s", fail.text);
	return true;
}

static bool
is_absolute(const char *url)
{
	return strncmp(url, "https://", 8) == 0 ||
	       strncmp(url, "http://", 7) == 0;
}

/* Reads the first line behind the method; what remains is the body's. */
static const char *
read_url(struct layer_work *work, struct row_request *request, const char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strcspn(text, BLANKS);
	request->url = mem_textn(work->mem, text, len);
	if (is_absolute(request->url))
		row_parse_origin(work, request->url);
	else if (len == 0 || !strchr("/?{", text[0]))
		layer_wrong(work, "a URL begins with /, ?, { or https://");
	text += len;
	return text + strspn(text, BLANKS);
}

static bool
is_plain(const struct row_request *request)
{
	static const char plain[] = "Content-Type: text/plain";
	const struct config_line *field = request->fields;

	while (field &&
		(strncasecmp(field->text, plain, sizeof plain - 1) != 0 ||
			!strchr("; ", field->text[sizeof plain - 1])))
		field = field->next;
	return field != NULL;
}

static enum row_body
body_kind(const struct row_request *request)
{
	if (is_plain(request))
		return BODY_TEXT;
	switch (request->body[0]) {
	case '{':
	case '[':
		return BODY_JSON;
	case '<':
		return BODY_XML;
	case '"':
		return request->method ? BODY_FORM : BODY_JSON;
	}
	return BODY_FORM;
}

static struct variable
anything(void *arg, const char *name)
{
	const struct variable variable = { "x", true };

	(void)arg;
	(void)name;
	return variable;
}

/* An XML body, its expressions replaced; an item may have no single root. */
static bool
xml_ok(const char *body, struct fail *fail)
{
	static const struct scope scope = { anything, NULL };
	const bool whole = strncmp(body, "<?", 2) == 0;
	struct buf text = { 0 };
	struct json_t *root;

	buf_str(&text, whole ? "" : "<x>");
	template_xml(&text, body, &scope, fail);
	buf_str(&text, whole ? "" : "</x>");
	root = json_read(text.at, text.len, fail);
	json_free(root);
	buf_free(&text);
	return root != NULL;
}

static void
set_body(struct layer_work *work, struct row_request *request, const char *body)
{
	struct fail fail;

	if (body[0] == '\0')
		return;
	request->body = mem_text(work->mem, body);
	request->kind = body_kind(request);
	if (request->kind == BODY_JSON && !template_json_ok(body, &fail))
		layer_wrong(work, "the body is no JSON: %s", fail.text);
	if (request->kind == BODY_XML && !xml_ok(body, &fail))
		layer_wrong(work, "the body is %s", fail.text);
}

static bool
goes_on(const char *text)
{
	return template_holds(text, "page") || template_holds(text, "offset");
}

static bool
is_paged(const struct row_request *request)
{
	const struct config_line *field;

	for (field = request->fields; field; field = field->next)
		if (goes_on(field->text))
			return true;
	return goes_on(request->url) ||
	       (request->body && goes_on(request->body));
}

struct row_request *
row_parse_item(struct layer_work *work, const struct config_line *lines)
{
	struct row_request *request = mem_take(work->mem, sizeof(*request));

	set_body(work, request, row_parse_joined(work, lines));
	return request;
}

/* The lines behind the first: fields, as long as they are some, then body. */
static void
read_lines(struct layer_work *work, struct row_request *request,
	struct config_line *line, const char *first)
{
	struct config_line *fields = NULL, **end = &fields;
	struct buf body = { 0 };

	for (; line && is_field(line->text); line = line->next)
		end = append(
			work, end, line->text, strlen(line->text), line->line);
	request->fields = fields;
	buf_str(&body, first);
	for (; line; line = line->next)
		buf_str(&body, line->text);
	set_body(work, request, buf_text(&body));
	buf_free(&body);
}

struct row_request *
row_parse_request(
	struct layer_work *work, const struct config_line *lines, bool item)
{
	const char *method, *first, *reading;
	struct row_request *request;
	struct config_line *head;

	if (item && !method_of(lines->text))
		return row_parse_item(work, lines);
	head = cut(work, lines, &reading);
	method = head ? method_of(head->text) : NULL;
	if (!method) {
		layer_wrong(work, "begins with no method");
		return NULL;
	}
	request = mem_take(work->mem, sizeof(*request));
	request->method = method;
	first = read_url(work, request, head->text + strlen(method));
	read_lines(work, request, head->next, first);
	if (reading)
		request->reading = row_parse_reading(work, reading);
	request->paged = is_paged(request);
	return request;
}
