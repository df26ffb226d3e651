/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "state/internal.h"
#include "in-folder.h"

#define HEAD "# ddns state 1\n"
#define NOBODY 65534

static void
wrong_paths_are_refused(void **folder)
{
	static const struct {
		const char *path;
		const char *cause;
	} rows[] = {
		{ "", "the state names no file" },
		{ "sub/", "sub/ names no file" },
		{ "sub/..", "sub/.. names no file" },
		{ ".", ". names no file" },
		{ "file/s", "cannot open the folder file: Not a directory" },
		{ "file/sub/s",
			"cannot open the folder file/sub: Not a directory" },
		{ "link/sub/s",
			"cannot make the folder link/sub: No such file or directory" },
		{ "open/s", "the folder open is writable by others: chmod o-w "
			    "open" },
		{ "sticky/s",
			"the folder sticky is writable by others: chmod o-w "
			"sticky" },
	};
	size_t i;

	(void)folder;
	put("file", "");
	assert_int_equal(symlink("nowhere", "link"), 0);
	assert_int_equal(mkdir("open", 0700), 0);
	assert_int_equal(chmod("open", 0702), 0);
	assert_int_equal(mkdir("sticky", 0700), 0);
	assert_int_equal(chmod("sticky", 01777), 0);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fail fail = { "" };

		assert_null(state_open(rows[i].path, &fail));
		assert_string_equal(fail.text, rows[i].cause);
	}
}

/* Nothing can be made where nothing is any more. */
static void
a_folder_that_is_gone_is_told(void **folder)
{
	struct fail fail = { "" };

	assert_int_equal(mkdir("gone", 0700), 0);
	assert_int_equal(chdir("gone"), 0);
	assert_int_equal(rmdir("../gone"), 0);
	assert_null(state_open("sub/s", &fail));
	assert_string_equal(fail.text,
		"cannot make the folder sub: No such file or directory");
	assert_int_equal(chdir(*folder), 0);
}

static void
only_plain_files_are_opened(void **folder)
{
	static const struct {
		const char *path;
		const char *cause;
	} rows[] = {
		{ "link", "./link is a symbolic link" },
		{ "dangling", "./dangling is a symbolic link" },
		{ "sub", "./sub is not a regular file" },
		{ "fifo", "./fifo is not a regular file" },
	};
	struct stat before;
	size_t i;

	(void)folder;
	put("target", HEAD);
	before = stat_of("target");
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(mkdir("sub", 0700), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fail fail = { "" };
		char path[64], lock[64];
		struct state_files *files;

		snprintf(path, sizeof path, "./%s", rows[i].path);
		files = open_locked(path);
		assert_null(state_load(files, &fail));
		assert_string_equal(fail.text, rows[i].cause);
		state_close(files);

		snprintf(path, sizeof path, "./x%zu", i);
		snprintf(lock, sizeof lock, "x%zu.lock", i);
		assert_int_equal(rename(rows[i].path, lock), 0);
		files = state_open(path, &fail);
		assert_int_equal(state_lock(files, &fail), STATE_BROKEN);
		state_close(files);
	}
	assert_int_equal(stat_of("target").st_ino, before.st_ino);
	expect_text("target", HEAD);
}

/* What a child made of it: its exit status, or -1. */
static int
child_status(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_lock_is_held_until_it_is_given_up(void **folder)
{
	struct state_files *mine = open_locked("s"), *other;
	struct fail fail = { "" };
	pid_t child = fork();

	(void)folder;
	if (child == 0) {
		other = state_open("s", &fail);
		_exit(other ? (int)state_lock(other, &fail) : 100);
	}
	assert_int_equal(child_status(child), STATE_HELD);
	other = state_open("s", &fail);
	assert_int_equal(state_lock(other, &fail), STATE_HELD);
	state_unlock(mine);
	assert_int_equal(state_lock(other, &fail), STATE_LOCKED);
	assert_int_equal(state_lock(mine, &fail), STATE_HELD);
	state_close(other);
	assert_int_equal(state_lock(mine, &fail), STATE_LOCKED);
	state_close(mine);
	assert_int_equal(stat_of("s.lock").st_size, 0);
	state_close(NULL);
}

static void
a_lock_cleans_up(void **folder)
{
	static const struct {
		const char *name;
		bool kept;
	} rows[] = {
		{ "s.tmp-0123456789ab", false },
		{ "s.tmp-ffffffffffff", false },
		{ "s.tmp-0123456789a", true },
		{ "s.tmp-0123456789abc", true },
		{ "s.tmp-0123456789aB", true },
		{ "s.tmp-", true },
		{ "s2.tmp-0123456789ab", true },
		{ "2s.tmp-0123456789ab", true },
		{ "s.bad", true },
		{ "s", true },
	};
	size_t i;

	(void)folder;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		put(rows[i].name, "");
	state_close(open_locked("s"));
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if ((access(rows[i].name, F_OK) == 0) != rows[i].kept)
			fail_msg("%s", rows[i].name);
	}
}

/* Without root's rights, which no mode stops. */
static int
try_without_rights(void)
{
	struct fail fail = { "" };
	struct state_files *files;

	if (geteuid() == 0 && setuid(NOBODY) == -1)
		return 100;
	files = state_look("s", &fail);
	if (!files || state_lock(files, &fail) != STATE_BROKEN)
		return 101;
	if (strcmp(fail.text, "cannot make s.lock: Permission denied") != 0)
		return 102;
	state_close(files);
	if (state_open("new/s", &fail))
		return 103;
	return strcmp(fail.text,
		       "cannot make the folder new: Permission denied") == 0
		       ? 0
		       : 104;
}

static void
an_unwritable_folder_is_told(void **folder)
{
	pid_t child;

	assert_int_equal(chmod(*folder, 0555), 0);
	child = fork();
	if (child == 0)
		_exit(try_without_rights());
	assert_int_equal(child_status(child), 0);
	assert_int_equal(chmod(*folder, 0700), 0);
}

/* The folder allows nothing any more, but the lock was made before. */
static int
save_without_rights(void)
{
	struct fail fail = { "" };
	struct state_files *files;
	struct state *state;

	if (geteuid() == 0 && setuid(NOBODY) == -1)
		return 100;
	files = state_look("s", &fail);
	if (!files || state_lock(files, &fail) != STATE_LOCKED)
		return 101;
	state = state_load(files, &fail);
	if (!state || state_reserve(files, state, &fail))
		return 102;
	if (strncmp(fail.text, "cannot make s.tmp-", 18) != 0)
		return 103;
	fail.text[0] = '\0';
	if (state_save(files, state, &fail))
		return 104;
	if (strncmp(fail.text, "cannot make s.tmp-", 18) != 0)
		return 105;
	state_free(state);
	state_close(files);
	return 0;
}

/* For what is there, for what one more row takes, and for each name's. */
static void
room_is_kept(void **folder)
{
	static const char *const names[] = { "a", "b", "c" };
	size_t count, i;

	(void)folder;
	for (count = 0; count <= 3; count++) {
		struct state_files *files = open_locked("s");
		struct fail fail;
		struct state *state = state_load(files, &fail);
		struct buf text = { 0 };

		for (i = 0; i < count; i++)
			state_name(state, names[i], "A", "x");
		assert_true(state_reserve(files, state, &fail));
		state_format(state, &text);
		assert_int_equal(stat_of(files->room).st_size,
			text.len + 4096 * (count + 1));
		buf_free(&text);
		state_free(state);
		state_close(files);
	}
}

static int
load_without_rights(void)
{
	struct fail fail = { "" };
	struct state_files *files;

	if (geteuid() == 0 && setuid(NOBODY) == -1)
		return 100;
	files = state_look("s", &fail);
	if (!files || state_load(files, &fail))
		return 101;
	state_close(files);
	return strcmp(fail.text, "cannot open s: Permission denied") == 0 ? 0
									  : 102;
}

static void
a_file_that_cannot_be_opened_is_told(void **folder)
{
	pid_t child;

	put("s", HEAD);
	assert_int_equal(chmod("s", 0), 0);
	assert_int_equal(chmod(*folder, 0755), 0);
	child = fork();
	if (child == 0)
		_exit(load_without_rights());
	assert_int_equal(child_status(child), 0);
}

static void
a_file_that_cannot_be_made_is_told(void **folder)
{
	pid_t child;

	state_close(open_locked("s"));
	if (geteuid() == 0)
		assert_int_equal(chown("s.lock", NOBODY, NOBODY), 0);
	assert_int_equal(chmod(*folder, 0555), 0);
	child = fork();
	if (child == 0)
		_exit(save_without_rights());
	assert_int_equal(child_status(child), 0);
	assert_int_equal(chmod(*folder, 0700), 0);
	assert_int_equal(count_files(*folder), 1);
}

static void
files_of_root_get_the_owner_of_the_folder(void **folder)
{
	static const char *const names[] = { "s", "s.lock", "s.stats" };
	const struct buf text = { 0 };
	struct state_files *files;
	struct state *state;
	struct fail fail;
	size_t i;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(*folder, NOBODY, NOBODY), 0);
	files = open_locked("s");
	state = state_load(files, &fail);
	assert_true(state_save(files, state, &fail));
	assert_true(state_write_beside(files, ".stats", &text));
	state_free(state);
	state_close(files);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_int_equal(stat_of(names[i]).st_uid, NOBODY);
		assert_int_equal(stat_of(names[i]).st_gid, NOBODY);
	}

	/* a lock that was there may be a link to a file of somebody else */
	put("mine", "");
	assert_int_equal(link("mine", "t.lock"), 0);
	state_close(open_locked("t"));
	assert_int_equal(stat_of("mine").st_uid, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(wrong_paths_are_refused),
		IN_FOLDER(a_folder_that_is_gone_is_told),
		IN_FOLDER(only_plain_files_are_opened),
		IN_FOLDER(a_lock_is_held_until_it_is_given_up),
		IN_FOLDER(a_lock_cleans_up),
		IN_FOLDER(an_unwritable_folder_is_told),
		IN_FOLDER(room_is_kept),
		IN_FOLDER(a_file_that_cannot_be_opened_is_told),
		IN_FOLDER(a_file_that_cannot_be_made_is_told),
		IN_FOLDER(files_of_root_get_the_owner_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
