/* SPDX-License-Identifier: ISC */
/* What an answer means, by the tests of the row, else by HTTP. */
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "config/config.h"
#include "exchange/internal.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "secret.h"
#include "sign/sign.h"

/* An error may have an id, a success of something else, or a word of its own:
 * what is good comes with 2xx, unless the row says with which status. */
static bool
may_decide(const struct work *work, const struct match *test,
	enum row_meaning meaning, const struct call *call)
{
	return test->steps & 1u << work->step &&
	       (meaning != MEANS_GOOD || test->kind == MATCH_STATUS ||
		       call->status / 100 == 2);
}

static bool
holds(struct work *work, const struct match *test, const struct call *call)
{
	const struct match_answer answer = { call->status,
		buf_text(&call->body), call->doc };
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

/* Whether the row says itself what is good at the step under way. */
static bool
tests_good(const struct work *work)
{
	const struct match *test = work->row->test[MEANS_GOOD];

	while (test && !(test->steps & 1u << work->step))
		test = test->next;
	return test != NULL;
}

/* RFC 9110, section 15; RFC 6585, section 4. */
static enum row_meaning
http_meaning(const struct work *work, const struct call *call)
{
	const int status = call->status;

	if (status == 401)
		return MEANS_DENIED;
	/* of this request; give_up in step.c looks further */
	if (status == 403)
		return MEANS_REFUSED;
	/* Retry-After is about the service, not about one name of it. */
	if (status == 429 || (status / 100 == 5 && call->retry_after > 0))
		return MEANS_BUSY;
	return status / 100 == 2 && !tests_good(work) ? MEANS_GOOD
						      : MEANS_LATER;
}

/* Whether a test that may decide now says the same of each work. */
static bool
is_general(const struct work *work)
{
	const struct match *test;
	enum row_meaning meaning;

	for (meaning = 0; meaning < MEANINGS; meaning++)
		for (test = work->row->test[meaning]; test; test = test->next)
			if (test->steps & 1u << work->step && test->text &&
				strchr(test->text, '{'))
				return false;
	return true;
}

static enum row_meaning
judge(struct work *work, const struct call *call)
{
	const struct match *test = NULL;
	enum row_meaning meaning = 0;

	work->line = NULL;
	for (; call->status && meaning < MEANINGS; meaning++) {
		test = work->row->test[meaning];
		while (test && (!may_decide(work, test, meaning, call) ||
				       !holds(work, test, call)))
			test = test->next;
		if (test)
			break;
	}
	work->test = test;
	return test ? meaning : http_meaning(work, call);
}

/* A list that all works wait for is not searched for the tests' texts by each
 * of them. */
enum row_meaning
exchange_meaning(struct work *work, const struct call *call)
{
	struct verdict *verdict = call->verdict;

	if (verdict->row == work->row && verdict->step == work->step) {
		work->test = verdict->test;
		work->line = verdict->line;
		return verdict->meaning;
	}
	verdict->meaning = judge(work, call);
	verdict->row = is_general(work) ? work->row : NULL;
	verdict->step = work->step;
	verdict->test = work->test;
	verdict->line = work->line;
	return verdict->meaning;
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

/* A key that may list zones is more than an account with `zone` needs. */
static bool
wants_zone(const struct work *work, const struct call *call)
{
	return work->step == STEP_ZONES && call->status == 403 &&
	       !work->exchange->account->zone;
}

/* The service's own words, where the row says that they stand. */
static void
put_own(const struct work *work, const struct call *call, struct buf *out)
{
	const struct config_line *error = work->row->error;

	for (; error && out->len == 0; error = error->next)
		if (row_is_field(error->text))
			http_field(out, buf_text(&call->head), error->text);
		else if (call->doc)
			json_first(call->doc, error->text, out);
}

/* Adds the text of a page, without its tags, as one line. A secret may hold a
 * `<` itself: it is hidden before. */
static void
put_page(struct buf *out, const char *text)
{
	struct buf masked = { 0 };
	const char *page;

	buf_str(&masked, text);
	secret_mask(&masked, 0);
	for (page = buf_text(&masked); *page; page += *page != '\0') {
		if (*page == '<')
			page += strcspn(page, ">");
		else if (!strchr(" \t\r\n", *page)) {
			buf_char(out, *page);
			continue;
		}
		if (out->len > 0 && out->at[out->len - 1] != ' ')
			buf_char(out, ' ');
	}
	buf_free(&masked);
}

/* The whole of a short page, else the line of it that decided; as it is, if
 * its tags are all that it has. */
static void
put_text(const struct work *work, const struct call *call, struct buf *out)
{
	const char *line = work->line ? work->line : buf_text(&call->body);

	if (work->row->format == FORMAT_XML ||
		json_kind(buf_text(&call->body), call->body.len) != JSON_XML) {
		buf_add(out, line, work->line ? strlen(line) : call->body.len);
		return;
	}
	put_page(out, buf_text(&call->body));
	if (out->len > EXCHANGE_SHOWN) {
		buf_cut(out, 0);
		put_page(out, line);
	}
	/* some say all in a tag: <ERROR CODE="701" TEXT="..."> */
	if (out->len == 0)
		buf_add(out, line, work->line ? strlen(line) : call->body.len);
}

/* Adds the service's own words, else the line that decided, else the start of
 * the body; of a login's only its own words, for the rest may be a token that
 * nobody knows. True: its own. */
static bool
put_message(const struct work *work, const struct call *call, struct buf *out)
{
	size_t end;
	bool own;

	put_own(work, call, out);
	own = out->len > 0;
	if (!own && call->template != work->row->step[STEP_LOGIN])
		put_text(work, call, out);
	fold(out);
	/* Masked before it is cut, so that no half of a secret is left. */
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

/* The same, made once for all works that an answer is told to. */
static bool
put_told(const struct work *work, const struct call *call, struct buf *out)
{
	struct verdict *verdict = call->verdict;

	if (verdict->told_to != work->row || verdict->told_line != work->line) {
		verdict->own = put_message(work, call, out);
		verdict->told_to = work->row;
		verdict->told_line = work->line;
		verdict->told = mem_text(work->exchange->mem, buf_text(out));
	} else {
		buf_str(out, verdict->told);
	}
	return verdict->own;
}

bool
exchange_meaning_of_time(const struct work *work, const char *text)
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
	own = put_told(work, call, &message);
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
	if (exchange_meaning_of_time(work, buf_text(&call->body)))
		buf_str(&shown, " (the system clock may be wrong)");
	if (wants_zone(work, call))
		buf_str(&shown,
			" (an account that may not ask for zones writes `zone`)");
	/* each part has brought the ": " before it */
	fail_set(fail, "%s", buf_text(&shown) + (shown.len > 2 ? 2 : 0));
	buf_free(&message);
	buf_free(&shown);
}
