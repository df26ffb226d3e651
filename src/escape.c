/* SPDX-License-Identifier: ISC */
/* The writers of escapes, and the reader that undoes them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "buf.h"
#include "escape.h"

#define UNRESERVED \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

/* What JSON and C write behind a backslash, and the bytes it stands for. */
static const char letters[] = "\"\\/bfnrt";
static const char signs[] = "\"\\/\b\f\n\r\t";

/* XML's five; behind them what HTML has and other escapes begin with. */
static const struct {
	const char *text;
	char sign;
} entities[] = {
	{ "&amp;", '&' },
	{ "&lt;", '<' },
	{ "&gt;", '>' },
	{ "&quot;", '"' },
	{ "&apos;", '\'' },
	{ "&AMP;", '&' },
	{ "&percnt;", '%' },
	{ "&bsol;", '\\' },
};

#define ENTITIES (sizeof entities / sizeof entities[0])
#define OF_XML 5
#define NAME_MOST 32 /* the longest of HTML has 31 */

void
escape_percent(struct buf *out, const char *text, size_t len, const char *stay)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] &&
			(strchr(UNRESERVED, text[i]) || strchr(stay, text[i])))
			buf_char(out, text[i]);
		else
			buf_printf(out, "%%%02X", (unsigned char)text[i]);
}

void
escape_unpercent(struct buf *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '%' && len - i > 2 &&
			escape_digit(text[i + 1]) >= 0 &&
			escape_digit(text[i + 2]) >= 0) {
			buf_char(out, (char)(escape_digit(text[i + 1]) * 16 +
					      escape_digit(text[i + 2])));
			i += 2;
		} else {
			buf_char(out, text[i]);
		}
}

void
escape_json(struct buf *out, const char *text, size_t len)
{
	const char *sign;
	size_t i;

	for (i = 0; i < len; i++) {
		sign = memchr(signs, text[i], sizeof signs - 1);
		if (sign && text[i] != '/')
			buf_printf(out, "\\%c", letters[sign - signs]);
		else if ((unsigned char)text[i] < ' ')
			buf_printf(out, "\\u%04x", (unsigned char)text[i]);
		else
			buf_char(out, text[i]);
	}
}

void
escape_xml(struct buf *out, const char *text)
{
	size_t i;

	for (; *text; text++) {
		for (i = 0; i < OF_XML && entities[i].sign != *text; i++)
			;
		if (i < OF_XML)
			buf_str(out, entities[i].text);
		else
			buf_char(out, *text);
	}
}

void
escape_base64(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	unsigned char text[65];
	size_t part;

	for (; len > 0; at += part, len -= part) {
		part = len < 48 ? len : 48;
		buf_add(out, text,
			(size_t)EVP_EncodeBlock(text, at, (int)part));
	}
	mem_wipe(text, sizeof text);
}

void
escape_base64url(struct buf *out, const void *bytes, size_t len)
{
	size_t i = out->len;

	escape_base64(out, bytes, len);
	for (; i < out->len; i++)
		if (out->at[i] == '+')
			out->at[i] = '-';
		else if (out->at[i] == '/')
			out->at[i] = '_';
		else if (out->at[i] == '=')
			buf_cut(out, i);
}

void
escape_hex(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		buf_printf(out, "%02x", at[i]);
}

int
escape_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Up to `most` digits of the base at text; how many they were. */
static size_t
number(const char *text, size_t most, int base, unsigned long *value)
{
	size_t i;
	int digit;

	*value = 0;
	for (i = 0; i < most; i++) {
		digit = escape_digit(text[i]);
		if (digit < 0 || digit >= base)
			break;
		*value = *value * (unsigned)base + (unsigned)digit;
	}
	return i;
}

/* RFC 3629, section 3; 0: no character has this number. */
static size_t
utf8(unsigned long code, char bytes[ESCAPE_BYTES])
{
	static const unsigned char first[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
	size_t i;

	if (code > 0x10FFFF)
		return 0;
	if (code > 0xFFFF)
		count = 4;
	for (i = count; i-- > 1; code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3F));
	bytes[0] = (char)(first[count] | code);
	return count;
}

static size_t
percent_read(const char *text, size_t len, char *bytes, size_t *count)
{
	unsigned long code;

	if (len < 3 || number(text + 1, 2, 16, &code) < 2)
		return 0;
	bytes[0] = (char)code;
	*count = 1;
	return 3;
}

/* \uXXXX, of a pair of surrogates (RFC 8259, section 7) both. */
static size_t
unicode_read(const char *text, size_t len, char *bytes, size_t *count)
{
	unsigned long code, low;
	size_t size = 6;

	if (len < size || number(text + 2, 4, 16, &code) < 4)
		return 0;
	if (code >> 10 == 0xD800 >> 10 && len >= 12 && text[6] == '\\' &&
		text[7] == 'u' && number(text + 8, 4, 16, &low) == 4 &&
		low >> 10 == 0xDC00 >> 10) {
		code = 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
		size = 12;
	}
	*count = utf8(code, bytes);
	return size;
}

static size_t
backslash_read(const char *text, size_t len, char *bytes, size_t *count)
{
	const char *letter;
	unsigned long code;

	if (len < 2)
		return 0;
	if (text[1] == 'u')
		return unicode_read(text, len, bytes, count);
	*count = 1;
	if (text[1] == 'x' && len >= 4 && number(text + 2, 2, 16, &code) == 2) {
		bytes[0] = (char)code;
		return 4;
	}
	letter = memchr(letters, text[1], sizeof letters - 1);
	if (!letter)
		return 0;
	bytes[0] = signs[letter - letters];
	return 2;
}

/* Of ASCII, whatever the locale. */
static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* &amp; &#39; &#x27; */
static size_t
reference_read(const char *text, size_t len, char *bytes, size_t *count)
{
	bool hex = len > 2 && (text[2] | 0x20) == 'x';
	size_t begin = hex ? 3 : 2, digits, i;
	unsigned long code;

	for (i = 0; i < ENTITIES; i++) {
		size_t size = strlen(entities[i].text);

		if (len < size || memcmp(text, entities[i].text, size) != 0)
			continue;
		bytes[0] = entities[i].sign;
		*count = 1;
		return size;
	}
	if (len <= begin || text[1] != '#')
		return 0;
	digits = number(text + begin, len - begin < 8 ? len - begin : 8,
		hex ? 16 : 10, &code);
	if (digits == 0 || len <= begin + digits || text[begin + digits] != ';')
		return 0;
	*count = utf8(code, bytes);
	return *count > 0 ? begin + digits + 1 : 0;
}

size_t
escape_named(const char *text, size_t len)
{
	const size_t most = len < NAME_MOST + 2 ? len : NAME_MOST + 2;
	size_t i;

	if (most == 0 || *text != '&')
		return 0;
	for (i = 1; i < most && is_alnum(text[i]); i++)
		;
	return i > 1 && i < most && text[i] == ';' && text[1] > '9' ? i + 1 : 0;
}

size_t
escape_read(
	const char *text, size_t len, char bytes[ESCAPE_BYTES], size_t *count)
{
	switch (len > 0 ? *text : '\0') {
	case '%':
		return percent_read(text, len, bytes, count);
	case '\\':
		return backslash_read(text, len, bytes, count);
	case '&':
		return reference_read(text, len, bytes, count);
	case '+':
		bytes[0] = ' ';
		*count = 1;
		return 1;
	default:
		return 0;
	}
}
