/* SPDX-License-Identifier: ISC */
/* What a row reads from answers, and the keys that it declares. */
#include "provider/internal.h"

#include <string.h>

#include "fail.h"

#define SPACES " \t"

/* Whether the text is a variable's name: a-z, then a-z 0-9 _. */
static bool
is_variable(const char *text, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t i;

	if (len == 0 || !strchr("abcdefghijklmnopqrstuvwxyz", text[0]))
		return false;
	for (i = 0; i < len; i++)
		if (!strchr(letters, text[i]))
			return false;
	return true;
}

/* Copies a pointer, if it is one. `shown` is the text around it. */
static const char *
read_pointer(struct layer_work *work, const char *shown, const char *pointer)
{
	struct fail fail;

	if (!match_pointer_ok(pointer, &fail))
		layer_wrong(work, "%s: %s", shown, fail.text);
	return mem_text(work->mem, pointer);
}

static bool
is_bound(const struct row_reading *reading, const char *variable)
{
	const struct row_binding *at;

	if (strcmp(variable, "page") == 0)
		return reading->page != NULL;
	if (strcmp(variable, "pages") == 0)
		return reading->pages != NULL;
	for (at = reading->bindings; at; at = at->next)
		if (strcmp(at->variable, variable) == 0)
			return true;
	return false;
}

static void
bind(struct layer_work *work, struct row_reading *reading, const char *variable,
	const char *pointer)
{
	struct row_binding *binding, **end;

	if (strcmp(variable, "page") == 0) {
		reading->page = pointer;
		return;
	}
	if (strcmp(variable, "pages") == 0) {
		reading->pages = pointer;
		return;
	}
	binding = mem_take(work->mem, sizeof(*binding));
	binding->variable = variable;
	binding->pointer = pointer;
	for (end = &reading->bindings; *end; end = &(*end)->next)
		;
	*end = binding;
}

/* variable ["=" pointer] */
static void
read_binding(
	struct layer_work *work, struct row_reading *reading, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *variable = mem_textn(work->mem, word, len), *pointer;
	unsigned is;

	if (!is_variable(word, len)) {
		layer_wrong(
			work, "%s: a variable's name is of a-z 0-9 _", word);
		return;
	}
	is = row_word(variable);
	if ((is & WORD_VARIABLE) && !(is & WORD_READ)) {
		layer_wrong(work, "%s is a word of the language", variable);
		return;
	}
	if (is_bound(reading, variable)) {
		layer_wrong(work, "reads %s twice", variable);
		return;
	}
	pointer = word[len] == '=' ? read_pointer(work, word, word + len + 1)
				   : mem_printf(work->mem, "/%s", variable);
	bind(work, reading, variable, pointer);
}

struct row_reading *
row_parse_reading(struct layer_work *work, const char *text)
{
	struct row_reading *reading = mem_take(work->mem, sizeof(*reading));
	const char *word;
	size_t len;
	bool list;

	for (text += strspn(text, SPACES); *text;
		text += len + strspn(text + len, SPACES)) {
		len = strcspn(text, SPACES);
		word = mem_textn(work->mem, text, len);
		list = strcmp(word, "[]") == 0;
		if (word[0] != '/' && !list)
			read_binding(work, reading, word);
		else if (reading->items || reading->list || reading->bindings)
			layer_wrong(work,
				"%s: the pointer to the items comes first",
				word);
		else if (list)
			reading->list = true;
		else
			reading->items = read_pointer(work, word, word);
	}
	if (!reading->items && !reading->list && !reading->page &&
		!reading->pages && !reading->bindings)
		layer_wrong(work, "-> reads nothing");
	return reading;
}

static bool
test_wrong(void *arg, const char *text)
{
	return layer_wrong(arg, "%s", text);
}

struct match *
row_parse_tests(struct layer_work *work, const struct layer_value *value,
	unsigned steps)
{
	const struct match_reader reader = { work->mem, test_wrong, work };
	struct match *first = match_read(&reader, value->lines), *test;

	for (test = first; test; test = test->next) {
		test->key = value->key;
		test->steps = steps;
	}
	return first;
}

const struct config_line *
row_parse_pointers(struct layer_work *work, const struct config_line *lines)
{
	struct config_line *first = NULL, **end = &first;
	const char *text, *one;

	for (; lines; lines = lines->next) {
		text = lines->text;
		while ((one = match_next(work->mem, &text))) {
			*end = mem_take(work->mem, sizeof(**end));
			(*end)->text = row_is_field(one)
					       ? one
					       : read_pointer(work, one, one);
			(*end)->line = lines->line;
			end = &(*end)->next;
		}
	}
	return first;
}

static void
declare(struct layer_work *work, struct row_declared **list,
	const struct row_declared *declared)
{
	struct row_declared *copy;

	/* `zone`, which every account has, may be asked for in words */
	if (row_word(declared->name) && strcmp(declared->name, "zone") != 0) {
		layer_wrong(
			work, "%s is a word of the language", declared->name);
		return;
	}
	for (; *list; list = &(*list)->next)
		if (strcmp((*list)->name, declared->name) == 0) {
			layer_wrong(
				work, "%s is declared twice", declared->name);
			return;
		}
	copy = mem_take(work->mem, sizeof(*copy));
	*copy = *declared;
	*list = copy;
}

void
row_parse_declared(struct layer_work *work, const struct config_line *lines,
	bool secret, struct row_declared **list)
{
	struct row_declared declared = { .secret = secret };
	const char *name;
	size_t word, len;

	for (; lines; lines = lines->next) {
		name = lines->text;
		word = len = strcspn(name, SPACES);
		declared.text = mem_text(
			work->mem, name + word + strspn(name + word, SPACES));
		declared.optional = name[0] == '[' && name[len - 1] == ']';
		if (declared.optional) {
			name++;
			len -= 2;
		}
		declared.name = mem_textn(work->mem, name, len);
		if (is_variable(name, len))
			declare(work, list, &declared);
		else
			layer_wrong(work,
				"%s: a variable's name is of a-z 0-9 _",
				declared.name);
	}
}
