/* SPDX-License-Identifier: ISC */
/* A folder for the files of a fuzzer's runs, which goes with the process. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "demand.h"

static char folder[256];

/* Made once; gone is called at the end and unlinks what was put there. */
static void
folder_make(void (*gone)(void))
{
	const char *temp = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/ddns-fuzz-XXXXXX",
		temp ? temp : "/tmp");
	demand(mkdtemp(folder) != NULL);
	atexit(gone);
}
