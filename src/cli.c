/* SPDX-License-Identifier: ISC */
/*
 * Reads the command line, prints the help and the version.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "nearest.h"
#include "fail.h"

#define SPLAY_CEILING 86400
#define LONG 256 /* marks a letter that was written as a long option */

struct command_row {
	const char *name;
	enum command command;
	int most; /* arguments; -1: any number */
};

static const struct command_row commands[] = {
	{ "update", COMMAND_UPDATE, -1 },
	{ "check", COMMAND_CHECK, 0 },
	{ "lookup", COMMAND_LOOKUP, -1 },
	{ "status", COMMAND_STATUS, 0 },
	{ "news", COMMAND_NEWS, -1 },
	{ "providers", COMMAND_PROVIDERS, 1 },
};

static const char *const command_names[] = { "update", "check", "lookup",
	"status", "news", "providers", NULL };

static const struct option options[] = {
	{ "config", required_argument, NULL, LONG | 'c' },
	{ "force", no_argument, NULL, LONG | 'f' },
	{ "dry-run", no_argument, NULL, LONG | 'n' },
	{ "quiet", no_argument, NULL, LONG | 'q' },
	{ "verbose", no_argument, NULL, LONG | 'v' },
	{ "json", no_argument, NULL, LONG | 'j' },
	{ "splay", required_argument, NULL, LONG | 's' },
	{ "help", no_argument, NULL, LONG | 'h' },
	{ "version", no_argument, NULL, LONG | 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool wrong(const char *format, ...) PRINTF_LIKE(1, 2);

static bool
wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("ddns: ", stderr);
	vfprintf(stderr, format, args);
	fputs("\nddns: see ddns --help\n", stderr);
	va_end(args);
	return false;
}

/* What others' programs are told, and what to tell this one instead. */
#define NO_DAEMON "cron or a timer runs it again: ddns(1), EXAMPLES"
#define ONE_RUN "each call is one run: leave it out"

static const struct {
	const char *word, *hint;
} hints[] = {
	{ "help", "--help?" },
	{ "version", "--version?" },
	{ "run", "update?" },
	{ "once", "update?" },
	{ "sync", "update?" },
	{ "start", "update?" },
	{ "test", "check? --dry-run?" },
	{ "list", "providers?" },
	{ "force", "--force?" },
	{ "daemon", NO_DAEMON },
	{ "--once", ONE_RUN },
	{ "--one-shot", ONE_RUN },
	{ "--foreground", ONE_RUN },
	{ "--daemon", NO_DAEMON },
	{ "--daemonize", NO_DAEMON },
	{ "--background", NO_DAEMON },
	{ "--interval", NO_DAEMON },
	{ "--period", NO_DAEMON },
	{ "-d", NO_DAEMON },
	{ "-i", NO_DAEMON },
	{ "--file", "--config?" },
	{ "-C", "-c?" },
	{ "--debug", "-vv?" },
	{ "--test", "--dry-run?" },
	{ "--ipv4", "-4?" },
	{ "--ipv6", "-6?" },
};

/* Compares up to a value: --interval=300. */
static const char *
hint_of(const char *word)
{
	const size_t len = strcspn(word, "=");
	size_t i;

	for (i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (strlen(hints[i].word) == len &&
			strncmp(hints[i].word, word, len) == 0)
			return hints[i].hint;
	return NULL;
}

/* Whether it is rather the name of a configuration. */
static bool
names_file(const char *word)
{
	const char *dot = strrchr(word, '.');

	return strchr(word, '/') ||
	       (dot && (strcmp(dot, ".ini") == 0 || strcmp(dot, ".conf") == 0));
}

/* Digits alone: strtol would take spaces and signs. */
static bool
read_splay(struct cli *cli, const char *text)
{
	const char *c;
	int value = 0;

	for (c = text; *c >= '0' && *c <= '9' && value <= SPLAY_CEILING; c++)
		value = value * 10 + (*c - '0');
	if (c == text || *c || value > SPLAY_CEILING)
		return wrong("--splay: \"%s\" is not a number from 0 to %d",
			text, SPLAY_CEILING);
	cli->splay = value;
	return true;
}

static bool
read_config(struct cli *cli, const char *text)
{
	cli->config = text;
	return *text || wrong("--config: no file is named");
}

static const char *
name_of(int letter)
{
	const struct option *option = options;

	while (option->name && option->val != letter)
		option++;
	return option->name ? option->name : "?";
}

static const struct command_row *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static bool
unknown_option(const char *word)
{
	const char *hint = hint_of(word), *name = word + strspn(word, "-");
	struct nearest nearest;
	const struct option *option;

	if (hint)
		return wrong("unknown option %s (%s)", word, hint);
	if (find_command(name))
		return wrong("unknown option %s (%s?)", word, name);
	nearest_begin(&nearest, name);
	for (option = options; option->name; option++)
		nearest_try(&nearest, option->name, option->name);
	hint = word[1] == '-' ? nearest_found(&nearest) : NULL;
	if (hint)
		return wrong("unknown option %s (--%s?)", word, hint);
	return wrong("unknown option %s", word);
}

/* What getopt_long did not take; it leaves the culprit in optopt. */
static bool
refuse(int found, const char *word)
{
	const char letter[] = { '-', (char)optopt, '\0' };

	if (found == ':' && optopt & LONG)
		return wrong("option --%s needs a value", name_of(optopt));
	if (found == ':')
		return wrong("option -%c needs a value", optopt);
	if (optopt & LONG)
		return wrong("option --%s takes no value", name_of(optopt));
	return unknown_option(optopt ? letter : word);
}

static bool
take(struct cli *cli, int letter, const char *value)
{
	switch (letter) {
	case 'c':
		return read_config(cli, value);
	case 's':
		return read_splay(cli, value);
	case 'f':
		cli->force = true;
		break;
	case 'n':
		cli->dry_run = true;
		break;
	case 'q':
		cli->quiet = true;
		break;
	case 'v':
		cli->verbose += cli->verbose < 2;
		break;
	case 'j':
		cli->json = true;
		break;
	case '4':
		cli->only4 = true;
		break;
	case '6':
		cli->only6 = true;
		break;
	}
	return true;
}

static bool
unknown_command(const char *word)
{
	const char *near = nearest_word(word, command_names);
	const char *hint = hint_of(word);

	if (hint)
		return wrong("unknown command \"%s\" (%s)", word, hint);
	if (names_file(word))
		return wrong("unknown command \"%s\" (-c %s?)", word, word);
	if (near)
		return wrong("unknown command \"%s\" (%s?)", word, near);
	if (strchr(word, '.'))
		return wrong("unknown command \"%s\" (update %s?)", word, word);
	return wrong("unknown command \"%s\"", word);
}

static bool
unexpected(const struct command_row *row, const char *word)
{
	if (names_file(word))
		return wrong("%s: unexpected argument \"%s\" (-c %s?)",
			row->name, word, word);
	return wrong("%s: unexpected argument \"%s\"", row->name, word);
}

/* The words that are not options: the command and its arguments. */
static bool
read_words(struct cli *cli, char **words, int count)
{
	const struct command_row *row = &commands[0];
	int i;

	if (count > 0) {
		row = find_command(words[0]);
		if (!row)
			return unknown_command(words[0]);
		words++;
		count--;
	}
	cli->command = row->command;
	cli->args = words;
	cli->count = count;
	if (row->most >= 0 && count > row->most)
		return unexpected(row, words[row->most]);
	for (i = 0; i < count; i++) {
		if (!*words[i])
			return wrong("%s: an argument is empty", row->name);
	}
	if (cli->only4 && cli->only6)
		return wrong("-4 and -6 exclude each other");
	return true;
}

bool
cli_read(struct cli *cli, int argc, char **argv)
{
	int found, count = 0;

	*cli = (struct cli){ .command = COMMAND_UPDATE };
	opterr = 0;
	optind = 0; /* begin anew: after 1, glibc goes on within a word */
	/* "-": words come in order as 1, whatever POSIXLY_CORRECT says */
	while ((found = getopt_long(
			argc, argv, "-:c:fnqv46hV", options, NULL)) != -1) {
		if (found == '?' || found == ':')
			return refuse(found, argv[optind - 1]);
		found &= ~LONG;
		if (found == 'h' || found == 'V') {
			cli->command =
				found == 'h' ? COMMAND_HELP : COMMAND_VERSION;
			return true;
		}
		if (found == 1)
			argv[1 + count++] = optarg;
		else if (!take(cli, found, optarg))
			return false;
	}
	while (optind < argc)
		argv[1 + count++] = argv[optind++];
	argv[1 + count] = NULL;
	return read_words(cli, argv + 1, count);
}

bool
cli_takes(const struct cli *cli, int family)
{
	return family == 4 ? !cli->only6 : !cli->only4;
}

void
cli_help(void)
{
	fputs("usage: ddns [OPTION]... [COMMAND]\n"
	      "\n"
	      "Learns this line's public address and tells the DNS provider when it changed.\n"
	      "\n"
	      "  update [NAME]...    one run, for all names or those given (the default)\n"
	      "  check               read the configuration and say what it means\n"
	      "  lookup [SOURCE]...  ask every lookup source, or those given\n"
	      "  status              print what the state file knows\n"
	      "  news [TEXT]         send a test to hook, webhook, heartbeat and syslog\n"
	      "  providers [WORD]    list the providers, those that have WORD, or print one\n"
	      "\n"
	      "  -c, --config FILE   read this configuration\n"
	      "  -f, --force         call the provider although nothing changed or it waits\n"
	      "  -n, --dry-run       ask, and print what would be written; write nothing\n"
	      "  -q, --quiet         print nothing on standard output\n"
	      "  -v, --verbose       tell each step; twice: each HTTP exchange\n"
	      "      --json          print one JSON document\n"
	      "      --splay N       first sleep a random 0 to N seconds\n"
	      "  -4, -6              only this family\n"
	      "  -h, --help          print this\n"
	      "  -V, --version       print the version, libraries and sandbox in use\n"
	      "\n"
	      "Exit status:\n"
	      "  0  every name holds the current address\n"
	      "  1  a name could not be updated; it will be tried again\n"
	      "  2  wrong usage\n"
	      "  3  the configuration is wrong; nothing was done\n"
	      "  4  no valid address was found for a family in use\n"
	      "  5  the state cannot be read or written; no provider was called\n"
	      "  6  another run holds the lock; nothing was done\n"
	      "  7  a provider refused a name; it needs attention\n"
	      "\n"
	      "Examples:\n"
	      "  ddns -c home.ini --dry-run\n"
	      "  */5 * * * * ddns --splay 30        (a line of a crontab)\n"
	      "\n"
	      "More: ddns(1), ddns.ini(5), ddns-providers(5), ddns-rows(5)\n",
		stdout);
}

void
cli_version(const char *libraries)
{
	printf("ddns %s (%s)\n", VERSION, libraries);
}
