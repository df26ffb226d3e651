/* SPDX-License-Identifier: ISC */
/* Growing buffers, pools, and what is fit to print. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "memory.h"

/*
 * Pieces lie side by side in chunks, of which each is twice as long as the one
 * before, up to a ceiling. 0: each piece is a chunk of its own, so that
 * a sanitizer sees where it ends.
 */
#ifndef DDNS_CHUNK
#define DDNS_CHUNK 16384
#endif
#define FIRST_CHUNK 256
#define ALIGNED _Alignof(max_align_t)
#define LARGE 65536 /* bytes from which on room to grow is small */

struct chunk {
	struct chunk *next;
	max_align_t bytes[];
};

struct mem {
	size_t size;
	struct chunk *chunks;
	char *at; /* what is free of the last one */
	size_t left;
	size_t next; /* bytes of the next one */
};

/* realloc would leave an unwiped copy. */
static void
grow(struct buf *buf, size_t len)
{
	size_t need, cap;
	char *at;

	if (len >= SIZE_MAX / 4 || buf->len >= SIZE_MAX / 4)
		memory_none();
	need = buf->len + len + 1;
	cap = need < 64 ? 64 : need + (need < LARGE ? need / 2 : need / 8);
	at = memory_take(cap);
	if (buf->at)
		memcpy(at, buf->at, buf->len);
	memory_give(buf->at);
	buf->at = at;
	buf->cap = cap;
}

/* Room for len more bytes and a NUL. */
static void
reserve(struct buf *buf, size_t len)
{
	if (!buf->at || len >= buf->cap - buf->len)
		grow(buf, len);
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	reserve(buf, len);
	if (len)
		memcpy(buf->at + buf->len, bytes, len);
	buf->len += len;
	buf->at[buf->len] = '\0';
}

void
buf_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_char(struct buf *buf, char c)
{
	reserve(buf, 1);
	buf->at[buf->len++] = c;
	buf->at[buf->len] = '\0';
}

void
buf_number(struct buf *buf, int64_t number)
{
	char digits[20], *at = digits + sizeof digits;
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (number < 0)
		buf_char(buf, '-');
	buf_add(buf, at, (size_t)(digits + sizeof digits - at));
}

void
buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	size_t room;
	int len;

	/* measured in place: most texts fit at once */
	reserve(buf, 80);
	room = buf->cap - buf->len;
	va_copy(again, args);
	len = vsnprintf(buf->at + buf->len, room, format, again);
	va_end(again);
	if (len > 0 && (size_t)len >= room) {
		reserve(buf, (size_t)len);
		vsnprintf(buf->at + buf->len, (size_t)len + 1, format, args);
	}
	if (len > 0)
		buf->len += (size_t)len;
	buf->at[buf->len] = '\0';
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void
buf_cut(struct buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	mem_wipe(buf->at + len, buf->len - len);
	buf->len = len;
}

const char *
buf_text(const struct buf *buf)
{
	return buf->at ? buf->at : "";
}

void
buf_free(struct buf *buf)
{
	if (!buf)
		return;
	memory_give(buf->at);
	*buf = (struct buf){ 0 };
}

/* Bytes of the sequence that begins so (RFC 3629 section 4), 0: none does. */
static size_t
utf8_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/*
 * Length of the well-formed UTF-8 sequence at the start of bytes (no overlong
 * forms, no surrogates), 0 if there is none.
 */
static size_t
utf8_read(const char *bytes, size_t len, unsigned long *code)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)bytes[0];
	size_t size = utf8_size(first), i;

	if (size == 0 || size > len)
		return 0;
	*code = size == 1 ? first : first & (0xFFUL >> (size + 1));
	for (i = 1; i < size; i++) {
		unsigned char next = (unsigned char)bytes[i];

		if ((next & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (next & 0x3F);
	}
	if (*code < least[size] || *code > 0x10FFFF ||
		(*code >= 0xD800 && *code <= 0xDFFF))
		return 0;
	return size;
}

static bool
unprintable(unsigned long code)
{
	static const struct {
		unsigned long first, last;
	} ranges[] = {
		{ 0x00, 0x1F },     /* C0 */
		{ 0x7F, 0x9F },     /* DEL and C1 */
		{ 0x061C, 0x061C }, /* bidirectional: Unicode UAX 9, 2.1-2.6 */
		{ 0x200E, 0x200F },
		{ 0x202A, 0x202E },
		{ 0x2066, 0x2069 },
	};
	size_t i;

	for (i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

/* Bytes at the start that are printable ASCII: mostly all. */
static size_t
plain_size(const char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len && bytes[at] >= 0x20 && bytes[at] < 0x7F)
		at++;
	return at;
}

void
buf_printable(struct buf *buf, const char *bytes, size_t len)
{
	size_t at = 0, end;

	while (at < len) {
		unsigned long code = 0;
		size_t size = plain_size(bytes + at, len - at);

		if (size == 0)
			size = utf8_read(bytes + at, len - at, &code);
		else
			code = ' ';

		if (size > 0 && !unprintable(code)) {
			buf_add(buf, bytes + at, size);
			at += size;
			continue;
		}
		end = at + (size > 0 ? size : 1);
		for (; at < end; at++)
			buf_printf(buf, "\\x%02X", (unsigned char)bytes[at]);
	}
}

bool
buf_is_printable(const char *text)
{
	struct buf printable = { 0 };
	bool same;

	buf_printable(&printable, text, strlen(text));
	same = strcmp(buf_text(&printable), text) == 0;
	buf_free(&printable);
	return same;
}

struct mem *
mem_new(void)
{
	return memory_take(sizeof(struct mem));
}

void
mem_free(struct mem *mem)
{
	struct chunk *chunk, *next;

	if (!mem)
		return;
	for (chunk = mem->chunks; chunk; chunk = next) {
		next = chunk->next;
		memory_give(chunk);
	}
	memory_give(mem);
}

size_t
mem_size(const struct mem *mem)
{
	return mem->size;
}

static void *
take_chunk(struct mem *mem, size_t len)
{
	struct chunk *chunk = memory_take(sizeof *chunk + len);

	chunk->next = mem->chunks;
	mem->chunks = chunk;
	return chunk->bytes;
}

/* Longer than a chunk: one of its own, and the last one goes on. */
void *
mem_take(struct mem *mem, size_t len)
{
	const size_t most = DDNS_CHUNK;
	void *taken;

	if (len > SIZE_MAX / 2)
		memory_none();
	mem->size += len;
	if (len >= most / 4)
		return take_chunk(mem, len);
	len = (len + !len + ALIGNED - 1) / ALIGNED * ALIGNED;
	if (len > mem->left) {
		mem->next = mem->next < most / 2 ? mem->next * 2 : most;
		if (mem->next < FIRST_CHUNK)
			mem->next = FIRST_CHUNK;
		if (mem->next < len)
			mem->next = len;
		mem->at = take_chunk(mem, mem->next);
		mem->left = mem->next;
	}
	taken = mem->at;
	mem->at += len;
	mem->left -= len;
	return taken;
}

char *
mem_text(struct mem *mem, const char *text)
{
	return mem_textn(mem, text, strlen(text));
}

char *
mem_textn(struct mem *mem, const char *text, size_t len)
{
	char *copy = mem_take(mem, len + 1);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *
mem_printf(struct mem *mem, const char *format, ...)
{
	struct buf buf = { 0 };
	char *text;
	va_list args;

	va_start(args, format);
	buf_vprintf(&buf, format, args);
	va_end(args);
	text = mem_textn(mem, buf_text(&buf), buf.len);
	buf_free(&buf);
	return text;
}

void
mem_wipe(void *bytes, size_t len)
{
	memory_wipe(bytes, len);
}
