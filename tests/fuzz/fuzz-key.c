/* SPDX-License-Identifier: ISC */
/*
 * Files with keys in them. Input: a letter for what the file is, then its
 * bytes: a token (`t`), the JSON file of a service account, which a token is
 * then made with (`g`), or a key of nsupdate.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "config/config.h"
#include "demand.h"
#include "fail.h"
#include "nsupdate/nsupdate.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "secret.h"
#include "sign/sign.h"

#define MARK "s3cr3t" /* of what is not to be shown */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[256];

static void
remove_file(void)
{
	unlink(path);
}

static void
write_key(const uint8_t *data, size_t size)
{
	const char *temp = getenv("TMPDIR");
	FILE *file;
	int fd;

	if (!*path) {
		snprintf(path, sizeof path, "%s/ddns-fuzz-XXXXXX",
			temp ? temp : "/tmp");
		demand((fd = mkstemp(path)) >= 0);
		close(fd);
		atexit(remove_file);
	}
	file = fopen(path, "w");
	demand(file && fwrite(data, 1, size, file) == size &&
		fclose(file) == 0);
}

static bool
has_both(void *arg, const char *label, enum row_type type)
{
	(void)arg;
	(void)label;
	(void)type;
	return true;
}

/* Three words of base64url with dots between them. */
static void
check_token(const char *token)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";
	size_t len;
	int i;

	for (i = 0; i < 3; i++) {
		len = strspn(token, letters);
		demand(len > 0 && token[len] == (i < 2 ? '.' : '\0'));
		token += len + (i < 2);
	}
}

static void
make_token(const char *key)
{
	const struct sign_claim claim = { key, "https://scope.example",
		1700000000 };
	struct buf out = { 0 };
	struct fail fail = { "" };

	if (sign_jwt(&out, &claim, &fail))
		check_token(buf_text(&out));
	else
		demand(out.len == 0 && *fail.text && !strstr(fail.text, MARK));
	buf_free(&out);
}

/* What became of the file is a line that can be sent. */
static void
check_value(const char *value, bool json)
{
	demand(*value && !strpbrk(value, "\r\n"));
	demand(value[strlen(value) - 1] != ' ' || json);
	if (json)
		make_token(value);
}

static void
check_account(const struct account *account, bool json)
{
	const struct row_value *value;

	for (value = account->values; value; value = value->next)
		if (value->secret)
			check_value(value->text, json);
}

static void
read_account(struct config *config, char letter)
{
	struct catalogue *catalogue = catalogue_new(config);
	const struct config_note *note;
	struct account *account =
		account_read(catalogue, config->sections, has_both, NULL);

	demand(account || config->mistakes > 0);
	if (account && account->row[ROW_A].runs)
		nsupdate_check(config, account);
	else if (account && config->mistakes == 0)
		check_account(account, letter == 'g');
	demand(!account || config->mistakes > 0 ||
		account->fingerprint_len > 0);
	for (note = config->notes; note; note = note->next)
		demand(!strstr(note->text, MARK));
	catalogue_free(catalogue);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *form = "[nsupdate]\nprogram = /bin/sh\nzone = example.com\n"
			   "names = a.example.com\nkeyfile = ";
	struct config *config;
	struct buf text = { 0 };

	if (size < 1)
		return 0;
	if (data[0] == 't')
		form = "[cloudflare]\nnames = a.example.com\n"
		       "token_file = ";
	else if (data[0] == 'g')
		form = "[googlecloud]\nproject = p\nnames = a.example.com\n"
		       "key_file = ";
	write_key(data + 1, size - 1);
	buf_str(&text, form);
	buf_str(&text, path);
	buf_char(&text, '\n');
	config = config_read_text("fuzz.ini", text.at, text.len);
	config->strict = true;
	read_account(config, (char)data[0]);
	config_free(config);
	secret_forget();
	buf_free(&text);
	return 0;
}
