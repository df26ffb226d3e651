#include <stdio.h>

#include "status/status.h"
#include "buf.h"
#include "cli.h"
#include "clock.h"
#include "exit.h"
#include "config/config.h"
#include "fail.h"
#include "plan.h"
#include "provider/row.h"
#include "report.h"
#include "state/state.h"
#include "decide.h"
#include "status/internal.h"

static int
show(struct status *status)
{
	struct buf out = { 0 };

	status_collect(status);
	if (status->cli->json)
		status_document(status, &out);
	else
		status_text(status, &out);
	if (!status->cli->quiet)
		report_output(buf_text(&out));
	buf_free(&out);
	return status->well ? EXIT_FINE : EXIT_AGAIN;
}

static int
refuse(const struct cli *cli, const struct fail *fail)
{
	struct buf out = { 0 };

	report_error("%s", fail->text);
	status_refusal(fail->text, &out);
	if (cli->json && !cli->quiet)
		report_output(buf_text(&out));
	buf_free(&out);
	return EXIT_STATE;
}

int
status_run(const struct cli *cli, struct plan *plan)
{
	struct status status = {
		.cli = cli,
		.plan = plan,
		.now = clock_now(),
	};
	struct fail fail;
	const char *path = config_state_path(plan->config, &fail);
	struct state_files *files = path ? state_look(path, &fail) : NULL;
	int code;

	if (files)
		status.state = state_load(files, &fail);
	if (status.state) {
		status.mem = mem_new();
		status.stats = stats_load(files, status.now);
		code = show(&status);
	} else {
		code = refuse(cli, &fail);
	}
	mem_free(status.mem);
	stats_free(status.stats);
	state_free(status.state);
	state_close(files);
	return code;
}
