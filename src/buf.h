/* SPDX-License-Identifier: ISC */
/*
 * Growing byte buffers and memory that lives as long as a run. Both are wiped
 * before they are given back. When memory runs out the program ends.
 */
#ifndef DDNS_BUF_H
#define DDNS_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; `at` is NULL or holds `len` bytes and a NUL behind them. */
struct buf {
	char *at;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_str(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);

/* Adds it in decimal. */
void buf_number(struct buf *buf, int64_t number);

void buf_printf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Shortens to len bytes, wiping the rest; longer than the buffer: nothing. */
void buf_cut(struct buf *buf, size_t len);

/* The text, "" if nothing was added. Valid until the next change. */
const char *buf_text(const struct buf *buf);

/* Wipes and frees; the buffer is empty and usable again. */
void buf_free(struct buf *buf);

/*
 * Adds remote bytes so that they are fit to print, log and store: C0, DEL, C1,
 * invalid UTF-8 and bidirectional controls become \xNN.
 */
void buf_printable(struct buf *buf, const char *bytes, size_t len);

/* Whether that would leave the text as it is. */
bool buf_is_printable(const char *text);

/* A pool: everything taken from it is given back, wiped, by mem_free. */
struct mem;

struct mem *mem_new(void);
void mem_free(struct mem *mem);

/* How many bytes were taken from it. */
size_t mem_size(const struct mem *mem);

/* Zeroed bytes. */
void *mem_take(struct mem *mem, size_t len);
char *mem_text(struct mem *mem, const char *text);
char *mem_textn(struct mem *mem, const char *text, size_t len);
char *mem_printf(struct mem *mem, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Wipes bytes in a way that no compiler leaves out. */
void mem_wipe(void *bytes, size_t len);

#endif
