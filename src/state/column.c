#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/line.h"
#include "address.h"
#include "buf.h"
#include "fail.h"

#define LAST_TIME 253402300799 /* the end of the year 9999 */

static void
add_number(struct buf *out, int64_t value)
{
	buf_printf(out, "\t%lld", (long long)value);
}

static bool
read_text(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	*(const char **)at = field;
	return true;
}

static bool
read_key(void *at, const char *field, struct mem *mem)
{
	return read_text(at, field, mem) && *field;
}

static void
write_text(const void *at, struct buf *out)
{
	const char *text = *(const char *const *)at;

	line_add(out, text ? text : "");
}

static bool
read_address(void *at, const char *field, struct mem *mem)
{
	struct address *address = mem_take(mem, sizeof *address);

	*(struct address **)at = address;
	return strcmp(field, "none") == 0 ||
	       address_parse(address, field, strlen(field));
}

static void
write_address(const void *at, struct buf *out)
{
	char text[ADDRESS_TEXT];

	address_format(*(struct address *const *)at, text);
	line_add(out, text);
}

static bool
read_time(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	return line_number(field, 0, LAST_TIME, at);
}

static bool
read_until(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	return line_number(field, -1, LAST_TIME, at);
}

static void
write_time(const void *at, struct buf *out)
{
	add_number(out, *(const int64_t *)at);
}

static bool
read_int(void *at, const char *field, struct mem *mem)
{
	int64_t value;

	(void)mem;
	if (!line_number(field, 0, INT_MAX, &value))
		return false;
	*(int *)at = (int)value;
	return true;
}

static void
write_int(const void *at, struct buf *out)
{
	add_number(out, *(const int *)at);
}

static bool
read_count(void *at, const char *field, struct mem *mem)
{
	int64_t value;

	(void)mem;
	if (!line_number(field, 0, UINT_MAX, &value))
		return false;
	*(unsigned *)at = (unsigned)value;
	return true;
}

static void
write_count(const void *at, struct buf *out)
{
	add_number(out, *(const unsigned *)at);
}

static const char *const outcomes[] = {
	[OUTCOME_SAME] = "same",
	[OUTCOME_CHANGED] = "changed",
	[OUTCOME_LATER] = "later",
	[OUTCOME_BUSY] = "busy",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_DENIED] = "denied",
};
#define OUTCOMES (int)(sizeof outcomes / sizeof outcomes[0])

static bool
read_outcome(void *at, const char *field, struct mem *mem)
{
	int i;

	(void)mem;
	for (i = 0; i < OUTCOMES; i++) {
		if (strcmp(outcomes[i], field) != 0)
			continue;
		*(int *)at = i;
		return true;
	}
	return false;
}

static void
write_outcome(const void *at, struct buf *out)
{
	int outcome = *(const int *)at;

	line_add(out,
		outcomes[outcome >= 0 && outcome < OUTCOMES ? outcome : 0]);
}

/* Four digits: not every text that strtoul takes. */
static bool
read_digest(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	if (strlen(field) != 4 || strspn(field, "0123456789abcdef") != 4)
		return false;
	*(unsigned *)at = (unsigned)strtoul(field, NULL, 16);
	return true;
}

static void
write_digest(const void *at, struct buf *out)
{
	buf_printf(out, "\t%04x", *(const unsigned *)at & 0xFFFF);
}

static bool
read_flag(void *at, const char *field, struct mem *mem)
{
	(void)mem;
	*(bool *)at = strcmp(field, "1") == 0;
	return *(bool *)at || strcmp(field, "0") == 0;
}

static void
write_flag(const void *at, struct buf *out)
{
	add_number(out, *(const bool *)at);
}

const struct column_kind column_key = { read_key, write_text, NULL };
const struct column_kind column_text = { read_text, write_text, NULL };
const struct column_kind column_address = { read_address, write_address, NULL };
const struct column_kind column_address_new = { read_address, write_address,
	"none" };
const struct column_kind column_time = { read_time, write_time, NULL };
const struct column_kind column_until = { read_until, write_time, NULL };
const struct column_kind column_int = { read_int, write_int, NULL };
const struct column_kind column_count = { read_count, write_count, NULL };
const struct column_kind column_outcome = { read_outcome, write_outcome, NULL };
const struct column_kind column_digest = { read_digest, write_digest, NULL };
const struct column_kind column_flag = { read_flag, write_flag, NULL };

void *
columns_read(
	const struct columns *columns, const struct line *line, struct mem *mem)
{
	char *row = mem_take(mem, columns->size);
	size_t i;

	for (i = 0; i < columns->count; i++) {
		const struct column *column = &columns->list[i];
		const char *field = i + 1 < line->count ? line->fields[i + 1]
							: column->kind->older;

		if (!field ||
			!column->kind->read(row + column->offset, field, mem))
			return NULL;
	}
	return row;
}

void
columns_write(const struct columns *columns, const void *row, struct buf *out)
{
	size_t i;

	buf_str(out, columns->word);
	for (i = 0; i < columns->count; i++) {
		const struct column *column = &columns->list[i];

		column->kind->write((const char *)row + column->offset, out);
	}
	buf_char(out, '\n');
}
