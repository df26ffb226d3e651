/* SPDX-License-Identifier: ISC */
#include "http-fixture.h"

#include "log.h"
#include "sign/sign.h"

/* Asks /echo and compares what the server saw; "%d" stands for the port. */
static void
check_sent(struct http_request *request, const char *format)
{
	const char *slot = strstr(format, "%d");
	struct seen seen = { .calls = 0 };
	struct buf want = { 0 }, url = { 0 };

	request->url = url_of(&url, "127.0.0.1", "/echo");
	request->timeout_ms = PATIENCE;
	request->ceiling = CEILING;
	ask(&seen, request);
	buf_add(&want, format, (size_t)(slot - format));
	buf_printf(&want, "%d%s", server.port, slot + 2);
	assert_string_equal(buf_text(&seen.body), buf_text(&want));
	forget(&seen);
	buf_free(&want);
	buf_free(&url);
}

#define ENCODINGS "Accept-Encoding: gzip\r\n"

static void
requests(void **state)
{
	struct field agent = { NULL, "User-Agent", "other/1" };
	struct field empty = { &agent, "X-Empty", "" };
	struct field type = { &empty, "Content-Type", "application/json" };
	struct field coding = { &type, "Accept-Encoding", "gzip" };
	struct field plain = { NULL, "Accept-Encoding", "gzip" };
	struct http_request get = { .method = "GET", .fields = &plain };
	struct http_request post = { .method = "POST", .fields = &plain };
	struct http_request patch = { .method = "PATCH",
		.fields = &coding,
		.body = "{\"a\":1}",
		.body_len = 7 };

	(void)state;
	check_sent(&get, "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			 "User-Agent: ddns/" VERSION
			 "\r\nAccept: */*\r\n" ENCODINGS "\r\n");
	check_sent(&post,
		"POST /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		"User-Agent: ddns/" VERSION "\r\nAccept: */*\r\n" ENCODINGS
		"Content-Length: 0\r\n\r\n");
	check_sent(&patch,
		"PATCH /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		"Accept: */*\r\n" ENCODINGS
		"Content-Type: application/json\r\nX-Empty:\r\n"
		"User-Agent: other/1\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

/* The user part of a URL is sent as Basic, after a redirect too. */
static void
user_part(void **state)
{
	static const char *const paths[] = { "/echo", "/to/echo" };
	struct http_request request = { .method = "GET",
		.timeout_ms = PATIENCE,
		.ceiling = CEILING,
		.redirects = 1 };
	struct buf url = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct seen seen = { .calls = 0 };

		request.url =
			url_of(&url, "Aladdin:sesame@127.0.0.1", paths[i]);
		ask(&seen, &request);
		assert_non_null(strstr(buf_text(&seen.body),
			"Authorization: Basic QWxhZGRpbjpzZXNhbWU=\r\n"));
		forget(&seen);
	}
	buf_free(&url);
}

static void
line_ends_are_refused(void **state)
{
	struct field field = { NULL, "X", "a\r\nInjected: b" };
	struct http_request bad[] = {
		{ .method = "GET", .fields = &field },
		{ .method = "GET / HTTP/1.1\r\nX: b" },
	};
	struct buf url = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct seen seen = { .calls = 0 };

		bad[i].url = url_of(&url, "127.0.0.1", "/echo");
		bad[i].timeout_ms = PATIENCE;
		bad[i].ceiling = CEILING;
		ask(&seen, &bad[i]);
		assert_string_equal(buf_text(&seen.text),
			"0 the request holds a line end where none may be");
		forget(&seen);
	}
	buf_free(&url);
}

/* All that was handed over may be gone once http_start returns. */
static void
everything_is_copied(void **state)
{
	struct fail text = { .text = "" };
	struct field field = { NULL, text.text, text.text + 10 };
	struct seen seen = { .calls = 0 };
	struct buf url = { 0 };
	struct http_request request = { .method = text.text + 20,
		.fields = &field,
		.body = text.text + 30,
		.body_len = 4,
		.timeout_ms = PATIENCE,
		.ceiling = CEILING };

	(void)state;
	memcpy(text.text, "X-Name", 6);
	memcpy(text.text + 10, "value", 5);
	memcpy(text.text + 20, "PUT", 3);
	memcpy(text.text + 30, "body", 4);
	request.url = url_of(&url, "127.0.0.1", "/echo");
	http_start(http, &request, note, &seen);
	memset(&text, 'z', sizeof text);
	memset(&field, 0, sizeof field);
	memset(&request, 0, sizeof request);
	buf_free(&url);
	assert_int_equal(
		http_loop_run(http, clock_ms() + PATIENCE, -1), HTTP_IDLE);
	assert_non_null(strstr(buf_text(&seen.body), "PUT /echo"));
	assert_non_null(strstr(buf_text(&seen.body), "X-Name: value\r\n"));
	assert_non_null(strstr(buf_text(&seen.body), "\r\n\r\nbody"));
	forget(&seen);
}

/* A hundred requests share few connections. */
static void
connections_are_shared(void **state)
{
	struct http_request request = {
		.method = "GET", .timeout_ms = PATIENCE, .ceiling = CEILING
	};
	unsigned before = http_count(http);
	struct seen seen = { .calls = 0 };
	struct buf url = { 0 };
	char bytes[256];
	ssize_t n;
	int i;

	(void)state;
	fcntl(server.connections, F_SETFL, O_NONBLOCK);
	while (read(server.connections, bytes, sizeof bytes) > 0)
		continue;
	request.url = url_of(&url, "127.0.0.1", "/ip");
	for (i = 0; i < 100; i++)
		http_start(http, &request, note, &seen);
	assert_int_equal(
		http_loop_run(http, clock_ms() + PATIENCE, -1), HTTP_IDLE);
	assert_int_equal(seen.calls, 100);
	assert_int_equal(http_count(http) - before, 100);
	n = read(server.connections, bytes, sizeof bytes);
	assert_true(n <= 4);
	forget(&seen);
	buf_free(&url);
}

static void
log_into(struct buf *out, const struct http_request *request)
{
	FILE *file = tmpfile();
	int old = dup(2), c;
	struct seen seen = { .calls = 0 };

	assert_non_null(file);
	dup2(fileno(file), 2);
	log_level(2);
	ask(&seen, request);
	log_level(0);
	fflush(stderr);
	dup2(old, 2);
	close(old);
	rewind(file);
	while ((c = getc(file)) != EOF)
		buf_char(out, (char)c);
	fclose(file);
	forget(&seen);
}

static void
debug_lines(void **state)
{
	static const char *const hidden[] = { "hunter", "QWxhZGRpbg", "sesame",
		"user", "cookie1", "$1$5f" };
	static const char *const shown[] = { "> PUT http://127.0.0.1:",
		"> Authorization: ***\n", "> Cookie: ***\n", "> X-Kind: a\n",
		"> key=***\n", "< 200 (" };
	struct field fourth = { NULL, "X-Ovh-Signature", "$1$5f" };
	struct field third = { &fourth, "X-Kind", "a" };
	struct field second = { &third, "cookie", "cookie1" };
	struct field first = { &second, "authorization", "Basic QWxhZGRpbg==" };
	struct http_request request = { .method = "PUT",
		.fields = &first,
		.body = "key=hunter22",
		.body_len = 12,
		.timeout_ms = PATIENCE,
		.ceiling = CEILING };
	struct buf url = { 0 }, out = { 0 };
	size_t i;

	(void)state;
	secret_hide("hunter22");
	request.url = url_of(&url, "user:sesame@127.0.0.1", "/ip");
	log_into(&out, &request);
	for (i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		assert_null(strstr(buf_text(&out), hidden[i]));
	for (i = 0; i < sizeof shown / sizeof shown[0]; i++)
		assert_non_null(strstr(buf_text(&out), shown[i]));
	buf_free(&url);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(user_part),
		cmocka_unit_test(line_ends_are_refused),
		cmocka_unit_test(everything_is_copied),
		cmocka_unit_test(connections_are_shared),
		cmocka_unit_test(debug_lines),
	};

	return cmocka_run_group_tests(tests, start_all, stop_all);
}
