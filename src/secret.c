/* SPDX-License-Identifier: ISC */
/* The list of what is hidden, and its search in texts. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "escape.h"
#include "memory.h"
#include "secret.h"

#define WORD_SECRET 8  /* a shorter one may be part of our own words */
#define BASE64_LEAST 6 /* shorter base64 says too little to be hidden */
#define DEPTH 5        /* JSON in JSON in a URL is three */

/* A text to hide, as it is before anything is escaped. */
struct spelling {
	struct spelling *next;
	const char *text;
	size_t len;
	bool word;             /* only with no letter or digit beside it */
	struct spelling *also; /* the next of all that begin with a sign */
};

static struct mem *pool;
static struct spelling *spellings[256]; /* by their first bytes */
static struct spelling *signs;          /* those that begin with a sign */
static bool any;
static struct spelling *names; /* that are shown, whatever they equal */

/*
 * A text with so many escapes undone, one within another. Each byte knows from
 * where to where it stood in the text that is masked.
 */
struct layer {
	struct buf text;
	uint32_t *from;
	uint32_t *to;
};

/* The bytes of the character of a spelling at a place, if that is neither a
 * letter nor a digit of ASCII; else 0. */
static size_t
sign_size(const struct spelling *one, size_t at)
{
	const unsigned char first = (unsigned char)one->text[at];
	size_t size = 1;

	if (first < 0x80)
		return !isalnum(first);
	while (at + size < one->len && (one->text[at + size] & 0xC0) == 0x80)
		size++;
	return size;
}

/* The new one, or NULL. */
static struct spelling *
keep_in(struct spelling **list, const struct buf *text, bool word)
{
	struct spelling *one;

	if (text->len == 0)
		return NULL;
	for (one = *list; one; one = one->next) {
		if (one->len == text->len && one->word == word &&
			memcmp(one->text, text->at, one->len) == 0)
			return NULL;
	}
	if (!pool)
		pool = mem_new();
	one = mem_take(pool, sizeof *one);
	one->text = mem_textn(pool, text->at, text->len);
	one->len = text->len;
	one->word = word;
	one->next = *list;
	*list = one;
	return one;
}

static void
keep(const struct buf *text, bool word)
{
	struct spelling *one;

	if (text->len == 0)
		return;
	any = true;
	one = keep_in(&spellings[(unsigned char)text->at[0]], text, word);
	if (one && sign_size(one, 0) > 0) {
		one->also = signs;
		signs = one;
	}
}

/* In both alphabets (RFC 4648 sections 4 and 5). */
static void
keep_base64(const struct buf *coded)
{
	struct buf other = { 0 };
	size_t i;

	keep(coded, false);
	for (i = 0; i < coded->len; i++) {
		char c = coded->at[i];

		buf_char(&other, (char)(c == '+' ? '-' : c == '/' ? '_' : c));
	}
	keep(&other, false);
	buf_free(&other);
}

/*
 * The base64 of the text, with and without padding, and the digits it surely
 * gives within the base64 of a longer text ("user:password"), for each place
 * modulo 3 it can begin at.
 */
static void
hide_base64(const char *text)
{
	static const size_t mixed[] = { 0, 2, 3 }; /* digits of what precedes */
	size_t shift, whole;

	for (shift = 0; shift < 3; shift++) {
		struct buf plain = { 0 }, coded = { 0 }, inner = { 0 };

		buf_add(&plain, "\0\0", shift);
		buf_str(&plain, text);
		escape_base64(&coded, plain.at, plain.len);
		whole = plain.len * 8 / 6;
		if (whole >= mixed[shift] + BASE64_LEAST) {
			buf_add(&inner, coded.at + mixed[shift],
				whole - mixed[shift]);
			keep_base64(&inner);
		}
		if (shift == 0) {
			keep_base64(&coded);
			buf_cut(&coded, strcspn(buf_text(&coded), "="));
			keep_base64(&coded);
		}
		buf_free(&plain);
		buf_free(&coded);
		buf_free(&inner);
	}
}

void
secret_hide(const char *text)
{
	struct buf plain = { 0 };

	if (!text || strlen(text) < SECRET_LEAST)
		return;
	buf_str(&plain, text);
	keep(&plain, plain.len < WORD_SECRET);
	hide_base64(text);
	buf_free(&plain);
}

void
secret_show(const char *name)
{
	struct buf text = { 0 };

	buf_str(&text, name);
	keep_in(&names, &text, false);
	buf_free(&text);
}

/* Bytes of text that are an HTML reference by a name of which only HTML knows
 * what it means: so it may stand for any sign. *count: of the spelling. */
static size_t
read_name(const struct spelling *one, size_t said, const char *text, size_t len,
	size_t *count)
{
	const size_t size = escape_named(text, len);

	if (size == 0)
		return 0;
	/* a secret may hold what looks like one */
	if (size <= one->len - said &&
		memcmp(text, one->text + said, size) == 0)
		*count = size;
	else
		*count = sign_size(one, said);
	return *count > 0 ? size : 0;
}

/* Bytes of text that say the spelling, some of them escaped; 0: it does not. */
static size_t
spelled(const struct spelling *one, const char *text, size_t len)
{
	char bytes[ESCAPE_BYTES];
	size_t at = 0, said = 0, size, count;

	if (len >= one->len && memcmp(text, one->text, one->len) == 0)
		return one->len;
	for (; said < one->len; said += count, at += size) {
		if (at == len)
			return 0;
		size = escape_read(text + at, len - at, bytes, &count);
		if (size > 0 && count <= one->len - said &&
			memcmp(bytes, one->text + said, count) == 0)
			continue;
		if (size == 0)
			size = read_name(
				one, said, text + at, len - at, &count);
		else
			size = 0;
		if (size > 0)
			continue;
		if (text[at] != one->text[said])
			return 0;
		size = count = 1;
	}
	return at;
}

static bool
word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool
stands_alone(const struct buf *buf, size_t at, size_t len)
{
	return (at == 0 || !word_byte(buf->at[at - 1])) &&
	       (at + len == buf->len || !word_byte(buf->at[at + len]));
}

static struct layer
layer_new(size_t most)
{
	return (struct layer){
		.from = memory_take_all(most, sizeof(uint32_t)),
		.to = memory_take_all(most, sizeof(uint32_t)),
	};
}

static void
layer_free(struct layer *layer)
{
	buf_free(&layer->text);
	memory_give(layer->from);
	memory_give(layer->to);
}

/* The text itself. */
static struct layer
layer_first(const char *text, size_t len)
{
	struct layer layer = layer_new(len);
	size_t i;

	buf_add(&layer.text, text, len);
	for (i = 0; i < len; i++) {
		layer.from[i] = (uint32_t)i;
		layer.to[i] = (uint32_t)i + 1;
	}
	return layer;
}

/* Sets the marks of what bytes of the layer stood for. */
static void
mark(const struct layer *layer, size_t at, size_t len, char *marks)
{
	for (; len > 0; at++, len--)
		memset(marks + layer->from[at], 1,
			layer->to[at] - layer->from[at]);
}

/* Marks a spelling, if it stands at a place. */
static void
mark_one(const struct layer *layer, size_t at, const struct spelling *one,
	char *marks)
{
	const struct buf *text = &layer->text;
	size_t len = spelled(one, text->at + at, text->len - at);

	if (len > 0 && (!one->word || stands_alone(text, at, len)))
		mark(layer, at, len, marks);
}

/* Marks the spellings that begin with a byte, where one stands at a place. */
static void
mark_first(const struct layer *layer, size_t at, char first, char *marks)
{
	const struct spelling *one = spellings[(unsigned char)first];

	for (; one; one = one->next)
		mark_one(layer, at, one, marks);
}

/* Marks those that begin with whatever sign is meant by a name. */
static void
mark_named(const struct layer *layer, size_t at, char *marks)
{
	const struct spelling *one = signs;

	for (; one; one = one->also)
		mark_one(layer, at, one, marks);
}

/* Marks each place of each spelling in the layer. */
static void
mark_all(const struct layer *layer, char *marks)
{
	const struct buf *text = &layer->text;
	char bytes[ESCAPE_BYTES];
	size_t at, count, size;

	for (at = 0; at < text->len; at++) {
		mark_first(layer, at, text->at[at], marks);
		size = escape_read(
			text->at + at, text->len - at, bytes, &count);
		if (size > 0 && bytes[0] != text->at[at])
			mark_first(layer, at, bytes[0], marks);
		else if (size == 0 &&
			 escape_named(text->at + at, text->len - at) > 0)
			mark_named(layer, at, marks);
	}
}

/* A space may stand as `+`: left to spelled, as a `+` may be itself. */
static size_t
read_escape(const struct buf *text, size_t at, char bytes[ESCAPE_BYTES],
	size_t *count)
{
	size_t size = 0;

	if (text->at[at] != '+')
		size = escape_read(text->at + at, text->len - at, bytes, count);
	if (size > 0)
		return size;
	bytes[0] = text->at[at];
	*count = 1;
	return 1;
}

/* Whether there is anything that undo may undo. */
static bool
has_escapes(const struct layer *layer)
{
	const char *c = buf_text(&layer->text);
	const char *end = c + layer->text.len;

	while (c < end && *c != '%' && *c != '\\' && *c != '&')
		c++;
	return c < end;
}

/* False: there was no escape to undo. */
static bool
undo(struct layer *layer)
{
	const size_t most = layer->text.len;
	struct layer next = layer_new(most);
	char bytes[ESCAPE_BYTES];
	size_t at, size, count, i;

	for (at = 0; at < most; at += size) {
		size = read_escape(&layer->text, at, bytes, &count);
		for (i = 0; i < count; i++) {
			next.from[next.text.len + i] = layer->from[at];
			next.to[next.text.len + i] = layer->to[at + size - 1];
		}
		buf_add(&next.text, bytes, count);
	}
	layer_free(layer);
	*layer = next;
	return next.text.len < most;
}

/* Whether a text stands in brackets, in quotes or alone. */
static bool
is_enclosed(const char *text, size_t len, size_t at, size_t size)
{
	static const char opens[] = "[(\"", closes[] = "])\"";
	const char *bracket;

	if (at == 0 || at + size == len)
		return size == len;
	bracket = memchr(opens, text[at - 1], sizeof opens - 1);
	return bracket && text[at + size] == closes[bracket - opens];
}

/* Takes the marks from the names of sections. */
static void
show_names(const char *text, size_t len, char *marks)
{
	const struct spelling *name;
	size_t at;

	for (name = names; name; name = name->next)
		for (at = 0; at + name->len <= len; at++)
			if (memcmp(text + at, name->text, name->len) == 0 &&
				is_enclosed(text, len, at, name->len))
				memset(marks + at, 0, name->len);
}

/* What is marked becomes "***"; what is behind the end goes. */
static void
replace(struct buf *buf, size_t from, size_t end, const char *marks)
{
	struct buf out = { 0 };
	size_t i;

	for (i = from; i < end; i++) {
		if (!marks[i - from])
			buf_char(&out, buf->at[i]);
		else if (i == from || !marks[i - from - 1])
			buf_str(&out, "***");
	}
	buf_cut(buf, from);
	buf_add(buf, buf_text(&out), out.len);
	buf_free(&out);
}

/*
 * All places are marked before any is replaced: where two secrets overlap,
 * replacing the one would leave a piece of the other.
 */
void
secret_mask(struct buf *buf, size_t from)
{
	size_t len = from < buf->len ? buf->len - from : 0, shown = len;
	struct layer layer;
	char *marks;
	int depth = 0;

	if (len > SECRET_MOST) {
		len = SECRET_MOST;
		shown = SECRET_MOST / 2;
	}
	if (!any || len == 0) {
		buf_cut(buf, from + shown);
		return;
	}
	layer = layer_first(buf->at + from, len);
	marks = memory_take(len);
	do
		mark_all(&layer, marks);
	while (++depth < DEPTH && has_escapes(&layer) && undo(&layer));
	layer_free(&layer);
	show_names(buf->at + from, len, marks);
	if (shown < len || memchr(marks, 1, len))
		replace(buf, from, from + shown, marks);
	memory_give(marks);
}

void
secret_forget(void)
{
	mem_free(pool);
	pool = NULL;
	memset(spellings, 0, sizeof spellings);
	signs = NULL;
	any = false;
	names = NULL;
}
