/* SPDX-License-Identifier: ISC */
/* Opens, looks and reads, and never waits. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "fail.h"
#include "file.h"

static bool
look(int fd, struct file_facts *facts, struct fail *fail)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail_set(fail, "cannot be read: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return fail_set(fail, "is a directory");
	if (!S_ISREG(st.st_mode))
		return fail_set(fail, "is not a regular file");
	if (!facts)
		return true;
	facts->owner = st.st_uid;
	facts->others_read = st.st_mode & S_IROTH;
	facts->others_write = st.st_mode & S_IWOTH;
	return true;
}

static bool
drain(struct buf *out, int fd, size_t ceiling, struct fail *fail)
{
	char chunk[4096];
	size_t left = ceiling + 1;

	while (left > 0) {
		ssize_t got = read(
			fd, chunk, left < sizeof chunk ? left : sizeof chunk);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail_set(fail, "cannot be read: %s", strerror(errno));
		if (got <= 0) {
			mem_wipe(chunk, sizeof chunk);
			return got == 0;
		}
		buf_add(out, chunk, (size_t)got);
		left -= (size_t)got;
	}
	mem_wipe(chunk, sizeof chunk);
	return true;
}

bool
file_read(struct buf *out, const char *path, size_t ceiling,
	struct file_facts *facts, struct fail *fail)
{
	bool done;
	/* O_NONBLOCK: a FIFO must not hold the run */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return fail_set(fail, "cannot be opened: %s", strerror(errno));
	done = look(fd, facts, fail) && drain(out, fd, ceiling, fail);
	close(fd);
	return done;
}
