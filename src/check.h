/* SPDX-License-Identifier: ISC */
/*
 * The command `check`: what the configuration means. Main runs it, and asks it
 * before any other command whether the configuration may be used.
 */
#ifndef DDNS_CHECK_H
#define DDNS_CHECK_H

#include <stdbool.h>

struct cli;
struct config;
struct plan;

/*
 * Whether the configuration may be used. If not, its mistakes are printed on
 * stderr, and for --json, with its warnings, as a document.
 */
bool check_usable(const struct cli *cli, const struct config *config);

/* Prints the files used and what was understood; the exit status. */
int check_run(const struct cli *cli, const struct plan *plan);

#endif
