/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "config/config.h"

#define T10 "TTTTTTTTTT"
#define T49 T10 T10 T10 T10 "TTTTTTTTT"
#define T100 T10 T10 T10 T10 T10 T10 T10 T10 T10 T10
#define T190 T100 T10 T10 T10 T10 T10 T10 T10 T10 T10

#define HEADLESS \
	"no section stands before this line: begin with one, such as [ddns]\n"
#define NO_KEY \
	"an indented line, and no key stands before it: begin keys in the first column\n"
#define HEADER "an indented section header: begin it in the first column\n"
#define COMMENT \
	"a `;` behind a space in an indented line, where inih's versions differ: put comments on lines of their own\n"
#define URL_KEY \
	"a URL stands where a key is due: write `KEY = URL`, or indent the line to go on with the key above\n"
#define QUOTES "a value in quotes: they would be part of it, take them off\n"
#define LONE_CR \
	"a lone carriage return stands in this line (lines end in LF or CRLF)\n"

struct row {
	const char *text;
	const char *sections; /* as dump writes them */
	const char *notes;    /* a line each */
};

/* A text that holds NUL bytes. */
struct bytes {
	const char *text;
	size_t len;
	const char *sections;
	const char *notes;
};

static void
dump_entry(struct buf *out, const struct config_entry *entry)
{
	const struct config_line *line;

	buf_printf(out, "%d %s", entry->line, entry->key);
	for (line = entry->lines; line; line = line->next)
		buf_printf(out, " <%d %s%s>", line->line, line->text,
			line->cut ? " cut" : "");
	buf_char(out, '\n');
}

static void
dump(struct buf *out, const struct config *config)
{
	const struct config_section *section;
	const struct config_entry *entry;

	for (section = config->sections; section; section = section->next) {
		buf_printf(out, "%d [%s|%s]\n", section->line, section->kind,
			section->label);
		for (entry = section->entries; entry; entry = entry->next)
			dump_entry(out, entry);
	}
}

static int
notes(struct buf *out, const struct config *config)
{
	const struct config_note *note;
	int mistakes = 0;

	for (note = config->notes; note; note = note->next) {
		buf_printf(out, "%s\n", note->text);
		mistakes += !note->warning;
	}
	return mistakes;
}

static void
check(const char *text, size_t len, const char *sections, const char *said)
{
	/* in memory of just that size, so that sanitizers see what is behind */
	char *exact = test_malloc(len ? len : 1);
	struct buf out = { 0 };
	struct config *config;

	memcpy(exact, text, len);
	config = config_read_text("f", exact, len);
	test_free(exact);
	dump(&out, config);
	assert_string_equal(buf_text(&out), sections);
	buf_free(&out);
	assert_int_equal(notes(&out, config), config->mistakes);
	assert_string_equal(buf_text(&out), said);
	buf_free(&out);
	config_free(config);
}

static void
check_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check(rows[i].text, strlen(rows[i].text), rows[i].sections,
			rows[i].notes);
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

static void
reads_sections(void **state)
{
	static const struct row rows[] = {
		{ "", "", "" },
		{ "\n; c\n# d\n  ; e\n\t# f = 1\n", "", "" },
		{ "[a]\nk = v\n", "1 [a|]\n2 k <2 v>\n", "" },
		{ "[a]\nk=v", "1 [a|]\n2 k <2 v>\n", "" },
		{ "[a]\r\nk = v\r\n\r\n[b]\r\n", "1 [a|]\n2 k <2 v>\n4 [b|]\n",
			"" },
		{ "\xEF\xBB\xBF[a]\nk = v\n", "1 [a|]\n2 k <2 v>\n", "" },
		{ "\xEF\xBB\xBF; c\n[a]\n", "2 [a|]\n", "" },
		{ "[ a \t b   c ]\n", "1 [a|b c]\n", "" },
		{ "[a] ; c\n[b]\t;c\n[c]   \n", "1 [a|]\n2 [b|]\n3 [c|]\n",
			"" },
		/* an empty section is one, too */
		{ "[a]\n[b]\n\n[c]\nk=1\n",
			"1 [a|]\n2 [b|]\n4 [c|]\n5 k <5 1>\n", "" },
		{ "[a]\nk = 1\nk = 2\nK = 3\n",
			"1 [a|]\n2 k <2 1>\n3 k <3 2>\n4 K <4 3>\n", "" },
		{ "[a]\nk =\n[b]\nk=\n", "1 [a|]\n2 k <2 >\n3 [b|]\n4 k <4 >\n",
			"" },
		{ "[a]\nk: v = 2\nm = v: 3\n",
			"1 [a|]\n2 k <2 v = 2>\n3 m <3 v: 3>\n", "" },
		{ "[a]\nmy key = a  b \n", "1 [a|]\n2 my key <2 a  b>\n", "" },
		{ "[a]\nu = //h:1\n", "1 [a|]\n2 u <2 //h:1>\n", "" },
		{ "[a]\nk = \xE9\xBB\x98\xE8\xAE\xA4\n",
			"1 [a|]\n2 k <2 \xE9\xBB\x98\xE8\xAE\xA4>\n", "" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
goes_on_in_indented_lines(void **state)
{
	static const struct row rows[] = {
		{ "[a]\nk = 1\n  2\n\t3 = 4\nl = 5\n",
			"1 [a|]\n2 k <2 1> <3 2> <4 3 = 4>\n5 l <5 5>\n", "" },
		/* neither a blank line nor a comment ends it */
		{ "[a]\nk = 1\n\n; c\n# d\n  ; e\n   \n 2\n",
			"1 [a|]\n2 k <2 1> <8 2>\n", "" },
		{ "[a]\nk =\n  1\n  2\n", "1 [a|]\n2 k <3 1> <4 2>\n", "" },
		{ "[a]\nk = ;x\n  1\n", "1 [a|]\n2 k <2  cut> <3 1>\n", "" },
		/* arrays of a row and what it declares are no sections */
		{ "[a]\nk = 1\n  []\n  [{b},{c}]\n  [1, 2]\n  [\"x\"]\n",
			"1 [a|]\n2 k <2 1> <3 []> <4 [{b},{c}]> <5 [1, 2]> <6 [\"x\"]>\n",
			"" },
		{ "[a]\nsecret = b\n  [c]\nsetting.A =\n  [d]  for people\n  [e]\n",
			"1 [a|]\n2 secret <2 b> <3 [c]>\n4 setting.A <5 [d]  for people> <6 [e]>\n",
			"" },
		{ "[a]\nsecret = b\n  [c d]\n",
			"1 [a|]\n2 secret <2 b>\n3 [c|d]\n",
			"f:3: [a] secret: " HEADER },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Each of these inih takes without a word, or for something else. */
static const struct row taken[] = {
	/* comments behind a value: the owner of a secret refuses cut */
	{ "[a]\np = abc ;def\nq = abc\t;def\n",
		"1 [a|]\n2 p <2 abc cut>\n3 q <3 abc cut>\n", "" },
	{ "[a]\np = ;secret\nq=;secret\nr = abc;def\n",
		"1 [a|]\n2 p <2  cut>\n3 q <3 ;secret>\n4 r <4 abc;def>\n",
		"" },
	{ "[a]\nurl = https://h/x?a=1 ; b=2\n",
		"1 [a|]\n2 url <2 https://h/x?a=1 cut>\n", "" },
	{ "[a]\na=\"quoted ; value\"\n", "1 [a|]\n2 a <2 \"quoted cut>\n", "" },
	/* inih sees 198 bytes at most; the rest of a line goes around it */
	{ "[a]\ntoken = " T190 "\n", "1 [a|]\n2 token <2 " T190 ">\n", "" },
	{ "[a]\r\ntoken = " T190 "\r\n", "1 [a|]\n2 token <2 " T190 ">\n", "" },
	{ "[a]\ntoken = " T190 "T\nk = 1\n",
		"1 [a|]\n2 token <2 " T190 "T>\n3 k <3 1>\n", "" },
	{ "[a]\ntoken:  " T190 "TTTk=2 \n  x\nk = 1\n",
		"1 [a|]\n2 token <2 " T190 "TTTk=2> <3 x>\n4 k <4 1>\n", "" },
	{ "[a]\nk = 1\n  " T190 T10 " \n  2\n",
		"1 [a|]\n2 k <2 1> <3 " T190 T10 "> <4 2>\n", "" },
	{ "[a]\nk = " T190 T10 " ;c\n", "1 [a|]\n2 k <2 " T190 T10 " cut>\n",
		"" },
	{ "[a]\n" T190 T10 " = 1\n  2\nk = 3\n", "1 [a|]\n4 k <4 3>\n",
		"f:2: [a] a key of 201 bytes; at most 49 are read\n" },
	/* a long comment is skipped, its tail with it */
	{ "[a]\n; " T190 T10 "k=evil\n# " T190 T10 "k=evil\nk = 1\n",
		"1 [a|]\n4 k <4 1>\n", "" },
	{ "[b]\n[a" T190 T10 "]\nk = 1\n", "1 [b|]\n",
		"f:2: a section name of 201 bytes; at most 49 are read\n" },
	/* names of 49 bytes */
	{ "[" T49 "]\n" T49 " = 1\n", "1 [" T49 "|]\n2 " T49 " <2 1>\n", "" },
	{ "[" T49 "S]\nk = 1\n[" T49 "SS]\nk = 2\n", "",
		"f:1: a section name of 50 bytes; at most 49 are read\n"
		"f:3: a section name of 51 bytes; at most 49 are read\n" },
	{ "[a]\n" T49 "K = 1\n  2\nk = 3\n", "1 [a|]\n4 k <4 3>\n",
		"f:2: [a] a key of 50 bytes; at most 49 are read\n" },
	/* headers */
	{ "[b]\n[provider ;y]\nk = 1\n", "1 [b|]\n2 [provider|]\n3 k <3 1>\n",
		"f:2: `[` without `]`\n" },
	{ "[b]\n[unterminated\nk = 1\n",
		"1 [b|]\n2 [unterminated|]\n3 k <3 1>\n",
		"f:2: `[` without `]`\n" },
	{ "[s] junk\n[a]b]\n[c]# d\n[e];f\n",
		"1 [s|]\n2 [a|]\n3 [c|]\n4 [e|]\n",
		"f:1: text stands behind the `]`\n"
		"f:2: text stands behind the `]`\n"
		"f:3: text stands behind the `]`\n"
		"f:4: text stands behind the `]`\n" },
	{ "[]\n[ ]\n[\n", "",
		"f:1: a section without a name\n"
		"f:2: a section without a name\n"
		"f:3: `[` without `]`\n" },
	{ "[a  b]\nk=1\n[c]\n[a b]\nk=2\n[c]\n",
		"1 [a|b]\n2 k <2 1>\n3 [c|]\n4 [a|b]\n5 k <5 2>\n6 [c|]\n",
		"f:4: [a b] this section is given twice, first in line 1\n"
		"f:6: [c] this section is given twice, first in line 3\n" },
	/* indented */
	{ "  [t]\n  b = 2\n\tc = 3\n", "1 [t|]\n",
		"f:1: " HEADER "f:2: [t] " NO_KEY "f:3: [t] " NO_KEY },
	{ "[s]\na = 1\n  [t]\nb = 2\n",
		"1 [s|]\n2 a <2 1>\n3 [t|]\n4 b <4 2>\n",
		"f:3: [s] a: " HEADER },
	{ "[s]\na = 1\n  [" T49 "S]\nb = 2\n", "1 [s|]\n2 a <2 1>\n",
		"f:3: [s] a: " HEADER
		"f:3: a section name of 50 bytes; at most 49 are read\n" },
	{ "[a]\n  b = 2\n", "1 [a|]\n", "f:2: [a] " NO_KEY },
	{ " b\n", "", "f:1: " NO_KEY },
	/* not to the key of the section above */
	{ "[a]\nk = 1\n[a b]\n\t2\nl = 3\n",
		"1 [a|]\n2 k <2 1>\n3 [a|b]\n5 l <5 3>\n",
		"f:4: [a b] " NO_KEY },
	{ "[a]\nk = a\n  b ; second\n  c\t;third\n  d;e\n",
		"1 [a|]\n2 k <2 a> <5 d;e>\n",
		"f:3: [a] k: " COMMENT "f:4: [a] k: " COMMENT },
	/* keys */
	{ "[a]\nflag\n  x\nk = 1\nlast", "1 [a|]\n4 k <4 1>\n",
		"f:2: [a] no `=` in this line\n"
		"f:5: [a] no `=` in this line\n" },
	{ "[a]\nflag ;k = 1\n", "1 [a|]\n", "f:2: [a] no `=` in this line\n" },
	{ "[a]\nhttps://a.b/c = 1\nhttps://a.b/c\n", "1 [a|]\n",
		"f:2: [a] " URL_KEY "f:3: [a] " URL_KEY },
	{ "[a]\n=v\n  x = 1\n[b]\n = v\n", "1 [a|]\n4 [b|]\n",
		"f:2: [a] no key stands before the `=`\n"
		"f:5: [b] " NO_KEY },
	{ "k = 1\nl = 2\n[a]\nm = 3\n", "3 [a|]\n4 m <4 3>\n",
		"f:1: " HEADLESS },
	/* line ends, UTF-16 */
	{ "[a]\rk = 1\r", "", "f:1: " LONE_CR },
	{ "[a]\nk = 1\r\r\nl = 2\n; c\rm = 3\n", "1 [a|]\n3 l <3 2>\n",
		"f:2: [a] " LONE_CR "f:4: [a] " LONE_CR },
	{ "\xFF\xFE[a]", "", "f:1: UTF-16: save the file as UTF-8\n" },
	{ "\xFE\xFF[a]", "", "f:1: UTF-16: save the file as UTF-8\n" },
	/* quotes */
	{ "[a]\nk = \"v\"\nl = 'v'\nm = \"v'\nn = \"\nvalue = \"{ip}\"\n",
		"1 [a|]\n2 k <2 \"v\">\n3 l <3 'v'>\n4 m <4 \"v'>\n5 n <5 \">\n6 value <6 \"{ip}\">\n",
		"f:2: [a] k: " QUOTES "f:3: [a] l: " QUOTES },
	{ "[a]\nk =\n  \"v\",\n  \"w\"\nv = \"\"\n",
		"1 [a|]\n2 k <3 \"v\",> <4 \"w\">\n5 v <5 \"\">\n",
		"f:2: [a] k: " QUOTES "f:5: [a] v: " QUOTES },
	{ "[a \xF8]\nk = 1\n", "1 [a|\xF8]\n2 k <2 1>\n",
		"f:1: [a \\xF8] the name of a section is UTF-8 text\n" },
	{ "[\x1B[a] x\nk\x1B = 'v'\n", "",
		"f:1: a control byte stands in this line\n"
		"f:2: a control byte stands in this line\n" },
};

static void
refuses_what_inih_takes(void **state)
{
	(void)state;
	CHECK_ROWS(taken);
}

/* 64 KiB, as long as a body of any chat's webhook. */
static void
limits_lines(void **state)
{
	static char text[5 + 65536 + 2];
	struct config *config;
	size_t more;

	(void)state;
	for (more = 0; more < 2; more++) {
		memset(text, 'x', sizeof text);
		memcpy(text, "[a]\nk=", 6);
		text[4 + 65536 + more] = '\0';
		config = config_read_text("f", text, strlen(text));
		assert_int_equal(config->mistakes, more);
		if (more)
			assert_string_equal(config->notes->text,
				"f:2: [a] a line of 65537 bytes; at most 65536 are read");
		else
			assert_int_equal(
				strlen(config->sections->entries->lines->text),
				65536 - 2);
		config_free(config);
	}
}

static void
refuses_control_bytes(void **state)
{
	static const struct bytes rows[] = {
#define BYTES(text) text, sizeof text - 1
		{ BYTES("[a]\nk = 1\0x\nl = 2\n"), "1 [a|]\n3 l <3 2>\n",
			"f:2: [a] a NUL byte stands in this line\n" },
		{ BYTES("[a]\n; c\0\nl = 2\0"), "1 [a|]\n",
			"f:2: [a] a NUL byte stands in this line\n"
			"f:3: [a] a NUL byte stands in this line\n" },
		{ BYTES("[b]\n[a\0]\nk = 1\n"), "1 [b|]\n",
			"f:2: a NUL byte stands in this line\n" },
		{ BYTES("[a]\nk = 1\n  \0\n  2\n"), "1 [a|]\n2 k <2 1> <4 2>\n",
			"f:3: [a] k: a NUL byte stands in this line\n" },
		{ BYTES("[a]\nk = b\023\nl = \t2\n; \177\n"),
			"1 [a|]\n3 l <3 2>\n",
			"f:2: [a] a control byte stands in this line\n"
			"f:4: [a] a control byte stands in this line\n" },
		{ BYTES("[\0a\0]\0\n\0"), "",
			"f:1: a NUL byte stands in this line\n"
			"f:2: a NUL byte stands in this line\n" },
#undef BYTES
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i].text, rows[i].len, rows[i].sections,
			rows[i].notes);
}

static void
sorts_notes(void **state)
{
	static const char text[] = "[a]\nk = 1\nk = 2\n[b]\nl = 3\n";
	struct config *config = config_read_text("f", text, strlen(text));
	const struct config_section *a = config->sections, *b = a->next;
	struct buf out = { 0 };

	(void)state;
	config_wrong(config, b, b->entries, "%s", "later");
	assert_non_null(config_one(config, a, "k"));
	assert_null(config_one(config, a, "l"));
	assert_ptr_equal(config_one(config, a, "k"), a->entries);
	config_warn(config, NULL, NULL, "as a whole");
	config_warn(config, b, NULL, "a section");
	config_wrong(config, b, b->entries, "%s", "later");
	config_warn(config, b, b->entries, "%s", "later");
	config_wrong_line(config, a, a->entries, 7, "bad \x1B");
	assert_int_equal(notes(&out, config), 3);
	assert_int_equal(config->mistakes, 3);
	assert_string_equal(buf_text(&out),
		"f: as a whole\n"
		"f:3: [a] k: given twice, first in line 2\n"
		"f:4: [b] a section\n"
		"f:5: [b] l: later\n"
		"f:5: [b] l: later\n"
		"f:7: [a] k: bad \\x1B\n");
	buf_free(&out);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_sections),
		cmocka_unit_test(goes_on_in_indented_lines),
		cmocka_unit_test(refuses_what_inih_takes),
		cmocka_unit_test(limits_lines),
		cmocka_unit_test(refuses_control_bytes),
		cmocka_unit_test(sorts_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
