/* SPDX-License-Identifier: ISC */
/* The loop: requests under way, timers and watched descriptors. */
#include <poll.h>
#include <stdlib.h>

#include "http/internal.h"
#include "clock.h"

#define LONGEST_WAIT_MS 60000
#define STREAMS_WAIT_MS 100
#define VERSION_QUICK_EXIT 0x075700

struct http_timer {
	struct http_timer *next;
	int64_t due; /* clock_ms */
	void (*done)(void *arg);
	void *arg;
};

struct watch {
	struct watch *next;
	int fd;
	bool ready;
	void (*call)(void *arg);
	void *arg;
};

struct http {
	struct mem *mem;
	CURLM *multi;
	struct http_ca ca;
	const char *proxy;
	struct http_queue queue;
	struct http_transfer *active;
	CURL *idle[HTTP_AT_ONCE]; /* handles to be used again */
	size_t idle_count;
	size_t connections;        /* that libcurl keeps */
	struct http_timer *timers; /* by due; of one moment the oldest first */
	struct http_timer *last;   /* of the timers, if there is one */
	struct watch *watches;
	unsigned count;
	int64_t deadline; /* of the loop that runs; 0: none */
};

struct http *
http_open(const struct http_options *options, struct fail *fail)
{
	struct mem *mem = mem_new();
	struct http *http = mem_take(mem, sizeof *http);

	http->mem = mem;
	http_queue_open(&http->queue, mem);
	/* without CURLOPT_QUICK_EXIT a resolver that hangs is waited for */
	if (curl_version_info(CURLVERSION_NOW)->version_num <
		VERSION_QUICK_EXIT)
		setenv("RES_OPTIONS", "timeout:2 attempts:2", 0);
	if (url_start())
		http->multi = curl_multi_init();
	if (!http->multi)
		fail_set(fail, "libcurl does not start");
	else if (http_ca_open(&http->ca, mem, options->ca_file, fail)) {
		http_stuck_watch();
		if (options->proxy)
			http->proxy = mem_text(mem, options->proxy);
		return http;
	}
	http_close(http);
	return NULL;
}

static void
end_active(struct http *http, struct http_transfer *transfer)
{
	struct http_transfer **place = &http->active;

	while (*place && *place != transfer)
		place = &(*place)->next;
	if (*place)
		*place = transfer->next;
	http_queue_end(&http->queue, transfer);
}

/* What libcurl has to forget of the one before, it forgets here. */
static CURL *
take_handle(struct http *http)
{
	if (http->idle_count == 0)
		return curl_easy_init();
	return http->idle[--http->idle_count];
}

/* As many as were under way at once. */
static void
free_transfer(struct http *http, struct http_transfer *transfer)
{
	if (transfer->easy) {
		curl_easy_reset(transfer->easy);
		http->idle[http->idle_count++] = transfer->easy;
	}
	http_transfer_free(transfer);
}

/* Everything under way ends here, without a word. */
static void
drop(struct http *http)
{
	struct http_transfer *transfer, *next;

	while ((transfer = http->active)) {
		end_active(http, transfer);
		curl_multi_remove_handle(http->multi, transfer->easy);
		free_transfer(http, transfer);
	}
	for (transfer = http_queue_drop(&http->queue); transfer;
		transfer = next) {
		next = transfer->next;
		http_transfer_free(transfer);
	}
	while (http->timers)
		http_loop_cancel(http, http->timers);
	while (http->watches)
		http_loop_unwatch(http, http->watches->fd);
}

void
http_close(struct http *http)
{
	if (!http)
		return;
	drop(http);
	while (http->idle_count > 0)
		curl_easy_cleanup(http->idle[--http->idle_count]);
	curl_multi_cleanup(http->multi);
	http_ca_close(&http->ca);
	mem_free(http->mem);
}

void
http_start(struct http *http, const struct http_request *request,
	void (*done)(void *arg, const struct http_answer *answer), void *arg)
{
	struct http_transfer *transfer = http_transfer_new(request);

	transfer->deadline = &http->deadline;
	transfer->done = done;
	transfer->arg = arg;
	http_queue_add(&http->queue, transfer);
}

/* Timers and watches are few and small: their memory stays until http_close. */
struct http_timer *
http_loop_after(struct http *http, long ms, void (*done)(void *arg), void *arg)
{
	struct http_timer *timer = mem_take(http->mem, sizeof *timer);
	struct http_timer **place = &http->timers;

	timer->due = clock_ms() + (ms > 0 ? ms : 0);
	timer->done = done;
	timer->arg = arg;
	if (http->timers && http->last->due <= timer->due)
		place = &http->last->next;
	while (*place && (*place)->due <= timer->due)
		place = &(*place)->next;
	timer->next = *place;
	*place = timer;
	if (!timer->next)
		http->last = timer;
	return timer;
}

/* One that has called back is no longer in the list, which is fine. */
void
http_loop_cancel(struct http *http, struct http_timer *timer)
{
	struct http_timer **place = &http->timers, *before = NULL;

	while (*place && *place != timer) {
		before = *place;
		place = &before->next;
	}
	if (!*place)
		return;
	*place = timer->next;
	if (http->last == timer)
		http->last = before;
}

void
http_loop_watch(struct http *http, int fd, void (*ready)(void *arg), void *arg)
{
	struct watch *watch = mem_take(http->mem, sizeof *watch);

	watch->fd = fd;
	watch->call = ready;
	watch->arg = arg;
	watch->next = http->watches;
	http->watches = watch;
}

void
http_loop_unwatch(struct http *http, int fd)
{
	struct watch **place = &http->watches;

	while (*place && (*place)->fd != fd)
		place = &(*place)->next;
	if (*place)
		*place = (*place)->next;
}

unsigned
http_count(const struct http *http)
{
	return http->count;
}

static bool
is_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

static void
call_timers(struct http *http)
{
	int64_t now = clock_ms();
	struct http_timer *timer;

	while ((timer = http->timers) && timer->due <= now) {
		http->timers = timer->next;
		timer->done(timer->arg);
	}
}

static struct watch *
find_ready(struct http *http)
{
	struct watch *watch = http->watches;

	while (watch && !watch->ready)
		watch = watch->next;
	return watch;
}

/*
 * Asked of poll and not of libcurl, whose poll does not show POLLHUP; and
 * marked before the first call, as a callback may change the list.
 */
static void
call_watches(struct http *http)
{
	struct watch *watch;

	for (watch = http->watches; watch; watch = watch->next)
		watch->ready = is_readable(watch->fd);
	while ((watch = find_ready(http))) {
		watch->ready = false;
		watch->call(watch->arg);
	}
}

/* Hands the transfer to libcurl, or ends it at once. */
static void
launch(struct http *http, struct http_transfer *transfer, CURLcode code)
{
	if (code == CURLE_OK) {
		http_answer_log_request(transfer);
		if (curl_multi_add_handle(http->multi, transfer->easy) ==
			CURLM_OK) {
			http->count++;
			if (transfer->request.begun)
				*transfer->request.begun = true;
			return;
		}
		code = CURLE_FAILED_INIT;
	}
	end_active(http, transfer);
	http_answer_give(transfer, code);
	free_transfer(http, transfer);
}

static void
keep_connections(struct http *http)
{
	size_t count = http_queue_connections(&http->queue);

	if (count == http->connections)
		return;
	http->connections = count;
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)count);
}

static void
begin_waiting(struct http *http)
{
	struct http_transfer *transfer;

	keep_connections(http);
	while ((transfer = http_queue_next(&http->queue))) {
		transfer->next = http->active;
		http->active = transfer;
		transfer->easy = take_handle(http);
		launch(http, transfer,
			http_transfer_begin(transfer, &http->ca, http->proxy));
	}
}

static void
end_transfer(struct http *http, CURL *easy, CURLcode code)
{
	struct http_transfer *transfer;
	char *private = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	transfer = (void *)private;
	curl_multi_remove_handle(http->multi, easy);
	if (http_transfer_again(transfer, code, &http->ca)) {
		launch(http, transfer, CURLE_OK);
		return;
	}
	end_active(http, transfer);
	http_answer_give(transfer, code);
	free_transfer(http, transfer);
}

static void
collect(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		if (message->msg == CURLMSG_DONE)
			end_transfer(http, message->easy_handle,
				message->data.result);
	}
}

/* When libcurl itself gives up, nothing that is active would ever end. */
static void
perform(struct http *http)
{
	int running;
	CURLMcode code;

	http_stuck_enter(http->deadline);
	code = curl_multi_perform(http->multi, &running);
	http_stuck_leave();
	if (code == CURLM_OK)
		return;
	while (http->active)
		end_transfer(http, http->active->easy, CURLE_FAILED_INIT);
}

static bool
is_busy(const struct http *http)
{
	return http->queue.waiting || http->active || http->timers ||
	       http->watches;
}

/*
 * libcurl 7.88 does not always wake a transfer whose stream another one has
 * read to its end, if its length was not told; the next perform sees it.
 */
static bool
awaits_stream(const struct http *http)
{
	const struct http_transfer *transfer = http->active;

	while (transfer && !transfer->host->streams)
		transfer = transfer->next;
	return transfer;
}

static int
wait_ms(const struct http *http, int64_t deadline)
{
	int64_t now = clock_ms(), end = now + LONGEST_WAIT_MS;

	if (!is_busy(http) || http_queue_ready(&http->queue))
		return 0;
	if (awaits_stream(http))
		end = now + STREAMS_WAIT_MS;
	if (http->timers && http->timers->due < end)
		end = http->timers->due;
	if (deadline && deadline < end)
		end = deadline;
	return end > now ? (int)(end - now) : 0;
}

static void
wait_for_news(struct http *http, int64_t deadline, int stop_fd)
{
	struct curl_waitfd one = { .fd = stop_fd, .events = CURL_WAIT_POLLIN };
	const struct watch *watch;
	struct buf fds = { 0 };

	if (stop_fd >= 0)
		buf_add(&fds, &one, sizeof one);
	for (watch = http->watches; watch; watch = watch->next) {
		one.fd = watch->fd;
		buf_add(&fds, &one, sizeof one);
	}
	curl_multi_poll(http->multi, (void *)fds.at,
		(unsigned)(fds.len / sizeof one), wait_ms(http, deadline),
		NULL);
	buf_free(&fds);
}

enum http_end
http_loop_run(struct http *http, int64_t deadline, int stop_fd)
{
	enum http_end end = HTTP_IDLE;

	http->deadline = deadline;
	while (end == HTTP_IDLE && is_busy(http)) {
		if (is_readable(stop_fd)) {
			end = HTTP_STOPPED;
		} else if (deadline && clock_ms() >= deadline) {
			end = HTTP_DEADLINE;
		} else {
			call_timers(http);
			call_watches(http);
			begin_waiting(http);
			perform(http);
			collect(http);
			wait_for_news(http, deadline, stop_fd);
		}
	}
	drop(http);
	return end;
}
