/* SPDX-License-Identifier: ISC */
#include "http-fixture.h"

#define SIXTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct row {
	const char *path;
	const char *text;
	const char *host; /* NULL: 127.0.0.1 */
	size_t ceiling;
	int redirects;
	int family;
	const char *bind;
	const char *method; /* NULL: GET */
};

static void
check_rows(const struct row *rows, size_t count)
{
	struct buf url = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct seen seen = { .calls = 0 };
		struct http_request request = {
			.method = row->method ? row->method : "GET",
			.url = url_of(&url, row->host ? row->host : "127.0.0.1",
				row->path),
			.family = row->family,
			.bind = row->bind,
			.timeout_ms = PATIENCE,
			.ceiling = row->ceiling ? row->ceiling : CEILING,
			.redirects = row->redirects,
		};

		ask(&seen, &request);
		assert_string_equal(buf_text(&seen.text), row->text);
		forget(&seen);
	}
	buf_free(&url);
}

static void
answers(void **state)
{
	static const struct row rows[] = {
		{ .path = "/ip", .text = "200 203.0.113.7\\x0A" },
		{ .path = "/nul", .text = "200 a\\x00b" },
		{ .path = "/gzip", .text = "200 203.0.113.7\\x0A" },
		{ .path = "/ip", .method = "HEAD", .text = "200 " },
		{ .path = "/reset", .text = "0 connection reset" },
		{ .path = "/nothing", .text = "0 closed without an answer" },
		{ .path = "/short", .text = "0 the answer broke off" },
		{ .path = "/garbage", .text = "0 the answer is not HTTP" },
		{ .path = "/coded", .text = "0 the answer cannot be decoded" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void
ceilings(void **state)
{
	static const struct row rows[] = {
		{ .path = "/64",
			.ceiling = 64,
			.text = "200 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
		{ .path = "/64",
			.ceiling = 63,
			.text = "0 answer larger than 63 bytes" },
		{ .path = "/endless",
			.text = "0 answer larger than 65536 bytes" },
		/* 104 bytes that decode to 70000 */
		{ .path = "/bomb", .text = "0 answer larger than 65536 bytes" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void
redirects(void **state)
{
	static const struct row rows[] = {
		{ .path = "/to/ip", .text = "302 " },
		{ .path = "/to/ip",
			.redirects = 1,
			.text = "200 203.0.113.7\\x0A" },
		{ .path = "/to/to/ip", .redirects = 1, .text = "302 " },
		{ .path = "/to/to/ip",
			.redirects = 2,
			.text = "200 203.0.113.7\\x0A" },
		{ .path = "/to/case",
			.host = "localhost",
			.redirects = 3,
			.text = "200 203.0.113.7\\x0A" },
		{ .path = "/round", .redirects = 3, .text = "302 " },
		{ .path = "/to/other", .redirects = 3, .text = "302 " },
		{ .path = "/to/file", .redirects = 3, .text = "302 " },
		{ .path = "/to/port",
			.redirects = 3,
			.text = "0 connection refused" },
		{ .path = "/to/ip",
			.redirects = 3,
			.method = "POST",
			.text = "302 " },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void
retry_after(void **state)
{
	static const struct row rows[] = {
		{ .path = "/busy/7", .text = "429 after 7 wait" },
		{ .path = "/busy/0", .text = "429 after 0 " },
		{ .path = "/busy/long", .text = "503 after 86400 " },
		{ .path = "/busy/past", .text = "503 after 0 " },
		{ .path = "/busy/soon", .text = "503 " },
		{ .path = "/busy/never", .text = "503 " },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof rows[0]);
}

static void
families(void **state)
{
	static const struct row rows[] = {
		{ .path = "/ip",
			.family = 4,
			.host = "localhost",
			.text = "200 203.0.113.7\\x0A" },
		{ .path = "/ip",
			.family = 6,
			.text = "0 the URL holds an IPv4 address, asked for IPv6" },
		{ .path = "/ip",
			.family = 4,
			.host = "[::1]",
			.text = "0 the URL holds an IPv6 address, asked for IPv4" },
		{ .path = "/ip", .bind = "lo", .text = "200 203.0.113.7\\x0A" },
		{ .path = "/ip",
			.bind = "nosuch0",
			.text = "0 cannot bind to interface nosuch0: No such device" },
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof rows[0]);
}

/* Side by side, each with time enough to connect on a busy machine. */
static void
timeouts(void **state)
{
	static const struct {
		const char *path;
		long ms;
		const char *text;
	} rows[] = {
		{ "/slow", 1500,
			"0 timed out after 1500 ms while waiting for the answer" },
		{ "/stall", 1500,
			"0 timed out after 1500 ms while receiving the answer" },
		{ "/slow", 3000,
			"0 timed out after 3 s while waiting for the answer" },
	};
	struct seen seen[3] = { { .calls = 0 } };
	struct buf url = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct http_request request = { .method = "GET",
			.url = url_of(&url, "127.0.0.1", rows[i].path),
			.timeout_ms = rows[i].ms,
			.ceiling = CEILING };

		http_start(http, &request, note, &seen[i]);
	}
	assert_int_equal(
		http_loop_run(http, clock_ms() + PATIENCE, -1), HTTP_IDLE);
	for (i = 0; i < 3; i++) {
		assert_string_equal(buf_text(&seen[i].text), rows[i].text);
		assert_true(seen[i].ms >= rows[i].ms - 10);
		forget(&seen[i]);
	}
	buf_free(&url);
}

/* Connections that wait in a full queue are not answered on Linux. */
static void
connect_timeout(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int port, listener = loopback_listen(&port, 0), fds[4];
	struct http_request request = {
		.method = "GET", .timeout_ms = 4000, .ceiling = CEILING
	};
	struct seen seen = { .calls = 0 };
	struct buf url = { 0 };
	size_t i;

	(void)state;
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < 4; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		connect(fds[i], (const void *)&address, sizeof address);
	}
	buf_printf(&url, "http://127.0.0.1:%d/", port);
	request.url = buf_text(&url);
	ask(&seen, &request);
	assert_string_equal(
		buf_text(&seen.text), "0 timed out after 2 s while connecting");
	assert_true(seen.ms >= 1990 && seen.ms < 4000);
	for (i = 0; i < 4; i++)
		close(fds[i]);
	close(listener);
	forget(&seen);
	buf_free(&url);
}

static void
unreachable(void **state)
{
	static const struct {
		const char *url;
		const char *text;
	} rows[] = {
		{ "http://127.0.0.1:1/", "0 connection refused" },
		{ "http://192.0.2.1/", "0 protocol not allowed: use https" },
		{ "http://localhost.example/",
			"0 protocol not allowed: use https" },
		{ "ftp://127.0.0.1/", "0 protocol not allowed: use https" },
		{ "file:///etc/passwd", "0 protocol not allowed: use https" },
		/* a label over 63 bytes: refused without a question */
		{ "https://" SIXTY "aaaa.invalid/",
			"0 cannot resolve the host name" },
		{ "not a URL", "0 not a valid URL" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seen seen = { .calls = 0 };
		struct http_request request = { .method = "GET",
			.url = rows[i].url,
			.timeout_ms = PATIENCE,
			.ceiling = CEILING };

		ask(&seen, &request);
		assert_string_equal(buf_text(&seen.text), rows[i].text);
		forget(&seen);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(redirects),
		cmocka_unit_test(retry_after),
		cmocka_unit_test(families),
		cmocka_unit_test(timeouts),
		cmocka_unit_test(connect_timeout),
		cmocka_unit_test(unreachable),
	};

	return cmocka_run_group_tests(tests, start_all, stop_all);
}
