/* SPDX-License-Identifier: ISC */
/* Names are made canonical here, and compared. */
#include <string.h>

#include "address.h"
#include "buf.h"
#include "fail.h"
#include "name.h"
#include "url.h"

static bool
is_ascii(const char *text)
{
	while (*text && (unsigned char)*text <= 0x7F)
		text++;
	return !*text;
}

static void
lower(struct buf *out, size_t from)
{
	for (; from < out->len; from++)
		if (out->at[from] >= 'A' && out->at[from] <= 'Z')
			out->at[from] += 'a' - 'A';
}

/* Label by label: libcurl takes no "*" and no "_dmarc". */
bool
name_ascii(struct buf *out, const char *name, struct fail *fail)
{
	size_t from = out->len, len;
	struct buf label = { 0 };
	bool done = true;

	if (is_ascii(name)) {
		buf_str(out, name);
		lower(out, from);
		return true;
	}
	for (; done; name += len + 1) {
		len = strcspn(name, ".");
		buf_cut(&label, 0);
		buf_add(&label, name, len);
		if (is_ascii(buf_text(&label)))
			buf_add(out, name, len);
		else
			done = url_ascii_host(out, label.at, fail);
		if (!name[len])
			break;
		buf_char(out, '.');
	}
	buf_free(&label);
	if (done)
		lower(out, from);
	else
		buf_cut(out, from);
	return done;
}

/*
 * RFC 1035 section 2.3.4: labels of 1 to 63 bytes, 253 in all. RFC 1123 section
 * 2.1: a hyphen neither begins nor ends one; an underscore may (RFC 8552).
 */
static bool
is_name(const char *name, int labels)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t len;

	if (strlen(name) > 253)
		return false;
	for (;; name += len + 1) {
		len = strspn(name, letters);
		if (len < 1 || len > 63 || name[0] == '-' ||
			name[len - 1] == '-')
			return false;
		labels--;
		if (name[len] != '.')
			break;
	}
	return name[len] == '\0' && labels <= 0;
}

static void
cut_dot(struct buf *name)
{
	if (name->len > 0 && name->at[name->len - 1] == '.')
		buf_cut(name, name->len - 1);
}

static void
name_fault(const char *text, const char *name, int labels, struct fail *fail)
{
	if (labels > 1 && is_name(name, 1))
		fail_set(fail, "%s is not a whole name: %s.example.com?", text,
			text);
	else
		fail_set(fail, "%s is not a DNS name", text);
}

const char *
name_read(struct mem *mem, const char *text, int labels, struct fail *fail)
{
	bool star = strncmp(text, "*.", 2) == 0;
	const char *rest = text + (star ? 2 : 0), *read = NULL;
	struct address address;
	struct buf name = { 0 };

	if (address_parse(&address, text, strlen(text))) {
		fail_set(fail,
			"%s is an address: names stand here, and [ipv4] and [ipv6] say where the address comes from",
			text);
		goto out;
	}
	if (!name_ascii(&name, rest, fail)) {
		fail_at(fail, "%s", text);
		goto out;
	}
	cut_dot(&name);
	if (is_name(buf_text(&name), labels - star))
		read = star ? mem_printf(mem, "*.%s", buf_text(&name))
			    : mem_textn(mem, buf_text(&name), name.len);
	else
		name_fault(text, buf_text(&name), labels - star, fail);
out:
	buf_free(&name);
	return read;
}

void
name_canonical(struct buf *out, const char *text)
{
	size_t from = out->len;
	struct fail fail;

	if (strncmp(text, "\\052", 4) == 0) {
		buf_char(out, '*');
		text += 4;
	}
	if (!name_ascii(out, text, &fail)) {
		buf_str(out, text);
		lower(out, from);
	}
	if (out->len > from)
		cut_dot(out);
}

int
name_inside(const char *name, const char *zone)
{
	size_t len = strlen(name), end = strlen(zone);

	if (end == 0 || len < end || strcmp(name + len - end, zone) != 0)
		return -1;
	if (len == end)
		return 0;
	return name[len - end - 1] == '.' ? (int)(len - end - 1) : -1;
}

/* Where a byte stands in the order: a dot before all others. */
static int
rank(char c)
{
	return c == '.' ? 0 : (unsigned char)c;
}

int
name_order(const char *a, const char *b)
{
	size_t i = strlen(a), j = strlen(b);

	while (i > 0 && j > 0)
		if (a[--i] != b[--j])
			return rank(a[i]) - rank(b[j]);
	return (i > 0) - (j > 0);
}

const char *
name_common(const char *a, const char *b)
{
	size_t i = strlen(a), j = strlen(b);
	const char *common = NULL, *dot = NULL;

	while (i > 0 && j > 0 && a[i - 1] == b[j - 1]) {
		i--;
		j--;
		if (a[i] == '.')
			dot = a + i;
		else if (dot && (i == 0 || a[i - 1] == '.') &&
			 (j == 0 || b[j - 1] == '.'))
			common = a + i;
	}
	return common;
}

const char *
name_shorter(const char *suffix)
{
	suffix = strchr(suffix, '.');
	return suffix && strchr(suffix + 1, '.') ? suffix + 1 : NULL;
}

bool
name_is(const char *text, const char *name, const char *zone)
{
	struct buf read = { 0 };
	int len = zone ? name_inside(name, zone) : -1;
	const char *at;
	bool is;

	name_canonical(&read, text);
	at = buf_text(&read);
	if (!zone || name_inside(at, zone) >= 0)
		is = strcmp(at, name) == 0;
	else if (!*at || strcmp(at, "@") == 0)
		is = len == 0;
	else
		is = len > 0 && strlen(at) == (size_t)len &&
		     strncmp(at, name, (size_t)len) == 0;
	buf_free(&read);
	return is;
}
