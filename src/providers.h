/*
 * The command `providers`: the rows there are.
 */
struct cli;

/* Lists them, or shows the one named; the exit status. */
int providers_run(const struct cli *cli);
