/* SPDX-License-Identifier: ISC */
/* Sources that are asked over HTTP: a URL, or the name of a host. */
#include <string.h>

#include "lookup/internal.h"
#include "clock.h"
#include "escape.h"
#include "http/http.h"
#include "json/json.h"
#include "pieces.h"
#include "url.h"

#define REDIRECTS 3

/* RFC 6901, section 6: a fragment is percent-encoded. */
static const char *
pointer_read(struct mem *mem, const char *fragment)
{
	struct buf text = { 0 };
	const char *pointer;

	escape_unpercent(&text, fragment, strlen(fragment));
	pointer = mem_text(mem, buf_text(&text));
	buf_free(&text);
	return pointer;
}

static bool
read_url(struct lookup_source *source, struct mem *mem, const char *text,
	struct fail *fail)
{
	const char *scheme = strstr(text, "://") ? "" : "https://";
	size_t len = strcspn(text, "#");
	struct buf shown = { 0 };

	source->place = mem_printf(mem, "%s%.*s", scheme, (int)len, text);
	if (!url_ok(source->place, true, fail))
		return false;
	if (*scheme && !text[strcspn(text, ".:/")])
		return fail_set(fail,
			"%s is one word: write interface:%s, exec:/PATH, or a URL such as http://%s/",
			text, text, text);
	if (text[len] == '#') {
		source->pointer = pointer_read(mem, text + len + 1);
		if (source->pointer[0] != '/' ||
			!json_pointer_ok(source->pointer))
			return fail_set(fail,
				"\"#%s\" is not a JSON pointer (#/ip)",
				source->pointer);
	}
	pieces_hide_url(source->place, false);
	if (!url_host(&shown, source->place))
		return fail_set(fail, "the URL has no host");
	address_parse(&source->own, buf_text(&shown), shown.len);
	buf_cut(&shown, 0);
	url_shown(&shown, source->place);
	source->shown = mem_text(mem, buf_text(&shown));
	buf_free(&shown);
	return true;
}

static void
answered(void *arg, const struct http_answer *answer)
{
	struct lookup_try *try = arg;

	/* it may have waited for others of its server */
	try->ms = (long)clock_ms() - answer->ms;
	if (answer->status == 0)
		lookup_missed(try, "%s", answer->fail->text);
	else if (answer->status != 200)
		lookup_missed(try, "HTTP %d", answer->status);
	else
		lookup_judge(try, answer->body, answer->len);
}

static void
ask(struct lookup_try *try)
{
	const struct lookup *lookup = try->lookup;
	const struct http_request request = {
		.method = "GET",
		.url = try->source->place,
		.family = lookup->set->family,
		.bind = lookup->set->bind,
		.timeout_ms = lookup->timeout_ms,
		.ceiling = LOOKUP_CEILING,
		.redirects = REDIRECTS,
		.clear_text = true,
	};

	http_start(lookup->http, &request, answered, try);
}

const struct lookup_kind lookup_kind_http = { "", false, read_url, ask, NULL };
