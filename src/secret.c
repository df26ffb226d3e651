#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "buf.h"
#include "secret.h"

#define SHORT_SECRET 4
#define WORD_SECRET 8  /* a shorter one may be part of our own words */
#define BASE64_LEAST 6 /* shorter base64 says too little to be hidden */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* One way in which a secret can stand in a text. */
struct spelling {
	struct spelling *next;
	const char *text;
	size_t len;
	bool word; /* only with no letter or digit beside it */
};

/* What a percent-encoding leaves as it is, and how it writes the rest. */
struct percent {
	const char *plain;
	const char *space;
	const char *escape;
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

static void
percent_add(struct buf *out, const char *text, const struct percent *way)
{
	char triple[4];

	for (; *text; text++) {
		if (strchr(way->plain, *text)) {
			buf_char(out, *text);
		} else if (*text == ' ') {
			buf_str(out, way->space);
		} else {
			unsigned char c = (unsigned char)*text;

			triple[0] = '%';
			triple[1] = way->escape[c >> 4];
			triple[2] = way->escape[c & 15];
			triple[3] = '\0';
			buf_str(out, triple);
		}
	}
}

static void
hide_percent(const char *text, bool word)
{
	static const char query[] = LETTERS DIGITS "-._~*@";
	static const char strict[] = LETTERS DIGITS "-._~"; /* RFC 3986 2.3 */
	static const char form[] = LETTERS DIGITS "-._*"; /* URL Standard 1.3 */
	static const char upper[] = "0123456789ABCDEF";
	static const char lower[] = "0123456789abcdef";
	static const struct percent ways[] = {
		{ query, "%20", upper },
		{ query, "+", upper },
		{ strict, "%20", upper },
		{ strict, "%20", lower },
		{ strict, "+", upper },
		{ strict, "+", lower },
		{ form, "+", upper },
		{ form, "+", lower },
	};
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		buf_cut(&out, 0);
		percent_add(&out, text, &ways[i]);
		keep(&out, word);
	}
	buf_free(&out);
}

/* RFC 8259 section 7; slash: the escaped form of '/', which is optional. */
static void
json_add(struct buf *out, const char *text, const char *slash)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *found;

	for (; *text; text++) {
		found = strchr(named, *text);
		if (found) {
			buf_char(out, '\\');
			buf_char(out, letters[found - named]);
		} else if (*text == '/') {
			buf_str(out, slash);
		} else if ((unsigned char)*text < 0x20) {
			buf_printf(out, "\\u%04X", (unsigned char)*text);
		} else {
			buf_char(out, *text);
		}
	}
}

static void
hide_json(const char *text, bool word)
{
	static const char *const slashes[] = { "/", "\\/" };
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof slashes / sizeof slashes[0]; i++) {
		buf_cut(&out, 0);
		json_add(&out, text, slashes[i]);
		keep(&out, word);
	}
	buf_free(&out);
}

/* XML 1.0 section 2.4. */
static void
hide_xml(const char *text, bool word)
{
	static const char special[] = "&<>\"'";
	static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;",
		"&apos;" };
	struct buf out = { 0 };
	const char *found;

	for (; *text; text++) {
		found = strchr(special, *text);
		if (found)
			buf_str(&out, names[found - special]);
		else
			buf_char(&out, *text);
	}
	keep(&out, word);
	buf_free(&out);
}

/* A secret with unprintable bytes, in a text made printable before. */
static void
hide_printable(const char *text, bool word)
{
	struct buf out = { 0 };

	buf_printable(&out, text, strlen(text));
	keep(&out, word);
	buf_free(&out);
}

/* In both alphabets (RFC 4648 sections 4 and 5). */
static void
keep_base64(const struct buf *coded, bool word)
{
	struct buf other = { 0 };
	size_t i;

	keep(coded, word);
	for (i = 0; i < coded->len; i++) {
		char c = coded->at[i];

		buf_char(&other, (char)(c == '+' ? '-' : c == '/' ? '_' : c));
	}
	keep(&other, word);
	buf_free(&other);
}

/* The base64 of plain, padding included; coded is empty. */
static void
base64_add(struct buf *coded, const struct buf *plain)
{
	size_t room = (plain->len + 2) / 3 * 4;

	while (coded->len < room)
		buf_char(coded, '=');
	EVP_EncodeBlock((unsigned char *)coded->at,
		(const unsigned char *)plain->at, (int)plain->len);
}

/*
 * The base64 of the text, with and without padding, and the digits it surely
 * gives within the base64 of a longer text ("user:password"), for each place
 * modulo 3 it can begin at.
 */
static void
hide_base64(const char *text, bool word)
{
	static const size_t mixed[] = { 0, 2, 3 }; /* digits of what precedes */
	size_t shift, whole;

	for (shift = 0; shift < 3; shift++) {
		struct buf plain = { 0 }, coded = { 0 }, inner = { 0 };

		buf_add(&plain, "\0\0", shift);
		buf_str(&plain, text);
		base64_add(&coded, &plain);
		whole = plain.len * 8 / 6;
		if (whole >= mixed[shift] + BASE64_LEAST && !word) {
			buf_add(&inner, coded.at + mixed[shift],
				whole - mixed[shift]);
			keep_base64(&inner, false);
		}
		if (shift == 0) {
			keep_base64(&coded, word);
			buf_cut(&coded, strcspn(buf_text(&coded), "="));
			keep_base64(&coded, word);
		}
		buf_free(&plain);
		buf_free(&coded);
		buf_free(&inner);
	}
}

void
secret_hide(const char *text)
{
	static void (*const ways[])(const char *, bool) = { hide_percent,
		hide_json, hide_xml, hide_printable };
	struct buf plain = { 0 };
	bool word;
	size_t i;

	if (!text || !*text)
		return;
	buf_str(&plain, text);
	word = plain.len < WORD_SECRET;
	keep(&plain, word);
	for (i = 0; i < sizeof ways / sizeof ways[0]; i++)
		ways[i](text, word);
	hide_base64(text, plain.len < SHORT_SECRET);
	buf_free(&plain);
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
	size_t at = from;

	while (at < buf->len && buf->len - at >= one->len) {
		const char *found = memchr(buf->at + at, one->text[0],
			buf->len - at - one->len + 1);

		if (!found)
			break;
		at = (size_t)(found - buf->at);
		if (memcmp(found, one->text, one->len) == 0 &&
			(!one->word || stands_alone(buf, at, one->len))) {
			memset(marks->at + (at - from), 1, one->len);
			any = true;
		}
		at++;
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
