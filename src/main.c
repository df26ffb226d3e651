#include "cli.h"
#include "command.h"
#include "exit.h"
#include "log.h"
#include "memory.h"
#include "secret.h"
#include "stop.h"

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
	status = command_run(&cli);
	secret_forget();
	stop_raise();
	return status;
}
