/*
 * The command `providers`: the rows there are.
 */
#ifndef DDNS_PROVIDERS_H
#define DDNS_PROVIDERS_H

struct cli;

/* Lists them, or shows the one named; the exit status. */
int providers_run(const struct cli *cli);

#endif
