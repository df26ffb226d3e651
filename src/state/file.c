/* SPDX-License-Identifier: ISC */
/* Files in the state's folder: read whole, replaced so that none is ever half.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/internal.h"
#include "clock.h"

#define TEMP ".tmp-" /* and TEMP_BYTES in hexadecimal */
#define TEMP_BYTES 6

const char *
state_file_name(const struct state_files *files, const char *suffix)
{
	return mem_printf(files->mem, "%s%s", files->base, suffix);
}

bool
state_file_broken(const struct state_files *files, const char *step,
	const char *name, struct fail *fail)
{
	return fail_set(fail, "cannot %s %s%s: %s", step, files->folder, name,
		strerror(errno));
}

bool
state_file_give(const struct state_files *files, int fd)
{
	if (geteuid() != 0 || files->owner == 0)
		return true;
	return fchown(fd, files->owner, files->group) == 0;
}

int
state_file_open(const struct state_files *files, const char *name, int flags,
	struct fail *fail)
{
	struct stat st;
	int fd = openat(
		files->dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1 && errno == ELOOP) {
		fail_set(fail, "%s%s is a symbolic link", files->folder, name);
		errno = ELOOP;
		return -1;
	}
	if (fd == -1 && errno != ENOENT) {
		state_file_broken(files, "open", name, fail);
		errno = EIO;
	}
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	fail_set(fail, "%s%s is not a regular file", files->folder, name);
	close(fd);
	errno = EINVAL;
	return -1;
}

/* False: errno tells why. */
static bool
read_all(int fd, struct buf *text)
{
	char piece[16384];

	while (text->len <= STATE_CEILING) {
		size_t room = STATE_CEILING + 1 - text->len;
		ssize_t got = read(
			fd, piece, room < sizeof piece ? room : sizeof piece);

		if (got == 0)
			break;
		if (got > 0)
			buf_add(text, piece, (size_t)got);
		else if (errno != EINTR)
			return false;
	}
	return true;
}

enum state_file
state_file_read(const struct state_files *files, const char *name,
	struct buf *text, struct fail *fail)
{
	enum state_file result = STATE_FILE_READ;
	int fd;

	if (files->dir == -1)
		return STATE_FILE_MISSING;
	fd = state_file_open(files, name, O_RDONLY, fail);
	if (fd == -1)
		return errno == ENOENT ? STATE_FILE_MISSING : STATE_FILE_BROKEN;
	if (!read_all(fd, text)) {
		state_file_broken(files, "read", name, fail);
		result = STATE_FILE_BROKEN;
	}
	close(fd);
	return result;
}

static const char *
temp_name(const struct state_files *files)
{
	unsigned char random[TEMP_BYTES];
	struct buf name = { 0 };
	const char *kept;
	size_t i;

	clock_random(random, sizeof random);
	buf_printf(&name, "%s" TEMP, files->base);
	for (i = 0; i < sizeof random; i++)
		buf_printf(&name, "%02x", random[i]);
	kept = mem_text(files->mem, buf_text(&name));
	buf_free(&name);
	return kept;
}

static bool
is_temp(const struct state_files *files, const char *name)
{
	size_t base = strlen(files->base), mark = strlen(TEMP);

	return strncmp(name, files->base, base) == 0 &&
	       strncmp(name + base, TEMP, mark) == 0 &&
	       strspn(name + base + mark, "0123456789abcdef") ==
		       2 * TEMP_BYTES &&
	       name[base + mark + 2 * TEMP_BYTES] == '\0';
}

/* False: errno tells why. */
static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);

		if (put > 0) {
			bytes += put;
			len -= (size_t)put;
		} else if (put == 0) {
			errno = EIO;
			return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

/* A new file of ours. NULL: *fail tells why, and there is none. */
static const char *
make_temp(const struct state_files *files, int *fd, struct fail *fail)
{
	const char *temp = temp_name(files), *step = NULL;

	*fd = openat(files->dir, temp,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	if (*fd == -1) {
		state_file_broken(files, "make", temp, fail);
		return NULL;
	}
	/* again: a umask may have taken from it */
	if (fchmod(*fd, S_IRUSR | S_IWUSR) == -1)
		step = "set the mode of";
	else if (!state_file_give(files, *fd))
		step = "give away";
	if (!step)
		return temp;
	state_file_broken(files, step, temp, fail);
	close(*fd);
	unlinkat(files->dir, temp, 0);
	return NULL;
}

/* What did not work, or NULL; errno tells why. */
static const char *
fill(int fd, const struct state_file_text *file)
{
	const off_t len = (off_t)file->text->len;

	if (!write_all(fd, buf_text(file->text), file->text->len))
		return "write";
	/* whether it took all the bytes that it said it took */
	errno = EIO;
	if (lseek(fd, 0, SEEK_CUR) != len)
		return "write";
	/* room that was kept may be longer */
	if (ftruncate(fd, len) == -1)
		return "write";
	if (file->sync && fsync(fd) == -1)
		return "sync";
	return NULL;
}

/* Fills and closes the file; if that fails, it is removed. */
static bool
finish_temp(const struct state_files *files, const char *temp, int fd,
	const struct state_file_text *file, struct fail *fail)
{
	const char *step = fill(fd, file);

	if (step)
		state_file_broken(files, step, temp, fail);
	/* a network file system may tell only now that it is full */
	if (close(fd) == -1 && errno != EINTR && !step) {
		step = "close";
		state_file_broken(files, step, temp, fail);
	}
	if (step)
		unlinkat(files->dir, temp, 0);
	return !step;
}

static bool
move(const struct state_files *files, const char *from, const char *to,
	struct fail *fail)
{
	if (renameat(files->dir, from, files->dir, to) == 0)
		return true;
	state_file_broken(files, "replace", to, fail);
	unlinkat(files->dir, from, 0);
	return false;
}

static bool
replace_by_new(const struct state_files *files,
	const struct state_file_text *file, struct fail *fail)
{
	int fd;
	const char *temp = make_temp(files, &fd, fail);

	return temp && finish_temp(files, temp, fd, file, fail) &&
	       move(files, temp, file->name, fail);
}

/* False without room, too; *fail is then left as it is. */
static bool
replace_by_room(struct state_files *files, const struct state_file_text *file,
	struct fail *fail)
{
	const char *room = files->room;

	files->room = NULL;
	return room && finish_temp(files, room, files->room_fd, file, fail) &&
	       move(files, room, file->name, fail);
}

static bool
sync_folder(const struct state_files *files, struct fail *fail)
{
	/* EINVAL: a file system that cannot sync a folder (fsync(2)) */
	if (fsync(files->dir) == 0 || errno == EINVAL)
		return true;
	return state_file_broken(files, "sync the folder", "", fail);
}

bool
state_file_replace(struct state_files *files,
	const struct state_file_text *file, struct fail *fail)
{
	if (!replace_by_new(files, file, fail) &&
		!replace_by_room(files, file, fail))
		return false;
	return !file->sync || sync_folder(files, fail);
}

bool
state_file_reserve(struct state_files *files, size_t size, struct fail *fail)
{
	const char *room;
	int fd, error;

	if (files->room)
		return true;
	room = make_temp(files, &fd, fail);
	if (!room)
		return false;
	error = posix_fallocate(fd, 0, (off_t)size);
	files->room = room;
	files->room_fd = fd;
	/* a file system that keeps no room: the text is tried all the same */
	if (error == 0 || error == EINVAL || error == EOPNOTSUPP)
		return true;
	errno = error;
	state_file_broken(files, "keep room in", room, fail);
	state_file_release(files);
	return false;
}

void
state_file_release(struct state_files *files)
{
	if (!files->room)
		return;
	close(files->room_fd);
	unlinkat(files->dir, files->room, 0);
	files->room = NULL;
}

/*
 * For file systems without links. What is too long to copy is moved: a crash
 * before the next save then loses what was readable in it, but not the file.
 */
static bool
keep_copy(struct state_files *files, const char *bad, struct fail *fail)
{
	struct buf text = { 0 };
	const struct state_file_text file = { bad, &text, true };
	bool kept;

	kept = state_file_read(files, files->base, &text, fail) ==
	       STATE_FILE_READ;
	if (kept && text.len <= STATE_CEILING)
		kept = state_file_replace(files, &file, fail);
	else if (kept && renameat(files->dir, files->base, files->dir, bad))
		kept = state_file_broken(files, "replace", bad, fail);
	buf_free(&text);
	return kept;
}

bool
state_file_keep(struct state_files *files, struct fail *fail)
{
	const char *temp = temp_name(files);
	const char *bad = state_file_name(files, ".bad");

	if (linkat(files->dir, files->base, files->dir, temp, 0) == -1)
		return keep_copy(files, bad, fail);
	if (!move(files, temp, bad, fail))
		return false;
	/* still there if both were links to one file (POSIX, rename) */
	unlinkat(files->dir, temp, 0);
	return sync_folder(files, fail);
}

void
state_file_clean(const struct state_files *files)
{
	int fd = openat(files->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(folder))) {
		if (is_temp(files, entry->d_name))
			unlinkat(files->dir, entry->d_name, 0);
	}
	closedir(folder);
}
