/* SPDX-License-Identifier: ISC */
/*
 * Writes JSON documents of our own.
 */
#include <inttypes.h>
#include <string.h>

#include "document.h"
#include "address.h"
#include "clock.h"
#include "json/json.h"
#include "report.h"
#include "secret.h"

static void
start(struct document *document, const char *key)
{
	if (document->filled)
		buf_char(&document->out, ',');
	if (document->depth > 0)
		buf_printf(&document->out, "\n%*s", document->depth * 2, "");
	if (key)
		buf_printf(&document->out, "\"%s\": ", key);
	document->filled = true;
}

void
document_open(struct document *document, const char *key, char bracket)
{
	start(document, key);
	buf_char(&document->out, bracket);
	document->close[document->depth++] = bracket == '{' ? '}' : ']';
	document->filled = false;
}

void
document_close(struct document *document)
{
	document->depth--;
	if (document->filled)
		buf_printf(&document->out, "\n%*s", document->depth * 2, "");
	buf_char(&document->out, document->close[document->depth]);
	document->filled = true;
}

void
document_print(struct document *document)
{
	while (document->depth > 0)
		document_close(document);
	buf_char(&document->out, '\n');
	report_output(buf_text(&document->out));
	buf_free(&document->out);
}

void
document_text(struct document *document, const char *key, const char *text)
{
	struct buf shown = { 0 };

	start(document, key);
	if (!text) {
		buf_str(&document->out, "null");
		return;
	}
	buf_printable(&shown, text, strlen(text));
	secret_mask(&shown, 0);
	buf_char(&document->out, '"');
	json_escape(&document->out, buf_text(&shown), shown.len);
	buf_char(&document->out, '"');
	buf_free(&shown);
}

void
document_time(struct document *document, const char *key, int64_t when)
{
	char text[32];

	clock_text(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", when);
	document_text(document, key, when > 0 ? text : NULL);
}

void
document_number(struct document *document, const char *key, int64_t number)
{
	start(document, key);
	buf_printf(&document->out, "%" PRId64, number);
}

void
document_address(struct document *document, const char *key,
	const struct address *address)
{
	char text[ADDRESS_TEXT];

	address_format(address, text);
	document_text(document, key, address->family ? text : NULL);
}

void
document_switch(struct document *document, const char *key, bool on)
{
	start(document, key);
	buf_str(&document->out, on ? "true" : "false");
}

void
document_problem(struct document *document, const char *event,
	const char *message, const struct report_subject *about)
{
	document_open(document, NULL, '{');
	document_text(document, "event", event);
	if (about) {
		document_text(document, "name", about->name);
		document_text(document, "type", about->type);
		document_text(document, "account", about->provider);
	}
	document_text(document, "message", message);
	document_close(document);
}
