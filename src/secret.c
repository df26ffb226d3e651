/* SPDX-License-Identifier: ISC */
/* The list of what is hidden, and its search in texts. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "escape.h"
#include "memory.h"
#include "secret.h"
#include "undone.h"

#define WORD_SECRET 8  /* a shorter one may be part of our own words */
#define BASE64_LEAST 6 /* shorter base64 says too little to be hidden */
#define DEPTH 5        /* JSON in JSON in a URL is three */
#define LATIN 0xC2 /* begins U+0080 to U+00BF in UTF-8, the next to U+00FF */

/*
 * A text to hide, as it is before anything is escaped; or the name of a
 * section. It is a leaf of a tree as well as a branch: all below it begin with
 * the bytes up to the one that led to it, and are as long or longer, so that
 * the bytes of a text lead past all that begin it, however many others there
 * are.
 */
struct spelling {
	struct spelling *less, *more; /* go on with another byte instead */
	struct spelling *below;       /* by the next byte */
	const char *text;
	size_t len;
	bool word; /* only with no letter or digit beside it */
};

static struct mem *pool;
static struct spelling *spellings;
static struct spelling *names; /* that are shown, whatever they equal */

/* Where the one is, or would be, that goes on with a byte. */
static struct spelling **
find(struct spelling **at, size_t depth, char byte)
{
	while (*at && (*at)->text[depth] != byte)
		at = byte < (*at)->text[depth] ? &(*at)->less : &(*at)->more;
	return at;
}

static bool
is_start(const struct spelling *one, const char *text, size_t len)
{
	return len >= one->len && memcmp(text, one->text, one->len) == 0;
}

/* The one that is a text; NULL: none is. */
static struct spelling *
known(struct spelling *list, const struct buf *text)
{
	struct spelling *one;
	size_t i;

	for (i = 0; i < text->len; i++, list = one->below) {
		one = *find(&list, i, text->at[i]);
		if (!one || (one->len == text->len &&
				    is_start(one, text->at, text->len)))
			return one;
	}
	return NULL;
}

/* Its place, and from there those that are longer each further down. */
static void
insert(struct spelling **at, const char *text, size_t len, bool word)
{
	struct spelling *one, new = { .text = text, .len = len, .word = word };
	size_t depth;

	for (depth = 0; *(at = find(at, depth, new.text[depth])); depth++) {
		one = *at;
		if (one->len > new.len) {
			const struct spelling longer = *one;

			one->text = new.text;
			one->len = new.len;
			one->word = new.word;
			new = longer;
		}
		at = &one->below;
	}
	new.less = new.more = new.below = NULL;
	*at = mem_take(pool, sizeof new);
	**at = new;
}

static void
keep_in(struct spelling **list, const struct buf *text, bool word)
{
	struct spelling *one = known(*list, text);

	if (text->len == 0)
		return;
	if (!pool)
		pool = mem_new();
	if (one)
		one->word = one->word && word;
	else
		insert(list, mem_textn(pool, text->at, text->len), text->len,
			word);
}

static void
keep(const struct buf *text, bool word)
{
	keep_in(&spellings, text, word);
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
hide_base64(const struct buf *text)
{
	static const size_t mixed[] = { 0, 2, 3 }; /* digits of what precedes */
	size_t shift, whole;

	for (shift = 0; shift < 3; shift++) {
		struct buf plain = { 0 }, coded = { 0 }, inner = { 0 };

		buf_add(&plain, "\0\0", shift);
		buf_add(&plain, text->at, text->len);
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
secret_show(const char *name)
{
	struct buf text = { 0 };

	buf_str(&text, name);
	keep_in(&names, &text, false);
	buf_free(&text);
}

/* Bytes of the character that a text begins with (RFC 3629, section 3). */
static size_t
character(const char *text, size_t len)
{
	size_t i = 1;

	while (i < len && i < ESCAPE_BYTES && (text[i] & 0xC0) == 0x80)
		i++;
	return i;
}

/* Whether a byte of Latin-1 is the character that a secret begins with. */
static bool
is_latin(char byte, const char *secret, size_t len)
{
	const unsigned char *want = (const unsigned char *)secret;
	const unsigned char code = (unsigned char)byte;

	return code >= 0x80 && len >= 2 && want[0] == LATIN + (code >> 6 & 1) &&
	       want[1] == (0x80 | (code & 0x3F));
}

/*
 * Bytes of text that say the next *count ones of a secret: itself, one escape,
 * an entity that we do not know, which stands for any sign, or Latin-1. 0: it
 * says something else.
 */
static size_t
says(const char *text, size_t len, const char *secret, size_t left,
	size_t *count)
{
	char bytes[ESCAPE_BYTES];
	size_t size = escape_read(text, len, bytes, count);

	if (size > 0 && *count <= left && memcmp(bytes, secret, *count) == 0)
		return size;
	*count = 1;
	if (*text == *secret)
		return 1;
	if (is_latin(*text, secret, left)) {
		*count = 2;
		return 1;
	}
	if (size > 0 || isalnum((unsigned char)*secret))
		return 0;
	*count = character(secret, left);
	return escape_named(text, len);
}

/* Bytes of text that say the spelling, some of them escaped; 0: it does not. */
static size_t
spelled(const struct spelling *one, const char *text, size_t len)
{
	size_t at = 0, said = 0, size, count;

	if (is_start(one, text, len))
		return one->len;
	for (; said < one->len; said += count, at += size) {
		size = at == len ? 0
				 : says(text + at, len - at, one->text + said,
					   one->len - said, &count);
		if (size == 0)
			return 0;
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

/* What the text from a place on may say. */
struct search {
	const struct undone *layer;
	char *marks;
	size_t from;
	size_t to;             /* what is read up to here says */
	struct spelling *list; /* the first bytes of these, */
	size_t depth;          /* so many */
};

/* Marks the spelling where it stands at the place. */
static void
mark_one(const struct search *search, const struct spelling *one)
{
	const struct buf *text = &search->layer->text;
	const size_t from = search->from;
	const size_t len = spelled(one, text->at + from, text->len - from);

	if (len > 0 && (!one->word || stands_alone(text, from, len)))
		undone_mark(search->layer, from, len, search->marks);
}

/* False: none goes on with this byte. */
static bool
step(struct search *search, char byte)
{
	const struct spelling *one = *find(&search->list, search->depth, byte);

	if (!one)
		return false;
	mark_one(search, one);
	search->list = one->below;
	search->depth++;
	return true;
}

static void go_on(const struct search *search);

/* Goes on with what the next `size` bytes of the text say. */
static void
follow(struct search search, size_t size, const char *bytes, size_t count)
{
	for (; count > 0; bytes++, count--)
		if (!step(&search, *bytes))
			return;
	search.to += size;
	go_on(&search);
}

/* Goes on with each sign, or with the rest of its bytes. */
static void
follow_signs(struct search search, size_t size, bool rest)
{
	const struct spelling *one = search.list;
	char byte;

	if (!one)
		return;
	search.list = one->less;
	follow_signs(search, size, rest);
	search.list = one->more;
	follow_signs(search, size, rest);
	byte = one->text[search.depth];
	if (rest ? (byte & 0xC0) != 0x80
		 : byte == '&' || isalnum((unsigned char)byte))
		return;
	mark_one(&search, one);
	search.list = one->below;
	search.depth++;
	follow_signs(search, size, true);
	search.to += size;
	go_on(&search);
}

/*
 * Reads the text as `says` does. The ways part at bytes that differ, so that a
 * spelling is not come to again and again.
 */
static void
go_on(const struct search *search)
{
	const struct buf *all = &search->layer->text;
	const char *text = all->at + search->to;
	const size_t len = all->len - search->to;
	char bytes[ESCAPE_BYTES];
	size_t count, size;

	if (!search->list || len == 0)
		return;
	size = escape_read(text, len, bytes, &count);
	if (size > 0)
		follow(*search, size, bytes, count);
	if (size == 0 || bytes[0] != *text)
		follow(*search, 1, text, 1);
	bytes[0] = (char)(LATIN + (*text >> 6 & 1));
	bytes[1] = (char)(0x80 | (*text & 0x3F));
	if (*text & 0x80 && bytes[0] != *text)
		follow(*search, 1, bytes, 2);
	if (size == 0 && (size = escape_named(text, len)) > 0)
		follow_signs(*search, size, false);
}

/* Whether a byte may say something else than itself. */
static bool
is_special(char c)
{
	return c == '%' || c == '\\' || c == '&' || c == '+' || c & 0x80;
}

/* Marks all spellings that stand at a place, as they are or not. */
static void
mark_place(const struct undone *layer, size_t from, char *marks)
{
	const struct buf *text = &layer->text;
	struct search search = { layer, marks, from, from, spellings, 0 };
	bool plain = true;

	for (; search.to < text->len; search.to++) {
		if (plain && is_special(text->at[search.to])) {
			go_on(&search);
			plain = false;
		}
		if (!step(&search, text->at[search.to]))
			return;
	}
}

/* Marks each place of each spelling in the layer. */
static void
mark_all(const struct undone *layer, char *marks)
{
	size_t at;

	for (at = 0; at < layer->text.len; at++)
		mark_place(layer, at, marks);
}

/* Keys in hexadecimal and UUIDs are the same in either case of letters. */
static void
hide_cases(const struct buf *text)
{
	struct buf lower = { 0 }, upper = { 0 };
	size_t i;

	for (i = 0; i < text->len; i++) {
		if (escape_digit(text->at[i]) < 0 && text->at[i] != '-')
			break;
		buf_char(&lower, (char)tolower((unsigned char)text->at[i]));
		buf_char(&upper, (char)toupper((unsigned char)text->at[i]));
	}
	if (i == text->len && text->len >= WORD_SECRET) {
		keep(&lower, false);
		keep(&upper, false);
	}
	buf_free(&lower);
	buf_free(&upper);
}

/*
 * What looks escaped in the secret is undone in the text when that is compared
 * with other escapes undone, and may have been one where the secret was written
 * down: it is hidden in each of these forms.
 */
void
secret_hide(const char *text)
{
	struct undone layer;
	int depth = 0;

	if (!text || strlen(text) < SECRET_LEAST)
		return;
	layer = undone_start(text, strlen(text));
	do {
		keep(&layer.text, layer.text.len < WORD_SECRET);
		hide_base64(&layer.text);
		hide_cases(&layer.text);
	} while (++depth < DEPTH && undone_more(&layer) &&
		 layer.text.len >= SECRET_LEAST);
	undone_free(&layer);
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
	struct spelling *one, *list;
	size_t at, i;

	for (at = 0; at < len; at++)
		for (i = at, list = names; i < len; i++, list = one->below) {
			one = *find(&list, i - at, text[i]);
			if (!one)
				break;
			if (is_start(one, text + at, len - at) &&
				is_enclosed(text, len, at, one->len))
				memset(marks + at, 0, one->len);
		}
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
	struct undone layer;
	char *marks;
	bool found;
	int depth = 0;

	if (len > SECRET_MOST) {
		len = SECRET_MOST;
		shown = SECRET_MOST / 2;
	}
	if (!spellings || len == 0) {
		buf_cut(buf, from + shown);
		return;
	}
	layer = undone_start(buf->at + from, len);
	marks = memory_take(len);
	do
		mark_all(&layer, marks);
	while (++depth < DEPTH && undone_more(&layer));
	undone_free(&layer);
	found = memchr(marks, 1, len);
	if (found)
		show_names(buf->at + from, len, marks);
	if (found || shown < len)
		replace(buf, from, from + shown, marks);
	memory_give(marks);
}

void
secret_forget(void)
{
	mem_free(pool);
	pool = NULL;
	spellings = NULL;
	names = NULL;
}
