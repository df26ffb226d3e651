#include <ctype.h>
#include <string.h>

#include "config/internal.h"
#include "buf.h"

/* As inih sees blanks. */
static bool
blank(char c)
{
	return isspace((unsigned char)c);
}

struct piece
config_trim(struct piece text)
{
	while (text.len > 0 && blank(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

size_t
config_find(struct piece text, char c)
{
	const char *at = text.len ? memchr(text.at, c, text.len) : NULL;

	return at ? (size_t)(at - text.at) : text.len;
}

struct piece
config_plain(struct piece text)
{
	size_t i;

	for (i = 1; i < text.len; i++) {
		if (text.at[i] == ';' && blank(text.at[i - 1]))
			text.len = i;
	}
	return text;
}

struct piece
config_cut_line(struct piece *rest)
{
	size_t len = config_find(*rest, '\n');
	struct piece line = { rest->at, len };

	if (len < rest->len) {
		len++;
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
	}
	rest->at += len;
	rest->len -= len;
	return line;
}

enum form
config_form(struct piece line)
{
	struct piece text = config_trim(line);

	if (text.len == 0 || text.at[0] == ';' || text.at[0] == '#')
		return FORM_NOTHING;
	if (text.at != line.at)
		return FORM_MORE;
	return line.at[0] == '[' ? FORM_SECTION : FORM_KEY;
}

const char *
config_fold(struct mem *mem, struct piece name)
{
	char *text = mem_take(mem, name.len + 1), *out = text;
	size_t i;

	name = config_trim(name);
	for (i = 0; i < name.len; i++) {
		if (!blank(name.at[i]))
			*out++ = name.at[i];
		else if (!blank(name.at[i - 1]))
			*out++ = ' ';
	}
	return text;
}

int
config_bracketed(struct piece text)
{
	int words = 0;
	size_t i;

	if (text.len < 3 || text.at[0] != '[' || text.at[text.len - 1] != ']')
		return 0;
	text.at++;
	text.len -= 2;
	text = config_trim(text);
	if (text.len == 0 || !isalpha((unsigned char)text.at[0]))
		return 0;
	for (i = 0; i < text.len; i++) {
		if (blank(text.at[i]))
			continue;
		if (!isalnum((unsigned char)text.at[i]) &&
			!strchr("._-", text.at[i]))
			return 0;
		if (i == 0 || blank(text.at[i - 1]))
			words++;
	}
	return words;
}

const char *
config_fault(struct piece line)
{
	if (config_find(line, '\0') < line.len)
		return "a NUL byte stands in this line";
	if (config_find(line, '\r') < line.len)
		return "a lone carriage return stands in this line (lines end in LF or CRLF)";
	return NULL;
}
