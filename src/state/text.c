#include <string.h>

#include "state/state.h"
#include "state/line.h"
#include "state/rows.h"
#include "buf.h"

#define TITLE "ddns state"

static const struct column lookup_list[] = {
	{ &column_key, offsetof(struct state_lookup, set) },
	{ &column_address, offsetof(struct state_lookup, address) },
	{ &column_time, offsetof(struct state_lookup, found) },
	{ &column_flag, offsetof(struct state_lookup, lacking) },
	{ &column_time, offsetof(struct state_lookup, seen) },
};

static const struct column name_list[] = {
	{ &column_key, offsetof(struct state_name, name) },
	{ &column_key, offsetof(struct state_name, type) },
	{ &column_key, offsetof(struct state_name, account) },
	{ &column_address, offsetof(struct state_name, confirmed) },
	{ &column_time, offsetof(struct state_name, since) },
	{ &column_time, offsetof(struct state_name, attempt) },
	{ &column_int, offsetof(struct state_name, failures) },
	{ &column_until, offsetof(struct state_name, until) },
	{ &column_outcome, offsetof(struct state_name, why) },
	{ &column_digest, offsetof(struct state_name, digest) },
	{ &column_time, offsetof(struct state_name, seen) },
	{ &column_text, offsetof(struct state_name, text) },
	{ &column_address_new, offsetof(struct state_name, tried) },
};

static const struct column left_list[] = {
	{ &column_key, offsetof(struct state_left, name) },
	{ &column_key, offsetof(struct state_left, type) },
	{ &column_key, offsetof(struct state_left, account) },
	{ &column_address, offsetof(struct state_left, address) },
};

static const struct column account_list[] = {
	{ &column_key, offsetof(struct state_account, account) },
	{ &column_until, offsetof(struct state_account, until) },
	{ &column_time, offsetof(struct state_account, set) },
	{ &column_outcome, offsetof(struct state_account, why) },
	{ &column_int, offsetof(struct state_account, failures) },
	{ &column_digest, offsetof(struct state_account, digest) },
	{ &column_text, offsetof(struct state_account, text) },
};

static const struct column problem_list[] = {
	{ &column_key, offsetof(struct state_problem, key) },
	{ &column_time, offsetof(struct state_problem, first) },
	{ &column_int, offsetof(struct state_problem, runs) },
	{ &column_int, offsetof(struct state_problem, why) },
	{ &column_time, offsetof(struct state_problem, said) },
	{ &column_text, offsetof(struct state_problem, text) },
};

enum { LOOKUP, NAME, LEFT, ACCOUNT, PROBLEM, KINDS };

static const struct {
	struct columns columns;
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
};

static bool
read_key(struct state *state, const struct line *line)
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
read_row(void *arg, const struct line *line)
{
	struct state *state = arg;
	size_t i;

	if (strcmp(line->fields[0], "key") == 0)
		return read_key(state, line);
	for (i = 0; i < KINDS; i++) {
		void *row;

		if (strcmp(line->fields[0], kinds[i].columns.word) != 0)
			continue;
		row = columns_read(&kinds[i].columns, line, state->mem);
		return row && kinds[i].add(state, row);
	}
	return true;
}

struct state *
state_parse(const char *text, size_t len)
{
	struct state *state = state_new();
	const struct line_reader reader = { TITLE, state->mem, read_row,
		state };

	state->damaged = !line_read(&reader, text, len);
	return state;
}

void
state_format(const struct state *state, struct buf *out)
{
	const struct state_lookup *lookup;
	const struct state_name *name;
	const struct state_left *left;
	const struct state_account *account;
	const struct state_problem *problem;

	buf_str(out, "# " TITLE " 1\n");
	write_key(state, out);
	for (lookup = state->lookups; lookup; lookup = lookup->next)
		columns_write(&kinds[LOOKUP].columns, lookup, out);
	for (name = state->names; name; name = name->next)
		columns_write(&kinds[NAME].columns, name, out);
	for (left = state->left; left; left = left->next)
		columns_write(&kinds[LEFT].columns, left, out);
	for (account = state->accounts; account; account = account->next)
		columns_write(&kinds[ACCOUNT].columns, account, out);
	for (problem = state->problems; problem; problem = problem->next)
		columns_write(&kinds[PROBLEM].columns, problem, out);
}
