/* SPDX-License-Identifier: ISC */
/* What is known of the way out without sending anything. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/internal.h"

/* connect on UDP asks for a route; nothing is sent. */
bool
http_routable(int family)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	const struct sockaddr *to = (const void *)&four;
	socklen_t len = sizeof four;
	bool ok;
	int fd;

	four.sin_port = six.sin6_port = htons(53);
	inet_pton(AF_INET, "1.1.1.1", &four.sin_addr);
	inet_pton(AF_INET6, "2606:4700:4700::1111", &six.sin6_addr);
	if (family == 6) {
		to = (const void *)&six;
		len = sizeof six;
	}
	fd = socket(to->sa_family, SOCK_DGRAM, 0);
	if (fd < 0)
		return false;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	ok = connect(fd, to, len) == 0;
	close(fd);
	return ok;
}

const char *
http_libraries(void)
{
	return curl_version();
}
