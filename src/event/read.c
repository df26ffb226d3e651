/* Reads and checks [webhook], and the expressions of `heartbeat`. */
#include "event/event.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "buf.h"
#include "config/config.h"
#include "event/internal.h"
#include "fail.h"
#include "field.h"
#include "request.h"
#include "secret.h"
#include "template/template.h"
#include "url.h"

#define METHOD_CEILING 16
#define PIECE 12 /* bytes; a shorter one may be any word */
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* A section on its way, and which names may stand in braces. */
struct reading {
	struct config *config;
	const struct config_section *section;
	const struct config_entry *entry;
	struct request_text *webhook;
	struct config_line *fields; /* of the webhook */
	bool (*knows)(const char *name);
	const char *names; /* for messages */
	bool bad;
};

/* Reports a mistake of the entry; always false. */
static bool __attribute__((format(printf, 2, 3)))
wrong(struct reading *r, const char *format, ...)
{
	struct buf text = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	config_wrong(r->config, r->section, r->entry, "%s", buf_text(&text));
	buf_free(&text);
	r->bad = true;
	return false;
}

/*
 * Hides a text, and those pieces of it that look like keys: an error, or an
 * answer that quotes the request, shows no key of a path or a body.
 */
static void
hide(const char *text)
{
	static const char between[] = "/?&=:@.\"{}[], \t";
	struct mem *mem = mem_new();
	size_t len;

	if (strlen(text) >= PIECE)
		secret_hide(text);
	for (; *text; text += len) {
		text += strspn(text, between);
		len = strcspn(text, between);
		if (len >= PIECE && strcspn(text, UPPER DIGITS) < len)
			secret_hide(mem_textn(mem, text, len));
	}
	mem_free(mem);
}

static bool
is_value(const char *name)
{
	int i;

	for (i = 0; i < EVENT_VALUES; i++)
		if (strcmp(event_values[i].name, name) == 0)
			return true;
	return false;
}

static bool
knows_status(const char *name)
{
	return strcmp(name, "status") == 0 || strcmp(name, "up") == 0;
}

static bool
check_name(const char *name, void *arg)
{
	struct reading *r = arg;

	return r->knows(name) ||
	       wrong(r, "{%s} is not known here: %s", name, r->names);
}

/* Whether all names in braces are known; else reports the first other one. */
static bool
check_names(struct reading *r, const char *text)
{
	return template_each(text, check_name, r);
}

/* Stands for the real values: a text that is not a number. */
static struct variable
sample(void *arg, const char *name)
{
	const struct variable variable = { "x", false };

	(void)arg;
	(void)name;
	return variable;
}

static const struct scope samples = { sample, NULL };

static bool
check_url(struct reading *r, const char *text)
{
	const struct template_url url = { .url = text };
	struct buf out = { 0 };
	const char *host;
	struct fail fail;
	bool good;

	if (!check_names(r, text))
		return false;
	if (!url_ok(text, true, &fail))
		return wrong(r, "%s", fail.text);
	host = strstr(text, "://") + 3;
	if (memchr(host, '{', strcspn(host, "/?#")))
		return wrong(r, "a host holds no placeholder");
	good = template_url(&out, &url, &samples, &fail) == EXPAND_DONE;
	buf_free(&out);
	return good || wrong(r, "%s", fail.text);
}

/* [ddns] heartbeat */
static void
check_heartbeat(struct config *config, const struct config_section *section)
{
	struct reading r = {
		.config = config,
		.section = section,
		.entry = config_one(config, section, "heartbeat"),
		.knows = knows_status,
		.names = "status and up are",
	};

	if (!r.entry || !config->general.heartbeat)
		return;
	hide(config->general.heartbeat);
	check_url(&r, config->general.heartbeat);
}

/* What an entry says itself or in the file that it names; NULL: reported. */
static const char *
text_of(struct reading *r, bool file)
{
	const char *text;
	struct fail fail;

	if (!file && !config_private(r->config, r->section, r->entry)) {
		r->bad = true;
		return NULL;
	}
	if (!file)
		text = request_join(r->config->mem, r->entry->lines);
	else
		text = config_file_line(
			r->config, r->entry->lines->text, &fail);
	if (!text)
		wrong(r, "%s", fail.text);
	else if (*text == '"')
		wrong(r, "a value is not put in quotes");
	else if (*text)
		hide(text);
	return text && *text && *text != '"' ? text : NULL;
}

/* The value of KEY or KEY_file; NULL: neither is there, or it is wrong. */
static const char *
value(struct reading *r, const char *key, bool many)
{
	struct config *config = r->config;
	const struct config_entry *file = config_one(
		config, r->section, mem_printf(config->mem, "%s_file", key));

	r->entry = config_one(config, r->section, key);
	if (r->entry && file) {
		r->entry = file;
		wrong(r, "%s is given, too: leave one of them out", key);
		return NULL;
	}
	if (!r->entry && !file)
		return NULL;
	if (file)
		r->entry = file;
	if ((file || !many) && !config_single(config, r->section, r->entry)) {
		r->bad = true;
		return NULL;
	}
	return text_of(r, file);
}

static void
read_url(struct reading *r)
{
	const char *text = value(r, "url", false);

	if (text && check_url(r, text))
		r->webhook->url = text;
	if (r->entry)
		return;
	wrong(r, "url is missing");
}

static void
read_method(struct reading *r)
{
	const struct config_entry *entry =
		config_one(r->config, r->section, "method");
	const char *text = entry ? entry->lines->text : "POST";

	r->entry = entry;
	if (entry && !config_single(r->config, r->section, entry))
		r->bad = true;
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(text) ||
		strlen(text) > METHOD_CEILING)
		wrong(r, "a method is POST, PUT, GET ...");
	r->webhook->method = text;
}

static void
add_field(struct reading *r, const char *text)
{
	struct config_line *field, **end = &r->fields;

	if (field_name(text) == 0) {
		wrong(r, "a header field is `Name: value`");
		return;
	}
	if (!check_names(r, text))
		return;
	while (*end)
		end = &(*end)->next;
	field = mem_take(r->config->mem, sizeof *field);
	field->text = text;
	*end = field;
}

/* One field a line, and the key may stand again. */
static void
read_lines(struct reading *r)
{
	const struct config_line *line;

	if (!config_private(r->config, r->section, r->entry)) {
		r->bad = true;
		return;
	}
	for (line = r->entry->lines; line; line = line->next) {
		hide(line->text);
		add_field(r, line->text);
	}
}

static void
read_fields(struct reading *r)
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
read_body(struct reading *r)
{
	const char *text = value(r, "body", true);
	struct buf out = { 0 };
	struct fail fail;

	if (!text || !check_names(r, text))
		return;
	request_set_message(r->config->mem, r->webhook, text);
	if (!request_body_ok(r->webhook, &fail))
		wrong(r, "%s", fail.text);
	else if (r->webhook->kind == BODY_JSON &&
		 template_json(&out, text, &samples, &fail) != EXPAND_DONE)
		wrong(r, "a placeholder stands without quotes");
	buf_free(&out);
}

static void
check_keys(struct reading *r)
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
	struct reading r = {
		.config = config,
		.section = section,
		.webhook = mem_take(config->mem, sizeof(struct request_text)),
		.knows = is_value,
		.names =
			"event, name, type, old, new, provider and message are",
	};

	if (*section->label) {
		wrong(&r, "there is one [webhook], without a label");
		return NULL;
	}
	check_keys(&r);
	read_url(&r);
	read_method(&r);
	read_fields(&r);
	read_body(&r);
	return r.bad ? NULL : r.webhook;
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
			check_heartbeat(config, section);
	}
	return webhook;
}
