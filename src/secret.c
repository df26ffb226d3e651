/* The list of what is hidden, and its search in texts. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "escape.h"
#include "secret.h"

#define WORD_SECRET 8  /* a shorter one may be part of our own words */
#define BASE64_LEAST 6 /* shorter base64 says too little to be hidden */

/* A text to hide, as it is before anything is escaped. */
struct spelling {
	struct spelling *next;
	const char *text;
	size_t len;
	bool word; /* only with no letter or digit beside it */
};

static struct mem *pool;
static struct spelling *spellings;

static void
keep(const struct buf *text, bool word)
{
	struct spelling *one;

	if (text->len == 0)
		return;
	for (one = spellings; one; one = one->next) {
		if (one->len == text->len && one->word == word &&
			memcmp(one->text, text->at, one->len) == 0)
			return;
	}
	if (!pool)
		pool = mem_new();
	one = mem_take(pool, sizeof *one);
	one->text = mem_textn(pool, text->at, text->len);
	one->len = text->len;
	one->word = word;
	one->next = spellings;
	spellings = one;
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

/* Marks each place of one in buf; from: where marks begins. */
static bool
mark(const struct buf *buf, const struct spelling *one, struct buf *marks,
	size_t from)
{
	bool any = false;
	size_t at, len;

	for (at = from; at < buf->len; at++) {
		if (buf->at[at] != one->text[0] &&
			!memchr("%\\&+", buf->at[at], 4))
			continue;
		len = spelled(one, buf->at + at, buf->len - at);
		if (len == 0 || (one->word && !stands_alone(buf, at, len)))
			continue;
		memset(marks->at + (at - from), 1, len);
		any = true;
	}
	return any;
}

/*
 * All places are marked before any is replaced: where two secrets overlap,
 * replacing the one would leave a piece of the other.
 */
void
secret_mask(struct buf *buf, size_t from)
{
	struct buf marks = { 0 }, out = { 0 };
	const struct spelling *one;
	bool any = false;
	size_t i;

	if (!spellings || from >= buf->len)
		return;
	buf_add(&marks, buf->at + from, buf->len - from);
	memset(marks.at, 0, marks.len);
	for (one = spellings; one; one = one->next)
		any = mark(buf, one, &marks, from) || any;
	for (i = 0; any && i < marks.len; i++) {
		if (!marks.at[i])
			buf_char(&out, buf->at[from + i]);
		else if (i == 0 || !marks.at[i - 1])
			buf_str(&out, "***");
	}
	if (any) {
		buf_cut(buf, from);
		buf_add(buf, buf_text(&out), out.len);
	}
	buf_free(&out);
	buf_free(&marks);
}

void
secret_forget(void)
{
	mem_free(pool);
	pool = NULL;
	spellings = NULL;
}
