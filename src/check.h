/*
 * The command `check`: what the configuration means.
 */
#ifndef DDNS_CHECK_H
#define DDNS_CHECK_H

#include <stdbool.h>

struct config;
struct plan;

/* Prints mistakes and warnings on stderr; true if there is no mistake. */
bool check_notes(const struct config *config, bool warnings);

/* Prints mistakes and warnings as a document, for --json. */
void check_document(const struct config *config);

/* Prints the files used and what was understood; the exit status. */
int check_run(const struct plan *plan, bool verbose);

#endif
