/* SPDX-License-Identifier: ISC */
/*
 * Two runs of `ddns update` from one input: a letter for the command line,
 * then, with a NUL between them, a configuration, a state and the answers of
 * lookups and providers (scripted.h). The second run follows at once and gets
 * the same answers to its lookups.
 */
#include "scripted.h"

#include <sys/stat.h>
#include <unistd.h>

#include "address-find.h"
#include "check.h"
#include "cli.h"
#include "exit.h"
#include "folder.h"
#include "json/json.h"
#include "log.h"
#include "plan.h"
#include "secret.h"
#include "state/internal.h"
#include "update/update.h"

#define PARTS 2
#include "parts.h"

/* A secret that is told from all else holds one of these. */
static const char *const marks[] = { "s3cr3t", "t0k3n" };

static const char *const suffixes[] = { "", ".bad", ".stats", ".lock" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char config_path[300], state_path[300];

struct input {
	struct buf text;
	const char *config;
	const char *state;
	struct cli cli;
	char *out, *error; /* of the run that is looked at */
};

static const char *
beside(const char *suffix)
{
	static char path[320];

	snprintf(path, sizeof path, "%s%s", state_path, suffix);
	return path;
}

static void
remove_state(void)
{
	size_t i;

	for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		unlink(beside(suffixes[i]));
}

static void
remove_files(void)
{
	remove_state();
	unlink(config_path);
	rmdir(folder);
}

static void
make_folder(void)
{
	if (*folder)
		return;
	folder_make(remove_files);
	snprintf(config_path, sizeof config_path, "%s/ddns.ini", folder);
	snprintf(state_path, sizeof state_path, "%s/ddns.state", folder);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	demand(file && fputs(text, file) >= 0 && fclose(file) == 0);
	chmod(path, S_IRUSR | S_IWUSR);
}

static bool
read_file(const char *path, struct buf *text)
{
	FILE *file = fopen(path, "r");
	char piece[4096];
	size_t got;

	if (!file)
		return false;
	while ((got = fread(piece, 1, sizeof piece, file)) > 0)
		buf_add(text, piece, got);
	fclose(file);
	return true;
}

static struct state *
read_state(void)
{
	struct buf text = { 0 };
	struct state *state;

	read_file(state_path, &text);
	state = state_parse(buf_text(&text), text.len);
	buf_free(&text);
	return state;
}

/* What was written is whole, and read again it is the same. */
static void
check_state(void)
{
	struct buf text = { 0 }, again = { 0 };
	struct state *state;

	if (read_file(state_path, &text)) {
		state = state_parse(buf_text(&text), text.len);
		demand(!state->damaged);
		state_format(state, &again);
		demand(text.len == again.len &&
			memcmp(text.at, again.at, text.len) == 0);
		state_free(state);
	}
	buf_free(&text);
	buf_free(&again);
}

/* A dry run leaves all as it was. */
static void
check_untouched(const struct input *input)
{
	struct buf text = { 0 };
	size_t i;

	read_file(state_path, &text);
	demand(strcmp(buf_text(&text), input->state) == 0);
	for (i = 1; i < sizeof suffixes / sizeof suffixes[0]; i++)
		demand(access(beside(suffixes[i]), F_OK) < 0);
	buf_free(&text);
}

static const struct state_name *
find_name(const struct state *state, const struct state_name *like)
{
	const struct state_name *name;

	for (name = state->names; name; name = name->next)
		if (strcmp(name->name, like->name) == 0 &&
			strcmp(name->type, like->type) == 0 &&
			strcmp(name->account, like->account) == 0)
			return name;
	return NULL;
}

/* No address is confirmed that the lookups were not to give. */
static void
check_public(const struct plan *plan, const struct state *before)
{
	struct state *state = read_state();
	const struct state_name *name, *old;
	const struct plan_item *item;

	for (name = state->names; name; name = name->next) {
		old = find_name(before, name);
		if (name->confirmed->family == 0 ||
			(old && address_equal(old->confirmed, name->confirmed)))
			continue;
		for (item = plan->items; item; item = item->next)
			if (strcmp(item->name, name->name) == 0 &&
				strcmp(item->account->id, name->account) == 0 &&
				strcmp(row_types[item->type], name->type) == 0)
				break;
		demand(item && address_valid(name->confirmed, item->set->rule));
		demand(item->set->rule->allow.count > 0 ||
			address_global(name->confirmed));
	}
	state_free(state);
}

static size_t
count(const char *text, const char *word)
{
	size_t found = 0;

	for (; (text = strstr(text, word)); text++)
		found++;
	return found;
}

/* Whether it is a secret, and nothing else that may be shown. */
static bool
is_marked(const char *secret, const char *config)
{
	size_t i;

	if (strlen(secret) < 8 || count(config, secret) != 1)
		return false;
	for (i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (strstr(secret, marks[i]))
			return true;
	return false;
}

static void
check_secrets(const struct input *input, const struct plan *plan)
{
	const struct account *account;
	const struct row_value *value;
	struct buf state = { 0 };

	read_file(state_path, &state);
	for (account = plan->accounts; account; account = account->next)
		for (value = account->values; value; value = value->next) {
			if (!value->secret ||
				!is_marked(value->text, input->config))
				continue;
			demand(!strstr(input->out, value->text));
			demand(!strstr(input->error, value->text));
			demand(!strstr(buf_text(&script.told), value->text));
			demand(!strstr(buf_text(&state), value->text) ||
				strstr(input->state, value->text));
		}
	buf_free(&state);
}

/* Lines of what a terminal can take. */
static void
check_printable(const char *at)
{
	struct buf line = { 0 };
	size_t len;

	for (; *at; at += len + (at[len] == '\n')) {
		at += *at == '\t'; /* a dry run's requests */
		len = strcspn(at, "\n");
		buf_cut(&line, 0);
		buf_printable(&line, at, len);
		demand(line.len == len &&
			memcmp(buf_text(&line), at, len) == 0);
	}
	buf_free(&line);
}

static void
check_output(const struct input *input)
{
	struct json_t *root;
	struct fail fail;

	check_printable(input->out);
	check_printable(input->error);
	if (input->cli.quiet)
		demand(!*input->out);
	if (!input->cli.json || input->cli.quiet)
		return;
	root = json_read(input->out, strlen(input->out), &fail);
	demand(root != NULL);
	json_free(root);
}

/* What is tried is on disk before anybody is asked to do it. */
static void
check_noted(void)
{
	struct state *state = read_state();
	const struct state_name *name = state->names;

	while (name && name->attempt != SCRIPT_NOW)
		name = name->next;
	demand(name != NULL);
	state_free(state);
}

static int
update(struct input *input, struct plan *plan)
{
	struct state *before;
	int status;

	plan->config->general.state = state_path;
	if (!check_usable(&input->cli, plan->config))
		return EXIT_CONFIG;
	before = read_state();
	script.calls_provider = input->cli.dry_run ? NULL : check_noted;
	status = update_run(&input->cli, plan);
	demand(status == EXIT_FINE || status == EXIT_AGAIN ||
		status == EXIT_LOOKUP || status == EXIT_REFUSED);
	check_public(plan, before);
	if (input->cli.dry_run)
		check_untouched(input);
	else
		check_state();
	state_free(before);
	return status;
}

/* One run, and all that is to hold of it. */
static int
run(struct input *input)
{
	FILE *const streams[] = { stdout, stderr };
	size_t out_len, error_len;
	struct plan *plan;
	int status;

	stdout = open_memstream(&input->out, &out_len);
	stderr = open_memstream(&input->error, &error_len);
	demand(stdout && stderr);
	plan = plan_read(config_path);
	status = update(input, plan);
	fclose(stdout);
	fclose(stderr);
	stdout = streams[0];
	stderr = streams[1];
	check_output(input);
	check_secrets(input, plan);
	plan_free(plan);
	secret_forget();
	free(input->out);
	free(input->error);
	return status;
}

/* All is well, and nothing is left to be done. */
static bool
is_settled(const struct input *input, int status, const struct state *state)
{
	return status == EXIT_FINE && !state->left && !input->cli.force &&
	       !input->cli.dry_run;
}

static void
run_again(struct input *input, int status)
{
	struct state *before = read_state(), *after;
	const struct state_name *name, *now;
	const bool settled = is_settled(input, status, before);

	status = run(input);
	after = read_state();
	if (settled)
		demand(status == EXIT_FINE);
	for (name = before->names; settled && name; name = name->next) {
		now = find_name(after, name);
		demand(now && now->attempt == name->attempt &&
			now->since == name->since &&
			address_equal(now->confirmed, name->confirmed));
	}
	state_free(before);
	state_free(after);
}

/* The command line, by the bits of a letter. */
static struct cli
read_options(unsigned char letter)
{
	struct cli cli = { .command = COMMAND_UPDATE,
		.config = config_path,
		.verbose = letter & 3 };

	if (cli.verbose == 3) {
		cli.verbose = 0;
		cli.only4 = true;
	}
	cli.json = letter & 4;
	cli.force = letter & 8;
	cli.dry_run = letter & 16;
	cli.quiet = letter & 32;
	return cli;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { 0 };
	char *at;

	if (size < 1)
		return 0;
	make_folder();
	remove_state();
	buf_add(&input.text, data + 1, size - 1);
	buf_add(&input.text, "\0", 2);
	input.cli = read_options(data[0]);
	log_level(input.cli.verbose);
	input.config = at = input.text.at;
	at += strlen(at) + 1;
	input.state = at;
	at += strlen(at) + 1;
	script_begin(at, at < input.text.at + size
				 ? (size_t)(input.text.at + size - at)
				 : 0);
	write_file(config_path, input.config);
	if (*input.state)
		write_file(state_path, input.state);
	run_again(&input, run(&input));
	script_end();
	buf_free(&input.text);
	return 0;
}
