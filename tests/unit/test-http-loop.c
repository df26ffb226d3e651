/* SPDX-License-Identifier: ISC */
#include "http-fixture.h"

/* What happened, a letter each. */
static struct buf story;
static struct http_timer *later;
static int ends[2];

static int
begin_story(void **state)
{
	(void)state;
	buf_cut(&story, 0);
	return pipe(ends);
}

static int
end_story(void **state)
{
	(void)state;
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	return 0;
}

/* Text as the argument of a callback that only reads it. */
static void *
say(const char *text)
{
	return (void *)(uintptr_t)text;
}

static void
tell(void *arg)
{
	buf_str(&story, arg);
}

static void
tell_answer(void *arg, const struct http_answer *answer)
{
	buf_printf(&story, "%s%d", (const char *)arg, answer->status);
}

static enum http_end
run(void)
{
	return http_loop_run(http, clock_ms() + PATIENCE, -1);
}

static void
nothing_to_do(void **state)
{
	(void)state;
	assert_int_equal(http_loop_run(http, 0, -1), HTTP_IDLE);
	assert_int_equal(http_loop_run(http, 1, -1), HTTP_IDLE);
}

static void
timers_by_time(void **state)
{
	int64_t begin = clock_ms();

	(void)state;
	http_loop_after(http, 60, tell, say("d"));
	http_loop_after(http, 30, tell, say("b"));
	http_loop_after(http, 30, tell, say("c"));
	http_loop_after(http, 0, tell, say("a"));
	http_loop_after(http, -5, tell, say("A"));
	assert_string_equal(buf_text(&story), "");
	assert_int_equal(run(), HTTP_IDLE);
	assert_string_equal(buf_text(&story), "aAbcd");
	assert_true(clock_ms() - begin >= 60);
}

static void
cancel_later(void *arg)
{
	tell(arg);
	http_loop_cancel(http, later);
	http_loop_cancel(http, NULL);
}

static void
timers_cancelled(void **state)
{
	struct http_timer *first = http_loop_after(http, 0, tell, say("x"));

	(void)state;
	http_loop_cancel(http, first);
	http_loop_cancel(http, first);
	later = http_loop_after(http, 0, tell, say("y"));
	http_loop_cancel(http, later);
	http_loop_after(http, 0, cancel_later, say("a"));
	later = http_loop_after(http, 10, tell, say("z"));
	assert_int_equal(run(), HTTP_IDLE);
	assert_string_equal(buf_text(&story), "a");
}

static void
ask_more(void *arg)
{
	struct http_request request = {
		.method = "GET", .timeout_ms = PATIENCE, .ceiling = CEILING
	};
	struct buf url = { 0 };

	tell(say("<"));
	request.url = url_of(&url, "127.0.0.1", "/ip");
	http_start(http, &request, tell_answer, arg);
	http_loop_after(http, 0, tell, say("t"));
	tell(say(">"));
	buf_free(&url);
}

static void
ask_more_after(void *arg, const struct http_answer *answer)
{
	tell_answer(arg, answer);
	ask_more(say(" more "));
}

/* A callback may start anything; nothing is called back from within it. */
static void
callbacks_start_more(void **state)
{
	struct http_request request = {
		.method = "GET", .timeout_ms = PATIENCE, .ceiling = CEILING
	};
	struct buf url = { 0 };

	(void)state;
	request.url = url_of(&url, "127.0.0.1", "/ip");
	http_start(http, &request, ask_more_after, say("first "));
	assert_string_equal(buf_text(&story), "");
	assert_int_equal(run(), HTTP_IDLE);
	assert_string_equal(buf_text(&story), "first 200<>t more 200");
	buf_free(&url);
}

static void
read_one(void *arg)
{
	char c;
	ssize_t n = read(ends[0], &c, 1);

	tell(arg);
	if (n == 1) {
		buf_char(&story, c);
		return;
	}
	tell(say("end"));
	http_loop_unwatch(http, ends[0]);
	http_loop_unwatch(http, ends[0]);
}

static void
write_one(void *arg)
{
	assert_int_equal(write(ends[1], arg, 1), 1);
}

static void
close_end(void *arg)
{
	(void)arg;
	close(ends[1]);
	ends[1] = -1;
}

static void
watched(void **state)
{
	(void)state;
	http_loop_watch(http, ends[0], read_one, say("."));
	http_loop_after(http, 5, write_one, say("1"));
	http_loop_after(http, 10, write_one, say("2"));
	http_loop_after(http, 15, close_end, NULL);
	assert_int_equal(run(), HTTP_IDLE);
	assert_string_equal(buf_text(&story), ".1.2.end");
}

static void
start_slow(struct buf *url)
{
	struct http_request request = {
		.method = "GET", .timeout_ms = PATIENCE, .ceiling = CEILING
	};
	int i;

	request.url = url_of(url, "127.0.0.1", "/slow");
	for (i = 0; i < 40; i++)
		http_start(http, &request, tell_answer, say("never"));
	http_loop_after(http, PATIENCE, tell, say("never"));
}

/* All that is under way is dropped, and the loop serves again. */
static void
deadline(void **state)
{
	int64_t begin = clock_ms();
	struct buf url = { 0 };

	(void)state;
	start_slow(&url);
	http_loop_watch(http, ends[0], tell, say("never"));
	assert_int_equal(http_loop_run(http, begin + 50, -1), HTTP_DEADLINE);
	assert_true(clock_ms() - begin >= 50);
	assert_true(clock_ms() - begin < PATIENCE / 2);
	assert_string_equal(buf_text(&story), "");
	assert_int_equal(http_loop_run(http, 0, -1), HTTP_IDLE);
	ask_more(say("again "));
	assert_int_equal(run(), HTTP_IDLE);
	assert_string_equal(buf_text(&story), "<>tagain 200");
	buf_free(&url);
}

static void
stopped(void **state)
{
	int64_t begin = clock_ms();
	struct buf url = { 0 };

	(void)state;
	start_slow(&url);
	http_loop_after(http, 20, write_one, say("s"));
	assert_int_equal(http_loop_run(http, 0, ends[0]), HTTP_STOPPED);
	assert_true(clock_ms() - begin < PATIENCE / 2);
	assert_string_equal(buf_text(&story), "");
	buf_free(&url);
}

static void
closed_while_under_way(void **state)
{
	struct http *kept = http;
	struct buf url = { 0 };

	(void)state;
	http = open_http();
	start_slow(&url);
	http_close(http);
	http_close(NULL);
	http = kept;
	assert_string_equal(buf_text(&story), "");
	buf_free(&url);
}

static void
ca_files(void **state)
{
	static const struct http_options rows[] = {
		{ NULL, "/nonexistent/ca.pem" },
		{ NULL, "/dev/null" },
		{ NULL, "/" },
	};
	static const char *const texts[] = {
		"/nonexistent/ca.pem: cannot be opened: No such file or directory",
		"/dev/null: is not a regular file",
		"/: is a directory",
	};
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(http_open(&rows[i], &fail));
		assert_string_equal(fail.text, texts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nothing_to_do, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			timers_by_time, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			timers_cancelled, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			callbacks_start_more, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			watched, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			deadline, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			stopped, begin_story, end_story),
		cmocka_unit_test_setup_teardown(
			closed_while_under_way, begin_story, end_story),
		cmocka_unit_test(ca_files),
	};
	int failed = cmocka_run_group_tests(tests, start_all, stop_all);

	buf_free(&story);
	return failed;
}
