/* SPDX-License-Identifier: ISC */
/*
 * Reading a file whole: a regular one, up to a ceiling.
 */
#ifndef DDNS_FILE_H
#define DDNS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct fail;

/* What is known of a file besides its bytes. */
struct file_facts {
	uid_t owner;
	bool others_read;
	bool others_write;
};

/*
 * Adds a regular file's bytes to out: the whole of it, or ceiling + 1 bytes.
 * facts may be NULL. False: *fail says why, without the path. A FIFO or a
 * device does not hold the run.
 */
bool file_read(struct buf *out, const char *path, size_t ceiling,
	struct file_facts *facts, struct fail *fail);

#endif
