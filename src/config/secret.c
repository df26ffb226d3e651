/* SPDX-License-Identifier: ISC */
/* What a secret looks like when it was copied with something beside it. */
#include <string.h>

#include "buf.h"
#include "config/config.h"

/* What no keyboard writes, but web pages, mails and editors do. */
static const struct {
	const char *bytes;
	const char *what;
} strangers[] = {
	{ "\xC2\xA0", "a no-break space" },
	{ "\xE2\x80\xAF", "a no-break space" },
	{ "\xE3\x80\x80", "a full-width space" },
	{ "\xE2\x80\x8B", "a zero-width space" },
	{ "\xE2\x80\x8C", "a zero-width mark" },
	{ "\xE2\x80\x8D", "a zero-width mark" },
	{ "\xE2\x81\xA0", "a zero-width mark" },
	{ "\xEF\xBB\xBF", "a byte order mark" },
	{ "\xE2\x80\x98", "a typographic quote" },
	{ "\xE2\x80\x99", "a typographic quote" },
	{ "\xE2\x80\x9C", "a typographic quote" },
	{ "\xE2\x80\x9D", "a typographic quote" },
};

/* Whether the key names what services make, in ASCII and without spaces. */
static bool
is_made(const char *key)
{
	return (strstr(key, "token") || strstr(key, "key") ||
		       strstr(key, "secret")) &&
	       !strstr(key, "pass");
}

/* Greek (U+0370 to U+03FF), Cyrillic (to U+04FF) and full-width ASCII. */
static bool
looks_alike(const char *text)
{
	unsigned char a = (unsigned char)text[0], b = (unsigned char)text[1];

	return (a >= 0xCD && a <= 0xD3) ||
	       (a == 0xEF && (b == 0xBC || b == 0xBD));
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *
stranger(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
		if (strstr(text, strangers[i].bytes))
			return strangers[i].what;
	return NULL;
}

/* A letter of another alphabet within a word of ASCII. */
static bool
has_look_alike(const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		if (looks_alike(c) && c > text && is_letter(c[-1]))
			return true;
	return false;
}

/* TOKEN=x, export CF_API_KEY=x: a line of some shell script. */
static bool
is_assignment(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	static const char *const words[] = { "TOKEN", "KEY", "SECRET", "PASS" };
	size_t len, i;

	if (strncmp(text, "export ", 7) == 0)
		text += 7;
	len = strspn(text, letters);
	if (text[len] != '=' || !text[len + 1])
		return false;
	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		const char *word = strstr(text, words[i]);

		if (word && word < text + len)
			return true;
	}
	return false;
}

static bool
is_quoted(const char *text)
{
	size_t len = strlen(text);

	return len >= 2 && (*text == '"' || *text == '\'') &&
	       text[len - 1] == *text;
}

const char *
config_example_fault(const char *text)
{
	return strstr(text, "PUT-YOUR-")
		       ? "is still that of the example: put your own there"
		       : NULL;
}

const char *
config_secret_fault(struct mem *mem, const char *key, const char *text)
{
	const char *c, *what = config_example_fault(text);

	if (what)
		return what;
	what = stranger(text);

	if (*text == '{') /* a key file in JSON */
		return NULL;
	if (what)
		return mem_printf(mem,
			"holds %s, as copied from a page: type it anew", what);
	if (is_quoted(text))
		return "a value in quotes: they would be part of it, take them off";
	if (is_assignment(text))
		return "begins with NAME=: write what stands behind it alone";
	if (has_look_alike(text))
		return "holds a letter that only looks like one of ASCII: copy it again from the service's page";
	if (!is_made(key))
		return NULL;
	for (c = text; *c; c++) {
		if ((unsigned char)*c > 0x7E)
			return "holds a letter outside ASCII: copy it again from the service's page";
		if ((unsigned char)*c <= ' ')
			return "holds a space: copy it again from the service's page";
	}
	return NULL;
}
