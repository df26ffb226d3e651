/* SPDX-License-Identifier: ISC */
/*
 * The command `status`: what the state file knows. Reads state and decides as
 * the next update will; main runs it.
 */
#ifndef DDNS_STATUS_STATUS_H
#define DDNS_STATUS_STATUS_H

struct cli;
struct plan;

/* Prints names, sources and problems; 0 all is well, 1 some name is not. */
int status_run(const struct cli *cli, struct plan *plan);

#endif
