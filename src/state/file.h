/*
 * Files in the state's folder. Private to state.
 */
#ifndef DDNS_STATE_FILE_H
#define DDNS_STATE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;
struct fail;
struct mem;

#define STATE_CEILING (4 << 20) /* bytes of a file that are read */

struct state_files {
	struct mem *mem;
	const char *folder; /* as shown before a name: "/var/lib/ddns/" */
	const char *base;   /* file name of the state */
	int dir;            /* -1: there is no folder */
	int lock;           /* -1: not locked */
	uid_t owner;        /* of the folder */
	gid_t group;
	struct buf *saved; /* what the file holds, as far as it is known */
};

/* base + suffix, from the pool. */
const char *state_file_name(
	const struct state_files *files, const char *suffix);

/* "cannot STEP PATH: " and errno's text; false. */
bool state_file_broken(const struct state_files *files, const char *step,
	const char *name, struct fail *fail);

/* Gives a file that root has just made to the folder's owner. */
bool state_file_give(const struct state_files *files, int fd);

/*
 * Opens a regular file; never a link, and a FIFO does not hang. -1: errno is
 * ENOENT if it is not there, else *fail says why.
 */
int state_file_open(const struct state_files *files, const char *name,
	int flags, struct fail *fail);

enum state_file { STATE_FILE_READ, STATE_FILE_MISSING, STATE_FILE_BROKEN };

/* Adds the file to text: all of it, or one byte more than the ceiling. */
enum state_file state_file_read(const struct state_files *files,
	const char *name, struct buf *text, struct fail *fail);

struct state_file_text {
	const char *name;
	const struct buf *text;
	bool sync;
};

/*
 * Puts a new file in the place of the old one, if there is one: a reader, and
 * whoever comes after a crash, sees one of the two, whole.
 */
bool state_file_replace(const struct state_files *files,
	const struct state_file_text *file, struct fail *fail);

/* Keeps a copy of the state, as it is, as STATE.bad. */
bool state_file_keep(const struct state_files *files, struct fail *fail);

/* Removes the temporary files of runs that were killed; needs the lock. */
void state_file_clean(const struct state_files *files);

#endif
