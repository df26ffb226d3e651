/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "config/config.h"
#include "fail.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY 65534 /* whom root becomes to be refused something */
#define MIB 1048576

static char folder[] = "/tmp/test-config-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	umask(022);
	return !mkdtemp(folder) || chmod(folder, 0755) != 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static const char *
path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static const char *
put(const char *name, const void *text, size_t len, mode_t mode)
{
	const char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

/* The one note must be what follows the path. */
static void
check_note(const struct config *config, const char *what)
{
	const struct config_note *note = config->notes;
	size_t len = strlen(config->path);

	assert_non_null(note);
	assert_null(note->next);
	assert_int_equal(note->line, 0);
	assert_memory_equal(note->text, config->path, len);
	assert_string_equal(note->text + len, what);
}

static void
check_unread(const char *path, const char *what)
{
	struct config *config = config_read(path);

	check_note(config, what);
	assert_int_equal(config->mistakes, 1);
	assert_null(config->sections);
	config_free(config);
}

static void
reads_a_file_and_who_may_see_it(void **state)
{
	static const struct {
		mode_t mode;
		bool others_read;
	} rows[] = { { 0600, false }, { 0660, false }, { 0640, false },
		{ 0604, true }, { 0444, true } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const char *path = put("f", "[a]\nk = 1\n", 10, rows[i].mode);
		struct config *config = config_read(path);

		assert_null(config->notes);
		assert_string_equal(config->path, path);
		assert_int_equal(config->others_read, rows[i].others_read);
		assert_true(config->strict);
		assert_string_equal(config->sections->entries->key, "k");
		assert_int_equal(config->sections->entries->line, 2);
		config_free(config);
		assert_int_equal(unlink(path), 0);
	}
}

static void
refuses_what_others_write(void **state)
{
	const char *path = put("f", "[a]\nk\n", 6, 0602);
	struct config *config = config_read(path);
	struct buf text = { 0 };

	(void)state;
	buf_printf(&text, "%s: others can write to this file: chmod o-w %s",
		path, path);
	assert_string_equal(config->notes->text, buf_text(&text));
	/* it is judged all the same */
	assert_non_null(config->notes->next);
	assert_int_equal(config->notes->next->line, 2);
	assert_int_equal(config->mistakes, 2);
	assert_non_null(config->sections);
	buf_free(&text);
	config_free(config);
	unlink(path);
}

static void
refuses_what_is_no_file(void **state)
{
	(void)state;
	check_unread(path_of("missing"),
		": cannot be opened: No such file or directory");
	check_unread(folder, ": is a directory");
	check_unread("/dev/null", ": is not a regular file");
	check_unread("", ": cannot be opened: No such file or directory");
	/* must not wait for a writer */
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	check_unread(path_of("fifo"), ": is not a regular file");
	unlink(path_of("fifo"));
}

static void
refuses_what_it_may_not_read(void **state)
{
	const char *path = put("f", "[a]\n", 4, 0200);
	bool root = geteuid() == 0;

	(void)state;
	if (root)
		assert_int_equal(seteuid(NOBODY), 0);
	check_unread(path, ": cannot be opened: Permission denied");
	if (root)
		assert_int_equal(seteuid(0), 0);
	unlink(path);
}

static void
another_users_file_names_no_programs(void **state)
{
	const char *path = put("f", "[a]\n", 4, 0644);
	struct config *config;

	(void)state;
	if (geteuid() != 0) {
		unlink(path);
		skip();
	}
	assert_int_equal(seteuid(NOBODY), 0);
	config = config_read(path);
	assert_true(config->strict);
	config_free(config);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(path, 1, 1), 0);
	config = config_read(path);
	assert_false(config->strict);
	config_free(config);
	unlink(path);
}

static void
reads_one_mebibyte(void **state)
{
	char *text = test_malloc(MIB + 1);
	struct config *config;
	const char *path;

	(void)state;
	memset(text, '\n', MIB + 1);
	memcpy(text + MIB - 4, "[a]\n!", 5);
	path = put("f", text, MIB, 0600);
	config = config_read(path);
	assert_null(config->notes);
	assert_int_equal(config->sections->line, MIB - 3);
	config_free(config);
	unlink(path);
	put("f", text, MIB + 1, 0600);
	check_unread(path, ": is larger than 1 MiB (1048576 bytes)");
	unlink(path);
	config = config_read_text("f", text, MIB + 1);
	check_note(config, ": is larger than 1 MiB (1048576 bytes)");
	config_free(config);
	test_free(text);
}

struct secret_file {
	const char *text;
	size_t len;
	mode_t mode;
	const char *line; /* NULL: fails */
	const char *said; /* behind the path */
};

static void
check_secret_file(const struct secret_file *row)
{
	struct config *config = config_read_text("f", "", 0);
	const char *path = put("s", row->text, row->len, row->mode), *line;
	struct fail fail = { 0 };
	struct buf said = { 0 };

	line = config_file_line(config, path, &fail);
	if (row->line) {
		assert_non_null(line);
		assert_string_equal(line, row->line);
		assert_string_equal(fail.text, "");
		assert_int_equal(
			config->notes != NULL, (row->mode & S_IROTH) != 0);
	} else {
		assert_null(line);
		buf_printf(&said, "%s: %s", path, row->said);
		if (row->mode & S_IWOTH)
			buf_str(&said, path);
		assert_string_equal(fail.text, buf_text(&said));
		buf_free(&said);
	}
	assert_int_equal(config->mistakes, 0);
	config_free(config);
	unlink(path);
}

static void
takes_the_first_line_of_a_file(void **state)
{
	static const struct secret_file rows[] = {
#define BYTES(text) text, sizeof text - 1
		{ BYTES("abc"), 0600, "abc", NULL },
		{ BYTES("abc\n"), 0600, "abc", NULL },
		{ BYTES("abc\r\n"), 0640, "abc", NULL },
		{ BYTES("abc\rdef"), 0600, "abc", NULL },
		{ BYTES("  a ; b # c \t\nsecond\0\n"), 0600, "a ; b # c",
			NULL },
		{ BYTES("\xEF\xBB\xBF\tabc\n"), 0600, "abc", NULL },
		{ BYTES(" \n"), 0600, NULL, "the first line is empty" },
		{ BYTES("abc\n"), 0604, "abc", NULL },
		{ BYTES(""), 0600, NULL, "the first line is empty" },
		{ BYTES("\nabc\n"), 0600, NULL, "the first line is empty" },
		{ BYTES("\0"), 0600, NULL,
			"a NUL byte stands in the first line" },
		{ BYTES("ab\0c\n"), 0600, NULL,
			"a NUL byte stands in the first line" },
		{ BYTES("{\r\n\t\"a\": \"b\"\n}\n"), 0600, "{   \"a\": \"b\" }",
			NULL },
		{ BYTES("{\n\0}"), 0600, NULL,
			"a NUL byte stands in the file" },
		{ BYTES("abc\n"), 0602, NULL,
			"others can write to it: chmod o-w " },
#undef BYTES
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		check_secret_file(&rows[i]);
}

static void
limits_the_first_line_of_a_file(void **state)
{
	static const struct {
		size_t len; /* of the first line */
		const char *rest;
		bool taken;
	} rows[] = { { 4096, "", true }, { 4096, "\n", true },
		{ 4096, "\nmore", true }, { 4097, "", false },
		{ 4097, "\n", false }, { 100000, "\n", false } };
	char text[100010], line[100010];
	size_t i;

	(void)state;
	memset(line, 'x', sizeof line);
	for (i = 0; i < COUNT(rows); i++) {
		line[rows[i].len] = '\0';
		snprintf(text, sizeof text, "%s%s", line, rows[i].rest);
		check_secret_file(&(struct secret_file){ text, strlen(text),
			0600, rows[i].taken ? line : NULL,
			"the first line is longer than 4096 bytes" });
		line[rows[i].len] = 'x';
	}
	text[4] = '\n';
	check_secret_file(&(struct secret_file){
		text, sizeof text - 100, 0600, "xxxx", NULL });
	text[0] = '{';
	check_secret_file(&(struct secret_file){
		text, 16385, 0600, NULL, "longer than 16384 bytes" });
}

static void
finds_the_files_of_secrets(void **state)
{
	static const struct {
		const char *path;
		const char *folder;
		const char *said;
	} rows[] = {
		{ "s", "/c", "neither an absolute path nor credential:NAME" },
		{ "", "/c", "neither an absolute path nor credential:NAME" },
		{ "credential:", "/c", "no name of a credential: \"\"" },
		{ "credential:a/b", "/c", "no name of a credential: \"a/b\"" },
		{ "credential:..", "/c", "no name of a credential: \"..\"" },
		{ "credential:s", NULL,
			"$CREDENTIALS_DIRECTORY is not set (systemd sets it for LoadCredential=)" },
		{ "credential:s", "/nowhere",
			"/nowhere/s: cannot be opened: No such file or directory" },
		{ "/", "/c", "/: is a directory" },
	};
	struct config *config = config_read_text("f", "", 0);
	struct fail fail;
	const char *path;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		unsetenv("CREDENTIALS_DIRECTORY");
		if (rows[i].folder)
			setenv("CREDENTIALS_DIRECTORY", rows[i].folder, 1);
		assert_null(config_file_line(config, rows[i].path, &fail));
		assert_string_equal(fail.text, rows[i].said);
	}
	path = put("s", "abc\n", 4, 0400);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_string_equal(
		config_file_line(config, "credential:s", &fail), "abc");
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(config->notes);
	unlink(path);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file_and_who_may_see_it),
		cmocka_unit_test(refuses_what_others_write),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(refuses_what_it_may_not_read),
		cmocka_unit_test(another_users_file_names_no_programs),
		cmocka_unit_test(reads_one_mebibyte),
		cmocka_unit_test(takes_the_first_line_of_a_file),
		cmocka_unit_test(limits_the_first_line_of_a_file),
		cmocka_unit_test(finds_the_files_of_secrets),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
