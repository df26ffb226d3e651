/* SPDX-License-Identifier: ISC */
/*
 * Input: a letter for the place, then up to four texts parted by LF: the
 * template, the values of {a} and {b}, and the base of a URL. Other variables
 * are not set.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "demand.h"
#include "fail.h"
#include "template/template.h"

enum { TEXT, VALUE_A, VALUE_B, BASE, TEXTS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct variable
find(void *arg, const char *name)
{
	char *const *texts = arg;
	struct variable variable = { NULL, false };

	if (strcmp(name, "a") == 0)
		variable.text = texts[VALUE_A];
	else if (strcmp(name, "b") == 0)
		variable.text = texts[VALUE_B];
	return variable;
}

static enum expansion
expand(char place, struct buf *out, char *const *texts, struct fail *fail)
{
	const struct scope scope = { .get = find,
		.arg = (void *)(uintptr_t)texts };
	const struct template_url url = { texts[BASE],
		place == 's' ? "https://server.example" : NULL, texts[TEXT] };

	switch (place) {
	case 'j':
		return template_json(out, texts[TEXT], &scope, fail);
	case 'f':
		return template_form(out, texts[TEXT], &scope, fail);
	case 'x':
		return template_xml(out, texts[TEXT], &scope, fail);
	case 'l':
		return template_line(out, texts[TEXT], &scope, fail);
	default:
		return template_url(out, &url, &scope, fail);
	}
}

static void
check(char place, enum expansion done, const struct buf *out,
	const struct fail *fail)
{
	struct fail why;
	const char *at;

	demand(done != EXPAND_BAD || fail->text[0]);
	demand(done == EXPAND_DONE || out->len == 0);
	demand(strlen(buf_text(out)) == out->len);
	/* What comes out is JSON again, and URLs and forms are ASCII. */
	if (place == 'j' && done == EXPAND_DONE)
		demand(template_json_ok(buf_text(out), &why));
	if (strchr("jxl", place))
		return;
	/* A host's name is the row's matter. */
	at = strstr(buf_text(out), "://");
	at = place == 'f' || !at ? buf_text(out) : at + 3;
	if (place != 'f')
		at += strcspn(at, "/?");
	for (; *at; at++)
		demand((unsigned char)*at <= 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *texts[TEXTS] = { 0 };
	struct buf input = { 0 };
	struct buf out = { 0 };
	struct fail fail = { 0 };
	char *at;
	int i;

	if (size < 1 || memchr(data, '\0', size))
		return 0;
	buf_add(&input, data + 1, size - 1);
	buf_str(&input, "\n");
	texts[TEXT] = at = input.at;
	for (i = 0; i < TEXTS && (at = strchr(at, '\n')); i++) {
		*at++ = '\0';
		if (i + 1 < TEXTS && *at)
			texts[i + 1] = at;
	}
	check((char)data[0], expand((char)data[0], &out, texts, &fail), &out,
		&fail);
	buf_free(&input);
	buf_free(&out);
	return 0;
}
