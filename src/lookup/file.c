#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lookup/lookup.h"
#include "lookup/internal.h"
#include "buf.h"
#include "fail.h"
#include "http/http.h"

/* Reads at most one byte more than an answer may have. */
static bool
read_all(int fd, struct buf *body, struct fail *fail)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		buf_add(body, chunk, (size_t)n);
		if (body->len > LOOKUP_CEILING)
			return fail_set(
				fail, "larger than %d bytes", LOOKUP_CEILING);
	}
	return n == 0 || fail_set(fail, "%s", strerror(errno));
}

static bool
read_regular(const char *path, struct buf *body, struct fail *fail)
{
	struct stat st;
	bool ok = false;
	/* a FIFO must not hold the run */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fail_set(fail, "%s", strerror(errno));
	if (fstat(fd, &st) < 0)
		fail_set(fail, "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		fail_set(fail, "not a regular file");
	else
		ok = read_all(fd, body, fail);
	close(fd);
	return ok;
}

static void
read_now(void *arg)
{
	struct lookup_try *try = arg;
	struct buf body = { 0 };
	struct fail fail;

	if (read_regular(try->source->path, &body, &fail))
		lookup_judge(try, buf_text(&body), body.len);
	else
		lookup_missed(try, "%s", fail.text);
	buf_free(&body);
}

void
lookup_ask_file(struct lookup_try *try)
{
	http_after(try->lookup->http, 0, read_now, try);
}
