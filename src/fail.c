/* SPDX-License-Identifier: ISC */
/* Causes: masked, then cut to fit. */
#include <stdarg.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "secret.h"

/* Masks before it cuts: half a secret would not be recognised later. */
static void
keep(struct fail *fail, struct buf *text)
{
	size_t len;

	secret_mask(text, 0);
	len = text->len;
	if (len >= sizeof fail->text) {
		len = sizeof fail->text - 1;
		/* not through a UTF-8 sequence (RFC 3629) */
		while (len > 0 && (text->at[len] & 0xC0) == 0x80)
			len--;
	}
	memset(fail->text, 0, sizeof fail->text);
	memcpy(fail->text, buf_text(text), len);
	buf_free(text);
}

bool
fail_set(struct fail *fail, const char *format, ...)
{
	struct buf text = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	keep(fail, &text);
	return false;
}

bool
fail_at(struct fail *fail, const char *format, ...)
{
	struct buf text = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	buf_printf(&text, ": %s", fail->text);
	keep(fail, &text);
	return false;
}
