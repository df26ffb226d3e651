/* SPDX-License-Identifier: ISC */
/* The sorted lists of a state, and how long their rows stay. */
#include <string.h>

#include "state/internal.h"
#include "table.h"

#define KEPT (90 * INT64_C(86400))

/*
 * A list is found by its key and written in the order of its keys: rows go to
 * its head as they come, and it is sorted when that is not their order.
 */
enum list { LOOKUPS, NAMES, LEFT, ACCOUNTS, PROBLEMS, LISTS };

struct state_index {
	struct table tables[LISTS]; /* of LEFT: the last of each name */
	bool unsorted[LISTS];
	bool gone; /* some rows of LEFT or PROBLEMS are */
};

static void
key_of_lookup(const void *row, const char *key[TABLE_KEY])
{
	key[0] = ((const struct state_lookup *)row)->set;
}

static void
key_of_name(const void *row, const char *key[TABLE_KEY])
{
	const struct state_name *name = row;

	key[0] = name->name;
	key[1] = name->type;
	key[2] = name->account;
}

static void
key_of_left(const void *row, const char *key[TABLE_KEY])
{
	const struct state_left *left = row;

	key[0] = left->name;
	key[1] = left->type;
	key[2] = left->account;
}

static void
key_of_account(const void *row, const char *key[TABLE_KEY])
{
	key[0] = ((const struct state_account *)row)->account;
}

static void
key_of_problem(const void *row, const char *key[TABLE_KEY])
{
	key[0] = ((const struct state_problem *)row)->key;
}

static const struct {
	size_t head; /* the list in struct state */
	void (*key)(const void *row, const char *key[TABLE_KEY]);
} lists[LISTS] = {
	[LOOKUPS] = { offsetof(struct state, lookups), key_of_lookup },
	[NAMES] = { offsetof(struct state, names), key_of_name },
	[LEFT] = { offsetof(struct state, left), key_of_left },
	[ACCOUNTS] = { offsetof(struct state, accounts), key_of_account },
	[PROBLEMS] = { offsetof(struct state, problems), key_of_problem },
};

struct state *
state_new(void)
{
	struct mem *mem = mem_new();
	struct state *state = mem_take(mem, sizeof *state);
	enum list list;

	state->mem = mem;
	state->index = mem_take(mem, sizeof *state->index);
	for (list = 0; list < LISTS; list++)
		state->index->tables[list] =
			(struct table){ .mem = mem, .key = lists[list].key };
	return state;
}

void
state_free(struct state *state)
{
	if (state)
		mem_free(state->mem);
}

/* Pointers of one kind or another: all rows begin with that to the next. */
static void *
pointer_at(const void *place)
{
	void *pointer;

	memcpy(&pointer, place, sizeof pointer);
	return pointer;
}

static void
set_pointer(void *place, const void *pointer)
{
	memcpy(place, &pointer, sizeof pointer);
}

static void *
head_of(struct state *state, enum list list)
{
	return (char *)state + lists[list].head;
}

static int
compare_keys(const char *const a[TABLE_KEY], const char *const b[TABLE_KEY])
{
	int order = 0;
	size_t i;

	for (i = 0; order == 0 && i < TABLE_KEY && a[i]; i++)
		order = strcmp(a[i], b[i]);
	return order;
}

static int
compare(enum list list, const void *a, const void *b)
{
	const char *of_a[TABLE_KEY] = { NULL }, *of_b[TABLE_KEY] = { NULL };
	int order;

	lists[list].key(a, of_a);
	lists[list].key(b, of_b);
	order = compare_keys(of_a, of_b);
	if (order == 0 && list == LEFT)
		order = address_compare(((const struct state_left *)a)->address,
			((const struct state_left *)b)->address);
	return order;
}

static void *
find(const struct state *state, enum list list, const void *like)
{
	const char *key[TABLE_KEY] = { NULL };

	lists[list].key(like, key);
	return table_find(&state->index->tables[list], key);
}

static void
add(struct state *state, enum list list, void *row)
{
	void *head = head_of(state, list), *first = pointer_at(head);

	if (first && compare(list, row, first) > 0)
		state->index->unsorted[list] = true;
	set_pointer(row, first);
	set_pointer(head, row);
	table_add(&state->index->tables[list], row);
}

/* Takes a row out of its table, where a newer one may be in its place. */
static void
drop(struct state *state, enum list list, const void *row)
{
	const char *key[TABLE_KEY] = { NULL };
	struct table *table = &state->index->tables[list];

	lists[list].key(row, key);
	if (table_find(table, key) == row)
		table_remove(table, key);
}

/* Two sorted lists as one. */
static void *
merge(enum list list, void *a, void *b)
{
	void *first = NULL, *end = &first, **from;

	while (a && b) {
		from = compare(list, a, b) <= 0 ? &a : &b;
		set_pointer(end, *from);
		end = *from;
		*from = pointer_at(end);
	}
	set_pointer(end, a ? a : b);
	return first;
}

/* The first count rows of *rest, sorted; *rest is then what follows them. */
static void *
sort(enum list list, void **rest, size_t count)
{
	void *a, *b;

	if (count == 1) {
		a = *rest;
		*rest = pointer_at(a);
		set_pointer(a, NULL);
		return a;
	}
	a = sort(list, rest, count / 2);
	b = sort(list, rest, count - count / 2);
	return merge(list, a, b);
}

static void
put_in_order(struct state *state, enum list list)
{
	void *head = head_of(state, list), *rest = pointer_at(head), *row;
	size_t count = 0;

	if (!state->index->unsorted[list] || !rest)
		return;
	state->index->unsorted[list] = false;
	for (row = rest; row; row = pointer_at(row))
		count++;
	set_pointer(head, sort(list, &rest, count));
}

/* Takes the rows that are not to stay out of a list, and out of its table. */
static void
sweep(struct state *state, enum list list,
	bool (*stays)(const struct state *state, void *row, int64_t now),
	int64_t now)
{
	void *at = head_of(state, list), *row;

	while ((row = pointer_at(at))) {
		if (stays(state, row, now)) {
			at = row;
			continue;
		}
		set_pointer(at, pointer_at(row));
		drop(state, list, row);
	}
}

static bool
left_is_there(const struct state *state, void *row, int64_t now)
{
	(void)state;
	(void)now;
	return !((const struct state_left *)row)->gone;
}

static bool
problem_is_there(const struct state *state, void *row, int64_t now)
{
	(void)state;
	(void)now;
	return !((const struct state_problem *)row)->gone;
}

void
state_tidy(struct state *state)
{
	enum list list;

	if (state->index->gone) {
		sweep(state, LEFT, left_is_there, 0);
		sweep(state, PROBLEMS, problem_is_there, 0);
		state->index->gone = false;
	}
	for (list = 0; list < LISTS; list++)
		put_in_order(state, list);
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
	struct state_lookup *lookup = row;

	if (find(state, LOOKUPS, lookup) ||
		!fits(lookup->address, set_family(lookup->set)))
		return false;
	add(state, LOOKUPS, lookup);
	return true;
}

bool
state_add_name(struct state *state, void *row)
{
	struct state_name *name = row;

	if (find(state, NAMES, name) ||
		!fits(name->confirmed, type_family(name->type)) ||
		!fits(name->tried, type_family(name->type)))
		return false;
	add(state, NAMES, name);
	return true;
}

bool
state_add_left(struct state *state, void *row)
{
	struct state_left *left = row, *also;

	left->also = find(state, LEFT, left);
	for (also = left->also; also; also = also->also)
		if (address_equal(also->address, left->address))
			return false;
	if (!left->address->family ||
		!fits(left->address, type_family(left->type)))
		return false;
	add(state, LEFT, left);
	return true;
}

bool
state_add_account(struct state *state, void *row)
{
	if (find(state, ACCOUNTS, row))
		return false;
	add(state, ACCOUNTS, row);
	return true;
}

bool
state_add_problem(struct state *state, void *row)
{
	if (find(state, PROBLEMS, row))
		return false;
	add(state, PROBLEMS, row);
	return true;
}

struct state_lookup *
state_lookup(struct state *state, const char *set)
{
	const struct state_lookup like = { .set = set };
	struct state_lookup *made = find(state, LOOKUPS, &like);

	if (made)
		return made;
	made = mem_take(state->mem, sizeof *made);
	made->set = mem_text(state->mem, set);
	made->address = mem_take(state->mem, sizeof *made->address);
	add(state, LOOKUPS, made);
	return made;
}

struct state_name *
state_name(struct state *state, const char *name, const char *type,
	const char *account)
{
	const struct state_name like = {
		.name = name, .type = type, .account = account
	};
	struct state_name *made = find(state, NAMES, &like);

	if (made)
		return made;
	made = mem_take(state->mem, sizeof *made);
	made->name = mem_text(state->mem, name);
	made->type = mem_text(state->mem, type);
	made->account = mem_text(state->mem, account);
	made->confirmed = mem_take(state->mem, sizeof *made->confirmed);
	made->tried = mem_take(state->mem, sizeof *made->tried);
	made->text = "";
	add(state, NAMES, made);
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

struct state_left *
state_left_of(const struct state *state, const struct state_name *name)
{
	const char *const key[TABLE_KEY] = { name->name, name->type,
		name->account };

	return table_find(&state->index->tables[LEFT], key);
}

void
state_leave_none(struct state *state, const struct state_name *name)
{
	struct state_left *first = state_left_of(state, name), *left;

	for (left = first; left; left = left->also)
		left->gone = state->index->gone = true;
	if (first)
		drop(state, LEFT, first);
}

struct state_account *
state_account(struct state *state, const char *account)
{
	const struct state_account like = { .account = account };
	struct state_account *made = find(state, ACCOUNTS, &like);

	if (made)
		return made;
	made = mem_take(state->mem, sizeof *made);
	made->account = mem_text(state->mem, account);
	made->text = "";
	add(state, ACCOUNTS, made);
	return made;
}

struct state_problem *
state_problem_of(const struct state *state, const char *key)
{
	return table_find_text(&state->index->tables[PROBLEMS], key);
}

struct state_problem *
state_problem(struct state *state, const char *key)
{
	struct state_problem *made = state_problem_of(state, key);

	if (made)
		return made;
	made = mem_take(state->mem, sizeof *made);
	made->key = mem_text(state->mem, key);
	made->text = "";
	add(state, PROBLEMS, made);
	return made;
}

void
state_forget(struct state *state, struct state_problem *problem)
{
	problem->gone = state->index->gone = true;
	drop(state, PROBLEMS, problem);
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
lookup_stays(const struct state *state, void *row, int64_t now)
{
	(void)state;
	return !too_old(&((struct state_lookup *)row)->seen, now);
}

/* Its account stays with it. */
static bool
name_stays(const struct state *state, void *row, int64_t now)
{
	struct state_name *name = row;
	struct state_account *account;

	if (too_old(&name->seen, now))
		return false;
	account =
		table_find_text(&state->index->tables[ACCOUNTS], name->account);
	if (account)
		account->named = true;
	return true;
}

static bool
left_stays(const struct state *state, void *row, int64_t now)
{
	const struct state_left *left = row;
	const struct state_name like = {
		.name = left->name, .type = left->type, .account = left->account
	};

	(void)now;
	return !left->gone && find(state, NAMES, &like);
}

static bool
account_stays(const struct state *state, void *row, int64_t now)
{
	(void)state;
	(void)now;
	return ((const struct state_account *)row)->named;
}

static bool
problem_stays(const struct state *state, void *row, int64_t now)
{
	const struct state_problem *problem = row;
	int64_t last =
		problem->said > problem->first ? problem->said : problem->first;

	(void)state;
	return !problem->gone && (problem->fresh || now - last < KEPT);
}

void
state_expire(struct state *state, int64_t now)
{
	struct state_account *account = state->accounts;

	for (; account; account = account->next)
		account->named = false;
	sweep(state, LOOKUPS, lookup_stays, now);
	sweep(state, NAMES, name_stays, now);
	sweep(state, LEFT, left_stays, now);
	sweep(state, ACCOUNTS, account_stays, now);
	sweep(state, PROBLEMS, problem_stays, now);
	state_expire_news(state, now);
}
