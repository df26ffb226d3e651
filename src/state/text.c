/* SPDX-License-Identifier: ISC */
/* The state as text: which rows the file has, and the columns of each. */
#include <string.h>

#include "state/internal.h"

#define TITLE "ddns state"

static const struct state_column lookup_list[] = {
	{ &state_column_key, offsetof(struct state_lookup, set) },
	{ &state_column_address, offsetof(struct state_lookup, address) },
	{ &state_column_time, offsetof(struct state_lookup, found) },
	{ &state_column_flag, offsetof(struct state_lookup, lacking) },
	{ &state_column_time, offsetof(struct state_lookup, seen) },
};

static const struct state_column name_list[] = {
	{ &state_column_key, offsetof(struct state_name, name) },
	{ &state_column_key, offsetof(struct state_name, type) },
	{ &state_column_key, offsetof(struct state_name, account) },
	{ &state_column_address, offsetof(struct state_name, confirmed) },
	{ &state_column_time, offsetof(struct state_name, since) },
	{ &state_column_time, offsetof(struct state_name, attempt) },
	{ &state_column_int, offsetof(struct state_name, failures) },
	{ &state_column_until, offsetof(struct state_name, until) },
	{ &state_column_outcome, offsetof(struct state_name, why) },
	{ &state_column_digest, offsetof(struct state_name, digest) },
	{ &state_column_time, offsetof(struct state_name, seen) },
	{ &state_column_text, offsetof(struct state_name, text) },
	{ &state_column_address_new, offsetof(struct state_name, tried) },
};

static const struct state_column left_list[] = {
	{ &state_column_key, offsetof(struct state_left, name) },
	{ &state_column_key, offsetof(struct state_left, type) },
	{ &state_column_key, offsetof(struct state_left, account) },
	{ &state_column_address, offsetof(struct state_left, address) },
};

static const struct state_column account_list[] = {
	{ &state_column_key, offsetof(struct state_account, account) },
	{ &state_column_until, offsetof(struct state_account, until) },
	{ &state_column_time, offsetof(struct state_account, set) },
	{ &state_column_outcome, offsetof(struct state_account, why) },
	{ &state_column_int, offsetof(struct state_account, failures) },
	{ &state_column_digest, offsetof(struct state_account, digest) },
	{ &state_column_text, offsetof(struct state_account, text) },
};

static const struct state_column problem_list[] = {
	{ &state_column_key, offsetof(struct state_problem, key) },
	{ &state_column_time, offsetof(struct state_problem, first) },
	{ &state_column_int, offsetof(struct state_problem, runs) },
	{ &state_column_int, offsetof(struct state_problem, why) },
	{ &state_column_time, offsetof(struct state_problem, said) },
	{ &state_column_text, offsetof(struct state_problem, text) },
};

static const struct state_column news_list[] = {
	{ &state_column_time, offsetof(struct state_news, when) },
	{ &state_column_key, offsetof(struct state_news, to) },
	{ &state_column_key, offsetof(struct state_news, event) },
	{ &state_column_text, offsetof(struct state_news, name) },
	{ &state_column_text, offsetof(struct state_news, type) },
	{ &state_column_text, offsetof(struct state_news, account) },
	{ &state_column_text, offsetof(struct state_news, was) },
	{ &state_column_text, offsetof(struct state_news, now) },
	{ &state_column_text, offsetof(struct state_news, text) },
};

enum { LOOKUP, NAME, LEFT, ACCOUNT, PROBLEM, NEWS, KINDS };

static const struct {
	struct state_columns columns;
	bool (*add)(struct state *state, void *row);
} kinds[KINDS] = {
	[LOOKUP] = { { "lookup", lookup_list,
			     sizeof lookup_list / sizeof lookup_list[0],
			     sizeof(struct state_lookup) },
		state_add_lookup },
	[NAME] = { { "name", name_list, sizeof name_list / sizeof name_list[0],
			   sizeof(struct state_name) },
		state_add_name },
	[LEFT] = { { "left", left_list, sizeof left_list / sizeof left_list[0],
			   sizeof(struct state_left) },
		state_add_left },
	[ACCOUNT] = { { "account", account_list,
			      sizeof account_list / sizeof account_list[0],
			      sizeof(struct state_account) },
		state_add_account },
	[PROBLEM] = { { "problem", problem_list,
			      sizeof problem_list / sizeof problem_list[0],
			      sizeof(struct state_problem) },
		state_add_problem },
	[NEWS] = { { "news", news_list, sizeof news_list / sizeof news_list[0],
			   sizeof(struct state_news) },
		state_add_news },
};

static bool
read_key(struct state *state, const struct state_line *line)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char key[STATE_KEY] = { 0 }, any = 0;
	const char *text = line->count > 1 ? line->fields[1] : "";
	size_t i;

	if (strlen(text) != 2 * sizeof key ||
		strspn(text, digits) != 2 * sizeof key)
		return false;
	for (i = 0; i < 2 * sizeof key; i++) {
		key[i / 2] =
			(unsigned char)(key[i / 2] << 4 |
					(strchr(digits, text[i]) - digits));
		any |= key[i / 2];
	}
	memcpy(state->key, key, sizeof key);
	return any != 0;
}

static void
write_key(const struct state *state, struct buf *out)
{
	size_t i;

	buf_str(out, "key\t");
	for (i = 0; i < sizeof state->key; i++)
		buf_printf(out, "%02x", state->key[i]);
	buf_char(out, '\n');
}

static bool
read_row(void *arg, const struct state_line *line)
{
	struct state *state = arg;
	size_t i;

	if (strcmp(line->fields[0], "key") == 0)
		return read_key(state, line);
	for (i = 0; i < KINDS; i++) {
		void *row;

		if (strcmp(line->fields[0], kinds[i].columns.word) != 0)
			continue;
		row = state_read_row(&kinds[i].columns, line, state->mem);
		return row && kinds[i].add(state, row);
	}
	return true;
}

struct state *
state_parse(const char *text, size_t len)
{
	struct state *state = state_new();
	const struct state_reader reader = { TITLE, state->mem, read_row,
		state };

	state->damaged = !state_read_lines(&reader, text, len);
	state_tidy(state);
	return state;
}

void
state_format(struct state *state, struct buf *out)
{
	const struct state_lookup *lookup;
	const struct state_name *name;
	const struct state_left *left;
	const struct state_account *account;
	const struct state_problem *problem;
	const struct state_news *news;

	state_tidy(state);
	buf_str(out, "# " TITLE " 1\n");
	write_key(state, out);
	for (lookup = state->lookups; lookup; lookup = lookup->next)
		state_write_row(&kinds[LOOKUP].columns, lookup, out);
	for (name = state->names; name; name = name->next)
		state_write_row(&kinds[NAME].columns, name, out);
	for (left = state->left; left; left = left->next)
		state_write_row(&kinds[LEFT].columns, left, out);
	for (account = state->accounts; account; account = account->next)
		state_write_row(&kinds[ACCOUNT].columns, account, out);
	for (problem = state->problems; problem; problem = problem->next)
		state_write_row(&kinds[PROBLEM].columns, problem, out);
	for (news = state->news; news; news = news->next)
		if (state_news_stays(news))
			state_write_row(&kinds[NEWS].columns, news, out);
}
