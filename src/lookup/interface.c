/* SPDX-License-Identifier: ISC */
/* Sources that are network interfaces: interface:NAME, over rtnetlink(7). */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lookup/internal.h"

/* rtnetlink(7): an address of any of these is never published. */
#define UNFIT (IFA_F_DEPRECATED | IFA_F_TENTATIVE | IFA_F_DADFAILED)

static bool
read_name(struct lookup_source *source, struct mem *mem, const char *name,
	struct fail *fail)
{
	size_t len = strlen(name);

	(void)mem;
	/* IFNAMSIZ of Linux is 16, the NUL included */
	if (len == 0 || len > 15 || strcspn(name, "/ \t:") != len)
		return fail_set(fail, "\"%s\" is not an interface name", name);
	source->place = name;
	return true;
}

/* The best address of an interface so far. */
struct choice {
	struct lookup_try *try;
	unsigned index;
	unsigned long preferred; /* seconds; for ever: all bits set */
	bool failed;
	struct fail
		unfit; /* why an address does not count; "": none was there */
};

/* What one RTM_NEWADDR message offers. */
struct offer {
	struct address address;
	unsigned flags;
	unsigned long preferred;
};

static void
read_address(struct offer *offer, int family, struct rtattr *attr)
{
	size_t len = family == AF_INET ? 4 : 16;

	if (RTA_PAYLOAD(attr) != len)
		return;
	offer->address.family = family == AF_INET ? 4 : 6;
	memcpy(offer->address.bytes, RTA_DATA(attr), len);
}

static void
read_attribute(struct offer *offer, int family, struct rtattr *attr)
{
	struct ifa_cacheinfo info;
	uint32_t flags;

	switch (attr->rta_type) {
	case IFA_LOCAL: /* of a point-to-point link: ours, not the peer's */
		read_address(offer, family, attr);
		break;
	case IFA_ADDRESS:
		if (offer->address.family == 0)
			read_address(offer, family, attr);
		break;
	case IFA_FLAGS:
		memcpy(&flags, RTA_DATA(attr), sizeof(flags));
		offer->flags = flags;
		break;
	case IFA_CACHEINFO:
		memcpy(&info, RTA_DATA(attr), sizeof(info));
		offer->preferred = info.ifa_prefered == UINT32_MAX
					   ? (unsigned long)-1
					   : info.ifa_prefered;
		break;
	default:
		break;
	}
}

/* Longest preferred life first, then the lowest address. */
static bool
better(const struct choice *choice, const struct offer *offer)
{
	if (choice->try->address->family == 0)
		return true;
	if (offer->preferred != choice->preferred)
		return offer->preferred > choice->preferred;
	return address_compare(&offer->address, choice->try->address) < 0;
}

static void
consider(struct choice *choice, struct nlmsghdr *message)
{
	struct ifaddrmsg *ifa = NLMSG_DATA(message);
	struct rtattr *attr = IFA_RTA(ifa);
	size_t left = IFA_PAYLOAD(message);
	struct offer offer = {
		.flags = ifa->ifa_flags,
		.preferred = (unsigned long)-1,
	};
	char shown[ADDRESS_TEXT];
	const char *why;

	if (ifa->ifa_index != choice->index)
		return;
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		read_attribute(&offer, ifa->ifa_family, attr);
	/* of an IPv4 address the same bit means "secondary", which is fine */
	if (ifa->ifa_family == AF_INET6 && (offer.flags & IFA_F_TEMPORARY))
		return;
	if ((offer.flags & UNFIT) || offer.preferred == 0)
		return;
	why = address_unfit(&offer.address, choice->try->lookup->set->rule);
	if (why) {
		address_format(&offer.address, shown);
		fail_set(&choice->unfit, "%s %s", shown, why);
		return;
	}
	if (!better(choice, &offer))
		return;
	*choice->try->address = offer.address;
	choice->preferred = offer.preferred;
}

/* One datagram of the answer; false: it was the last. */
static bool
read_dump(struct choice *choice, struct nlmsghdr *message, size_t len)
{
	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_type == NLMSG_ERROR)
			choice->failed = true;
		if (message->nlmsg_type == NLMSG_ERROR ||
			message->nlmsg_type == NLMSG_DONE)
			return false;
		if (message->nlmsg_type == RTM_NEWADDR)
			consider(choice, message);
	}
	return true;
}

static bool
dump_addresses(int fd, struct choice *choice)
{
	union {
		struct nlmsghdr header;
		char bytes[32768];
	} answer;
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg ifa;
	} ask = {
		.header = {
			.nlmsg_len = sizeof(ask),
			.nlmsg_type = RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.ifa.ifa_family = choice->try->lookup->set->family == 4
			? AF_INET
			: AF_INET6,
	};
	ssize_t n = send(fd, &ask, sizeof(ask), 0);

	while (n > 0) {
		n = recv(fd, &answer, sizeof(answer), 0);
		if (n > 0 && !read_dump(choice, &answer.header, (size_t)n))
			return !choice->failed;
	}
	return false;
}

static void
ask(struct lookup_try *try)
{
	struct choice choice = {
		.try = try,
		.index = if_nametoindex(try->source->place),
	};
	bool ok;
	int fd;

	if (choice.index == 0) {
		lookup_missed(try, "there is no such interface");
		return;
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ok = fd >= 0 && dump_addresses(fd, &choice);
	if (!ok)
		lookup_missed(try, "netlink: %s", strerror(errno));
	else if (try->address->family == 0)
		lookup_missed(try, "%s",
			choice.unfit.text[0] ? choice.unfit.text
					     : "no address of this family");
	else
		lookup_hit(try);
	if (fd >= 0)
		close(fd);
}

const struct lookup_kind lookup_kind_interface = { "interface:", false,
	read_name, ask, NULL };
