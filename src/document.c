#include <inttypes.h>
#include <string.h>

#include "document.h"
#include "address.h"
#include "buf.h"
#include "clock.h"
#include "json/json.h"
#include "secret.h"

static void
start(struct document *document, const char *key)
{
	if (document->filled)
		buf_char(document->out, ',');
	if (document->depth > 0)
		buf_printf(document->out, "\n%*s", document->depth * 2, "");
	if (key)
		buf_printf(document->out, "\"%s\": ", key);
	document->filled = true;
}

void
document_open(struct document *document, const char *key, char bracket)
{
	start(document, key);
	buf_char(document->out, bracket);
	document->depth++;
	document->filled = false;
}

void
document_close(struct document *document, char bracket)
{
	document->depth--;
	if (document->filled)
		buf_printf(document->out, "\n%*s", document->depth * 2, "");
	buf_char(document->out, bracket);
	document->filled = true;
	if (document->depth == 0)
		buf_char(document->out, '\n');
}

void
document_text(struct document *document, const char *key, const char *text)
{
	struct buf shown = { 0 };

	start(document, key);
	if (!text) {
		buf_str(document->out, "null");
		return;
	}
	buf_printable(&shown, text, strlen(text));
	secret_mask(&shown, 0);
	buf_char(document->out, '"');
	json_escape(document->out, buf_text(&shown), shown.len);
	buf_char(document->out, '"');
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
	buf_printf(document->out, "%" PRId64, number);
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
	buf_str(document->out, on ? "true" : "false");
}
