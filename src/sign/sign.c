/* SPDX-License-Identifier: ISC */
/* The table of signing schemes, and what all of them share. */
#include <string.h>

#include "fail.h"
#include "sign/internal.h"

/* A new scheme is one row here, with a function of its own file. */

struct scheme {
	const char *name;
	const char *words;
	size_t count;
	void (*sign)(struct buf *out, struct sign_task *task);
};

static const struct scheme schemes[] = {
	{ "Basic", "user:password", 1, sign_basic },
	{ "AWS4-HMAC-SHA256", "id secret region service", 4, sign_aws4 },
	{ "TC3-HMAC-SHA256", "id secret service", 3, sign_aws4 },
	{ "ACS3-HMAC-SHA256", "id secret", 2, sign_aws4 },
	{ "HMAC-SHA256", "id secret region service", 4, sign_aws4 },
	{ "SDK-HMAC-SHA256", "id secret", 2, sign_aws4 },
	{ "bce-auth-v1", "id secret", 2, sign_bce },
	{ "NFSN", "login key", 2, sign_nfsn },
	{ "OVH", "key secret consumer", 3, sign_ovh },
	{ "51DNS", "key secret", 2, sign_51dns },
	{ "RPC-HMAC-SHA1", "secret", 1, sign_rpc },
};

static const struct scheme *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strcmp(schemes[i].name, name) == 0)
			return &schemes[i];
	return NULL;
}

const char *
sign_words(const char *scheme)
{
	const struct scheme *found = find(scheme);

	return found ? found->words : NULL;
}

size_t
sign_word_count(const char *scheme)
{
	const struct scheme *found = find(scheme);

	return found ? found->count : 0;
}

bool
sign_timed(const char *text)
{
	size_t i, len = strcspn(text, " ");

	for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strlen(schemes[i].name) == len &&
			memcmp(schemes[i].name, text, len) == 0)
			return schemes[i].sign != sign_basic;
	return false;
}

/* Words are written into a header line. */
static bool
words_fit(const struct scheme *scheme, char *const *words, struct fail *fail)
{
	const char *c;
	size_t i;

	for (i = 0; i < scheme->count; i++)
		for (c = words[i]; *c; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				return fail_set(fail,
					"a word of %s holds a control byte",
					scheme->name);
	return true;
}

bool
sign_request(struct buf *out, const struct sign_auth *auth,
	const struct sign_request *request, const struct sign_moment *moment,
	struct fail *fail)
{
	const struct scheme *found = find(auth->scheme);
	struct sign_task task = { sign_form(auth->scheme), auth->words, request,
		moment, NULL, NULL };

	if (!found)
		return fail_set(fail, "%s is not known", auth->scheme);
	if (!words_fit(found, auth->words, fail))
		return false;
	task.mem = mem_new();
	found->sign(out, &task);
	mem_free(task.mem);
	return true;
}

/* RFC 7617 */
void
sign_basic(struct buf *out, struct sign_task *task)
{
	buf_str(out, "Authorization: Basic ");
	escape_base64(out, task->words[0], strlen(task->words[0]));
	buf_char(out, '\n');
}
