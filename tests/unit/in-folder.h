/* SPDX-License-Identifier: ISC */
/*
 * For tests in a new folder, which is taken away behind them.
 */
static inline int
enter(void **folder)
{
	char path[] = "/tmp/ddns-test-XXXXXX";

	if (!mkdtemp(path) || chdir(path) == -1)
		return -1;
	*folder = strdup(path);
	return *folder ? 0 : -1;
}

static inline void
remove_tree(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		struct buf below = { 0 };
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0)
			continue;
		buf_printf(&below, "%s/%s", path, entry->d_name);
		if (lstat(below.at, &st) == 0 && S_ISDIR(st.st_mode))
			remove_tree(below.at);
		else
			unlink(below.at);
		buf_free(&below);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
}

static inline int
leave(void **folder)
{
	int left = chdir("/");

	remove_tree(*folder);
	free(*folder);
	return left;
}

static inline void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline struct stat
stat_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static inline int
count_files(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		count += strcmp(entry->d_name, ".") != 0 &&
			 strcmp(entry->d_name, "..") != 0;
	closedir(folder);
	return count;
}

static inline struct state_files *
open_locked(const char *path)
{
	struct fail fail;
	struct state_files *files = state_open(path, &fail);

	assert_non_null(files);
	assert_int_equal(state_lock(files, &fail), STATE_LOCKED);
	return files;
}

static inline void
expect_text(const char *path, const char *text)
{
	char got[4096];
	FILE *file = fopen(path, "r");
	size_t len;

	assert_non_null(file);
	len = fread(got, 1, sizeof got - 1, file);
	fclose(file);
	got[len] = '\0';
	assert_string_equal(got, text);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)
