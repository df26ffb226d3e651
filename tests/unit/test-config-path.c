/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "config/config.h"
#include "fail.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY 65534 /* whom root becomes to be somebody else */

static void
set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

struct place {
	bool root;
	const char *systemd; /* STATE_DIRECTORY */
	const char *xdg;     /* XDG_STATE_HOME */
	const char *home;
	const char *config;
	const char *path; /* NULL: fails */
	const char *said;
};

static void
check_place(const struct place *row)
{
	struct config *config = config_read_text(row->config, "", 0);
	struct fail fail = { 0 };
	const char *path;

	set("STATE_DIRECTORY", row->systemd);
	set("XDG_STATE_HOME", row->xdg);
	set("HOME", row->home);
	path = config_state_path(config, &fail);
	if (row->path)
		assert_string_equal(path, row->path);
	else
		assert_null(path);
	assert_string_equal(fail.text, row->said);
	config->general.state = "/mine";
	assert_string_equal(config_state_path(config, &fail), "/mine");
	config_free(config);
}

static void
finds_the_state(void **state)
{
	static const struct place rows[] = {
		{ true, NULL, "/x", "/root", "/etc/ddns/ddns.ini",
			STATEDIR "/ddns/ddns.state", "" },
		{ true, "", NULL, NULL, "b.conf", STATEDIR "/ddns/b.conf.state",
			"" },
		{ true, "/s", NULL, NULL, "/a.ini/b.ini", "/s/b.state", "" },
		{ false, "/s:/t", "/x", "/home/me", "b.ini", "/s/b.state", "" },
		{ false, "s", "/x", "/home/me", "b.ini", NULL,
			"$STATE_DIRECTORY is not an absolute path" },
		{ false, NULL, "/x", "/home/me", ".ini", "/x/ddns/.ini.state",
			"" },
		{ false, NULL, NULL, "/home/me", "b.ini.ini",
			"/home/me/.local/state/ddns/b.ini.state", "" },
		{ false, NULL, "", "/home/me", "b",
			"/home/me/.local/state/ddns/b.state", "" },
		{ false, NULL, "relative", "/home/me", "b",
			"/home/me/.local/state/ddns/b.state", "" },
		{ false, NULL, NULL, NULL, "b", NULL,
			"no place for the state: $HOME is not set; write `state = PATH` under [ddns]" },
	};
	bool root = geteuid() == 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		if (rows[i].root && !root)
			continue;
		if (root && !rows[i].root)
			assert_int_equal(seteuid(NOBODY), 0);
		check_place(&rows[i]);
		if (root)
			assert_int_equal(seteuid(0), 0);
	}
	unsetenv("STATE_DIRECTORY");
	unsetenv("XDG_STATE_HOME");
}

static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static void
check_default(const char *path)
{
	struct mem *mem = mem_new();

	assert_string_equal(config_default_path(mem), path);
	mem_free(mem);
}

static void
finds_the_configuration(void **state)
{
	const char *system = SYSCONFDIR "/ddns/ddns.ini";
	bool root = geteuid() == 0;
	char folder[] = "/tmp/test-config-XXXXXX";
	char below[100], mine[120], again[120];

	(void)state;
	umask(022);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(below, sizeof below, "%s/ddns", folder);
	assert_int_equal(mkdir(below, 0755), 0);
	snprintf(mine, sizeof mine, "%s/ddns.ini", below);
	set("XDG_CONFIG_HOME", folder);
	set("HOME", NULL);
	if (root)
		assert_int_equal(seteuid(NOBODY), 0);
	check_default(system);
	if (root)
		assert_int_equal(seteuid(0), 0);
	make_file(mine);
	if (root) {
		check_default(system);
		assert_int_equal(seteuid(NOBODY), 0);
	}
	check_default(mine);
	set("XDG_CONFIG_HOME", "relative");
	check_default(system);
	set("XDG_CONFIG_HOME", NULL);
	set("HOME", folder);
	check_default(system);
	snprintf(below, sizeof below, "%s/.config", folder);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(symlink(folder, below), 0);
	if (root)
		assert_int_equal(seteuid(NOBODY), 0);
	snprintf(again, sizeof again, "%s/ddns/ddns.ini", below);
	check_default(again);
	if (root)
		assert_int_equal(seteuid(0), 0);
	unlink(mine);
	unlink(below);
	snprintf(below, sizeof below, "%s/ddns", folder);
	rmdir(below);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_state),
		cmocka_unit_test(finds_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
