/* SPDX-License-Identifier: ISC */
/*
 * Learns the current address of one family: asks the sources of a set in order
 * until one gives a valid answer, or as many as are to agree. It uses http,
 * program, file and json, and reads its section with config; it knows nothing
 * of names and providers. plan reads the sets, update and the command `lookup`
 * (probe) ask them.
 */
#ifndef DDNS_LOOKUP_LOOKUP_H
#define DDNS_LOOKUP_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct address_rule;
struct config;
struct config_section;
struct fail;
struct http;
struct lookup_kind;
struct mem;

struct lookup_source {
	struct lookup_source *next;
	const char *written; /* after `url =` */
	const char *shown;   /* how it is named to people */
	const char *same;    /* equal in all that ask the same */
	const struct lookup_kind *kind;

	/* as the kind needs them */
	const char *place;   /* URL without fragment, path, interface */
	const char *pointer; /* into a JSON answer, or NULL */
	struct address own;  /* the host of the URL, where it is an address:
				it is not an answer; else family 0 */
	char **argv;         /* NULL at the end */
};

/* A section [ipv4], [ipv6], [ipv4 LABEL]. */
struct lookup_set {
	struct lookup_set *next;
	const char *title; /* "ipv4", "ipv6 wan2" */
	const char *label; /* "", "wan2" */
	int family;
	struct lookup_source *sources;
	int count;
	int agree;
	const char *bind; /* interface, or NULL */
	const struct address_rule *rule;
	const struct config_section *section;
};

/* What came of one source. */
struct lookup_try {
	struct lookup_try *next;
	struct lookup *lookup; /* that it belongs to */
	const struct lookup_source *source;
	bool ended;
	bool valid;
	struct address *address; /* if valid */
	const char *cause;       /* if not */
	long ms;                 /* since it was sent, once it has ended */
	void *work; /* private to the kind, while it is asked; or NULL */
};

/* A lookup under way, and its result. */
struct lookup {
	struct lookup *next;
	const struct lookup_set *set;
	struct http *http;
	struct mem *mem;
	long timeout_ms;            /* for each source */
	const struct address *last; /* last agreed; family 0: none */
	bool all;                   /* ask every source, all at once */

	/* the result, once `done` was called */
	bool finished;
	struct address *found;    /* family 0: no valid address */
	struct lookup_try *tries; /* in the order of asking */
	const struct lookup_try *used; /* whose answer settled it */
	struct fail *fail;        /* why nothing was found */

	void (*done)(void *arg, struct lookup *lookup);
	void *arg;
	void (*ended)(struct lookup_try *try); /* private: what then */
	const struct lookup_source *then; /* private: the next to ask */
	struct lookup_try **end;          /* private: of the tries */
};

/*
 * Reads one source as it is written after `url =`. False: *fail says why.
 */
bool lookup_source_read(struct lookup_source *source, struct mem *mem,
	const char *text, struct fail *fail);

/* The file that a source reads, or NULL. */
const char *lookup_source_file(const struct lookup_source *source);

/* Whether it runs a program. */
bool lookup_source_runs(const struct lookup_source *source);

/* Reads a section; what is wrong is reported in the config. */
struct lookup_set *lookup_set_read(
	struct config *config, struct config_section *section);

/*
 * Starts; the caller has set the upper half of *lookup. `done` is called once,
 * not from within, unless the loop ends before.
 */
void lookup_start(struct lookup *lookup);

/* Ends what runs on behalf of a lookup whose loop was ended before. One that
 * asks all has the result of those that have answered. */
void lookup_stop(struct lookup *lookup);

#endif
