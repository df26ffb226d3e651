/* SPDX-License-Identifier: ISC */
/* A request as it is written, read and expanded: method, URL, fields, body. */
#include "request.h"

#include <string.h>
#include <strings.h>

#include "buf.h"
#include "config/config.h"
#include "fail.h"
#include "field.h"
#include "json/json.h"
#include "template/template.h"

#define SPACES " \t"

const char *
request_method(const char *text)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
		"DELETE" };
	size_t i, len = strcspn(text, SPACES);

	for (i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (strlen(methods[i]) == len &&
			strncmp(methods[i], text, len) == 0)
			return methods[i];
	return NULL;
}

bool
request_is_field(const char *line)
{
	size_t len = field_name(line);

	return len > 0 && line[len + 1] && strchr(SPACES, line[len + 1]);
}

const char *
request_join(struct mem *mem, const struct config_line *lines)
{
	struct buf text = { 0 };
	const char *joined;

	for (; lines; lines = lines->next)
		buf_str(&text, lines->text);
	joined = mem_text(mem, buf_text(&text));
	buf_free(&text);
	return joined;
}

void
request_read(struct mem *mem, struct request_text *request,
	struct config_line *lines)
{
	const char *url = lines->text + strcspn(lines->text, SPACES), *body;
	struct config_line **end = &lines->next;
	size_t len;

	url += strspn(url, SPACES);
	len = strcspn(url, SPACES);
	request->method = request_method(lines->text);
	request->url = mem_textn(mem, url, len);
	request->fields = lines->next;
	while (*end && request_is_field((*end)->text))
		end = &(*end)->next;
	body = request_join(mem, *end);
	if (*end == request->fields)
		request->fields = NULL;
	*end = NULL;
	url += len + strspn(url + len, SPACES);
	request_set_body(mem, request, mem_printf(mem, "%s%s", url, body));
}

/* Whether Content-Type begins so; what ends in no slash must be all of it. */
static bool
has_type(const struct request_text *request, const char *type)
{
	const struct config_line *field = request->fields;
	const size_t len = strlen(type);
	const char *value;

	for (; field; field = field->next) {
		if (strncasecmp(field->text, "Content-Type:", 13) != 0)
			continue;
		value = field->text + 13 + strspn(field->text + 13, SPACES);
		if (strncasecmp(value, type, len) == 0 &&
			(type[len - 1] == '/' || strchr("; ", value[len])))
			return true;
	}
	return false;
}

void
request_set_body(
	struct mem *mem, struct request_text *request, const char *body)
{
	if (body[0] == '\0')
		return;
	request->body = mem_text(mem, body);
	if (has_type(request, "text/plain"))
		request->kind = BODY_TEXT;
	else if (strchr("{[", body[0]) || (body[0] == '"' && !request->method))
		request->kind = BODY_JSON;
	else
		request->kind = body[0] == '<' ? BODY_XML : BODY_FORM;
}

/* Whether an object or a list begins here, and not an expression. */
static bool
begins_json(const char *body)
{
	size_t len;

	if (*body != '{')
		return *body == '[';
	len = strspn(body + 1, "abcdefghijklmnopqrstuvwxyz");
	return len == 0 || body[len + 1] != '}';
}

/* URL Standard, section 5.2: of what a form writes otherwise, people write
 * spaces and line ends as they are. */
static const char *
form_of(struct mem *mem, const char *body)
{
	struct buf text = { 0 };
	const char *form;

	for (; *body; body++)
		if (*body == ' ')
			buf_char(&text, '+');
		else if (*body == '\r' || *body == '\n')
			buf_printf(&text, "%%%02X", (unsigned)*body);
		else
			buf_char(&text, *body);
	form = mem_text(mem, buf_text(&text));
	buf_free(&text);
	return form;
}

void
request_set_message(
	struct mem *mem, struct request_text *request, const char *body)
{
	const char *json = body + strspn(body, SPACES "\r\n");
	const char *kept = body;

	request->kind = BODY_TEXT;
	if (has_type(request, "text/")) {
		request->body = mem_text(mem, body);
		return;
	}
	if (begins_json(json)) {
		request->kind = BODY_JSON;
		kept = json;
	} else if (strchr(body, '=')) {
		request->kind = BODY_FORM;
		kept = form_of(mem, body);
	}
	request->body = mem_text(mem, kept);
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
	static const struct scope scope = { .get = anything, .arg = NULL };
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

bool
request_body_ok(const struct request_text *request, struct fail *fail)
{
	struct fail why;

	if (request->kind == BODY_JSON &&
		!template_json_ok(request->body, &why))
		return fail_set(fail, "the body is not JSON: %s", why.text);
	if (request->kind == BODY_XML && !xml_ok(request->body, &why))
		return fail_set(fail, "the body is %s", why.text);
	return true;
}

bool
request_each(const struct request_text *request,
	bool (*each)(const char *text, void *arg), void *arg)
{
	const struct config_line *field;

	if (request->url && !each(request->url, arg))
		return false;
	for (field = request->fields; field; field = field->next)
		if (!each(field->text, arg))
			return false;
	return !request->body || each(request->body, arg);
}

static bool
lacks(const char *text, void *arg)
{
	return !template_holds(text, *(const char *const *)arg);
}

bool
request_holds(const struct request_text *request, const char *name)
{
	return !request_each(request, lacks, &name);
}

static bool
has_field(const struct field *fields, const char *line)
{
	size_t len = strcspn(line, ":");

	for (; fields; fields = fields->next)
		if (strncasecmp(fields->name, line, len) == 0 &&
			fields->name[len] == '\0')
			return true;
	return false;
}

/* Expands the lines that write no field of those above. */
static bool
put_fields(struct field **fields, const struct field *above,
	const struct config_line *line, const struct request_place *place,
	struct fail *fail)
{
	enum expansion done = EXPAND_DONE;
	struct buf out = { 0 };

	for (; line && done != EXPAND_BAD; line = line->next) {
		if (has_field(above, line->text))
			continue;
		buf_cut(&out, 0);
		done = template_line(&out, line->text, place->scope, fail);
		if (done == EXPAND_DONE)
			field_add(place->mem, fields, buf_text(&out));
	}
	buf_free(&out);
	return done != EXPAND_BAD;
}

static bool
put_body(struct request_made *made, const struct request_text *request,
	const struct request_place *place, struct fail *fail)
{
	static const struct {
		enum expansion (*expand)(struct buf *out, const char *text,
			const struct scope *scope, struct fail *fail);
		const char *type;
	} kinds[] = {
		[BODY_NONE] = { NULL, NULL },
		[BODY_JSON] = { template_json,
			"Content-Type: application/json" },
		[BODY_XML] = { template_xml, "Content-Type: application/xml" },
		[BODY_FORM] = { template_form,
			"Content-Type: application/x-www-form-urlencoded" },
		[BODY_TEXT] = { template_plain,
			"Content-Type: text/plain; charset=utf-8" },
	};
	enum expansion done;
	struct buf out = { 0 };

	if (!kinds[request->kind].expand)
		return true;
	done = kinds[request->kind].expand(
		&out, request->body, place->scope, fail);
	if (done == EXPAND_DONE) {
		made->body = mem_textn(place->mem, buf_text(&out), out.len);
		if (!has_field(made->fields, "Content-Type:"))
			field_add(place->mem, &made->fields,
				kinds[request->kind].type);
	}
	buf_free(&out);
	return done != EXPAND_BAD;
}

bool
request_expand(const struct request_text *request,
	const struct request_place *place, struct request_made *made,
	struct fail *fail)
{
	const struct template_url url = { place->base, place->server,
		request->url };
	struct field *shared = NULL, **end = &made->fields;
	struct buf out = { 0 };
	bool fine = template_url(&out, &url, place->scope, fail) == EXPAND_DONE;

	*made = (struct request_made){ .url = mem_textn(place->mem,
					       buf_text(&out), out.len) };
	buf_free(&out);
	fine = fine &&
	       put_fields(&made->fields, NULL, request->fields, place, fail) &&
	       put_fields(&shared, made->fields, place->fields, place, fail);
	while (*end)
		end = &(*end)->next;
	*end = shared;
	return fine && put_body(made, request, place, fail);
}
