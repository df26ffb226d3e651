/* SPDX-License-Identifier: ISC */
/* Takes URLs, fields and bodies apart, and tells keys from words. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "escape.h"
#include "pieces.h"
#include "secret.h"

#define LEAST 8  /* bytes; a shorter piece may be any word */
#define LONG 16  /* no ordinary word has as many */
#define LABEL 12 /* bytes of a label of a host */
#define NUMBER 3 /* digits behind a word: router-2, nas001 */

/* What a piece is by its place, from the least suspicious on. */
enum place { WORD, VALUE, KEY };

/* Letters of a text that ordinary words have few of. */
struct shape {
	size_t digits;
	size_t tail; /* digits at the end */
	size_t capitals;
};

static struct shape
shape_of(const char *text, size_t len)
{
	struct shape shape = { 0 };
	size_t i;

	for (i = 0; i < len; i++) {
		const bool digit = isdigit((unsigned char)text[i]);

		shape.digits += digit;
		shape.tail = digit ? shape.tail + 1 : 0;
		shape.capitals += isupper((unsigned char)text[i]) != 0;
	}
	return shape;
}

/* webhook, Markdown, sendMessage, router-2 */
static bool
is_word(const char *text, size_t len)
{
	const struct shape shape = shape_of(text, len);
	const size_t inner =
		shape.capitals - (isupper((unsigned char)*text) != 0);

	if (len >= LONG)
		return false;
	if (shape.digits == 0)
		return inner < 2;
	return inner == 0 && shape.digits == shape.tail && shape.tail <= NUMBER;
}

static bool
is_likely(const char *text, size_t len, enum place place)
{
	struct shape shape;

	if (len >= LEAST)
		return place != WORD || !is_word(text, len);
	if (place != KEY || len == 0)
		return false;
	shape = shape_of(text, len);
	return shape.digits + shape.capitals > 0;
}

static void
hide_all(const char *text, size_t len)
{
	struct buf piece = { 0 };

	buf_add(&piece, text, len);
	secret_hide(buf_text(&piece));
	buf_free(&piece);
}

static void
hide(const char *text, size_t len, enum place place)
{
	if (is_likely(text, len, place))
		hide_all(text, len);
}

/* Whether what has this name is a secret: access_token, X-API-Key. */
static bool
is_telling(const char *name, size_t len)
{
	static const char *const words[] = { "key", "token", "secret", "pass",
		"pwd", "auth" };
	size_t i, at, size;

	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		size = strlen(words[i]);
		for (at = 0; at + size <= len; at++)
			if (strncasecmp(name + at, words[i], size) == 0)
				return true;
	}
	return false;
}

/* Up to the next byte that ends a piece; a solidus may be written as \/. */
static size_t
piece_size(const char *text, size_t len, const char *ends)
{
	size_t i;

	for (i = 0; i < len && !strchr(ends, text[i]); i++)
		if (text[i] == '\\' && i + 1 < len && text[i + 1] == '/')
			i++;
	return i;
}

static void
hide_pieces(const char *text, size_t len)
{
	static const char ends[] = "/?&=:@.\"'{}[]()<>,; \t\r\n";
	const char *name = text;
	size_t at = 0, size, named = 0;
	bool value = false;

	while (at < len) {
		size = piece_size(text + at, len - at, ends);
		hide(text + at, size,
			value && is_telling(name, named) ? KEY : WORD);
		if (size > 0) {
			name = text + at;
			named = size;
			value = false;
		}
		at += size;
		value = value || (at < len && strchr("=:", text[at]));
		at++;
	}
}

/* What stands in braces is not known yet. */
static void
hide_value(const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	const size_t name = equals ? (size_t)(equals - text) : 0;
	const char *value = equals ? equals + 1 : text;
	const size_t size = len - (size_t)(value - text);

	if (!memchr(value, '{', size))
		hide(value, size, is_telling(text, name) ? KEY : VALUE);
	hide_pieces(text, len);
}

static void
hide_host(const char *host, size_t len)
{
	size_t at, size;

	for (at = 0; at < len; at += size + 1) {
		size = piece_size(host + at, len - at, ".:@");
		if (size >= LABEL)
			hide(host + at, size, WORD);
	}
}

void
pieces_hide_user(const char *text, size_t len)
{
	const char *colon;
	size_t user;

	while (len > 0 && text[len - 1] != '@')
		len--;
	if (len-- == 0)
		return;
	colon = memchr(text, ':', len);
	user = colon ? (size_t)(colon - text) : len;
	/* a token may stand as the user alone */
	hide(text, user, user + 1 < len ? WORD : KEY);
	if (user + 1 < len) {
		hide_all(text, len);
		hide_all(colon + 1, len - user - 1);
	}
}

void
pieces_hide_url(const char *url, bool whole)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + 3 : url;
	const char *path = host + strcspn(host, "/?#");
	const char *query = path + strcspn(path, "?#");
	size_t len;

	pieces_hide_user(host, (size_t)(path - host));
	if (whole) {
		secret_hide(url);
		hide_host(host, (size_t)(path - host));
		hide_pieces(path, (size_t)(query - path));
	}
	if (*query == '?')
		secret_hide(query);
	for (; *query; query += len) {
		query += *query == '?' || *query == '&';
		len = strcspn(query, "&");
		hide_value(query, len);
	}
}

/* "Basic" and user:password in base64 (RFC 7617, section 2). */
static void
hide_basic(const char *text)
{
	static const char scheme[] = "Basic ";
	struct buf user = { 0 };

	if (strncasecmp(text, scheme, sizeof scheme - 1) != 0)
		return;
	text += sizeof scheme - 1;
	escape_unbase64(&user, text, strcspn(text, " \t"));
	buf_char(&user, '@');
	pieces_hide_user(buf_text(&user), user.len);
	buf_free(&user);
}

void
pieces_hide_field(const char *line)
{
	const size_t name = strcspn(line, ":");
	const char *value = line + name, *last;

	if (strncasecmp(line, "Content-Type:", name + 1) == 0 ||
		strncasecmp(line, "Accept:", name + 1) == 0)
		return;
	value += strspn(value, ": \t");
	last = strrchr(value, ' ');
	last = last ? last + 1 : value;
	if (is_telling(line, name))
		hide(last, strlen(last), KEY);
	hide_basic(value);
	hide_pieces(value, strlen(value));
	if (is_likely(line, strlen(line), VALUE))
		secret_hide(line);
}

void
pieces_hide_text(const char *text)
{
	if (is_likely(text, strlen(text), WORD))
		secret_hide(text);
	hide_pieces(text, strlen(text));
}
