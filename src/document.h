/* SPDX-License-Identifier: ISC */
/*
 * JSON documents of our own, as --json prints them: written piece by piece,
 * indented by two spaces, secrets masked. Uses json and report; the commands
 * print with it.
 */
#ifndef DDNS_DOCUMENT_H
#define DDNS_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct address;
struct report_subject;

#define DOCUMENT_DEPTH 8

/* Zero-initialise. */
struct document {
	struct buf out;
	char close[DOCUMENT_DEPTH];	/* the brackets of what is open */
	int depth;
	bool filled;	/* the open object or list has a member already */
};

/* Opens an object or list; key is NULL in a list and at the top. */
void document_open(struct document *document, const char *key, char bracket);
void document_close(struct document *document);

/* Closes all that is open, prints the document and frees it. */
void document_print(struct document *document);

/* Members; a text of NULL is written as null. */
void document_text(
	struct document *document, const char *key, const char *text);
void document_number(
	struct document *document, const char *key, int64_t number);
/* "2026-11-22T10:27:00Z"; 0 is written as null. */
void document_time(struct document *document, const char *key, int64_t when);
/* Its text; null for none (family 0). */
void document_address(struct document *document, const char *key,
	const struct address *address);
void document_switch(struct document *document, const char *key, bool on);

/* A problem in a list; about NULL: no member tells what it is about. */
void document_problem(struct document *document, const char *event,
	const char *message, const struct report_subject *about);

#endif
