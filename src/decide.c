/* SPDX-License-Identifier: ISC */
/*
 * Decides whether a name is due, from facts alone.
 */
#include "decide.h"
#include "address.h"
#include "fail.h"
#include "state/state.h"

#define STALE 3600 /* an older address is not published any more */

int64_t
decide_wait(int failures)
{
	static const int minutes[] = { 0, 0, 5, 10, 20, 40, 60 };
	const int most = sizeof(minutes) / sizeof(minutes[0]) - 1;

	return minutes[failures < most ? failures : most] * 60;
}

bool
decide_held(int64_t until, int64_t set, int64_t now)
{
	if (until < 0)
		return true;
	return until > now && set <= now && until - now <= DECIDE_DAY;
}

/* Whether a name that holds the address is due all the same. */
static bool
due_again(const struct decide_facts *f)
{
	const struct state_name *name = f->name;

	/* after a failed attempt nobody knows what the provider has */
	if (f->force || name->digest != f->digest || name->failures > 0)
		return true;
	if (f->refresh == 0)
		return false;
	return name->attempt > f->now || f->now - name->attempt >= f->refresh;
}

static bool
waits_for_user(int why)
{
	return why == OUTCOME_REFUSED || why == OUTCOME_DENIED;
}

/* A new address is news for a provider that could not take the last one. */
static bool
is_lifted(const struct decide_facts *f)
{
	const struct state_name *name = f->name;

	return name->why == OUTCOME_LATER && name->tried->family &&
	       !address_equal(f->current, name->tried);
}

static enum decision
held(const struct decide_facts *f)
{
	const struct state_name *name = f->name;
	const struct state_account *account = f->account;

	if (account->digest == f->digest &&
		decide_held(account->until, account->set, f->now))
		return waits_for_user(account->why) ? DECIDE_REFUSED
						    : DECIDE_PENDING;
	if (name->digest == f->digest && !is_lifted(f) &&
		decide_held(name->until, name->attempt, f->now))
		return waits_for_user(name->why) ? DECIDE_REFUSED
						 : DECIDE_PENDING;
	return DECIDE_DUE;
}

enum decision
decide(const struct decide_facts *f)
{
	bool holds = f->current->family != 0 &&
		     address_equal(f->current, f->name->confirmed);

	if (f->current->family == 0)
		return DECIDE_UNKNOWN;
	if (holds && (!f->fresh || !due_again(f)))
		return DECIDE_FINE;
	if (!f->fresh && (f->found > f->now || f->now - f->found >= STALE))
		return DECIDE_UNKNOWN;
	return f->force ? DECIDE_DUE : held(f);
}
