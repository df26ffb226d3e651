/* SPDX-License-Identifier: ISC */
/* Expressions, one pass over a text, and the plain places. */
#include <string.h>

#include "buf.h"
#include "escape.h"
#include "fail.h"
#include "template/template.h"
#include "template/internal.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

size_t
template_expression(struct expression *expression, const struct span *span)
{
	const char *name = span->at + 1;
	size_t len;

	if (span->at == span->end || *span->at != '{')
		return 0;
	expression->plus = name < span->end && *name == '+';
	name += expression->plus;
	len = strspn(name, LOWER DIGITS "_");
	if (len == 0 || len >= TEMPLATE_NAME || !strchr(LOWER, *name) ||
		name + len >= span->end || name[len] != '}')
		return 0;
	memcpy(expression->name, name, len);
	expression->name[len] = '\0';
	return (size_t)(name + len + 1 - span->at);
}

bool
template_unfit(
	struct fail *fail, const char *name, const char *value, const char *why)
{
	size_t len = strlen(value);
	size_t i = 0;

	while (i < len && value[i] >= ' ' && value[i] <= '~')
		i++;
	/* A secret cut short or escaped would slip through the mask. */
	if (i < len || len > 60)
		return fail_set(fail, "%s %s", name, why);
	return fail_set(fail, "%s: \"%s\" %s", name, value, why);
}

void
template_byte(struct buf *out, char c)
{
	buf_char(out, c);
}

enum expansion
template_span(struct buf *out, const struct place *place,
	const struct span *span, const struct scope *scope, struct fail *fail)
{
	enum expansion done = EXPAND_DONE;
	struct expression expression;
	struct span rest = *span;
	struct variable variable;
	size_t len;

	for (; rest.at < rest.end; rest.at += len) {
		len = template_expression(&expression, &rest);
		if (len == 0) {
			place->byte(out, *rest.at);
			len = 1;
			continue;
		}
		variable = scope->get(scope->arg, expression.name);
		if (!variable.text && place->needed) {
			fail_set(fail, "%s is not set", expression.name);
			return EXPAND_BAD;
		}
		if (!variable.text)
			done = EXPAND_UNSET;
		else if (!place->value(out, &expression, &variable, fail))
			return EXPAND_BAD;
	}
	return done;
}

/* Expands the whole text; out is as it was unless all went well. */
static enum expansion
whole(struct buf *out, const struct place *place, const char *text,
	const struct scope *scope, struct fail *fail)
{
	const struct span span = { text, text + strlen(text) };
	size_t start = out->len;
	enum expansion done = template_span(out, place, &span, scope, fail);

	if (done != EXPAND_DONE)
		buf_cut(out, start);
	return done;
}

static bool
line_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	const char *c;

	for (c = variable->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return template_unfit(fail, expression->name,
				variable->text, "holds a control byte");
	buf_str(out, variable->text);
	return true;
}

enum expansion
template_line(struct buf *out, const char *text, const struct scope *scope,
	struct fail *fail)
{
	static const struct place place = { template_byte, line_value, false };

	return whole(out, &place, text, scope, fail);
}

enum expansion
template_plain(struct buf *out, const char *text, const struct scope *scope,
	struct fail *fail)
{
	static const struct place place = { template_byte, line_value, true };

	return whole(out, &place, text, scope, fail);
}

/* XML 1.0, section 2.2: most control characters cannot be written at all. */
static bool
xml_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	const char *c;

	if (variable->raw) {
		buf_str(out, variable->text);
		return true;
	}
	for (c = variable->text; *c; c++)
		if ((unsigned char)*c < ' ' && !strchr("\t\n\r", *c))
			return template_unfit(fail, expression->name,
				variable->text, "holds a control byte");
	escape_xml(out, variable->text);
	return true;
}

enum expansion
template_xml(struct buf *out, const char *text, const struct scope *scope,
	struct fail *fail)
{
	static const struct place place = { template_byte, xml_value, true };

	return whole(out, &place, text, scope, fail);
}

bool
template_each(
	const char *text, bool (*each)(const char *name, void *arg), void *arg)
{
	struct span rest = { text, text + strlen(text) };
	struct expression expression;
	size_t len;

	for (; rest.at < rest.end; rest.at += len) {
		len = template_expression(&expression, &rest);
		if (len == 0)
			len = 1;
		else if (!each(expression.name, arg))
			return false;
	}
	return true;
}

static bool
other(const char *name, void *arg)
{
	return strcmp(name, arg) != 0;
}

bool
template_holds(const char *text, const char *name)
{
	char wanted[TEMPLATE_NAME];
	size_t len = strlen(name);

	if (len >= sizeof wanted)
		return false;
	memcpy(wanted, name, len + 1);
	return !template_each(text, other, wanted);
}
