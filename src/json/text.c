/* SPDX-License-Identifier: ISC */
/* RFC 8259 and RFC 6901 */
#include <string.h>

#include "escape.h"
#include "json/json.h"

#define DIGITS "0123456789"

void
json_escape(struct buf *out, const char *text, size_t len)
{
	escape_json(out, text, len);
}

/* RFC 8259, section 6: [ minus ] int [ frac ] [ exp ] */
static bool
number_ok(const char *at)
{
	size_t len;

	at += *at == '-';
	len = strspn(at, DIGITS);
	if (len == 0 || (len > 1 && *at == '0'))
		return false;
	at += len;
	if (*at == '.') {
		len = strspn(at + 1, DIGITS);
		if (len == 0)
			return false;
		at += len + 1;
	}
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '-' || *at == '+';
		len = strspn(at, DIGITS);
		if (len == 0)
			return false;
		at += len;
	}
	return *at == '\0';
}

bool
json_bare_ok(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
	       number_ok(text);
}

bool
json_pointer_ok(const char *pointer)
{
	const char *c;

	if (*pointer && *pointer != '/')
		return false;
	for (c = pointer; *c; c++)
		if (*c == '~' && c[1] != '0' && c[1] != '1')
			return false;
	return true;
}
