/* SPDX-License-Identifier: ISC */
/* Reads and checks [webhook], and the expressions of `heartbeat`. */
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "config/config.h"
#include "event/internal.h"
#include "fail.h"
#include "field.h"
#include "pieces.h"
#include "secret.h"
#include "template/template.h"
#include "url.h"

#define METHOD_CEILING 16

/* A section on its way, and which names may stand in braces. */
struct reading {
	struct config *config;
	const struct config_section *section;
	const struct config_entry *entry;
	struct event_request *request;
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

static const struct scope samples = { .get = sample, .arg = NULL };

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

/* KEY and KEY_file are the same here; fields are hidden one by one. */
static void
take_secret(struct reading *r, const char *text)
{
	const char *fault = config_example_fault(text);
	const char *key = r->entry->key;

	if (fault)
		wrong(r, "%s", fault);
	else if (strncmp(key, "url", 3) == 0)
		pieces_hide_url(text, true);
	else if (strncmp(key, "body", 4) == 0)
		pieces_hide_text(text);
	else if (strncmp(key, "secret", 6) == 0)
		secret_hide(text);
}

/* What an entry says itself or in the file that it names, of which many takes
 * all lines; NULL: reported. */
static const char *
text_of(struct reading *r, bool file, bool many)
{
	const char *text;
	struct fail fail = { 0 };

	if (!file && !config_private(r->config, r->section, r->entry)) {
		r->bad = true;
		return NULL;
	}
	if (!file)
		text = request_join(r->config->mem, r->entry->lines);
	else
		text = (many ? config_file_whole : config_file_line)(
			r->config, r->entry->lines->text, &fail);
	if (!text)
		wrong(r, "%s", fail.text);
	else if (*text == '"')
		wrong(r, "a value is not put in quotes");
	else if (*text)
		take_secret(r, text);
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
	return text_of(r, file, many);
}

static void
read_url(struct reading *r)
{
	const char *text = value(r, "url", false);

	if (text && check_url(r, text))
		r->request->text.url = text;
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
	r->request->text.method = text;
}

static void
add_field(struct reading *r, const char *text)
{
	struct config_line *field, **end = &r->fields;

	pieces_hide_field(text);
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
		take_secret(r, line->text);
		add_field(r, line->text);
	}
}

/* One field a line of the file that the key names. */
static void
read_field_file(struct reading *r)
{
	const char *text = text_of(r, true, true), *line;
	size_t len;

	for (; text && *text; text += len) {
		text += strspn(text, " \t\r\n");
		len = strcspn(text, "\r\n");
		line = mem_textn(r->config->mem, text, len);
		if (*line)
			add_field(r, line);
	}
}

static void
read_fields(struct reading *r)
{
	const struct config_entry *entry = r->section->entries;

	for (; entry; entry = entry->next) {
		r->entry = entry;
		if (strcmp(entry->key, "header") == 0)
			read_lines(r);
		else if (strcmp(entry->key, "header_file") == 0)
			read_field_file(r);
	}
	r->request->text.fields = r->fields;
}

static void
read_body(struct reading *r)
{
	const char *text = value(r, "body", true);
	struct buf out = { 0 };
	struct fail fail;

	if (!text || !check_names(r, text))
		return;
	request_set_message(r->config->mem, &r->request->text, text);
	if (!request_body_ok(&r->request->text, &fail))
		wrong(r, "%s", fail.text);
	else if (r->request->text.kind == BODY_JSON &&
		 template_json(&out, text, &samples, &fail) != EXPAND_DONE)
		wrong(r, "a placeholder stands without quotes");
	buf_free(&out);
}

static bool
test_wrong(void *arg, const char *text)
{
	return wrong(arg, "%s", text);
}

/* The tests of a key; NULL: there are none, or they are wrong. */
static const struct match *
read_tests(struct reading *r, const char *key)
{
	const struct match_reader reader = { r->config->mem, test_wrong, r };
	const struct match *first, *test;

	r->entry = config_one(r->config, r->section, key);
	if (!r->entry)
		return NULL;
	first = match_read(&reader, r->entry->lines);
	if (!first)
		wrong(r, "is empty");
	for (test = first; test; test = test->next)
		if (test->text && !check_names(r, test->text))
			return NULL;
	return first;
}

static void
read_sign(struct reading *r)
{
	static const char *const names[] = { [EVENT_UNSIGNED] = "",
		[EVENT_DINGTALK] = "DINGTALK",
		[EVENT_FEISHU] = "FEISHU" };
	struct event_request *request = r->request;
	const struct config_entry *entry;
	enum event_sign sign = EVENT_FEISHU;

	request->secret = value(r, "secret", false);
	entry = config_one(r->config, r->section, "sign");
	if (!entry && r->entry)
		wrong(r, "says nothing without sign: DINGTALK or FEISHU");
	r->entry = entry;
	if (!entry)
		return;
	if (!config_single(r->config, r->section, entry))
		r->bad = true;
	while (sign && strcasecmp(entry->lines->text, names[sign]) != 0)
		sign--;
	request->sign = sign;
	if (sign == EVENT_UNSIGNED)
		wrong(r, "is DINGTALK or FEISHU");
	else if (!request->secret)
		wrong(r, "needs a secret");
	if (sign == EVENT_FEISHU &&
		(request->text.kind != BODY_JSON || *request->text.body != '{'))
		wrong(r, "FEISHU signs a body that is a JSON object");
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
		{ .name = "sign", .kind = CONFIG_OWN },
		{ .name = "secret", .kind = CONFIG_OWN },
		{ .name = "secret_file", .kind = CONFIG_OWN },
		{ .name = "good", .kind = CONFIG_OWN },
		{ .name = "refused", .kind = CONFIG_OWN },
	};

	config_fill(r->config, r->section, keys, sizeof keys / sizeof keys[0],
		r->request);
}

static void
read_webhook(struct reading *r)
{
	if (*r->section->label) {
		wrong(r, "there is one [webhook], without a label");
		return;
	}
	check_keys(r);
	read_url(r);
	read_method(r);
	read_fields(r);
	read_body(r);
	read_sign(r);
	r->request->good = read_tests(r, "good");
	r->request->refused = read_tests(r, "refused");
}

struct event_request *
event_read_webhook(struct config *config)
{
	struct config_section *section = config->sections;
	struct event_request *webhook = NULL;

	for (; section; section = section->next) {
		struct reading r = {
			.config = config,
			.section = section,
			.knows = is_value,
			.names = "event, name, type, old, new, provider and "
				 "message are",
		};

		if (strcmp(section->kind, "webhook") != 0)
			continue;
		r.request = mem_take(config->mem, sizeof *r.request);
		read_webhook(&r);
		webhook = r.bad ? NULL : r.request;
	}
	return webhook;
}

/* Without a URL the tests are about nothing. */
static void
read_heartbeat(struct reading *r)
{
	const char *url = r->config->general.heartbeat;

	r->request->good = read_tests(r, "heartbeat_good");
	if (r->entry && !url)
		wrong(r, "heartbeat is missing");
	r->request->refused = read_tests(r, "heartbeat_refused");
	if (r->entry && !url)
		wrong(r, "heartbeat is missing");
	r->entry = config_one(r->config, r->section, "heartbeat");
	if (!r->entry || !url)
		return;
	pieces_hide_url(url, true);
	if (check_url(r, url))
		r->request->text.url = url;
}

struct event_request *
event_read_heartbeat(struct config *config)
{
	struct config_section *section = config->sections;
	struct event_request *heartbeat =
		mem_take(config->mem, sizeof *heartbeat);

	heartbeat->text.method = "GET";
	for (; section; section = section->next) {
		struct reading r = {
			.config = config,
			.section = section,
			.request = heartbeat,
			.knows = knows_status,
			.names = "status and up are",
		};

		if (strcmp(section->name, "ddns") == 0)
			read_heartbeat(&r);
	}
	return heartbeat->text.url ? heartbeat : NULL;
}
