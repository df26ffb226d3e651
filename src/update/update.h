/* SPDX-License-Identifier: ISC */
/*
 * The command `update`: one run. Uses lookup, exchange and nsupdate on one loop
 * of http, state and report; main runs it.
 */
#ifndef DDNS_UPDATE_UPDATE_H
#define DDNS_UPDATE_UPDATE_H

#include <stdbool.h>

struct cli;
struct plan;

/* Whether every NAME of the command line is configured; reports those
 * that are not. */
bool update_known(const struct cli *cli, const struct plan *plan);

/*
 * Looks the addresses up, calls the providers for the names that are due,
 * saves, and reports what is news. Returns the exit status (exit.h).
 */
int update_run(const struct cli *cli, struct plan *plan);

#endif
