/* SPDX-License-Identifier: ISC */
/*
 * The command line, as a struct that main and the commands read. Uses nearest
 * and fail.
 */
#ifndef DDNS_CLI_H
#define DDNS_CLI_H

#include <stdbool.h>

enum command {
	COMMAND_UPDATE,
	COMMAND_CHECK,
	COMMAND_LOOKUP,
	COMMAND_STATUS,
	COMMAND_NEWS,
	COMMAND_PROVIDERS,
	COMMAND_HELP,
	COMMAND_VERSION,
};

struct cli {
	enum command command;
	const char *config;	/* -c, or NULL */
	int splay;		/* seconds */
	int verbose;		/* 0 to 2 */
	bool force;
	bool dry_run;
	bool quiet;
	bool json;
	bool only4;
	bool only6;
	char **args;		/* what stands behind the command, NULL at the end */
	int count;
};

/*
 * Reads the arguments; argv is permuted. False: wrong usage, reported on
 * stderr with a hint at --help.
 */
bool cli_read(struct cli *cli, int argc, char **argv);

/* Whether -4 and -6 leave a family (4 or 6) in. */
bool cli_takes(const struct cli *cli, int family);

/* Prints the help or the version (with the libraries in use) on stdout. */
void cli_help(void);
void cli_version(const char *libraries);

#endif
