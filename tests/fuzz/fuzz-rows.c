/* SPDX-License-Identifier: ISC */
/*
 * Rows of a user's own and accounts of any row. Input, with a NUL between
 * them: a configuration, values of variables as lines NAME=VALUE, and an
 * answer. Each request of an account is expanded, and each test is asked of
 * the answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "config/config.h"
#include "demand.h"
#include "fail.h"
#include "field.h"
#include "json/json.h"
#include "provider/account.h"
#include "provider/catalogue.h"
#include "secret.h"
#include "template/template.h"
#include "url.h"

#define PARTS 1
#include "parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const char *config;
	size_t config_len;
	const char *values;
	const char *answer;
	struct mem *mem;
};

static bool
has_both(void *arg, const char *label, enum row_type type)
{
	(void)arg;
	(void)type;
	return !*label;
}

static struct variable
get(void *arg, const char *name)
{
	const struct input *input = arg;
	const char *line = input->values;
	struct variable variable = { NULL, false };
	size_t len, size = strlen(name);

	for (; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len <= size || line[size] != '=' ||
			memcmp(line, name, size) != 0)
			continue;
		variable.text =
			mem_textn(input->mem, line + size + 1, len - size - 1);
		break;
	}
	return variable;
}

/* No value makes more of a request than the row says. */
static void
check_made(const struct request_text *text, const struct request_made *made)
{
	const struct field *field;
	struct json_t *root;
	struct fail fail;
	const char *c;

	demand(url_scheme(made->url) > 0);
	for (c = made->url; *c; c++)
		demand((unsigned char)*c > ' ' && *c != 0x7f);
	for (field = made->fields; field; field = field->next) {
		demand(*field->name && !strpbrk(field->name, ": \t\r\n"));
		for (c = field->value; *c; c++)
			demand((unsigned char)*c >= ' ' || *c == '\t');
	}
	if (!made->body)
		return;
	if (text->kind == BODY_JSON)
		demand(template_json_ok(made->body, &fail));
	for (c = made->body; text->kind == BODY_FORM && *c; c++)
		demand((unsigned char)*c > ' ' && (unsigned char)*c < 0x7f);
	if (text->kind != BODY_XML)
		return;
	root = json_read(made->body, strlen(made->body), &fail);
	demand(root != NULL);
	json_free(root);
}

static void
expand(struct input *input, const struct account *account,
	const struct row *row)
{
	const struct scope scope = { .get = get, .arg = input };
	const struct request_place place = { input->mem, &scope, row->url,
		account->server, row->fields };
	struct request_made made;
	struct fail fail = { "" };
	int step;

	for (step = 0; step < STEPS; step++) {
		if (!row->step[step] || !row->step[step]->text.method)
			continue;
		fail.text[0] = '\0';
		if (request_expand(
			    &row->step[step]->text, &place, &made, &fail))
			check_made(&row->step[step]->text, &made);
		else
			demand(*fail.text);
	}
}

static void
match(struct input *input, const struct row *row)
{
	const struct scope scope = { .get = get, .arg = input };
	const size_t len = strlen(input->answer);
	struct match_answer answer = { 200, input->answer, NULL };
	const struct match *test;
	struct buf pattern = { 0 };
	struct fail fail;
	int meaning;

	if (json_kind(input->answer, len) != JSON_NEITHER)
		answer.doc = json_read(input->answer, len, &fail);
	for (meaning = 0; meaning < MEANINGS; meaning++)
		for (test = row->test[meaning]; test; test = test->next) {
			buf_cut(&pattern, 0);
			if (!test->text ||
				template_line(&pattern, test->text, &scope,
					&fail) == EXPAND_DONE)
				match_holds(test, &answer,
					test->text ? buf_text(&pattern) : NULL,
					NULL);
		}
	json_free(answer.doc);
	buf_free(&pattern);
}

static void
use(struct input *input, const struct account *account)
{
	enum row_type type;

	for (type = ROW_A; type < ROW_TYPES; type++) {
		if (!account->row[type].offered)
			continue;
		expand(input, account, &account->row[type]);
		match(input, &account->row[type]);
	}
}

/* Each row as `ddns providers` shows it. */
static void
look(struct input *input, struct catalogue *catalogue,
	const struct config_section *section)
{
	struct catalogue_view view;
	const char *name = catalogue_name(catalogue, section->label);

	if (!name && !catalogue_name(catalogue, section->kind))
		catalogue_hint(catalogue, section->kind, NULL);
	if (!name || strcmp(section->kind, "provider") != 0)
		return;
	catalogue_has(catalogue, name, "ex");
	demand(catalogue_look(catalogue, name, input->mem, &view));
	demand(strcmp(view.name, name) == 0);
	if (view.layers)
		catalogue_default(&view, input->mem, "url");
}

static struct config *
read_text(struct input *input)
{
	struct config *config =
		config_read_text("fuzz.ini", input->config, input->config_len);
	struct catalogue *catalogue = catalogue_new(config);
	struct config_section *section;
	struct account *account;

	config_understand(config);
	catalogue_check(catalogue);
	for (section = config->sections; section; section = section->next) {
		if (section->broken)
			continue;
		look(input, catalogue, section);
		if (!catalogue_name(catalogue, section->kind))
			continue;
		account = account_read(catalogue, section, has_both, NULL);
		if (account && config->mistakes == 0)
			use(input, account);
	}
	catalogue_free(catalogue);
	secret_forget();
	return config;
}

/* The same text has the same mistakes. */
static void
compare(const struct config *one, const struct config *other)
{
	const struct config_note *a = one->notes, *b = other->notes;

	for (; a && b; a = a->next, b = b->next)
		demand(strcmp(a->text, b->text) == 0 && a->line == b->line);
	demand(!a && !b && one->mistakes == other->mistakes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = { 0 };
	struct input input = { .mem = mem_new() };
	struct config *one, *other;

	buf_add(&text, data, size);
	buf_add(&text, "\0\0", 3);
	input.config = text.at;
	input.config_len = strlen(text.at);
	input.values = input.config + input.config_len + 1;
	input.answer = input.values + strlen(input.values) + 1;
	one = read_text(&input);
	other = read_text(&input);
	compare(one, other);
	config_free(one);
	config_free(other);
	mem_free(input.mem);
	buf_free(&text);
	return 0;
}
