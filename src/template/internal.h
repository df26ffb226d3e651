/* SPDX-License-Identifier: ISC */
/*
 * Private to the room template: texts with expressions, and places.
 */
#ifndef DDNS_TEMPLATE_INTERNAL_H
#define DDNS_TEMPLATE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct fail;
struct scope;
struct variable;

#define TEMPLATE_NAME 128 /* bytes of the longest name, NUL included */

struct expression {
	char name[TEMPLATE_NAME];
	bool plus; /* {+name} */
};

/* A piece of a text. */
struct span {
	const char *at;
	const char *end;
};

/* Where a text goes, and what becomes of it there. */
struct place {
	/* Adds a byte that is no part of an expression. */
	void (*byte)(struct buf *out, char c);
	/* Adds a value, or says in *fail why it cannot stand there. */
	bool (*value)(struct buf *out, const struct expression *expression,
		const struct variable *variable, struct fail *fail);
	bool needed; /* nothing can be left out */
};

/* The bytes of the expression that begins at span->at; 0: there is none. */
size_t template_expression(
	struct expression *expression, const struct span *span);

/* Adds one byte of text as it is. */
void template_byte(struct buf *out, char c);

/*
 * Expands all of the span. EXPAND_UNSET or EXPAND_BAD: what was added to out
 * so far is still there.
 */
enum expansion template_span(struct buf *out, const struct place *place,
	const struct span *span, const struct scope *scope, struct fail *fail);

/*
 * Fails with `NAME: "VALUE" WHY`; a value that is long or not plain is left
 * out. Always false.
 */
bool template_unfit(struct fail *fail, const char *name, const char *value,
	const char *why);

#endif
