/* SPDX-License-Identifier: ISC */
/* A request as schemes sign it: its date, path, query and fields. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sign/internal.h"

#define SPACES " \t"

void
sign_date(
	struct buf *out, enum sign_date form, const struct sign_moment *moment)
{
	bool plain = form == SIGN_COMPACT || form == SIGN_DAY;
	bool day = form == SIGN_DASHED || form == SIGN_DAY;
	time_t when = (time_t)moment->now;
	struct tm tm = { 0 };
	char text[64];
	size_t len;
	size_t i;

	if (form == SIGN_EPOCH) {
		buf_printf(out, "%lld", (long long)moment->now);
		return;
	}
	gmtime_r(&when, &tm);
	len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (day)
		len = strcspn(text, "T");
	for (i = 0; i < len; i++)
		if (!plain || !strchr("-:", text[i]))
			buf_char(out, text[i]);
}

/* Decodes and encodes again, so that each byte is written in one way. */
static void
put_again(struct buf *out, const char *text, size_t len)
{
	struct buf plain = { 0 };

	escape_unpercent(&plain, text, len);
	escape_percent(out, buf_text(&plain), plain.len, "");
	buf_free(&plain);
}

/* Behind "scheme://". */
static const char *
authority(const char *url)
{
	const char *found = strstr(url, "://");

	return found ? found + 3 : url;
}

void
sign_path(struct buf *out, const char *url, bool twice)
{
	const char *path = authority(url);
	size_t len;

	path += strcspn(path, "/?#");
	if (*path != '/')
		buf_char(out, '/');
	while (*path == '/') {
		buf_char(out, *path++);
		len = strcspn(path, "/?#");
		if (twice)
			escape_percent(out, path, len, "");
		else
			put_again(out, path, len);
		path += len;
	}
}

/* Names hold no `=` once they are encoded, and `=` ends them. */
static int
by_name(const void *a, const void *b)
{
	const char *left = *(const char *const *)a;
	const char *right = *(const char *const *)b;

	while (*left && *left == *right) {
		left++;
		right++;
	}
	return (*left == '=' ? 1 : *left) - (*right == '=' ? 1 : *right);
}

static int
by_pair(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
count_parameters(const char *query)
{
	size_t count = 1;

	for (; *query; query++)
		count += *query == '&';
	return count;
}

static const char *
pair(struct mem *mem, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t name = equals ? (size_t)(equals - text) : len;
	struct buf out = { 0 };
	const char *made;

	put_again(&out, text, name);
	buf_char(&out, '=');
	if (equals)
		put_again(&out, equals + 1, len - name - 1);
	made = mem_text(mem, buf_text(&out));
	buf_free(&out);
	return made;
}

void
sign_query(struct buf *out, const char *url, bool pairs)
{
	const char *query = strchr(url, '?');
	struct mem *mem;
	const char **list;
	size_t count = 0;
	size_t len;
	size_t i;

	if (!query)
		return;
	mem = mem_new();
	list = mem_take(mem, count_parameters(++query) * sizeof *list);
	for (; *query && *query != '#'; query += len + (query[len] == '&')) {
		len = strcspn(query, "&#");
		if (len > 0)
			list[count++] = pair(mem, query, len);
	}
	qsort(list, count, sizeof *list, pairs ? by_pair : by_name);
	for (i = 0; i < count; i++)
		buf_printf(out, "%s%s", i > 0 ? "&" : "", list[i]);
	mem_free(mem);
}

static void
lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

void
sign_insert(struct field **list, struct mem *mem, const char *name,
	const char *value)
{
	struct field *field = mem_take(mem, sizeof *field);
	char *lowered = mem_text(mem, name);
	size_t len;

	lower(lowered);
	value += strspn(value, SPACES);
	len = strlen(value);
	while (len > 0 && strchr(SPACES, value[len - 1]))
		len--;
	field->name = lowered;
	field->value = mem_textn(mem, value, len);
	while (*list && strcmp((*list)->name, lowered) <= 0)
		list = &(*list)->next;
	field->next = *list;
	*list = field;
}

/* As libcurl sends it: without user part, and without a default port. */
static const char *
host(struct mem *mem, const char *url)
{
	const char *start = authority(url);
	size_t len = strcspn(start, "/?#");
	const char *user = memchr(start, '@', len);
	const char *port = strncmp(url, "https:", 6) == 0 ? ":443" : ":80";

	if (user) {
		len -= (size_t)(user + 1 - start);
		start = user + 1;
	}
	if (len > strlen(port) &&
		memcmp(start + len - strlen(port), port, strlen(port)) == 0)
		len -= strlen(port);
	return mem_textn(mem, start, len);
}

void
sign_collect(struct sign_task *task, const char *begin)
{
	const struct field *field;
	const char *name = host(task->mem, task->request->url);
	char *value;

	for (field = task->request->fields; field; field = field->next) {
		value = mem_text(task->mem, field->value);
		if (strcasecmp(field->name, "host") == 0)
			name = value;
		if (strncasecmp(field->name, begin, strlen(begin)) != 0)
			continue;
		if (task->form && task->form->lowers)
			lower(value);
		sign_insert(&task->fields, task->mem, field->name, value);
	}
	sign_insert(&task->fields, task->mem, "host", name);
}

void
sign_names(struct buf *out, const struct field *fields)
{
	const struct field *field;

	for (field = fields; field; field = field->next)
		buf_printf(out, "%s%s", field->name, field->next ? ";" : "");
}
