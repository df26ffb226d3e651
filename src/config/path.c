#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "buf.h"
#include "fail.h"

#define WORD_MAX_BYTES 64 /* of words that are compared */

/* The value of a variable that names a folder, or NULL. */
static const char *
folder(const char *variable)
{
	const char *value = getenv(variable);

	/* XDG Base Directory Specification: a relative path is ignored */
	return value && *value == '/' ? value : NULL;
}

/* FOLDER of the variable, or what stands for it below $HOME, or NULL. */
static const char *
users(struct mem *mem, const char *variable, const char *below)
{
	const char *own = folder(variable), *home = folder("HOME");

	if (own)
		return own;
	return home ? mem_printf(mem, "%s/%s", home, below) : NULL;
}

const char *
config_default_path(struct mem *mem)
{
	const char *home, *path;
	struct stat st;

	home = geteuid() ? users(mem, "XDG_CONFIG_HOME", ".config") : NULL;
	if (home) {
		path = mem_printf(mem, "%s/ddns/ddns.ini", home);
		if (stat(path, &st) == 0)
			return path;
	}
	return mem_text(mem, SYSCONFDIR "/ddns/ddns.ini");
}

/* The file's name without folder and `.ini`. */
static const char *
base(struct config *config)
{
	const char *slash = strrchr(config->path, '/');
	const char *name = slash ? slash + 1 : config->path;
	size_t len = strlen(name);

	if (len > 4 && strcmp(name + len - 4, ".ini") == 0)
		len -= 4;
	return mem_textn(config->mem, name, len);
}

const char *
config_state_path(struct config *config, struct fail *fail)
{
	const char *given = getenv("STATE_DIRECTORY"), *home;
	struct mem *mem = config->mem;

	if (config->general.state)
		return config->general.state;
	if (given && *given) {
		/* systemd.exec(5): several folders stand between colons */
		given = mem_textn(mem, given, strcspn(given, ":"));
		if (*given == '/')
			return mem_printf(
				mem, "%s/%s.state", given, base(config));
		fail_set(fail, "$STATE_DIRECTORY is no absolute path");
		return NULL;
	}
	if (geteuid() == 0)
		return mem_printf(mem, STATEDIR "/ddns/%s.state", base(config));
	home = users(mem, "XDG_STATE_HOME", ".local/state");
	if (home)
		return mem_printf(mem, "%s/ddns/%s.state", home, base(config));
	fail_set(fail,
		"no place for the state: $HOME is not set; write `state = PATH` under [ddns]");
	return NULL;
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Changes, insertions, removals and swaps of neighbours that make one word of
 * the other (optimal string alignment), without case.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t row[3][WORD_MAX_BYTES + 1];
	size_t *now = row[0], *last = row[1], *before = row[2], *spare;
	size_t i, j, len = strlen(b);

	for (j = 0; j <= len; j++)
		now[j] = j;
	for (i = 1; a[i - 1]; i++) {
		spare = before;
		before = last;
		last = now;
		now = spare;
		now[0] = i;
		for (j = 1; j <= len; j++) {
			now[j] = least(last[j] + 1, now[j - 1] + 1,
				last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
				same(a[i - 2], b[j - 1]) &&
				before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return now[len];
}

const char *
config_nearest(const char *word, const char *const *known)
{
	size_t len = strlen(word), best, far;
	const char *nearest = NULL;

	if (len == 0 || len > WORD_MAX_BYTES)
		return NULL;
	/* of a short word, two changes leave too little */
	best = len < 4 ? 2 : len < 9 ? 3 : len / 3 + 1;
	for (; *known; known++) {
		if (strlen(*known) > WORD_MAX_BYTES)
			continue;
		far = distance(word, *known);
		if (far < best) {
			best = far;
			nearest = *known;
		}
	}
	return nearest;
}

const char *
config_hint(struct config *config, const char *word, const char *const *known)
{
	const char *nearest = config_nearest(word, known);

	return nearest ? mem_printf(config->mem, " (%s?)", nearest) : "";
}
