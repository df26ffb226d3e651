/*
 * What `ddns providers` says of rows.
 */
#ifndef DDNS_PROVIDER_SHOW_H
#define DDNS_PROVIDER_SHOW_H

#include <stdbool.h>

struct buf;
struct catalogue;

/* `ddns providers`: a line for each row. */
void provider_list(struct catalogue *catalogue, struct buf *out);

/* `ddns providers NAME`: the row, its keys as a table, a section to paste.
 * False: there is no such row. */
bool provider_show(
	struct catalogue *catalogue, const char *name, struct buf *out);

#endif
