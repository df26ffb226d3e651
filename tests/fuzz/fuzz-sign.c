/* SPDX-License-Identifier: ISC */
/*
 * Signing schemes over odd requests. Input: a letter for the moment, then
 * lines: the scheme, as many words as it takes, the method, the URL, fields
 * up to an empty line; the rest is the body.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "demand.h"
#include "fail.h"
#include "field.h"
#include "sign/sign.h"
#include "url.h"

#define WORDS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line, "" at the end. */
static char *
next(char **at)
{
	char *line = *at;

	*at += strcspn(*at, "\n");
	if (**at)
		*(*at)++ = '\0';
	return line;
}

/* A URL and fields are made of such bytes alone. */
static bool
is_plain(const char *text, unsigned char least)
{
	for (; *text; text++)
		if ((unsigned char)*text < least || *text == 0x7f)
			return false;
	return true;
}

static void
check_line(const char *line, size_t len)
{
	const size_t name = field_name(line);
	const char *c = line;

	demand(len > 1);
	if (*line != '?' && *line != '&')
		demand(name > 0 && name < len && line[name] == ':');
	for (; c < line + len; c++)
		demand((unsigned char)*c >= ' ' && *c != 0x7f &&
			(*c != ' ' || (*line != '?' && *line != '&')));
}

/* Whole lines, each of them one that can be sent. */
static void
check(const struct buf *out)
{
	const char *line = buf_text(out);
	size_t len;

	demand(out->len > 0 && strlen(line) == out->len);
	for (; *line; line += len + 1) {
		len = strcspn(line, "\n");
		demand(line[len] == '\n');
		check_line(line, len);
	}
}

static void
sign(const struct sign_auth *auth, const struct sign_request *request,
	const struct sign_moment *moment)
{
	struct buf out = { 0 }, again = { 0 };
	struct fail fail = { "" };

	if (sign_request(&out, auth, request, moment, &fail)) {
		check(&out);
		demand(sign_request(&again, auth, request, moment, &fail));
		demand(strcmp(buf_text(&out), buf_text(&again)) == 0);
	} else {
		demand(*fail.text && out.len == 0);
	}
	buf_free(&out);
	buf_free(&again);
}

static bool
read_fields(struct mem *mem, struct field **fields, char **at)
{
	char *line;

	while (*(line = next(at))) {
		if (field_name(line) == 0 || !is_plain(line, ' '))
			return false;
		field_add(mem, fields, line);
	}
	return true;
}

static void
take(struct mem *mem, char *at, int64_t now)
{
	const struct sign_moment moment = { now,
		"0123456789abcdef0123456789abcdef" };
	char *words[WORDS] = { NULL };
	struct sign_auth auth = { next(&at), words };
	struct sign_request request = { 0 };
	struct field *fields = NULL;
	size_t i;

	sign_timed(auth.scheme);
	for (i = 0; i < sign_word_count(auth.scheme) && i < WORDS; i++)
		words[i] = next(&at);
	request.method = next(&at);
	request.url = next(&at);
	if (!sign_words(auth.scheme) || url_scheme(request.url) == 0 ||
		!is_plain(request.url, '!') || !is_plain(request.method, 'A') ||
		!read_fields(mem, &fields, &at))
		return;
	request.fields = fields;
	request.body = *at ? at : NULL;
	request.body_len = strlen(at);
	sign(&auth, &request, &moment);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t moments[] = { 1700000000, 0, -1, 951782400,
		4107542399, 253402300799 };
	struct buf text = { 0 };
	struct mem *mem;

	if (size < 1)
		return 0;
	mem = mem_new();
	buf_add(&text, data + 1, size - 1);
	buf_char(&text, '\0');
	take(mem, text.at, moments[data[0] % 6]);
	mem_free(mem);
	buf_free(&text);
	return 0;
}
