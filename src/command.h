/*
 * From the command line to the command.
 */
struct cli;

/* Runs what the command line asks for; the exit status. */
int command_run(const struct cli *cli);
