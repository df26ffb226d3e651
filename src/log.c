/* SPDX-License-Identifier: ISC */
/* Debug lines, one write each. */
#include <stdarg.h>
#include <stdio.h>

#include "buf.h"
#include "log.h"
#include "secret.h"

static int shown;

void
log_level(int level)
{
	shown = level;
}

int
log_at(void)
{
	return shown;
}

static void __attribute__((format(printf, 1, 0)))
line(const char *format, va_list args)
{
	struct buf text = { 0 }, out = { 0 };

	buf_vprintf(&text, format, args);
	secret_mask(&text, 0);
	buf_str(&out, "ddns: ");
	buf_printable(&out, buf_text(&text), text.len);
	buf_char(&out, '\n');
	fflush(stdout); /* what was printed before comes first */
	/* one call: lines of runs that share a log do not mix */
	fwrite(out.at, 1, out.len, stderr);
	buf_free(&out);
	buf_free(&text);
}

void
log_step(const char *format, ...)
{
	va_list args;

	if (shown < 1)
		return;
	va_start(args, format);
	line(format, args);
	va_end(args);
}

void
log_wire(const char *format, ...)
{
	va_list args;

	if (shown < 2)
		return;
	va_start(args, format);
	line(format, args);
	va_end(args);
}
