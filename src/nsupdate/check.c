/* SPDX-License-Identifier: ISC */
/* Whether an account's own keys fit nsupdate. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "nsupdate/internal.h"
#include "config/config.h"
#include "provider/account.h"

/* Whatever stands in the script or in argv passes one of these. */
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

struct checking {
	struct config *config;
	struct account *account;
	struct nsupdate_settings settings;
};

static void
wrong(const struct checking *checking, const char *key, const char *text)
{
	const struct config_section *section = checking->account->section;
	const struct config_entry *entry = config_first(section, key);

	config_wrong(checking->config, section, entry, "%s%s%s",
		entry ? "" : key, entry ? "" : ": ", text);
}

static bool
consists(const char *text, const char *of)
{
	return *text && text[strspn(text, of)] == '\0';
}

static void
check_algorithm(const struct checking *checking)
{
	static const char *const known[] = { "hmac-md5", "hmac-sha1",
		"hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512",
		NULL };
	const char *algorithm = checking->settings.algorithm;
	struct fail fail;
	int i;

	for (i = 0; known[i]; i++)
		if (algorithm && strcmp(known[i], algorithm) == 0)
			return;
	fail_set(&fail, "hmac-sha256 and its like are known%s",
		config_hint(
			checking->config, algorithm ? algorithm : "", known));
	wrong(checking, "algorithm", fail.text);
}

/* RFC 4648 section 4. */
static bool
is_base64(const char *text)
{
	const size_t len = strlen(text), signs = strcspn(text, "=");

	return len > 0 && len % 4 == 0 && len - signs <= 2 &&
	       strspn(text, LETTERS DIGITS "+/") == signs &&
	       strspn(text + signs, "=") == len - signs;
}

static void
check_key(const struct checking *checking)
{
	const struct nsupdate_settings *settings = &checking->settings;

	if (settings->key && !consists(settings->key, LETTERS DIGITS "-_."))
		wrong(checking, "key", "a key's name is a DNS name");
	if (settings->key_secret && !is_base64(settings->key_secret))
		wrong(checking, "key_secret", "is not base64");
	if (settings->key && !settings->key_secret)
		wrong(checking, "key_secret", "is missing, as key is given");
	if (!settings->key && settings->key_secret)
		wrong(checking, "key", "is missing, as key_secret is given");
	if (settings->keyfile && settings->key)
		wrong(checking, "keyfile",
			"key is given, too: leave one of them out");
	check_algorithm(checking);
}

/* A new key releases a hold. */
static void
check_keyfile(const struct checking *checking)
{
	struct account *account = checking->account;
	struct buf text = { 0 };
	struct fail fail;

	if (!checking->settings.keyfile)
		return;
	buf_add(&text, account->fingerprint, account->fingerprint_len);
	if (config_file_text(checking->config, checking->settings.keyfile,
		    &text, &fail)) {
		account->fingerprint = mem_textn(
			checking->config->mem, buf_text(&text), text.len);
		account->fingerprint_len = text.len;
	} else {
		wrong(checking, "keyfile", fail.text);
	}
	buf_free(&text);
}

static void
check_program(const struct checking *checking)
{
	const char *argv[NSUPDATE_ARGV];
	struct fail fail;

	nsupdate_command(&checking->settings, "", argv);
	if (argv[0][0] != '/') {
		wrong(checking, "program", "a path is absolute");
		return;
	}
	if (checking->settings.program && !checking->config->strict)
		wrong(checking, "program",
			"a file that names a program must belong to you or to root");
	if (access(argv[0], X_OK) == 0)
		return;
	fail_set(&fail, "%s: %s (it comes with BIND's dnsutils)", argv[0],
		strerror(errno));
	wrong(checking, "program", fail.text);
}

static void
check_tcp(const struct checking *checking)
{
	const char *tcp = checking->settings.tcp;

	if (!tcp || (strcmp(tcp, "yes") != 0 && strcmp(tcp, "no") != 0))
		wrong(checking, "tcp", "yes or no");
}

/* One request holds both types. */
static void
check_types(const struct checking *checking)
{
	const struct row_value *lists[] = { checking->account->values,
		checking->account->defaults };
	const struct row_value *value;
	size_t i;

	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (value = lists[i]; value; value = value->next)
			if (value->type[ROW_A] != value->type[ROW_AAAA] &&
				strcmp(value->name, "ttl") != 0)
				wrong(checking, value->name,
					"counts for both types");
}

void
nsupdate_check(struct config *config, struct account *account)
{
	const struct checking checking = { config, account,
		nsupdate_settings(account) };

	check_types(&checking);
	check_key(&checking);
	check_keyfile(&checking);
	check_program(&checking);
	check_tcp(&checking);
}
