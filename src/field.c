/* SPDX-License-Identifier: ISC */
/* Lines of a header, taken apart. */
#include <string.h>

#include "buf.h"
#include "field.h"

size_t
field_name(const char *line)
{
	static const char token[] =
		"!#$%&'*+-.^_`|~0123456789"
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strspn(line, token);

	return line[len] == ':' ? len : 0;
}

void
field_add(struct mem *mem, struct field **fields, const char *line)
{
	struct field *field = mem_take(mem, sizeof *field);
	size_t len = strcspn(line, ":");

	while (*fields)
		fields = &(*fields)->next;
	*fields = field;
	field->name = mem_textn(mem, line, len);
	line += len + (line[len] == ':');
	field->value = mem_text(mem, line + strspn(line, " \t"));
}
