/* SPDX-License-Identifier: ISC */
/* The sorted lists of a state, and how long their rows stay. */
#include <string.h>

#include "state/internal.h"

#define KEPT (90 * INT64_C(86400))
#define NEWS_KEPT INT64_C(86400)

struct state *
state_new(void)
{
	struct mem *mem = mem_new();
	struct state *state = mem_take(mem, sizeof *state);

	state->mem = mem;
	return state;
}

void
state_free(struct state *state)
{
	if (state)
		mem_free(state->mem);
}

/*
 * Each finds where the row of a key stands, or would stand, and tells by
 * *there whether it does.
 */
static struct state_lookup **
lookup_place(struct state *state, const char *set, bool *there)
{
	struct state_lookup **at = &state->lookups;
	int order = 1;

	while (*at && (order = strcmp((*at)->set, set)) < 0)
		at = &(*at)->next;
	*there = *at && order == 0;
	return at;
}

static int
name_compare(const struct state_name *a, const struct state_name *b)
{
	int order = strcmp(a->name, b->name);

	if (order == 0)
		order = strcmp(a->type, b->type);
	return order ? order : strcmp(a->account, b->account);
}

static struct state_name **
name_place(struct state *state, const struct state_name *like, bool *there)
{
	struct state_name **at = &state->names;
	int order = 1;

	while (*at && (order = name_compare(*at, like)) < 0)
		at = &(*at)->next;
	*there = *at && order == 0;
	return at;
}

static int
left_compare(const struct state_left *a, const struct state_left *b)
{
	int order = strcmp(a->name, b->name);

	if (order == 0)
		order = strcmp(a->type, b->type);
	if (order == 0)
		order = strcmp(a->account, b->account);
	return order ? order : address_compare(a->address, b->address);
}

static struct state_left **
left_place(struct state *state, const struct state_left *like, bool *there)
{
	struct state_left **at = &state->left;
	int order = 1;

	while (*at && (order = left_compare(*at, like)) < 0)
		at = &(*at)->next;
	*there = *at && order == 0;
	return at;
}

static struct state_account **
account_place(struct state *state, const char *account, bool *there)
{
	struct state_account **at = &state->accounts;
	int order = 1;

	while (*at && (order = strcmp((*at)->account, account)) < 0)
		at = &(*at)->next;
	*there = *at && order == 0;
	return at;
}

static struct state_problem **
problem_place(struct state *state, const char *key, bool *there)
{
	struct state_problem **at = &state->problems;
	int order = 1;

	while (*at && (order = strcmp((*at)->key, key)) < 0)
		at = &(*at)->next;
	*there = *at && order == 0;
	return at;
}

static bool
fits(const struct address *address, int family)
{
	return family && (!address->family || address->family == family);
}

static int
set_family(const char *set)
{
	if (strncmp(set, "ipv4", 4) == 0)
		return 4;
	return strncmp(set, "ipv6", 4) == 0 ? 6 : 0;
}

static int
type_family(const char *type)
{
	if (strcmp(type, "A") == 0)
		return 4;
	return strcmp(type, "AAAA") == 0 ? 6 : 0;
}

bool
state_add_lookup(struct state *state, void *row)
{
	struct state_lookup *lookup = row, **at;
	bool there;

	at = lookup_place(state, lookup->set, &there);
	if (there || !fits(lookup->address, set_family(lookup->set)))
		return false;
	lookup->next = *at;
	*at = lookup;
	return true;
}

bool
state_add_name(struct state *state, void *row)
{
	struct state_name *name = row, **at;
	bool there;

	at = name_place(state, name, &there);
	if (there || !fits(name->confirmed, type_family(name->type)) ||
		!fits(name->tried, type_family(name->type)))
		return false;
	name->next = *at;
	*at = name;
	return true;
}

bool
state_add_left(struct state *state, void *row)
{
	struct state_left *left = row, **at;
	bool there;

	at = left_place(state, left, &there);
	if (there || !left->address->family ||
		!fits(left->address, type_family(left->type)))
		return false;
	left->next = *at;
	*at = left;
	return true;
}

bool
state_add_account(struct state *state, void *row)
{
	struct state_account *account = row, **at;
	bool there;

	at = account_place(state, account->account, &there);
	if (there)
		return false;
	account->next = *at;
	*at = account;
	return true;
}

bool
state_add_problem(struct state *state, void *row)
{
	struct state_problem *problem = row, **at;
	bool there;

	at = problem_place(state, problem->key, &there);
	if (there)
		return false;
	problem->next = *at;
	*at = problem;
	return true;
}

/* Rows come the last one first. */
bool
state_add_news(struct state *state, void *row)
{
	struct state_news *piece = row;

	piece->next = state->news;
	state->news = piece;
	return true;
}

struct state_lookup *
state_lookup(struct state *state, const char *set)
{
	bool there;
	struct state_lookup **at = lookup_place(state, set, &there), *made;

	if (there)
		return *at;
	made = mem_take(state->mem, sizeof *made);
	made->set = mem_text(state->mem, set);
	made->address = mem_take(state->mem, sizeof *made->address);
	made->next = *at;
	*at = made;
	return made;
}

struct state_name *
state_name(struct state *state, const char *name, const char *type,
	const char *account)
{
	const struct state_name like = {
		.name = name, .type = type, .account = account
	};
	bool there;
	struct state_name **at = name_place(state, &like, &there), *made;

	if (there)
		return *at;
	made = mem_take(state->mem, sizeof *made);
	made->name = mem_text(state->mem, name);
	made->type = mem_text(state->mem, type);
	made->account = mem_text(state->mem, account);
	made->confirmed = mem_take(state->mem, sizeof *made->confirmed);
	made->tried = mem_take(state->mem, sizeof *made->tried);
	made->text = "";
	made->next = *at;
	*at = made;
	return made;
}

void
state_leave(struct state *state, const struct state_name *name,
	const struct address *address)
{
	struct state_left *made = mem_take(state->mem, sizeof *made);

	made->name = name->name;
	made->type = name->type;
	made->account = name->account;
	made->address = mem_take(state->mem, sizeof *made->address);
	*made->address = *address;
	state_add_left(state, made);
}

static bool
is_left_of(const struct state_left *left, const struct state_name *name)
{
	return strcmp(left->name, name->name) == 0 &&
	       strcmp(left->type, name->type) == 0 &&
	       strcmp(left->account, name->account) == 0;
}

struct state_left *
state_left_of(struct state_left *left, const struct state_name *name)
{
	while (left && !is_left_of(left, name))
		left = left->next;
	return left;
}

void
state_leave_none(struct state *state, const struct state_name *name)
{
	struct state_left **at = &state->left;

	while (*at) {
		if (is_left_of(*at, name))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

struct state_account *
state_account(struct state *state, const char *account)
{
	bool there;
	struct state_account **at = account_place(state, account, &there),
			     *made;

	if (there)
		return *at;
	made = mem_take(state->mem, sizeof *made);
	made->account = mem_text(state->mem, account);
	made->text = "";
	made->next = *at;
	*at = made;
	return made;
}

struct state_problem *
state_problem(struct state *state, const char *key)
{
	bool there;
	struct state_problem **at = problem_place(state, key, &there), *made;

	if (there)
		return *at;
	made = mem_take(state->mem, sizeof *made);
	made->key = mem_text(state->mem, key);
	made->text = "";
	made->next = *at;
	*at = made;
	return made;
}

void
state_forget(struct state *state, struct state_problem *problem)
{
	struct state_problem **at = &state->problems;

	while (*at && *at != problem)
		at = &(*at)->next;
	if (*at)
		*at = problem->next;
}

static void
drop_oldest(struct state *state, const char *to)
{
	struct state_news **at = &state->news;

	while (*at && strcmp((*at)->to, to) != 0)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

void
state_keep_news(struct state *state, const struct state_news *piece)
{
	struct state_news **at = &state->news, *copy;
	int count = 1;

	for (; *at; at = &(*at)->next)
		count += strcmp((*at)->to, piece->to) == 0;
	copy = mem_take(state->mem, sizeof *copy);
	copy->when = piece->when;
	copy->to = mem_text(state->mem, piece->to);
	copy->event = mem_text(state->mem, piece->event);
	copy->name = mem_text(state->mem, piece->name);
	copy->type = mem_text(state->mem, piece->type);
	copy->account = mem_text(state->mem, piece->account);
	copy->was = mem_text(state->mem, piece->was);
	copy->now = mem_text(state->mem, piece->now);
	copy->text = mem_text(state->mem, piece->text);
	*at = copy;
	for (; count > STATE_NEWS; count--)
		drop_oldest(state, piece->to);
}

void
state_forget_news(struct state *state, const struct state_news *piece)
{
	struct state_news **at = &state->news;

	while (*at && ((*at)->when != piece->when ||
			      strcmp((*at)->to, piece->to) != 0 ||
			      strcmp((*at)->event, piece->event) != 0 ||
			      strcmp((*at)->text, piece->text) != 0))
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

/* A time that lies in the future is not believed: it counts from now. */
static bool
too_old(int64_t *seen, int64_t now)
{
	if (*seen <= 0 || *seen > now)
		*seen = now;
	return now - *seen >= KEPT;
}

static bool
has_name(const struct state *state, const char *account)
{
	const struct state_name *name = state->names;

	while (name && strcmp(name->account, account) != 0)
		name = name->next;
	return name;
}

static bool
problem_old(const struct state_problem *problem, int64_t now)
{
	int64_t last =
		problem->said > problem->first ? problem->said : problem->first;

	return !problem->fresh && now - last >= KEPT;
}

static void
expire_lookups(struct state *state, int64_t now)
{
	struct state_lookup **at = &state->lookups;

	while (*at) {
		if (too_old(&(*at)->seen, now))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

static void
expire_names(struct state *state, int64_t now)
{
	struct state_name **at = &state->names;

	while (*at) {
		if (too_old(&(*at)->seen, now))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

static void
expire_left(struct state *state)
{
	struct state_left **at = &state->left;
	const struct state_name *name;

	while (*at) {
		for (name = state->names; name; name = name->next)
			if (is_left_of(*at, name))
				break;
		if (name)
			at = &(*at)->next;
		else
			*at = (*at)->next;
	}
}

static void
expire_accounts(struct state *state)
{
	struct state_account **at = &state->accounts;

	while (*at) {
		if (has_name(state, (*at)->account))
			at = &(*at)->next;
		else
			*at = (*at)->next;
	}
}

static void
expire_problems(struct state *state, int64_t now)
{
	struct state_problem **at = &state->problems;

	while (*at) {
		if (problem_old(*at, now))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

static void
expire_news(struct state *state, int64_t now)
{
	struct state_news **at = &state->news;

	while (*at) {
		if ((*at)->when > now)
			(*at)->when = now;
		if (now - (*at)->when >= NEWS_KEPT)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

void
state_expire(struct state *state, int64_t now)
{
	expire_lookups(state, now);
	expire_names(state, now);
	expire_left(state);
	expire_accounts(state);
	expire_problems(state, now);
	expire_news(state, now);
}
