/*
 * The sorted lists of a state. Private to state.
 */
#ifndef DDNS_STATE_ROWS_H
#define DDNS_STATE_ROWS_H

#include <stdbool.h>

struct mem;
struct state;

/* A state without rows, and with a key of zeros. */
struct state *state_new(void);

/*
 * Take a row that was read, from state->mem, into its list. False: there is
 * one of the same key already, or its address is of another family.
 */
bool state_add_lookup(struct state *state, void *row);
bool state_add_name(struct state *state, void *row);
bool state_add_left(struct state *state, void *row);
bool state_add_account(struct state *state, void *row);
bool state_add_problem(struct state *state, void *row);

#endif
