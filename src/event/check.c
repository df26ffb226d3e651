#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "event/event.h"
#include "buf.h"
#include "config/config.h"
#include "fail.h"
#include "http/http.h"
#include "secret.h"
#include "template/template.h"
#include "event/internal.h"
#include "url.h"

#define PIECE 12 /* bytes; a shorter one may be any word */
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool
event_wrong(struct event_reading *r, const char *format, ...)
{
	struct buf text = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	config_wrong(r->config, r->section, r->entry, "%s", buf_text(&text));
	buf_free(&text);
	r->wrong = true;
	return false;
}

void
event_hide(const char *text)
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

bool
event_knows(const char *name)
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
	struct event_reading *r = arg;

	return r->knows(name) ||
	       event_wrong(r, "{%s} is not known here: %s", name, r->names);
}

bool
event_check_names(struct event_reading *r, const char *text)
{
	return template_each(text, check_name, r);
}

/* Values that stand for the real ones. */
static struct variable
sample(void *arg, const char *name)
{
	const struct variable variable = { "x", false };

	(void)arg;
	(void)name;
	return variable;
}

const struct scope event_samples = { sample, NULL };

bool
event_check_url(struct event_reading *r, const char *text)
{
	const struct template_url url = { .url = text };
	struct buf out = { 0 };
	const char *host;
	struct fail fail;
	bool good;

	if (!event_check_names(r, text))
		return false;
	if (!url_ok(text, true, &fail))
		return event_wrong(r, "%s", fail.text);
	host = strstr(text, "://") + 3;
	if (memchr(host, '{', strcspn(host, "/?#")))
		return event_wrong(r, "a host holds no placeholder");
	good = template_url(&out, &url, &event_samples, &fail) == EXPAND_DONE;
	buf_free(&out);
	return good || event_wrong(r, "%s", fail.text);
}

void
event_check_heartbeat(
	struct config *config, const struct config_section *section)
{
	struct event_reading r = {
		.config = config,
		.section = section,
		.entry = config_one(config, section, "heartbeat"),
		.knows = knows_status,
		.names = "status and up are",
	};

	if (!r.entry || !config->general.heartbeat)
		return;
	event_hide(config->general.heartbeat);
	event_check_url(&r, config->general.heartbeat);
}
