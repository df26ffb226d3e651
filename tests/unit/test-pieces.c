/* SPDX-License-Identifier: ISC */
/* Which pieces of URLs, fields and bodies are hidden, and which are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "pieces.h"
#include "secret.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What the user wrote, a text that comes later, and what is shown of it. */
struct row {
	const char *written;
	const char *text;
	const char *want; /* NULL: the text */
};

static void
expect(const struct row *row, void (*hide)(const char *))
{
	struct buf text = { 0 };

	hide(row->written);
	buf_str(&text, row->text);
	secret_mask(&text, 0);
	assert_string_equal(buf_text(&text), row->want ? row->want : row->text);
	buf_free(&text);
	secret_forget();
}

static void
hide_source(const char *url)
{
	pieces_hide_url(url, false);
}

static void
hide_whole(const char *url)
{
	pieces_hide_url(url, true);
}

static void
hide_proxy(const char *url)
{
	pieces_hide_user(url, strlen(url));
}

static void
users_are_hidden(void **state)
{
	static const struct row rows[] = {
		{ "me:PaSs1@host", "me:PaSs1@host PaSs1 me",
			"***@host *** me" },
		{ "me:secret@host", "bWU6c2VjcmV0 secret", "*** ***" },
		{ "me:pa@ss@host", "pa@ss ss", "*** ss" },
		{ "me:pa%2Fss%40@host", "pa/ss@ cGEvc3NA", "*** ***" },
		{ "Tok3nAb@host", "Tok3nAb@host", "***@host" },
		{ "Tok3nAb:@host", "Tok3nAb", "***" },
		{ "Tok3nAbc4:x@host", "Tok3nAbc4", "***" },
		{ "user@host", "the user of host", NULL },
		{ "me:x@host", "me:x@host x", "***@host x" },
		{ "host.example:8080", "host.example:8080", NULL },
		{ "@host", "@host", NULL },
		{ "", "@", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(&rows[i], hide_proxy);
}

#define HOOKS "https://hooks.example.com/services/T000/B000/Wh00kKey9"
#define QUERY "https://h.example/webhook/send?access_token=ab12&mode=markdown"

static void
pieces_of_urls_are_hidden(void **state)
{
	static const struct row rows[] = {
		{ HOOKS, "to " HOOKS, "to ***" },
		{ HOOKS, "no key Wh00kKey9 at hooks.example.com",
			"no key *** at hooks.example.com" },
		{ HOOKS, "webhook: services and hooks are com", NULL },
		{ HOOKS "?a=b", "T000/B000/Wh00kKey9", "T000/B000/***" },
		{ QUERY, "token ab12, mode markdown: webhook, send",
			"token ***, mode ***: webhook, send" },
		{ "https://h.example/webhook?family=ipv4&up={status}",
			"webhook ipv4 family status up", NULL },
		{ "https://h.example/?{provider}", "the provider", NULL },
		{ "https://h.example/?e={event}:Tok3nAb8&k=", "Tok3nAb8",
			"***" },
		{ "https://h.example/x?Tok3nAb8", "Tok3nAb8", "***" },
		{ "https://h.example/x?k=ab%2Fcd%2BEf9", "ab/cd+Ef9", "***" },
		{ "https://h.example/bot12:AAtele9ok/sendMessage",
			"bot12 AAtele9ok sendMessage",
			"bot12 *** sendMessage" },
		{ "https://h.example/a1b2c3d4-UUID/{status}", "a1b2c3d4-UUID",
			"***" },
		{ "https://h.example/api/push/AbCdEfGh?status=up",
			"AbCdEfGh status up", "*** status up" },
		{ "https://h.example/SCT77Key.send", "SCT77Key, send",
			"***, send" },
		{ "https://h.example/my-home-network-alerts",
			"my-home-network-alerts", "***" },
		{ "https://ntfy.sh/router-2", "router-2 nas001", NULL },
		{ "https://hu:HkPass88@h.example/x", "hu HkPass88 x h.example",
			"hu *** x h.example" },
		{ "https://a1b2c3d4e5f6.host2020.com/", "a1b2c3d4e5f6.host2020",
			"***.host2020" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(&rows[i], hide_whole);
}

/* The host and the path of a source are shown. */
static void
parts_of_sources_are_hidden(void **state)
{
	static const struct row rows[] = {
		{ "http://su:Pass77@h.example/Pa7hPart9?k=Key88990&x=1",
			"http://su:Pass77@h.example/Pa7hPart9?k=Key88990&x=1",
			"http://***@h.example/Pa7hPart9***" },
		{ "http://su:Pass77@h.example/Pa7hPart9?k=Key88990&x=1",
			"Pass77 c3U6UGFzczc3 Key88990", "*** *** ***" },
		{ "http://h.example/ip?Tok3nAb8", "Tok3nAb8 ip", "*** ip" },
		{ "http://h.example/ip?key=abc1", "abc1", "***" },
		{ "http://h.example/ip?type=ipv4&out=json", "ipv4 type json",
			NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(&rows[i], hide_source);
}

static void
pieces_of_fields_are_hidden(void **state)
{
	static const struct row rows[] = {
		{ "Authorization: Bearer abcdefgh", "Bearer abcdefgh",
			"Bearer ***" },
		{ "Authorization: Token ab12", "Token ab12", "Token ***" },
		{ "Authorization: Basic aHU6SGtQYXM4", "hu:HkPas8 HkPas8 hu",
			"*** *** hu" },
		{ "X-Gotify-Key: Ab12", "Ab12", "***" },
		{ "Cookie: a=CookTok3; b=2", "CookTok3 a b", "*** a b" },
		{ "Content-Type: application/json2020",
			"Content-Type: application/json2020", NULL },
		{ "Title: changed", "Title: changed Title", "*** Title" },
		{ "Priority: high", "a high priority", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(&rows[i], pieces_hide_field);
}

static void
pieces_of_bodies_are_hidden(void **state)
{
	static const struct row rows[] = {
		{ "{\"text\":\"{message}\",\"token\":\"ab12\",\"chat\":12345678}",
			"text message token ab12 chat 12345678",
			"text message token *** chat ***" },
		{ "{\"n\": {\"key\": \"abcdefgh\"}}", "the key abcdefgh",
			"the key ***" },
		{ "{\"a\":[\"Arr4yTok\",\"x\"]}", "Arr4yTok", "***" },
		{ "{\"t\":\"ab\\u0063dEf\\/gh1\"}", "abcdEf/gh1", "***" },
		{ "chat_id=42&token=Frm1&text={message}",
			"Frm1 42 text message", "*** 42 text message" },
		{ "key Txt1Tok9: {message} of router-2, see Grafana",
			"key Txt1Tok9: message of router-2, see Grafana",
			"key ***: message of router-2, see Grafana" },
		{ "{\"keyboard\":true,\"at\":{\"isAtAll\":false}}",
			"true keyboard false isAtAll", NULL },
		{ "title=ddns: {name} {event}&desp={message}",
			"title: ddns name event desp", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		expect(&rows[i], pieces_hide_text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_hidden),
		cmocka_unit_test(pieces_of_urls_are_hidden),
		cmocka_unit_test(parts_of_sources_are_hidden),
		cmocka_unit_test(pieces_of_fields_are_hidden),
		cmocka_unit_test(pieces_of_bodies_are_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
