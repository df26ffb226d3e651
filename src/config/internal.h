/*
 * Between the files of config: lines, and the text as a whole.
 */
#ifndef DDNS_CONFIG_INTERNAL_H
#define DDNS_CONFIG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct mem;

/* An empty one; path stands for the file in messages. */
struct config *config_new(const char *path);

/* Reads the sections of a text into config. */
void config_parse(struct config *config, const char *text, size_t len);

/* Borrowed bytes without a NUL behind them. */
struct piece {
	const char *at;
	size_t len;
};

/* Without blanks at both ends. */
struct piece config_trim(struct piece text);

/* Bytes before the first c; all of them if there is none. */
size_t config_find(struct piece text, char c);

/* The text before the first comment, ` ;`. */
struct piece config_plain(struct piece text);

/* Cuts the next line off the rest; it comes without its LF or CRLF. */
struct piece config_cut_line(struct piece *rest);

/* What a line is: blank or comment, header, indented, or the rest. */
enum form { FORM_NOTHING, FORM_SECTION, FORM_MORE, FORM_KEY };

enum form config_form(struct piece line);

/* A NUL byte or a lone CR in a line, in words; NULL: neither. */
const char *config_fault(struct piece line);

/* A name with single blanks between its words. */
const char *config_fold(struct mem *mem, struct piece name);

/* The words of a text that looks like a section's header; 0: it does not, as
 * a JSON array. */
int config_bracketed(struct piece text);

#endif
