#include <stdio.h>

#include "providers.h"
#include "buf.h"
#include "cli.h"
#include "config/config.h"
#include "exit.h"
#include "provider-show.h"
#include "provider/catalogue.h"
#include "report.h"

/* A user's own rows count if a configuration is named or there is one. */
static struct config *
read_rows(const struct cli *cli)
{
	struct mem *mem = mem_new();
	const char *path = cli->config ? cli->config : config_default_path(mem);
	struct config *config;

	config = path ? config_read(path) : config_read_text("", "", 0);
	mem_free(mem);
	return config;
}

int
providers_run(const struct cli *cli)
{
	struct config *config = read_rows(cli);
	struct catalogue *catalogue = catalogue_new(config);
	struct buf out = { 0 };
	int status = EXIT_FINE;

	if (cli->count == 0)
		provider_list(catalogue, &out);
	else if (!provider_show(catalogue, cli->args[0], &out)) {
		report_error("no provider %s%s", cli->args[0],
			config_hint(config, cli->args[0],
				catalogue_names(catalogue)));
		status = EXIT_USAGE;
	}
	fputs(buf_text(&out), stdout);
	buf_free(&out);
	catalogue_free(catalogue);
	config_free(config);
	return status;
}
