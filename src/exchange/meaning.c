/* What an answer means, by the tests of the row, else by HTTP. */
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "config/config.h"
#include "exchange/internal.h"
#include "fail.h"
#include "json/json.h"
#include "secret.h"
#include "sign/sign.h"

static bool
holds(struct work *work, const struct match *test, const struct call *call)
{
	const struct match_answer answer = { call->status, call->body,
		call->doc };
	struct buf pattern = { 0 }, line = { 0 };
	bool found = false;

	if (!test->text || exchange_request_line(work, test->text, &pattern))
		found = match_holds(test, &answer,
			test->text ? buf_text(&pattern) : NULL, &line);
	if (line.len > 0)
		work->line = mem_text(work->exchange->mem, buf_text(&line));
	buf_free(&pattern);
	buf_free(&line);
	return found;
}

/* RFC 9110, section 15; RFC 6585, section 4. */
static enum row_meaning
http_meaning(const struct row *row, const struct call *call)
{
	const int status = call->status;

	if (status == 401 || status == 403)
		return MEANS_DENIED;
	/* Retry-After is about the service, not about one name of it. */
	if (status == 429 || (status / 100 == 5 && call->retry_after > 0))
		return MEANS_BUSY;
	return status / 100 == 2 && !row->test[MEANS_GOOD] ? MEANS_GOOD
							   : MEANS_LATER;
}

enum row_meaning
exchange_meaning(struct work *work, const struct call *call, bool *tested)
{
	const struct match *test = NULL;
	enum row_meaning meaning = 0;

	work->line = NULL;
	for (; call->status && meaning < MEANINGS; meaning++) {
		test = work->row->test[meaning];
		while (test && !holds(work, test, call))
			test = test->next;
		if (test)
			break;
	}
	if (tested)
		*tested = test != NULL;
	return test ? meaning : http_meaning(work->row, call);
}

/* Makes one line of a text. */
static void
fold(struct buf *text)
{
	size_t from, to = 0;

	for (from = 0; from < text->len; from++) {
		if (text->at[from] != '\r' && text->at[from] != '\n')
			text->at[to++] = text->at[from];
		else if (to > 0 && text->at[to - 1] != ' ')
			text->at[to++] = ' ';
	}
	buf_cut(text, to);
}

/* Adds the service's own words, else the line that decided, else the start of
 * the body. True: its own. */
static bool
put_message(const struct work *work, const struct call *call, struct buf *out)
{
	const struct config_line *pointer = call->doc ? work->row->error : NULL;
	size_t end;
	bool own;

	for (; pointer && out->len == 0; pointer = pointer->next)
		json_first(call->doc, pointer->text, out);
	own = out->len > 0;
	/* Masked before it is cut, so that no half of a secret is left. */
	if (!own && work->line)
		buf_str(out, work->line);
	else if (!own)
		buf_add(out, call->body, call->len);
	fold(out);
	secret_mask(out, 0);
	end = out->len;
	if (end > EXCHANGE_SHOWN)
		end = EXCHANGE_SHOWN;
	/* RFC 3629: up to three bytes that continue a character. */
	while (end < out->len && end > EXCHANGE_SHOWN - 3 &&
		(out->at[end] & 0xC0) == 0x80)
		end--;
	while (end > 0 && strchr(" \t\r\n", out->at[end - 1]))
		end--;
	buf_cut(out, end);
	return own;
}

/* A signature or a login refused over the time of day. */
static bool
speaks_of_time(const struct work *work, const char *text)
{
	static const char *const words[] = { "timestamp", "time stamp", "skew",
		"expire", "clock", "requesttime", "timeframe" };
	const struct row *row = work->row;
	size_t i;

	if (!row->jwt && !(row->auth && sign_timed(row->auth)))
		return false;
	for (; *text; text++)
		for (i = 0; i < sizeof words / sizeof words[0]; i++)
			if (strncasecmp(text, words[i], strlen(words[i])) == 0)
				return true;
	return false;
}

void
exchange_meaning_tell(
	const struct work *work, const struct call *call, const char *why)
{
	const char *step = exchange_work_step(work);
	struct fail *fail = work->job->fail;
	struct buf message = { 0 }, shown = { 0 };
	bool own;

	if (!call->status) {
		fail_set(fail, "%s%s%s", step ? step : "", step ? ": " : "",
			call->fail->text);
		return;
	}
	own = put_message(work, call, &message);
	if (step)
		buf_printf(&shown, ": %s", step);
	/* where HTTP was content, the service's words say what is wrong */
	if (call->status / 100 != 2 || message.len == 0)
		buf_printf(&shown, ": HTTP %d", call->status);
	if (why && (*why || !own))
		buf_str(&shown, ": answer not understood");
	if (why && *why)
		buf_printf(&shown, " (%s)", why);
	if (message.len > 0)
		buf_str(&shown, ": ");
	buf_printable(&shown, buf_text(&message), message.len);
	if (speaks_of_time(work, call->body))
		buf_str(&shown, " (the system clock may be wrong)");
	/* each part has brought the ": " before it */
	fail_set(fail, "%s", buf_text(&shown) + (shown.len > 2 ? 2 : 0));
	buf_free(&message);
	buf_free(&shown);
}
