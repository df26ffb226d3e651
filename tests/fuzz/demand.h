/* SPDX-License-Identifier: ISC */
/* What must hold for every input, told with its place where it does not. */
#ifndef DEMAND_H
#define DEMAND_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* stderr may be one of the program's own */
static void
demand_at(bool holds, const char *file, int line)
{
	if (holds)
		return;
	dprintf(STDERR_FILENO, "%s:%d: does not hold\n", file, line);
	abort();
}

#define demand(holds) demand_at((holds), __FILE__, __LINE__)

#endif
