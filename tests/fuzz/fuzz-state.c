/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a state. What is taken from them is written as a state that is
 * whole and is read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "demand.h"
#include "state/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state *state = state_parse((const char *)data, size), *again;
	struct buf once = { 0 }, twice = { 0 };

	/* a key of zeros is none */
	state->key[0] |= 1;
	state_format(state, &once);
	again = state_parse(once.at, once.len);
	demand(!again->damaged);
	state_format(again, &twice);
	demand(once.len == twice.len);
	demand(memcmp(once.at, twice.at, once.len) == 0);
	state_expire(again, 1700000000);
	state_free(again);
	state_free(state);
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
