/* SPDX-License-Identifier: ISC */
/* URLs and forms: what is left out there, and how values are written. */
#include <string.h>

#include "buf.h"
#include "escape.h"
#include "fail.h"
#include "template/template.h"
#include "template/internal.h"
#include "url.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define SERVER "{server}"

/* A URL's text in its three pieces. */
struct pieces {
	struct span host; /* "https://host:port", SERVER, or empty */
	struct span path;
	struct span query; /* behind the `?` */
};

void
template_encode(struct buf *out, const char *text)
{
	escape_percent(out, text, strlen(text), ESCAPE_QUERY);
}

/* RFC 3986, section 2: what stands in no URL is encoded. */
static void
url_byte(struct buf *out, char c)
{
	if ((unsigned char)c <= ' ' || (unsigned char)c >= 0x7f)
		buf_printf(out, "%%%02X", (unsigned char)c);
	else
		buf_char(out, c);
}

static bool
query_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	(void)expression;
	(void)fail;
	template_encode(out, variable->text);
	return true;
}

static bool
host_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	const char *text = variable->text;

	if (!*text || text[strspn(text, LETTERS DIGITS ".-")])
		return template_unfit(fail, expression->name, text,
			"is not part of a host name");
	buf_str(out, text);
	return true;
}

/* Whether a `%` begins a percent-encoded byte. */
static bool
is_triplet(const char *text)
{
	return text[0] == '%' && escape_digit(text[1]) >= 0 &&
	       escape_digit(text[2]) >= 0;
}

/*
 * RFC 6570, section 3.2.3: reserved characters and what is encoded already
 * stay. Not `#`, a fragment is never sent.
 */
static bool
reserved_value(
	struct buf *out, const char *name, const char *text, struct fail *fail)
{
	const char *c;

	if (*text != '/' || text[1] == '/')
		return template_unfit(
			fail, name, text, "does not begin with one /");
	if (strstr(text, ".."))
		return template_unfit(fail, name, text, "holds ..");
	for (c = text; *c; c++)
		if (is_triplet(c))
			buf_char(out, *c);
		else
			escape_percent(
				out, c, 1, ESCAPE_QUERY "/?&=:!$'()+,;[]");
	return true;
}

static bool
any_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	if (expression->plus)
		return reserved_value(
			out, expression->name, variable->text, fail);
	template_encode(out, variable->text);
	return true;
}

static bool
path_value(struct buf *out, const struct expression *expression,
	const struct variable *variable, struct fail *fail)
{
	/* the path of one record would be that of all; at an apex a row that
	 * writes `sub` means that */
	if (!*variable->text && !expression->plus &&
		strcmp(expression->name, "sub") != 0)
		return template_unfit(
			fail, expression->name, "", "has no text");
	return any_value(out, expression, variable, fail);
}

static const struct place host_place = { template_byte, host_value, true };
static const struct place path_place = { url_byte, path_value, true };
static const struct place any_place = { url_byte, any_value, true };
static const struct place query_place = { url_byte, query_value, false };

/* RFC 3986, section 6.2.2.3: `%2e` is a dot too. */
static bool
is_dots(const char *at, size_t len)
{
	size_t dots = 0;

	for (; len > 0 && dots < 3; dots++)
		if (*at == '.') {
			at++;
			len--;
		} else if (len >= 3 && at[0] == '%' && at[1] == '2' &&
			   (at[2] | 0x20) == 'e') {
			at += 3;
			len -= 3;
		} else {
			return false;
		}
	return dots == 1 || dots == 2;
}

static bool
path_fit(const char *path, struct fail *fail)
{
	size_t len;

	for (; *path && *path != '?'; path += len) {
		path += *path == '/';
		len = strcspn(path, "/?");
		if (is_dots(path, len))
			return fail_set(fail,
				"the path would have a segment \"%.*s\"",
				(int)len, path);
	}
	return true;
}

/*
 * Expands parameters, each behind `&`, the first one behind `first`; those
 * that are not set are left out.
 */
static enum expansion
put_parameters(struct buf *out, const struct span *span, char *first,
	const struct scope *scope, struct fail *fail)
{
	struct span one = { span->at, span->at };
	enum expansion done;
	size_t mark;

	for (; one.at < span->end; one.at = one.end + 1) {
		one.end = memchr(one.at, '&', (size_t)(span->end - one.at));
		if (!one.end)
			one.end = span->end;
		mark = out->len;
		if (*first)
			buf_char(out, *first);
		done = template_span(out, &query_place, &one, scope, fail);
		if (done == EXPAND_BAD)
			return done;
		if (done == EXPAND_UNSET || one.at == one.end)
			buf_cut(out, mark);
		else
			*first = '&';
	}
	return EXPAND_DONE;
}

enum expansion
template_form(struct buf *out, const char *text, const struct scope *scope,
	struct fail *fail)
{
	const struct span span = { text, text + strlen(text) };
	size_t start = out->len;
	enum expansion done;
	char first = '\0';

	done = put_parameters(out, &span, &first, scope, fail);
	if (done == EXPAND_DONE && !first && *text)
		done = EXPAND_UNSET;
	if (done != EXPAND_DONE)
		buf_cut(out, start);
	return done;
}

/* Whether the text stands for itself and not behind a base. */
static bool
is_whole(const char *url)
{
	return url_scheme(url) > 0 || strncmp(url, SERVER, strlen(SERVER)) == 0;
}

static size_t
host_length(const char *url)
{
	const char *host = strstr(url, "://");
	size_t len;

	if (strncmp(url, SERVER, strlen(SERVER)) == 0)
		return strlen(SERVER);
	if (!host)
		return 0;
	len = (size_t)(host + 3 - url);
	while (!strchr("/?", url[len]) && strncmp(url + len, "{+", 2) != 0)
		len++;
	return len;
}

static struct pieces
split(const char *url)
{
	struct pieces pieces;

	pieces.host.at = url;
	pieces.host.end = url + (is_whole(url) ? host_length(url) : 0);
	pieces.path.at = pieces.host.end;
	pieces.path.end = pieces.path.at + strcspn(pieces.path.at, "?");
	pieces.query.at = pieces.path.end + (*pieces.path.end == '?');
	pieces.query.end = url + strlen(url);
	return pieces;
}

/* Scheme, host and port, for which `server` may stand. */
static enum expansion
put_host(struct buf *out, const struct span *host, const char *server,
	const struct scope *scope, struct fail *fail)
{
	if (server) {
		buf_str(out, server);
		return EXPAND_DONE;
	}
	if (host->at == host->end || *host->at == '{') {
		fail_set(fail, host->at == host->end ? "the URL has no host"
						     : "server is not set");
		return EXPAND_BAD;
	}
	return template_span(out, &host_place, host, scope, fail);
}

/* Joins two paths: by one slash where both have one. */
static void
join(struct buf *out, size_t start, const struct span *path)
{
	bool slash = *path->at == '/' || strncmp(path->at, "{+", 2) == 0;

	if (path->at == path->end)
		return;
	if (slash && out->len > start && out->at[out->len - 1] == '/')
		buf_cut(out, out->len - 1);
	/* A value must not become a part of the host's name. */
	if (!slash && out->len == start)
		buf_char(out, '/');
}

static enum expansion
put_path(struct buf *out, const struct span *base, const struct span *path,
	const struct scope *scope, struct fail *fail)
{
	const struct place *place = scope->any ? &any_place : &path_place;
	size_t start = out->len;
	enum expansion done;

	done = template_span(out, place, base, scope, fail);
	if (done != EXPAND_DONE)
		return done;
	join(out, start, path);
	done = template_span(out, place, path, scope, fail);
	if (done == EXPAND_DONE && !path_fit(buf_text(out) + start, fail))
		return EXPAND_BAD;
	return done;
}

/* The server that stands for the host of a base, or NULL. */
static const char *
find_server(const struct template_url *url, const char *base,
	const struct scope *scope)
{
	if (strncmp(base, SERVER, strlen(SERVER)) == 0)
		return url->server ? url->server
				   : scope->get(scope->arg, "server").text;
	if (base == url->url || template_holds(base, "server"))
		return NULL;
	return url->server;
}

enum expansion
template_url(struct buf *out, const struct template_url *url,
	const struct scope *scope, struct fail *fail)
{
	const char *none = url->base ? url->base : "";
	const char *base = is_whole(url->url) ? url->url : none;
	const struct pieces front = split(base);
	const struct pieces back = split(base == url->url ? "" : url->url);
	size_t start = out->len;
	size_t path;
	enum expansion done;
	char first;

	done = put_host(
		out, &front.host, find_server(url, base, scope), scope, fail);
	path = out->len;
	if (done == EXPAND_DONE)
		done = put_path(out, &front.path, &back.path, scope, fail);
	first = strchr(buf_text(out) + path, '?') ? '&' : '?';
	if (done == EXPAND_DONE)
		done = put_parameters(out, &front.query, &first, scope, fail);
	if (done == EXPAND_DONE)
		done = put_parameters(out, &back.query, &first, scope, fail);
	if (done != EXPAND_DONE)
		buf_cut(out, start);
	return done;
}
