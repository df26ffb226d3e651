/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as an answer, as one address and as a network. The first byte
 * chooses the family and whether the documentation ranges are let in.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address-find.h"
#include "demand.h"
#include "fail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written is short, and read again it is the same address. */
static void
check_text(const struct address *address)
{
	char text[ADDRESS_TEXT];
	struct address again;

	address_format(address, text);
	demand(memchr(text, '\0', sizeof text) != NULL);
	demand(address_parse(&again, text, strlen(text)));
	demand(address_equal(address, &again));
}

static void
check_answer(const char *body, size_t len, bool six, bool allow)
{
	static const struct network documents[] = {
		{ { 4, { 203, 0, 113 } }, 24 },
		{ { 6, { 0x20, 0x01, 0x0D, 0xB8 } }, 32 },
	};
	struct fail why;
	struct address_rule rule = { .family = six ? 6 : 4 };
	struct address found = { 0 };

	rule.allow.list = documents;
	rule.allow.count = allow ? 2 : 0;
	if (address_find(&found, body, len, &rule, &why) == ADDRESS_FOUND) {
		demand(address_valid(&found, &rule));
		demand(allow || address_global(&found));
		check_text(&found);
	} else {
		demand(found.family == 0);
	}
}

static void
check_network(const char *body, size_t len)
{
	char text[64];
	struct network network;

	if (len >= sizeof text)
		return;
	memcpy(text, body, len);
	text[len] = '\0';
	if (network_parse(&network, text)) {
		demand(network_holds(&network, &network.base));
		check_text(&network.base);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *body = (const char *)data + 1;
	struct address address;

	if (size == 0)
		return 0;
	check_answer(body, size - 1, data[0] & 1, data[0] & 2);
	check_network(body, size - 1);
	if (address_parse(&address, body, size - 1))
		check_text(&address);
	return 0;
}
