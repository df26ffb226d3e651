/* SPDX-License-Identifier: ISC */
/*
 * The order of a run: from the command line to the command, and the end.
 */
#include <unistd.h>

#include "buf.h"
#include "check.h"
#include "cli.h"
#include "clock.h"
#include "exit.h"
#include "fail.h"
#include "http/http.h"
#include "json/json.h"
#include "log.h"
#include "news.h"
#include "plan.h"
#include "probe.h"
#include "providers.h"
#include "report.h"
#include "memory.h"
#include "sandbox.h"
#include "secret.h"
#include "status/status.h"
#include "stop.h"
#include "update/update.h"

#define ALARM_GRACE 30 /* seconds behind the deadline */

static int
run_update(const struct cli *cli, struct plan *plan)
{
	const struct config_general *general = &plan->config->general;

	if (general->syslog && !cli->dry_run)
		report_syslog();
	if (!check_usable(cli, plan->config))
		return EXIT_CONFIG;
	if (!update_known(cli, plan))
		return EXIT_USAGE;
	stop_catch((unsigned)general->deadline + ALARM_GRACE);
	return update_run(cli, plan);
}

/* The commands that only look. */
static void
confine(const struct plan *plan)
{
	struct fail fail;
	const struct plan_use use = {
		.state = config_state_path(plan->config, &fail),
	};

	plan_confine(plan, &use);
}

static int
run_with(const struct cli *cli, struct plan *plan)
{
	if (cli->command == COMMAND_CHECK || cli->command == COMMAND_STATUS)
		confine(plan);
	if (cli->command == COMMAND_CHECK)
		return check_run(cli, plan);
	if (cli->command == COMMAND_UPDATE)
		return run_update(cli, plan);
	if (!check_usable(cli, plan->config))
		return EXIT_CONFIG;
	if (cli->command == COMMAND_NEWS)
		return news_run(cli, plan);
	return cli->command == COMMAND_LOOKUP ? probe_run(cli, plan)
					      : status_run(cli, plan);
}

/* The commands that start from a configuration. */
static int
run_planned(const struct cli *cli)
{
	struct mem *mem = mem_new();
	const char *path = cli->config ? cli->config : config_default_path(mem);
	struct plan *plan = cli->command == COMMAND_LOOKUP
				    ? plan_read_lookups(path, cli->count == 0)
				    : plan_read(path);
	const int status = run_with(cli, plan);

	plan_free(plan);
	mem_free(mem);
	return status;
}

/* Sources can be tried before there is a configuration. */
static int
run_lookup(const struct cli *cli)
{
	struct mem *mem = mem_new();
	const bool given = cli->config || cli->count == 0 ||
			   access(config_default_path(mem), R_OK) == 0;

	mem_free(mem);
	return given ? run_planned(cli) : probe_run(cli, NULL);
}

/* inih does not tell its version. */
static void
show_version(void)
{
	struct buf libraries = { 0 };

	buf_printf(&libraries, "%s inih ", http_libraries());
	json_libraries(&libraries);
	buf_printf(&libraries, "%s%s", *sandbox_parts() ? " " : "",
		sandbox_parts());
	cli_version(buf_text(&libraries));
	buf_free(&libraries);
}

static int
run(const struct cli *cli)
{
	switch (cli->command) {
	case COMMAND_HELP:
		cli_help();
		return EXIT_FINE;
	case COMMAND_VERSION:
		show_version();
		return EXIT_FINE;
	case COMMAND_PROVIDERS:
		return providers_run(cli);
	case COMMAND_LOOKUP:
		return run_lookup(cli);
	case COMMAND_UPDATE:
		clock_splay(cli->splay);
		return run_planned(cli);
	case COMMAND_CHECK:
	case COMMAND_NEWS:
	case COMMAND_STATUS:
		return run_planned(cli);
	}
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	struct cli cli;
	int status;

	memory_serve();
	stop_open_standard();
	stop_hide_memory();
	if (!cli_read(&cli, argc, argv))
		return EXIT_USAGE;
	log_level(cli.verbose);
	status = run(&cli);
	/* of an update, the status speaks of the names */
	if (!report_printed() && status == EXIT_FINE &&
		cli.command != COMMAND_UPDATE)
		status = EXIT_AGAIN;
	secret_forget();
	memory_wipe_stack();
	stop_raise();
	return status;
}
