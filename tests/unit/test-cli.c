/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"

#define MOST 8
#define ROOM 256

struct row {
	const char *args; /* split at spaces; '' is an empty one */
	const char *text; /* what was read, or what is said */
};

/* Flags as letters, then the values, then the words. */
static void
describe(char *text, size_t size, const struct cli *cli)
{
	static const char *const names[] = { "update", "check", "lookup",
		"status", "news", "providers", "help", "version" };
	int n = snprintf(text, size, "%s %s%s%s%s%s%s%d s%d c%s",
		names[cli->command], cli->force ? "f" : "",
		cli->dry_run ? "n" : "", cli->quiet ? "q" : "",
		cli->json ? "j" : "", cli->only4 ? "four" : "",
		cli->only6 ? "six" : "", cli->verbose, cli->splay,
		cli->config ? cli->config : "-");
	int i;

	for (i = 0; i < cli->count; i++)
		n += snprintf(
			text + n, size - (size_t)n, " [%s]", cli->args[i]);
}

static bool
read_args(struct cli *cli, const char *args, char *room)
{
	static char *argv[MOST + 2];
	static char name[] = "ddns", empty[] = "";
	int argc = 1;
	char *word;

	snprintf(room, ROOM, "%s", args);
	argv[0] = name;
	for (word = strtok(room, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") == 0 ? empty : word;
	argv[argc] = NULL;
	return cli_read(cli, argc, argv);
}

static void
understood(void **state)
{
	static const struct row rows[] = {
		{ "", "update 0 s0 c-" },
		{ "update", "update 0 s0 c-" },
		{ "-c /x update a b", "update 0 s0 c/x [a] [b]" },
		{ "update a -f b", "update f0 s0 c- [a] [b]" },
		{ "--config=/x --force --dry-run --quiet",
			"update fnq0 s0 c/x" },
		{ "-vvvfn", "update fn2 s0 c-" },
		{ "--verbose check", "check 1 s0 c-" },
		{ "--splay 86400", "update 0 s86400 c-" },
		{ "--splay=0 -4", "update four0 s0 c-" },
		{ "-6 lookup --json interface:eth0",
			"lookup jsix0 s0 c- [interface:eth0]" },
		{ "update -- -x --help", "update 0 s0 c- [-x] [--help]" },
		{ "-- update -f", "update 0 s0 c- [-f]" },
		{ "status --json", "status j0 s0 c-" },
		{ "news", "news 0 s0 c-" },
		{ "news a b --json", "news j0 s0 c- [a] [b]" },
		{ "--json check", "check j0 s0 c-" },
		{ "providers --json cf", "providers j0 s0 c- [cf]" },
		{ "providers cloudflare", "providers 0 s0 c- [cloudflare]" },
		{ "check --help", "help 0 s0 c-" },
		{ "-V nonsense", "version 0 s0 c-" },
		{ "--dry", "update n0 s0 c-" },
	};
	static const char *const posix[] = { NULL, "1" };
	char room[ROOM], text[256];
	struct cli cli;
	size_t i;
	int pass;

	(void)state;
	for (pass = 0; pass < 2; pass++) {
		if (posix[pass])
			setenv("POSIXLY_CORRECT", posix[pass], 1);
		for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			assert_true(read_args(&cli, rows[i].args, room));
			describe(text, sizeof text, &cli);
			assert_string_equal(text, rows[i].text);
			if (cli.args)
				assert_null(cli.args[cli.count]);
		}
	}
	unsetenv("POSIXLY_CORRECT");
}

/* Calls cli_read with stderr in a file; true: it was wrong usage. */
static bool
is_refused(const char *args, char *said, size_t size)
{
	FILE *file = tmpfile();
	int old = dup(2);
	char room[ROOM];
	struct cli cli;
	bool ok;
	size_t n;

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), 2);
	ok = read_args(&cli, args, room);
	fflush(stderr);
	dup2(old, 2);
	close(old);
	rewind(file);
	n = fread(said, 1, size - 1, file);
	said[n] = '\0';
	fclose(file);
	return !ok;
}

static void
refused(void **state)
{
	static const struct row rows[] = {
		{ "-x", "unknown option -x" },
		{ "-qx", "unknown option -x" },
		{ "--nosuch", "unknown option --nosuch" },
		{ "--ver", "unknown option --ver" },
		{ "--quiet=1", "option --quiet takes no value" },
		{ "-c", "option -c needs a value" },
		{ "--splay", "option --splay needs a value" },
		{ "-c ''", "--config: no file is named" },
		{ "--splay -1",
			"--splay: \"-1\" is not a number from 0 to 86400" },
		{ "--splay 86401",
			"--splay: \"86401\" is not a number from 0 to 86400" },
		{ "--splay=99999999999",
			"--splay: \"99999999999\" is not a number from 0 to 86400" },
		{ "--splay=1x",
			"--splay: \"1x\" is not a number from 0 to 86400" },
		{ "--splay ''",
			"--splay: \"\" is not a number from 0 to 86400" },
		{ "lokup", "unknown command \"lokup\" (lookup?)" },
		{ "qqqqqqqqqqqq", "unknown command \"qqqqqqqqqqqq\"" },
		{ "home.example.com",
			"unknown command \"home.example.com\" (update home.example.com?)" },
		{ "help", "unknown command \"help\" (--help?)" },
		{ "version", "unknown command \"version\" (--version?)" },
		{ "run", "unknown command \"run\" (update?)" },
		{ "home.ini", "unknown command \"home.ini\" (-c home.ini?)" },
		{ "./home", "unknown command \"./home\" (-c ./home?)" },
		{ "check home.ini",
			"check: unexpected argument \"home.ini\" (-c home.ini?)" },
		{ "--once",
			"unknown option --once (each call is one run: leave it out)" },
		{ "--daemon",
			"unknown option --daemon (cron or a timer runs it again: ddns(1), EXAMPLES)" },
		{ "--interval=300",
			"unknown option --interval=300 (cron or a timer runs it again: ddns(1), EXAMPLES)" },
		{ "-d", "unknown option -d (cron or a timer runs it again: ddns(1), EXAMPLES)" },
		{ "--status", "unknown option --status (status?)" },
		{ "--quite", "unknown option --quite (--quiet?)" },
		{ "check x", "check: unexpected argument \"x\"" },
		{ "status x", "status: unexpected argument \"x\"" },
		{ "providers a b", "providers: unexpected argument \"b\"" },
		{ "update ''", "update: an argument is empty" },
		{ "-4 -6", "-4 and -6 exclude each other" },
	};
	char want[256], said[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(is_refused(rows[i].args, said, sizeof said));
		snprintf(want, sizeof want, "ddns: %s\nddns: see ddns --help\n",
			rows[i].text);
		assert_string_equal(said, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understood),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
