/*
 * The command `update`: one run.
 */
#ifndef DDNS_UPDATE_UPDATE_H
#define DDNS_UPDATE_UPDATE_H

#include <stdbool.h>

struct cli;
struct plan;

/* Whether every NAME of the command line is configured; says which is not. */
bool update_known(const struct cli *cli, const struct plan *plan);

/*
 * Looks the addresses up, calls the providers for the names that are due,
 * saves, and says what is news. Returns the exit status (exit.h).
 */
int update_run(const struct cli *cli, struct plan *plan);

#endif
