/* SPDX-License-Identifier: ISC */
/*
 * The command `lookup`: what every source answers. Uses lookup on the loop of
 * http; main runs it.
 */
#ifndef DDNS_PROBE_H
#define DDNS_PROBE_H

struct cli;
struct plan;

/*
 * Asks all sources at once and prints a table or a document: those of the plan
 * (NULL: none), or the ones on the command line. The exit status.
 */
int probe_run(const struct cli *cli, const struct plan *plan);

#endif
