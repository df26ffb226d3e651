/*
 * A struct row from its layers, and what its texts use.
 */
#ifndef DDNS_PROVIDER_MAKE_H
#define DDNS_PROVIDER_MAKE_H

#include <stdbool.h>

struct layer_work;
struct row;
struct row_declared;

/* Makes the row for one type (enum row_type); mistakes of form go to work. */
void row_make(struct layer_work *work, struct row *row, int type);

/* What the layers declare, or NULL. */
struct row_declared *row_make_declared(struct layer_work *work);

/*
 * Calls each(text, arg) for all templates of one step (enum row_step): URL,
 * fields, body. False as soon as each returns false.
 */
bool row_each_of_step(const struct row *row, int step,
	bool (*each)(const char *text, void *arg), void *arg);

/* The same for what goes with all requests: url, auth, header. */
bool row_each_shared(const struct row *row,
	bool (*each)(const char *text, void *arg), void *arg);

/* Whether a step, all requests, or a test hold one of the variables. */
bool row_step_holds(
	const struct row *row, int step, const char *const *variables);
bool row_shared_holds(const struct row *row, const char *const *variables);
bool row_tests_hold(
	const struct row *row, int meaning, const char *const *variables);

/* Whether a write (enum row_step) sends the address, by itself or by the
 * batch that takes it. */
bool row_sends_address(const struct row *row, int step);

#endif
