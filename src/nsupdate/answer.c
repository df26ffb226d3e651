/* SPDX-License-Identifier: ISC */
/* What nsupdate wrote, and what it means for the names of a request. */
#include <string.h>

#include "nsupdate/internal.h"

#define LINE_SHOWN 200 /* bytes of a line in a fail text */

/*
 * Response codes of RFC 2136 section 2.2 and RFC 8945 section 3, as nsupdate
 * names them, and its own words. The first that is found counts.
 */
static const struct {
	const char *word;
	struct nsupdate_verdict verdict;
	const char *hint;
} meanings[] = {
	{ "BADTIME", { OUTCOME_LATER, false, false },
		" (the system clock may be wrong)" },
	{ "BADSIG", { OUTCOME_DENIED, false, false },
		" (the secret is not the server's)" },
	{ "BADKEY", { OUTCOME_DENIED, false, false },
		" (the server does not know this key and algorithm)" },
	{ "BADTRUNC", { OUTCOME_DENIED, false, false }, "" },
	{ "could not create key", { OUTCOME_DENIED, false, false }, "" },
	{ "could not read key", { OUTCOME_DENIED, false, false }, "" },
	/* nobody was reached: no name is to blame */
	{ "Communication with", { OUTCOME_LATER, false, false }, "" },
	{ "could not reach", { OUTCOME_LATER, false, false }, "" },
	{ "couldn't get address", { OUTCOME_LATER, false, false }, "" },
	{ "TSIG error", { OUTCOME_LATER, false, false }, "" },
	{ "SERVFAIL", { OUTCOME_LATER, false, false }, "" },
	{ "NOTAUTH", { OUTCOME_REFUSED, true, false },
		" (the server does not have this zone)" },
	{ "NOTIMP", { OUTCOME_REFUSED, true, false }, "" },
	{ "does not exist", { OUTCOME_REFUSED, true, false }, "" },
	{ "NOTZONE", { OUTCOME_REFUSED, true, true }, "" },
	{ "REFUSED", { OUTCOME_REFUSED, true, true }, "" },
};

#define MEANINGS (sizeof meanings / sizeof meanings[0])

static bool
begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool
holds(const char *line, size_t len, const char *word)
{
	const char *at = strstr(line, word);

	return at && at + strlen(word) <= line + len;
}

static void
add_line(struct buf *out, const char *line, size_t len)
{
	if (begins(line, "; ")) {
		line += 2;
		len -= 2;
	}
	if (out->len > 0)
		buf_str(out, ", ");
	buf_printable(out, line, len < LINE_SHOWN ? len : LINE_SHOWN);
}

/*
 * Parts its own words from the response that `answer` shows, in which ";;"
 * begins headings. *accepted: the response has the status NOERROR.
 */
static void
sift(const char *text, struct buf *own, bool *accepted)
{
	bool shown = false;
	size_t len;

	*accepted = false;
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (begins(text, "Answer:"))
			shown = true;
		else if (begins(text, ";; ->>HEADER<<-"))
			*accepted = holds(text, len, "opcode: UPDATE,") &&
				    holds(text, len, "status: NOERROR,");
		else if (len > 0 && (!shown || begins(text, "; ") ||
					    holds(text, len, "failed: ")))
			add_line(own, text, len);
	}
}

struct nsupdate_verdict
nsupdate_judge(const struct buf *out, bool good, struct fail *fail)
{
	static const struct nsupdate_verdict changed = { OUTCOME_CHANGED, false,
		false };
	/* an old nsupdate that takes some name for none: so find it */
	struct nsupdate_verdict verdict = { OUTCOME_LATER, false, true };
	const char *hint = "", *text;
	struct buf own = { 0 };
	bool accepted;
	size_t i = 0;

	sift(buf_text(out), &own, &accepted);
	text = buf_text(&own);
	while (i < MEANINGS && !strstr(text, meanings[i].word))
		i++;
	if (i < MEANINGS) {
		verdict = meanings[i].verdict;
		hint = meanings[i].hint;
	} else if (good && accepted && !strstr(text, "failed")) {
		verdict = changed;
	}
	if (own.len > 0)
		fail_set(fail, "nsupdate: %s%s", text, hint);
	else if (good)
		fail_set(fail, "nsupdate: showed no answer of the server");
	else
		fail_at(fail, "nsupdate");
	buf_free(&own);
	return verdict;
}
