#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "event/event.h"
#include "event/internal.h"
#include "buf.h"
#include "config/config.h"
#include "fail.h"
#include "field.h"
#include "request.h"
#include "template/template.h"

#define METHOD_CEILING 16

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
		text = request_join(r->config->mem, r->entry->lines);
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
	struct config_line *field, **end = &r->fields;

	if (field_name(text) == 0) {
		event_wrong(r, "a header field is `Name: value`");
		return;
	}
	if (!event_check_names(r, text))
		return;
	while (*end)
		end = &(*end)->next;
	field = mem_take(r->config->mem, sizeof *field);
	field->text = text;
	*end = field;
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
	r->webhook->fields = r->fields;
}

static void
read_body(struct event_reading *r)
{
	const char *text = value(r, "body", true);
	struct buf out = { 0 };
	struct fail fail;

	if (!text || !event_check_names(r, text))
		return;
	request_set_message(r->config->mem, r->webhook, text);
	if (!request_body_ok(r->webhook, &fail))
		event_wrong(r, "%s", fail.text);
	else if (r->webhook->kind == BODY_JSON &&
		 template_json(&out, text, &event_samples, &fail) !=
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

static struct request_text *
read_webhook(struct config *config, struct config_section *section)
{
	struct event_reading r = {
		.config = config,
		.section = section,
		.webhook = mem_take(config->mem, sizeof(struct request_text)),
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

struct request_text *
event_read(struct config *config)
{
	struct config_section *section;
	struct request_text *webhook = NULL;

	for (section = config->sections; section; section = section->next) {
		if (strcmp(section->kind, "webhook") == 0)
			webhook = read_webhook(config, section);
		else if (strcmp(section->name, "ddns") == 0)
			event_check_heartbeat(config, section);
	}
	return webhook;
}
