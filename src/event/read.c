#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "event/event.h"
#include "buf.h"
#include "config/config.h"
#include "fail.h"
#include "http/http.h"
#include "secret.h"
#include "sign/sign.h"
#include "template/template.h"
#include "event/internal.h"
#include "field.h"

#define BLANKS " \t"
#define METHOD_CEILING 16

static const char *
join(struct mem *mem, const struct config_line *lines)
{
	struct buf text = { 0 };
	const char *joined;

	for (; lines; lines = lines->next)
		buf_str(&text, lines->text);
	joined = mem_text(mem, buf_text(&text));
	buf_free(&text);
	return joined;
}

/* What an entry says itself or in the file that it names; NULL: reported. */
static const char *
text_of(struct event_reading *r, bool file)
{
	const char *text;
	struct fail fail;

	if (!file && !config_secret(r->config, r->section, r->entry)) {
		r->wrong = true;
		return NULL;
	}
	if (!file)
		text = join(r->config->mem, r->entry->lines);
	else
		text = config_file_line(
			r->config, r->entry->lines->text, &fail);
	if (!text)
		event_wrong(r, "%s", fail.text);
	else if (*text == '"')
		event_wrong(r, "a value is not put in quotes");
	else if (*text)
		event_hide(text);
	return text && *text && *text != '"' ? text : NULL;
}

/* The value of KEY or KEY_file; NULL: neither is there, or it is wrong. */
static const char *
value(struct event_reading *r, const char *key, bool many)
{
	struct config *config = r->config;
	const struct config_entry *file = config_one(
		config, r->section, mem_printf(config->mem, "%s_file", key));

	r->entry = config_one(config, r->section, key);
	if (r->entry && file) {
		r->entry = file;
		event_wrong(r, "%s is given, too: leave one of them out", key);
		return NULL;
	}
	if (!r->entry && !file)
		return NULL;
	if (file)
		r->entry = file;
	if ((file || !many) && !config_single(config, r->section, r->entry)) {
		r->wrong = true;
		return NULL;
	}
	return text_of(r, file);
}

static void
read_url(struct event_reading *r)
{
	const char *text = value(r, "url", false);

	if (text && event_check_url(r, text))
		r->webhook->url = text;
	if (r->entry)
		return;
	event_wrong(r, "url is missing");
}

static void
read_method(struct event_reading *r)
{
	const struct config_entry *entry =
		config_one(r->config, r->section, "method");
	const char *text = entry ? entry->lines->text : "POST";

	r->entry = entry;
	if (entry && !config_single(r->config, r->section, entry))
		r->wrong = true;
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(text) ||
		strlen(text) > METHOD_CEILING)
		event_wrong(r, "a method is POST, PUT, GET ...");
	r->webhook->method = text;
}

static void
add_field(struct event_reading *r, const char *text)
{
	struct mem *mem = r->config->mem;
	size_t len = field_name(text);

	if (len == 0) {
		event_wrong(r, "a header field is `Name: value`");
		return;
	}
	if (!event_check_names(r, text))
		return;
	field_add(mem, &r->webhook->fields, text);
}

/* One field a line, and the key may stand again. */
static void
read_lines(struct event_reading *r)
{
	const struct config_line *line;

	if (!config_secret(r->config, r->section, r->entry)) {
		r->wrong = true;
		return;
	}
	for (line = r->entry->lines; line; line = line->next) {
		event_hide(line->text);
		add_field(r, line->text);
	}
}

static void
read_fields(struct event_reading *r)
{
	const struct config_entry *entry = r->section->entries;
	const char *text;

	for (; entry; entry = entry->next) {
		r->entry = entry;
		if (strcmp(entry->key, "header") == 0) {
			read_lines(r);
		} else if (strcmp(entry->key, "header_file") == 0) {
			text = text_of(r, true);
			if (text)
				add_field(r, text);
		}
	}
}

/* Whether an object or a list begins here, and not a placeholder. */
static bool
begins_json(const char *body)
{
	size_t len = strspn(body + 1, "abcdefghijklmnopqrstuvwxyz");

	return *body == '[' ||
	       (*body == '{' && (len == 0 || body[len + 1] != '}'));
}

static const struct field *
content_type(const struct webhook *webhook)
{
	const struct field *field = webhook->fields;

	while (field && strcasecmp(field->name, "Content-Type") != 0)
		field = field->next;
	return field;
}

static enum event_body
kind_of(const struct webhook *webhook)
{
	const struct field *type = content_type(webhook);

	if (type && strncasecmp(type->value, "text/", 5) == 0)
		return EVENT_TEXT;
	if (begins_json(webhook->body))
		return EVENT_JSON;
	return strchr(webhook->body, '=') ? EVENT_FORM : EVENT_TEXT;
}

/* URL Standard, section 5.2: a blank of a form is written as a plus. */
static const char *
form_of(struct mem *mem, const char *body)
{
	char *text = mem_text(mem, body);
	char *c;

	for (c = text; *c; c++)
		if (*c == ' ')
			*c = '+';
	return text;
}

static void
read_body(struct event_reading *r)
{
	struct webhook *webhook = r->webhook;
	struct buf out = { 0 };
	struct fail fail;

	webhook->typed = content_type(webhook) != NULL;
	webhook->body = value(r, "body", true);
	if (!webhook->body || !event_check_names(r, webhook->body))
		return;
	webhook->kind = kind_of(webhook);
	if (webhook->kind == EVENT_FORM)
		webhook->body = form_of(r->config->mem, webhook->body);
	if (webhook->kind != EVENT_JSON)
		return;
	if (!template_json_ok(webhook->body, &fail))
		event_wrong(r, "the body is no JSON: %s", fail.text);
	else if (template_json(&out, webhook->body, &event_samples, &fail) !=
		 EXPAND_DONE)
		event_wrong(r, "a placeholder stands without quotes");
	buf_free(&out);
}

static void
check_keys(struct event_reading *r)
{
	static const struct config_key keys[] = {
		{ .name = "url", .kind = CONFIG_OWN },
		{ .name = "url_file", .kind = CONFIG_OWN },
		{ .name = "method", .kind = CONFIG_OWN },
		{ .name = "header", .kind = CONFIG_OWN },
		{ .name = "header_file", .kind = CONFIG_OWN },
		{ .name = "body", .kind = CONFIG_OWN },
		{ .name = "body_file", .kind = CONFIG_OWN },
	};

	config_fill(r->config, r->section, keys, sizeof keys / sizeof keys[0],
		r->webhook);
}

static struct webhook *
read_webhook(struct config *config, struct config_section *section)
{
	struct event_reading r = {
		.config = config,
		.section = section,
		.webhook = mem_take(config->mem, sizeof(struct webhook)),
		.knows = event_knows,
		.names =
			"event, name, type, old, new, provider and message are",
	};

	section->used = true;
	if (*section->label) {
		event_wrong(&r, "there is one [webhook], without a label");
		return NULL;
	}
	check_keys(&r);
	read_url(&r);
	read_method(&r);
	read_fields(&r);
	read_body(&r);
	return r.wrong ? NULL : r.webhook;
}

struct webhook *
event_read(struct config *config)
{
	struct config_section *section;
	struct webhook *webhook = NULL;

	for (section = config->sections; section; section = section->next) {
		if (strcmp(section->kind, "webhook") == 0)
			webhook = read_webhook(config, section);
		else if (strcmp(section->name, "ddns") == 0)
			event_check_heartbeat(config, section);
	}
	return webhook;
}
