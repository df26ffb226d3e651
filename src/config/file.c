/* SPDX-License-Identifier: ISC */
/* Opens the configuration, and the files that its keys name. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "config/internal.h"
#include "buf.h"
#include "fail.h"
#include "file.h"

#define CONFIG_CEILING 1048576 /* bytes of a configuration */
#define LINE_CEILING 4096      /* bytes of the first line of a KEY_file */
#define JSON_CEILING 16384     /* bytes of a KEY_file that is JSON */
#define FILE_CEILING 65536     /* bytes of a file that is read whole */

static void
take(struct config *config, const char *text, size_t len)
{
	if (len > CONFIG_CEILING)
		config_wrong(config, NULL, NULL,
			"is larger than 1 MiB (%d bytes)", CONFIG_CEILING);
	else
		config_parse(config, text, len);
}

struct config *
config_read_text(const char *name, const char *text, size_t len)
{
	struct config *config = config_new(name);

	take(config, text, len);
	return config;
}

struct config *
config_read(const char *path)
{
	struct config *config = config_new(path);
	struct file_facts file = { 0 };
	struct buf text = { 0 };
	struct fail fail = { 0 };

	if (file_read(&text, path, CONFIG_CEILING, &file, &fail)) {
		config->others_read = file.others_read;
		config->strict = file.owner == 0 || file.owner == geteuid();
		if (file.others_write)
			config_wrong(config, NULL, NULL,
				"others can write to this file: chmod o-w %s",
				path);
		take(config, buf_text(&text), text.len);
	} else {
		config_wrong(config, NULL, NULL, "%s", fail.text);
	}
	buf_free(&text);
	return config;
}

/* The path that is meant, or NULL. */
static const char *
locate(struct config *config, const char *path, struct fail *fail)
{
	static const char scheme[] = "credential:";
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *name = path + sizeof scheme - 1;

	if (*path == '/')
		return path;
	if (strncmp(path, scheme, sizeof scheme - 1) != 0)
		fail_set(fail, "neither an absolute path nor credential:NAME");
	else if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 ||
		 strcmp(name, "..") == 0)
		fail_set(fail, "no name of a credential: \"%s\"", name);
	else if (!folder || *folder != '/')
		fail_set(fail,
			"$CREDENTIALS_DIRECTORY is not set (systemd sets it for LoadCredential=)");
	else
		return mem_printf(config->mem, "%s/%s", folder, name);
	return NULL;
}

/* A key file in JSON, as one line: no string in it holds a line's end. */
static const char *
whole_json(struct mem *mem, const struct buf *text, struct fail *fail)
{
	char *copy = mem_textn(mem, text->at, text->len);
	size_t i;

	if (text->len > JSON_CEILING) {
		fail_set(fail, "longer than %d bytes", JSON_CEILING);
		return NULL;
	}
	for (i = 0; i < text->len; i++) {
		if (copy[i] == '\0') {
			fail_set(fail, "a NUL byte stands in the file");
			return NULL;
		}
		if (strchr("\r\n\t", copy[i]))
			copy[i] = ' ';
	}
	while (i > 0 && copy[i - 1] == ' ')
		copy[--i] = '\0';
	return copy;
}

static const char *
trimmed(struct mem *mem, const char *at, size_t len)
{
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	return mem_textn(mem, at, len);
}

/* The first line of a file's bytes, from mem; NULL: *fail says why. */
static const char *
first_line(struct mem *mem, const struct buf *text, struct fail *fail)
{
	const char *at = buf_text(text), *const end = at + text->len;
	size_t len;

	/* editors put a byte order mark in front, people a space */
	if (strncmp(at, "\xEF\xBB\xBF", 3) == 0)
		at += 3;
	at += strspn(at, " \t");
	len = strcspn(at, "\r\n");
	if (at + len < end && at[len] == '\0')
		fail_set(fail, "a NUL byte stands in the first line");
	else if (len > LINE_CEILING)
		fail_set(fail, "the first line is longer than %d bytes",
			LINE_CEILING);
	else if (len == 0)
		fail_set(fail, "the first line is empty");
	else
		return trimmed(mem, at, len);
	return NULL;
}

/* All of a file's bytes but its last line end, from mem; NULL: *fail says why.
 */
static const char *
all_lines(struct mem *mem, const struct buf *text, struct fail *fail)
{
	const char *at = buf_text(text);
	size_t len = text->len;

	if (strncmp(at, "\xEF\xBB\xBF", 3) == 0) {
		at += 3;
		len -= 3;
	}
	if (len > 0 && at[len - 1] == '\n')
		len--;
	if (len > 0 && at[len - 1] == '\r')
		len--;
	if (memchr(at, '\0', len))
		fail_set(fail, "a NUL byte stands in the file");
	else if (text->len > FILE_CEILING)
		fail_set(fail, "is larger than %d bytes", FILE_CEILING);
	else if (len == 0)
		fail_set(fail, "is empty");
	else
		return mem_textn(mem, at, len);
	return NULL;
}

/* Reads up to ceiling + 1 bytes of a file that nobody else may write. */
static bool
load_private(struct config *config, const char *path, size_t ceiling,
	struct buf *out, struct fail *fail)
{
	struct file_facts file = { 0 };

	if (!file_read(out, path, ceiling, &file, fail))
		return false;
	if (file.others_write)
		return fail_set(
			fail, "others can write to it: chmod o-w %s", path);
	if (file.others_read)
		config_warn(config, NULL, NULL,
			"others can read %s, which holds a secret: chmod o-r %s",
			path, path);
	return true;
}

const char *
config_file_line(struct config *config, const char *path, struct fail *fail)
{
	struct buf text = { 0 };
	const char *line = NULL, *real = locate(config, path, fail);

	if (!real)
		return NULL;
	if (load_private(config, real, JSON_CEILING, &text, fail))
		line = (*buf_text(&text) == '{' ? whole_json : first_line)(
			config->mem, &text, fail);
	buf_free(&text);
	if (!line)
		fail_at(fail, "%s", real);
	return line;
}

const char *
config_file_whole(struct config *config, const char *path, struct fail *fail)
{
	const char *whole = NULL, *real = locate(config, path, fail);
	struct buf text = { 0 };

	if (!real)
		return NULL;
	if (load_private(config, real, FILE_CEILING, &text, fail))
		whole = all_lines(config->mem, &text, fail);
	buf_free(&text);
	if (!whole)
		fail_at(fail, "%s", real);
	return whole;
}

bool
config_file_text(struct config *config, const char *path, struct buf *out,
	struct fail *fail)
{
	const size_t start = out->len;

	if (*path != '/')
		return fail_set(fail, "%s: not an absolute path", path);
	if (!load_private(config, path, FILE_CEILING, out, fail))
		return fail_at(fail, "%s", path);
	if (out->len - start > FILE_CEILING)
		return fail_set(fail, "%s: is larger than %d bytes", path,
			FILE_CEILING);
	return true;
}
