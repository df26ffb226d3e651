/* SPDX-License-Identifier: ISC */
/* XML by expat, read into the shape of JSON. */
#include <string.h>

#include <expat.h>
#include <jansson.h>

#include "buf.h"
#include "fail.h"
#include "json/json.h"
#include "json/internal.h"
#include "memory.h"

#define BLANKS " \t\r\n"

/* An element that is open. */
struct element {
	json_t *members; /* NULL: none so far */
	struct buf text; /* its own */
};

struct reader {
	XML_Parser parser;
	struct element open[JSON_DEPTH];
	int depth;
	size_t cost; /* bytes of memory, about */
	json_t *root;
	const char *wrong; /* why it was stopped */
};

static void
stop(struct reader *reader, const char *why)
{
	reader->wrong = why;
	XML_StopParser(reader->parser, XML_FALSE);
}

/* Entities could grow without bound, and no answer needs them. */
static void XMLCALL
on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
	const XML_Char *public, int declares)
{
	(void)name;
	(void)system;
	(void)public;
	if (declares)
		stop(arg, "a DOCTYPE with declarations");
}

/* Which is how expat takes an undefined one behind a DOCTYPE with a file. */
static void XMLCALL
on_skipped(void *arg, const XML_Char *name, int parameter)
{
	(void)name;
	(void)parameter;
	stop(arg, "undefined entity");
}

static void XMLCALL
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = arg;

	(void)attributes;
	if (reader->depth == JSON_DEPTH)
		stop(reader, "nested too deep");
	else if (reader->cost > JSON_MEMORY)
		stop(reader, JSON_TOO_MUCH);
	else
		reader->depth++;
	/* its name and its text; the first one in another makes an object */
	reader->cost += 2 * JSON_COST_STRING + strlen(name);
	if (reader->depth > 1 && !reader->open[reader->depth - 2].members)
		reader->cost += JSON_COST_OBJECT;
}

static void XMLCALL
on_text(void *arg, const XML_Char *text, int len)
{
	struct reader *reader = arg;

	if (reader->depth > 0)
		buf_add(&reader->open[reader->depth - 1].text, text,
			(size_t)len);
}

/* What an element is: an object, or its text without the spaces around it. */
static json_t *
finish(struct element *element)
{
	const char *text = buf_text(&element->text);
	size_t len = element->text.len;
	json_t *value = element->members;

	while (len > 0 && strchr(BLANKS, text[len - 1]))
		len--;
	while (len > 0 && strchr(BLANKS, *text)) {
		text++;
		len--;
	}
	if (!value)
		value = json_stringn(text, len);
	buf_free(&element->text);
	element->members = NULL;
	return value;
}

/* A name that comes again makes a list. */
static void
add(struct element *parent, const char *name, json_t *value)
{
	json_t *there;
	json_t *list;

	if (!parent->members)
		parent->members = json_object();
	there = json_object_get(parent->members, name);
	if (!there) {
		json_object_set_new(parent->members, name, value);
		return;
	}
	if (!json_is_array(there)) {
		list = json_array();
		json_array_append(list, there);
		json_object_set_new(parent->members, name, list);
		there = list;
	}
	json_array_append_new(there, value);
}

static void XMLCALL
on_end(void *arg, const XML_Char *name)
{
	struct reader *reader = arg;
	json_t *value;

	/* The end of `<a/>` comes even when its start has stopped the parser.
	 */
	if (reader->wrong)
		return;
	value = finish(&reader->open[--reader->depth]);
	if (reader->depth > 0)
		add(&reader->open[reader->depth - 1], name, value);
	else
		reader->root = value;
}

static void
drop(struct reader *reader)
{
	while (reader->depth > 0)
		json_decref(finish(&reader->open[--reader->depth]));
	json_decref(reader->root);
	reader->root = NULL;
}

json_t *
json_read_xml(const char *text, size_t len, struct fail *fail)
{
	static const XML_Memory_Handling_Suite memory = { memory_take,
		memory_resize, memory_give };
	struct reader reader = { 0 };

	/* Services declare encodings that they do not send; this one wins. */
	reader.parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
	XML_SetUserData(reader.parser, &reader);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
	XML_SetSkippedEntityHandler(reader.parser, on_skipped);
	XML_SetElementHandler(reader.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	if (XML_Parse(reader.parser, text, (int)len, 1) != XML_STATUS_OK) {
		if (!reader.wrong)
			reader.wrong = XML_ErrorString(
				XML_GetErrorCode(reader.parser));
		fail_set(fail, "not XML: %s at line %lu", reader.wrong,
			XML_GetCurrentLineNumber(reader.parser));
		drop(&reader);
	}
	XML_ParserFree(reader.parser);
	return reader.root;
}

void
json_libraries(struct buf *out)
{
	const XML_Expat_Version expat = XML_ExpatVersionInfo();

	buf_printf(out, "jansson/%s expat/%d.%d.%d", jansson_version_str(),
		expat.major, expat.minor, expat.micro);
}
