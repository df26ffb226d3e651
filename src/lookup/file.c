/* Sources of the kind file:///path. */
#include "lookup/lookup.h"
#include "lookup/internal.h"
#include "buf.h"
#include "fail.h"
#include "file.h"
#include "http/http.h"

static void
read_now(void *arg)
{
	struct lookup_try *try = arg;
	struct buf body = { 0 };
	struct fail fail;

	if (!file_read(&body, try->source->path, LOOKUP_CEILING, NULL, &fail))
		lookup_missed(try, "%s", fail.text);
	else if (body.len > LOOKUP_CEILING)
		lookup_missed(try, "larger than %d bytes", LOOKUP_CEILING);
	else
		lookup_judge(try, buf_text(&body), body.len);
	buf_free(&body);
}

void
lookup_ask_file(struct lookup_try *try)
{
	http_loop_after(try->lookup->http, 0, read_now, try);
}
