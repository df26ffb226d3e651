/* SPDX-License-Identifier: ISC */
/* Whether an answer that was taken for good confirms what was asked. */
#include <string.h>

#include "address-find.h"
#include "buf.h"
#include "exchange/internal.h"
#include "fail.h"
#include "json/json.h"

#define SPACES " \t\r\n"

/* Whether the write under way makes a record, and another one goes then. */
static bool
deletes_then(const struct work *work)
{
	return work->write == STEP_CREATE && exchange_choose_end(work);
}

/* null, a number, a string: JSON, too, though nothing can be read from it. */
static bool
is_scalar(struct mem *mem, const char *body)
{
	size_t len = strlen(body);
	const char *text;

	while (len > 0 && strchr(SPACES, body[len - 1]))
		len--;
	text = mem_textn(mem, body, len);
	return strcmp(text, "null") == 0 || json_bare_ok(text) ||
	       (len > 1 && text[0] == '"' && text[len - 1] == '"');
}

/* A status says yes, but of what? A page of a proxy comes with 200 as well. */
static bool
is_of_kind(struct work *work, const struct call *call, struct fail *fail)
{
	const struct row *row = work->row;
	const char *body =
		buf_text(&call->body) + strspn(buf_text(&call->body), SPACES);
	const bool write = work->step >= STEP_SET;

	/* a reading looks for itself whether its answer is there */
	if (row->format == FORMAT_TEXT || call->status == 204 ||
		row->step[work->step]->reading)
		return true;
	if (call->doc)
		return write ||
		       /* a reading knows more, but there is none */
		       (!json_is_list(call->doc) &&
			       !json_is_empty(call->doc)) ||
		       fail_set(fail, "not an object with members");
	if (!*body && write)
		return work->test || !deletes_then(work) ||
		       fail_set(fail, "empty");
	return (write && row->format == FORMAT_JSON &&
		       is_scalar(work->exchange->mem, body)) ||
	       fail_set(fail, "%s", *body ? call->fail->text : "empty");
}

/* Whether a line names the address; if not, *other is one of that family that
 * it does name. */
static bool
names(const char *line, int family, const struct address *want,
	struct address *other)
{
	struct address_walk walk = { line, strlen(line), family, 0 };
	struct address next;

	while (address_next(&walk, &next)) {
		if (address_equal(&next, want))
			return true;
		*other = next;
	}
	return false;
}

/* Whether it names what the same request sent of the other family. */
static bool
names_other(
	const struct work *work, const struct call *call, struct address *other)
{
	const int type = work->job->type == ROW_A ? ROW_AAAA : ROW_A;
	const struct request_text *text = &call->template->text;
	struct address sent = { 0 };

	if (work->job->ip[type] &&
		(request_holds(text, type == ROW_A ? "ip4" : "ip6") ||
			request_holds(text, "ips")))
		sent = *work->job->ip[type];
	return names(work->line, type == ROW_A ? 4 : 6, &sent, other);
}

/* A line that names addresses names one that was sent. */
static bool
is_about_ours(
	const struct work *work, const struct call *call, struct fail *fail)
{
	const struct address *want = work->job->want;
	char sent[ADDRESS_TEXT], told[ADDRESS_TEXT];
	struct address other = { 0 };

	if (names_other(work, call, &other) ||
		names(work->line, want->family, want, &other) || !other.family)
		return true;
	address_format(&other, told);
	address_format(want, sent);
	return fail_set(fail, "about %s, but %s was sent", told, sent);
}

bool
exchange_confirm(struct work *work, const struct call *call, struct fail *fail)
{
	const enum row_step step = work->step;

	if (!work->test || work->test->kind == MATCH_STATUS)
		return is_of_kind(work, call, fail);
	/* a delete names the old address, a batch those of several names */
	if (work->test->kind == MATCH_TEXT && step >= STEP_SET &&
		step <= STEP_UPDATE)
		return is_about_ours(work, call, fail);
	return true;
}
