/* SPDX-License-Identifier: ISC */
/*
 * The command `providers`: the rows there are. Uses provider, a configuration
 * only for rows of its own; main runs it.
 */
#ifndef DDNS_PROVIDERS_H
#define DDNS_PROVIDERS_H

struct cli;

/* Lists them, or shows the one named; the exit status. */
int providers_run(const struct cli *cli);

#endif
