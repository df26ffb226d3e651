/* SPDX-License-Identifier: ISC */
/* Where the configuration and the state are, if nobody says. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "buf.h"
#include "fail.h"
#include "nearest.h"

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

const char *const *
config_places(struct mem *mem)
{
	const char **places = mem_take(mem, 3 * sizeof *places), **end = places;
	const char *home;

	home = geteuid() ? users(mem, "XDG_CONFIG_HOME", ".config") : NULL;
	if (home)
		*end++ = mem_printf(mem, "%s/ddns/ddns.ini", home);
	*end = SYSCONFDIR "/ddns/ddns.ini";
	return places;
}

const char *
config_default_path(struct mem *mem)
{
	const char *const *place = config_places(mem);
	struct stat st;

	while (place[1] && stat(*place, &st) != 0)
		place++;
	return *place;
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
		fail_set(fail, "$STATE_DIRECTORY is not an absolute path");
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

const char *
config_hint(struct config *config, const char *word, const char *const *known)
{
	const char *nearest = nearest_word(word, known);

	return nearest ? mem_printf(config->mem, " (%s?)", nearest) : "";
}
