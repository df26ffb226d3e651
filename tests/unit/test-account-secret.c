/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "read-rows.h"

#define CF "[cloudflare]\ntoken = abcdefgh\n"
#define HOME "names = home.example.com\n"
#define SAID(line) "f:" line ": [cloudflare] "

/* A secret in a file; secret[] is what the file holds. */
static struct rows
with_file(char *path, const char *secret, const char *more)
{
	struct buf text = { 0 };
	struct rows rows;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(secret, file);
	assert_int_equal(fclose(file), 0);
	buf_printf(
		&text, "[cloudflare]\ntoken_file = %s\n" HOME "%s", path, more);
	rows = rows_read(buf_text(&text), "46");
	buf_free(&text);
	return rows;
}

static void
secrets(void **state)
{
	char path[] = "/tmp/ddns-test-XXXXXX";
	struct buf shown = { 0 };
	struct rows rows;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	rows = with_file(path, "filed-token\nnot this\n", "");
	assert_true(rows.accounts->values->secret);
	buf_str(&shown, rows.accounts->values->text);
	assert_string_equal(buf_text(&shown), "filed-token");
	secret_mask(&shown, 0);
	assert_string_equal(buf_text(&shown), "***");
	rows_free(&rows);

	rows = with_file(path, "filed-token\n", "token = abcd\n");
	assert_null(rows.accounts);
	assert_string_equal(rows.config->notes->text,
		"f:2: [cloudflare] token_file: token is given, too: leave one "
		"of them out");
	rows_free(&rows);

	unlink(path);
	buf_free(&shown);
}

/* Whether two texts make accounts of the same fingerprint. */
static bool
same_print(const char *a, const char *b)
{
	struct rows one = rows_read(a, "46"), two = rows_read(b, "46");
	bool same;

	assert_non_null(one.accounts);
	assert_non_null(two.accounts);
	same = one.accounts->fingerprint_len == two.accounts->fingerprint_len &&
	       memcmp(one.accounts->fingerprint, two.accounts->fingerprint,
		       one.accounts->fingerprint_len) == 0;
	rows_free(&one);
	rows_free(&two);
	return same;
}

static void
file_keys(void **state)
{
	static const struct said table[] = {
		{ "[cloudflare]\ntoken_file =\n" HOME,
			SAID("2") "token_file: is empty\n" },
		{ CF HOME "proxied_file = /x\n",
			SAID("4") "proxied_file: unknown key\n" },
	};

	(void)state;
	rows_said(table, 2, "46");
}

/* config_secret says what is wrong; here, that it is asked. */
static void
secrets_cut_short(void **state)
{
	static const char *const secrets[] = { "abcd ;e", "abcd #e" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		struct buf text = { 0 };
		struct rows rows;

		buf_printf(&text, "[cloudflare]\n" HOME "token = %s\n",
			secrets[i]);
		rows = rows_read(buf_text(&text), "46");
		assert_int_equal(rows.config->mistakes, 1);
		assert_true(strncmp(rows.config->notes->text,
				    SAID("3") "token: ", 25) == 0);
		rows_free(&rows);
		buf_free(&text);
	}
}

static void
fingerprints(void **state)
{
	static const char row[] = "[provider p]\nset = GET "
				  "https://h.example/{ip}\n[p]\n" HOME;
	static const char other[] = "[provider p]\nset = GET "
				    "https://i.example/{ip}\n[p]\n" HOME;
	char path[] = "/tmp/ddns-test-XXXXXX";
	struct rows one, two;
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	assert_true(same_print(CF HOME, CF "ipv4 = other.example.com\n"));
	assert_false(same_print(CF HOME, CF HOME "ttl = 60\n"));
	assert_false(same_print(CF HOME, "[cloudflare]\ntoken = b\n" HOME));
	assert_true(same_print(row, row));
	assert_false(same_print(row, other));
	one = with_file(path, "first\n", "");
	two = with_file(path, "second\n", "");
	assert_string_not_equal(
		one.accounts->fingerprint, two.accounts->fingerprint);
	rows_free(&one);
	rows_free(&two);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets),
		cmocka_unit_test(file_keys),
		cmocka_unit_test(secrets_cut_short),
		cmocka_unit_test(fingerprints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
