/*
 * The command `status`: what the state file knows.
 */
struct cli;
struct plan;

/* Prints names, sources and problems; 0 all is well, 1 some name is not. */
int status_run(const struct cli *cli, struct plan *plan);
