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
#define LOOKUP "lookup\tipv4\t203.0.113.7\t17\t0\t17\n"

static struct state *
load(struct state_files *files)
{
	struct fail fail = { "" };
	struct state *state = state_load(files, &fail);

	assert_string_equal(fail.text, "");
	assert_non_null(state);
	return state;
}

/* Opens, changes the state, saves and closes. */
static void
save_once(const char *path, int64_t found)
{
	struct state_files *files = open_locked(path);
	struct state *state = load(files);
	struct fail fail = { "" };

	state_lookup(state, "ipv4")->found = found;
	assert_true(state_save(files, state, &fail));
	state_free(state);
	state_close(files);
}

static int64_t
found_in(const char *path)
{
	struct fail fail = { "" };
	struct state_files *files = state_look(path, &fail);
	struct state *state;
	int64_t found;

	assert_non_null(files);
	state = load(files);
	found = state->lookups ? state->lookups->found : -1;
	assert_false(state->damaged);
	state_free(state);
	state_close(files);
	return found;
}

static void
a_state_is_made_and_found_again(void **folder)
{
	static const char *const paths[] = { "s", "./s", "new/s", "a/b//c/s" };
	char path[256];
	size_t i;
	mode_t mask = umask(0277);

	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		umask(0);
		save_once(paths[i], 17);
		umask(0277);
		save_once(paths[i], 18);
		assert_int_equal(found_in(paths[i]), 18);
		assert_int_equal(stat_of(paths[i]).st_mode, S_IFREG | 0600);
	}
	umask(mask);
	assert_int_equal(stat_of("s.lock").st_mode, S_IFREG | 0600);
	assert_int_equal(stat_of("new").st_mode, S_IFDIR | 0700);
	assert_int_equal(stat_of("a").st_mode, S_IFDIR | 0700);
	assert_int_equal(count_files("new"), 2);
	snprintf(path, sizeof path, "%s/full/s", (const char *)*folder);
	save_once(path, 19);
	assert_int_equal(found_in(path), 19);
}

static void
a_quiet_run_touches_nothing(void **folder)
{
	static const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	struct state_files *files;
	struct state *state;
	struct fail fail = { "" };
	struct stat before, after;

	(void)folder;
	save_once("s", 17);
	assert_int_equal(utimensat(AT_FDCWD, "s", old, 0), 0);
	before = stat_of("s");
	files = open_locked("s");
	state = load(files);
	assert_true(state_save(files, state, &fail));
	after = stat_of("s");
	assert_int_equal(after.st_mtime, 1000);
	assert_int_equal(after.st_ino, before.st_ino);

	/* a change is written once, and its undoing too */
	state->lookups->found = 18;
	assert_true(state_save(files, state, &fail));
	assert_int_equal(utimensat(AT_FDCWD, "s", old, 0), 0);
	assert_true(state_save(files, state, &fail));
	assert_int_equal(stat_of("s").st_mtime, 1000);
	state->lookups->found = 17;
	assert_true(state_save(files, state, &fail));
	assert_int_not_equal(stat_of("s").st_mtime, 1000);
	state_free(state);
	state_close(files);
	assert_int_equal(found_in("s"), 17);
}

static void
a_new_state_has_its_own_key(void **folder)
{
	struct state_files *one = open_locked("one"), *two = open_locked("two");
	struct state *a = load(one), *b = load(two);
	unsigned char key[STATE_KEY];
	struct fail fail;

	(void)folder;
	assert_memory_not_equal(a->key, b->key, STATE_KEY);
	memcpy(key, a->key, sizeof key);
	assert_true(state_save(one, a, &fail));
	state_free(a);
	a = load(one);
	assert_memory_equal(a->key, key, STATE_KEY);
	state_free(a);
	state_free(b);
	state_close(one);
	state_close(two);
}

static void
a_damaged_state_is_kept(void **folder)
{
	struct state_files *files;
	struct state *state;
	struct fail fail;
	int i;

	(void)folder;
	put("s.bad", "older");
	put("s", HEAD LOOKUP "name\tcut");
	/* the second time as after a crash behind the keeping */
	for (i = 0; i < 2; i++) {
		files = open_locked("s");
		state = load(files);
		assert_true(state->damaged);
		assert_int_equal(state->lookups->found, 17);
		expect_text("s", HEAD LOOKUP "name\tcut");
		expect_text("s.bad", HEAD LOOKUP "name\tcut");
		assert_int_equal(count_files("."), 3);
		if (i == 1)
			assert_true(state_save(files, state, &fail));
		state_free(state);
		state_close(files);
	}
	assert_int_equal(found_in("s"), 17);
	expect_text("s.bad", HEAD LOOKUP "name\tcut");
	assert_int_equal(count_files("."), 3);
}

/* No save follows that would lose it. */
static void
a_damaged_state_that_cannot_be_kept(void **folder)
{
	struct fail fail = { "" };
	struct state_files *files;

	(void)folder;
	assert_int_equal(mkdir("s.bad", 0700), 0);
	put("s", HEAD "name\tcut");
	files = open_locked("s");
	assert_null(state_load(files, &fail));
	assert_string_equal(fail.text, "cannot replace s.bad: Is a directory");
	assert_int_equal(count_files("."), 3);
	state_close(files);
	expect_text("s", HEAD "name\tcut");
}

static void
who_only_looks_changes_nothing(void **folder)
{
	struct fail fail = { "" };
	struct state_files *files = state_look("no/such/s", &fail);
	struct state *state = load(files);

	(void)folder;
	assert_false(state->damaged);
	assert_int_equal(state_lock(files, &fail), STATE_BROKEN);
	assert_string_equal(fail.text, "there is not a folder no/such/");
	assert_false(state_save(files, state, &fail));
	assert_string_equal(fail.text, "no/such/s is not locked");
	state_free(state);
	state_close(files);
	assert_int_equal(count_files("."), 0);

	put("s", "cut");
	files = state_look("s", &fail);
	assert_non_null(files);
	state = load(files);
	assert_true(state->damaged);
	assert_false(state_save(files, state, &fail));
	state_free(state);
	state_close(files);
	assert_int_equal(count_files("."), 1);
}

static void
a_state_has_a_ceiling(void **folder)
{
	struct state_files *files = open_locked("s");
	struct state *state = load(files);
	struct fail fail = { "" };
	char *text = malloc((32 << 20) + 1);
	struct buf out = { 0 };
	size_t empty;

	(void)folder;
	assert_non_null(text);
	memset(text, 'x', 32 << 20);
	text[32 << 20] = '\0';
	state_problem(state, "p");
	state_format(state, &out);
	empty = out.len;
	buf_free(&out);
	state->problems->text = text + empty;
	assert_true(state_save(files, state, &fail));
	assert_int_equal(stat_of("s").st_size, 32 << 20);
	state->problems->text = text + empty - 1;
	assert_false(state_save(files, state, &fail));
	assert_string_equal(fail.text, "s would be over 33554432 bytes");
	state_free(state);

	state = load(files);
	assert_false(state->damaged);
	assert_int_equal(strlen(state->problems->text), (32 << 20) - empty);
	state_free(state);
	put("s", "more");
	assert_int_equal(truncate("s", (32 << 20) + 1), 0);
	state = load(files);
	assert_true(state->damaged);
	assert_int_equal(stat_of("s.bad").st_size, (32 << 20) + 1);
	state_free(state);
	state_close(files);
	free(text);
}

/* Each with the longest message that there is, as its own and as a problem. */
static void
ten_thousand_names_may_fail(void **folder)
{
	struct state_files *files = open_locked("s");
	struct state *state = load(files);
	struct fail fail = { "" }, most;
	char key[300];
	int i;

	(void)folder;
	memset(most.text, 'x', sizeof most.text);
	most.text[sizeof most.text - 1] = '\0';
	for (i = 0; i < 10000; i++) {
		snprintf(key, sizeof key, "host-%d.%0100d.example.com", i, 0);
		state_name(state, key, "A", "dyndns2")->text = most.text;
		state_problem(state, key)->text = most.text;
	}
	assert_true(state_save(files, state, &fail));
	state_free(state);
	state_close(files);
}

static void
files_beside_are_replaced(void **folder)
{
	struct buf text = { 0 }, got = { 0 };
	struct state_files *files = open_locked("s");

	(void)folder;
	assert_false(state_read_beside(files, ".stats", &got));
	assert_true(state_write_beside(files, ".stats", &text));
	assert_true(state_read_beside(files, ".stats", &got));
	assert_int_equal(got.len, 0);
	buf_add(&text, "a\0b", 3);
	assert_true(state_write_beside(files, ".stats", &text));
	assert_true(state_read_beside(files, ".stats", &got));
	assert_int_equal(got.len, 3);
	assert_memory_equal(got.at, "a\0b", 4);
	buf_free(&got);
	buf_cut(&text, 1);
	assert_true(state_write_beside(files, ".stats", &text));
	assert_true(state_read_beside(files, ".stats", &got));
	assert_int_equal(got.len, 1);
	buf_free(&got);
	assert_int_equal(stat_of("s.stats").st_mode, S_IFREG | 0600);
	assert_int_equal(count_files("."), 2);

	assert_int_equal(unlink("s.stats"), 0);
	assert_int_equal(mkdir("s.stats", 0700), 0);
	assert_false(state_read_beside(files, ".stats", &got));
	assert_false(state_write_beside(files, ".stats", &text));
	assert_int_equal(count_files("."), 2);
	buf_free(&text);
	state_close(files);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(a_state_is_made_and_found_again),
		IN_FOLDER(a_quiet_run_touches_nothing),
		IN_FOLDER(a_new_state_has_its_own_key),
		IN_FOLDER(a_damaged_state_is_kept),
		IN_FOLDER(a_damaged_state_that_cannot_be_kept),
		IN_FOLDER(who_only_looks_changes_nothing),
		IN_FOLDER(a_state_has_a_ceiling),
		IN_FOLDER(ten_thousand_names_may_fail),
		IN_FOLDER(files_beside_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
