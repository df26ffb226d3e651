/*
 * From the command line to the command.
 */
#ifndef DDNS_COMMAND_H
#define DDNS_COMMAND_H

struct cli;

/* Runs what the command line asks for; the exit status. */
int command_run(const struct cli *cli);

#endif
