/*
 * Layers of a row: account over row over `like` row, key by key.
 * ddns-providers(5), LAYERS.
 */
#ifndef DDNS_PROVIDER_LAYER_H
#define DDNS_PROVIDER_LAYER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct config;
struct config_entry;
struct config_line;
struct config_section;
struct mem;

/* One section; the topmost comes first. */
struct layer {
	const struct layer *below;
	const struct config_section *section;
};

/* What the layers write for a key. */
struct layer_value {
	const char *wanted;              /* as asked for: "set" */
	const char *key;                 /* as written: "set", "set.A" */
	const struct layer *layer;       /* NULL: no layer writes it */
	const struct config_line *lines; /* NULL: not written, or hidden */
	int line;
};

/*
 * The value for one type (enum row_type). Lines are copies; those of a key
 * that is written again follow each other, empty ones are left out.
 */
struct layer_value layer_find(
	struct mem *mem, const struct layer *top, const char *key, int type);

/* Whether the key of the row language may be written for one type only. */
bool layer_typed(const char *key);

/* Whether a key, written again, adds a line. */
bool layer_repeats(const char *key);

/* Whether the value of a key may go on in further lines. */
bool layer_goes_on(const char *key);

/* Whether it is a key of the row language. */
bool layer_knows(const char *key);

/* Words, NULL at the end. Zero-initialise. */
struct layer_words {
	const char **at;
	size_t count;
	size_t cap;
};

void layer_word(struct mem *mem, struct layer_words *words, const char *word);

/* Adds all keys of the row language. */
void layer_keys(struct mem *mem, struct layer_words *words);

/* The key without .A or .AAAA; *type is enum row_type, or -1 for both. */
const char *layer_plain(struct mem *mem, const char *key, int *type);

/* Whether `key`, as written in a section, gives a value to a key and type. */
bool layer_fits(const char *written, const char *key, int type);

/* Work on the layers of one row, and the mistakes found. */
struct layer_mistake {
	struct layer_mistake *next;
	const char *key;
	int line; /* 0: it stands in a lower layer */
	const char *text;
};

struct layer_work {
	struct mem *mem;
	const struct layer *top;
	struct layer_mistake *mistakes;
	const char *key; /* at work */
	int line;
};

/* The value of a key, which from now on is the key at work. */
struct layer_value layer_at(struct layer_work *work, const char *key, int type);

/* Adds a mistake of the key at work, once. Always false. */
bool layer_wrong(struct layer_work *work, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Tells the config of all mistakes but those that `but` (or NULL) has, too. */
void layer_report(struct config *config, const struct layer_work *work,
	const struct layer_work *but);

#endif
