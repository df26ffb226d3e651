#include <ctype.h>
#include <string.h>

#include "lookup/lookup.h"
#include "buf.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "secret.h"
#include "url.h"

#define ARGS_MAX 32
#define HIDE_MIN 8 /* shorter values of a query are words, not secrets */

/* The user part and the query of a URL may hold credentials. */
static void
hide_parts(struct mem *mem, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	const char *path = host + strcspn(host, "/?");
	const char *query = strchr(host, '?');
	const char *at = memchr(host, '@', (size_t)(path - host));
	char *copy, *value, *save = NULL;

	if (at)
		secret_hide(mem_textn(mem, host, (size_t)(at - host) + 1));
	if (!query)
		return;
	secret_hide(query);
	copy = mem_text(mem, query + 1);
	for (value = strtok_r(copy, "&", &save); value;
		value = strtok_r(NULL, "&", &save)) {
		value += strcspn(value, "=");
		if (*value && strlen(value + 1) >= HIDE_MIN)
			secret_hide(value + 1);
	}
}

static bool
read_http(struct lookup_source *source, struct mem *mem, const char *text,
	struct fail *fail)
{
	size_t len = strcspn(text, "#");
	struct buf shown = { 0 };

	source->kind = SOURCE_HTTP;
	source->url = mem_textn(mem, text, len);
	if (!url_ok(source->url, true, fail))
		return false;
	if (text[len] == '#') {
		source->pointer = mem_text(mem, text + len + 1);
		if (source->pointer[0] != '/' ||
			!json_pointer_ok(source->pointer))
			return fail_set(fail,
				"\"#%s\" is no JSON pointer (#/ip)",
				source->pointer);
	}
	hide_parts(mem, source->url);
	url_shown(&shown, source->url);
	source->shown = mem_text(mem, buf_text(&shown));
	buf_free(&shown);
	return true;
}

static int
hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* RFC 8089: file:///path or file://localhost/path, percent-decoded. */
static bool
read_file(struct lookup_source *source, struct mem *mem, const char *text,
	struct fail *fail)
{
	const char *path = text + strlen("file://");
	char *out;

	if (strncmp(path, "localhost/", 10) == 0)
		path += 9;
	if (*path != '/')
		return fail_set(fail, "a file URL begins with file:///");
	source->kind = SOURCE_FILE;
	source->shown = text;
	out = mem_text(mem, path);
	source->path = out;
	for (; *path; path++) {
		*out = *path;
		if (*path == '%' && hex_value(path[1]) >= 0 &&
			hex_value(path[2]) >= 0) {
			*out = (char)(hex_value(path[1]) * 16 +
				      hex_value(path[2]));
			path += 2;
		}
		out++;
	}
	*out = '\0';
	return true;
}

static bool
read_interface(struct lookup_source *source, struct mem *mem, const char *text,
	struct fail *fail)
{
	const char *name = text + strlen("interface:");
	size_t len = strlen(name);

	(void)mem;
	/* IFNAMSIZ of Linux is 16, the NUL included */
	if (len == 0 || len > 15 || strcspn(name, "/ \t:") != len)
		return fail_set(fail, "\"%s\" is no interface name", name);
	source->kind = SOURCE_INTERFACE;
	source->path = name;
	source->shown = text;
	return true;
}

static bool
read_exec(struct lookup_source *source, struct mem *mem, const char *text,
	struct fail *fail)
{
	char *copy = mem_text(mem, text + strlen("exec:"));
	char *word, *save = NULL;
	int count = 0;

	source->kind = SOURCE_EXEC;
	source->argv = mem_take(mem, sizeof(*source->argv) * (ARGS_MAX + 1));
	for (word = strtok_r(copy, " \t", &save); word;
		word = strtok_r(NULL, " \t", &save)) {
		if (count == ARGS_MAX)
			return fail_set(fail, "more than %d words", ARGS_MAX);
		source->argv[count++] = word;
	}
	if (count == 0 || source->argv[0][0] != '/')
		return fail_set(fail, "exec: takes an absolute path");
	source->shown = mem_printf(mem, "exec:%s", source->argv[0]);
	return true;
}

static const struct scheme {
	const char *prefix;
	bool (*read)(struct lookup_source *, struct mem *, const char *,
		struct fail *);
} schemes[] = {
	{ "file://", read_file },
	{ "interface:", read_interface },
	{ "exec:", read_exec },
};

bool
lookup_source_read(struct lookup_source *source, struct mem *mem,
	const char *text, struct fail *fail)
{
	const char *own = mem_text(mem, text);
	size_t i;

	source->written = own;
	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncmp(own, schemes[i].prefix,
			    strlen(schemes[i].prefix)) == 0)
			return schemes[i].read(source, mem, own, fail);
	if (!strstr(own, "://")) /* a bare host name */
		own = mem_printf(mem, "https://%s", own);
	return read_http(source, mem, own, fail);
}
