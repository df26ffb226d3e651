/* SPDX-License-Identifier: ISC */
/* The folder of the state, its lock, and the state loaded and saved. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/internal.h"
#include "clock.h"
#include "log.h"

/* A folder that was made is there after a power cut, too. False: errno tells
 * why. */
static bool
sync_above(const char *path)
{
	struct buf above = { 0 };
	bool synced;
	int fd, error;

	buf_printf(&above, "%s/..", path);
	fd = open(buf_text(&above), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_free(&above);
	if (fd == -1)
		return true; /* it may be written, but not read */
	synced = fsync(fd) == 0 || errno == EINVAL;
	error = errno;
	close(fd);
	errno = error;
	return synced;
}

/* Makes the folder and what is missing above it. False: errno tells why. */
static bool
make_folder(char *path)
{
	char *slash = strrchr(path, '/');
	bool made = mkdir(path, S_IRWXU) == 0;

	if (!made && errno == ENOENT && slash && slash != path) {
		*slash = '\0';
		made = make_folder(path);
		*slash = '/';
		made = made && mkdir(path, S_IRWXU) == 0;
	}
	return made ? sync_above(path) : errno == EEXIST;
}

/* Splits the path; NULL: it names no file. */
static struct state_files *
files_new(const char *path, struct fail *fail)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	struct state_files *files;
	struct mem *mem;

	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
		fail_set(fail, "%s names no file", *path ? path : "the state");
		return NULL;
	}
	mem = mem_new();
	files = mem_take(mem, sizeof *files);
	files->mem = mem;
	files->folder = mem_textn(mem, path, (size_t)(base - path));
	files->base = mem_text(mem, base);
	files->saved = mem_take(mem, sizeof *files->saved);
	files->dir = -1;
	files->lock = -1;
	return files;
}

/* The folder as open and mkdir take it. */
static char *
folder_path(const struct state_files *files)
{
	size_t len = strlen(files->folder);

	if (len == 0)
		return mem_text(files->mem, ".");
	while (len > 1 && files->folder[len - 1] == '/')
		len--;
	return mem_textn(files->mem, files->folder, len);
}

static bool
check_folder(struct state_files *files, const char *path, struct fail *fail)
{
	struct stat st;

	if (fstat(files->dir, &st) == -1)
		return fail_set(fail, "cannot read the folder %s: %s", path,
			strerror(errno));
	if (st.st_mode & S_IWOTH)
		return fail_set(fail,
			"the folder %s is writable by others: chmod o-w %s",
			path, path);
	files->owner = st.st_uid;
	files->group = st.st_gid;
	return true;
}

static struct state_files *
open_folder(const char *path, bool make, struct fail *fail)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct state_files *files = files_new(path, fail);
	char *folder;

	if (!files)
		return NULL;
	folder = folder_path(files);
	files->dir = open(folder, flags);
	if (files->dir == -1 && errno == ENOENT && !make)
		return files;
	if (files->dir == -1 && errno == ENOENT) {
		if (!make_folder(folder)) {
			fail_set(fail, "cannot make the folder %s: %s", folder,
				strerror(errno));
			goto broken;
		}
		files->dir = open(folder, flags);
	}
	if (files->dir == -1) {
		fail_set(fail, "cannot open the folder %s: %s", folder,
			strerror(errno));
		goto broken;
	}
	if (check_folder(files, folder, fail))
		return files;
broken:
	state_close(files);
	return NULL;
}

struct state_files *
state_open(const char *path, struct fail *fail)
{
	return open_folder(path, true, fail);
}

struct state_files *
state_look(const char *path, struct fail *fail)
{
	return open_folder(path, false, fail);
}

void
state_close(struct state_files *files)
{
	if (!files)
		return;
	state_unlock(files);
	if (files->dir != -1)
		close(files->dir);
	buf_free(files->saved);
	mem_free(files->mem);
}

/* Only a file made here is given away: an old one may be somebody's link. */
static int
make_lock(const struct state_files *files, const char *name, struct fail *fail)
{
	int fd = openat(files->dir, name,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);

	if (fd == -1) {
		int error = errno;

		state_file_broken(files, "make", name, fail);
		/* another run was faster */
		return error == EEXIST
			       ? state_file_open(files, name, O_RDWR, fail)
			       : -1;
	}
	if (fchmod(fd, S_IRUSR | S_IWUSR) == 0 && state_file_give(files, fd))
		return fd;
	state_file_broken(files, "give away", name, fail);
	unlinkat(files->dir, name, 0);
	close(fd);
	return -1;
}

enum state_lock
state_lock(struct state_files *files, struct fail *fail)
{
	const char *name = state_file_name(files, ".lock");
	int fd;

	if (files->dir == -1) {
		fail_set(fail, "there is not a folder %s", files->folder);
		return STATE_BROKEN;
	}
	fd = state_file_open(files, name, O_RDWR, fail);
	if (fd == -1 && errno == ENOENT)
		fd = make_lock(files, name, fail);
	if (fd == -1)
		return STATE_BROKEN;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		bool held = errno == EWOULDBLOCK;

		state_file_broken(files, "lock", name, fail);
		close(fd);
		return held ? STATE_HELD : STATE_BROKEN;
	}
	files->lock = fd;
	state_file_clean(files);
	return STATE_LOCKED;
}

void
state_unlock(struct state_files *files)
{
	if (!files || files->lock == -1)
		return;
	state_file_release(files);
	close(files->lock);
	files->lock = -1;
}

/* By a lock on the folder: the state's own is free while others are told. */
bool
state_claim_news(const struct state_files *files)
{
	/* a file system without such locks is told twice at worst */
	return flock(files->dir, LOCK_EX | LOCK_NB) == 0 ||
	       errno != EWOULDBLOCK;
}

static void
make_key(struct state *state)
{
	static const unsigned char none[STATE_KEY];

	if (memcmp(state->key, none, sizeof none) == 0)
		clock_random(state->key, sizeof state->key);
}

struct state *
state_load(struct state_files *files, struct fail *fail)
{
	struct state *state;
	enum state_file read;

	buf_free(files->saved);
	read = state_file_read(files, files->base, files->saved, fail);
	if (read == STATE_FILE_BROKEN)
		return NULL;
	state = state_parse(buf_text(files->saved), files->saved->len);
	if (read == STATE_FILE_MISSING)
		state->damaged = false;
	else if (files->saved->len > STATE_CEILING)
		state->damaged = true;
	make_key(state);
	log_step("state: %s%s%s", files->folder, files->base,
		read == STATE_FILE_MISSING ? " is new"
		: state->damaged           ? " is damaged"
					   : "");
	/* who only looks changes nothing */
	if (state->damaged && files->lock != -1 &&
		!state_file_keep(files, fail)) {
		state_free(state);
		return NULL;
	}
	return state;
}

bool
state_save(struct state_files *files, struct state *state, struct fail *fail)
{
	struct buf text = { 0 };
	const struct state_file_text file = { files->base, &text, true };
	bool saved = false;

	if (files->lock == -1)
		return fail_set(
			fail, "%s%s is not locked", files->folder, files->base);
	state_format(state, &text);
	if (text.len == files->saved->len &&
		memcmp(buf_text(&text), buf_text(files->saved), text.len) ==
			0) {
		saved = true;
		goto out;
	}
	if (text.len > STATE_CEILING) {
		fail_set(fail, "%s%s would be over %d bytes", files->folder,
			files->base, STATE_CEILING);
		goto out;
	}
	if (!state_file_replace(files, &file, fail))
		goto out;
	log_step("state: wrote %s%s", files->folder, files->base);
	buf_free(files->saved);
	*files->saved = text;
	return true;
out:
	buf_free(&text);
	return saved;
}

/* More than the row of a name, its message and its problem take. */
#define ROOM_OF_NAME 4096

bool
state_reserve(struct state_files *files, struct state *state, struct fail *fail)
{
	const struct state_name *name;
	struct buf text = { 0 };
	size_t size;

	state_format(state, &text);
	size = text.len + ROOM_OF_NAME;
	buf_free(&text);
	for (name = state->names; name && size < STATE_CEILING;
		name = name->next)
		size += ROOM_OF_NAME;
	if (size > STATE_CEILING)
		size = STATE_CEILING;
	return state_file_reserve(files, size, fail);
}

bool
state_read_beside(
	const struct state_files *files, const char *suffix, struct buf *text)
{
	struct fail fail;

	return state_file_read(files, state_file_name(files, suffix), text,
		       &fail) == STATE_FILE_READ &&
	       text->len <= STATE_CEILING;
}

/*
 * Writes over the old text by one call, which nothing can cut in two; what the
 * old one had more is made empty lines first.
 */
static bool
write_over(const struct state_files *files, const char *name,
	const struct buf *text)
{
	struct buf padded = { 0 };
	struct fail fail;
	struct stat st;
	bool ok = false;
	int fd = state_file_open(files, name, O_WRONLY, &fail);

	if (fd < 0)
		return false;
	buf_add(&padded, buf_text(text), text->len);
	/* by another of its names it may be somebody else's */
	if (fstat(fd, &st) == 0 && st.st_nlink == 1 &&
		st.st_size <= STATE_CEILING) {
		while (padded.len < (size_t)st.st_size)
			buf_char(&padded, '\n');
		ok = pwrite(fd, padded.at, padded.len, 0) ==
		     (ssize_t)padded.len;
	}
	if (ok && padded.len > text->len)
		ok = ftruncate(fd, (off_t)text->len) == 0;
	close(fd);
	buf_free(&padded);
	return ok;
}

/* A rename in the place of another file would have its blocks written at once:
 * a thirtieth of a quiet run, and wear of a flash disk. */
bool
state_write_beside(
	struct state_files *files, const char *suffix, const struct buf *text)
{
	const struct state_file_text file = { state_file_name(files, suffix),
		text, false };
	struct fail fail;

	if (write_over(files, file.name, text) ||
		state_file_replace(files, &file, &fail))
		return true;
	log_step("state: %s", fail.text);
	return false;
}
