/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "fail.h"
#include "nsupdate/internal.h"

#define ANSWER(status) \
	"Answer:\n;; ->>HEADER<<- opcode: UPDATE, status: " status \
	", id:  9858\n;; flags: qr; ZONE: 1, PREREQ: 0, UPDATE: 0\n" \
	";; ZONE SECTION:\n;example.com.\t\t\tIN\tSOA\n\n" \
	";; TSIG PSEUDOSECTION:\nREFUSED-upd.\t0\tANY\tTSIG\thmac-sha256. " \
	"1795346327 300 0 20909 BADSIG 0\n\n"
#define TSIG "; TSIG error with server: tsig indicates error\n"

/* What nsupdate of BIND 9.18 wrote. */
static const struct {
	const char *said;
	bool ended;
	struct nsupdate_verdict verdict;
	const char *tells;
} cases[] = {
	{ ANSWER("NOERROR"), true, { OUTCOME_CHANGED, false, false }, NULL },
	{ ANSWER("NOERROR"), false, { OUTCOME_LATER, false, true },
		"nsupdate: exit status 2" },
	{ "", true, { OUTCOME_LATER, false, true },
		"nsupdate: showed no answer of the server" },
	{ "Answer:\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n",
		true, { OUTCOME_LATER, false, true }, NULL },
	{ "update failed: REFUSED\n" ANSWER("REFUSED"), false,
		{ OUTCOME_REFUSED, true, true },
		"nsupdate: update failed: REFUSED" },
	{ ANSWER("NOTZONE") "update failed: NOTZONE\n", false,
		{ OUTCOME_REFUSED, true, true },
		"nsupdate: update failed: NOTZONE" },
	{ "update failed: NOTAUTH\n" ANSWER("NOTAUTH"), false,
		{ OUTCOME_REFUSED, true, false },
		"nsupdate: update failed: NOTAUTH "
		"(the server does not have this zone)" },
	{ TSIG "update failed: NOTAUTH(BADSIG)\n" ANSWER("NOTAUTH"), false,
		{ OUTCOME_DENIED, false, false },
		"nsupdate: TSIG error with server: tsig indicates error, "
		"update failed: NOTAUTH(BADSIG) "
		"(the secret is not the server's)" },
	{ TSIG "update failed: NOTAUTH(BADKEY)\n" ANSWER("NOTAUTH"), false,
		{ OUTCOME_DENIED, false, false }, NULL },
	{ TSIG "update failed: NOTAUTH(BADTIME)\n" ANSWER("NOTAUTH"), false,
		{ OUTCOME_LATER, false, false }, NULL },
	{ "; TSIG error with server: expected a TSIG or SIG(0)\n"
	  "update failed: REFUSED\n" ANSWER("REFUSED"),
		false, { OUTCOME_LATER, false, false }, NULL },
	{ "update failed: SERVFAIL\n" ANSWER("SERVFAIL"), false,
		{ OUTCOME_LATER, false, false }, NULL },
	{ "; Communication with 127.0.0.1#53 failed: connection refused\n",
		false, { OUTCOME_LATER, false, false },
		"nsupdate: Communication with 127.0.0.1#53 failed: "
		"connection refused" },
	{ "; Communication with 127.0.0.1#53 failed: REFUSED\n"
	  "could not reach any name server\n",
		false, { OUTCOME_LATER, false, false }, NULL },
	{ "couldn't get address for 'ns.invalid': not found\nsyntax error\n",
		false, { OUTCOME_LATER, false, false }, NULL },
	{ "could not read key from my.{private,key}: file not found\n", false,
		{ OUTCOME_DENIED, false, false }, NULL },
	{ "specified zone 'x.invalid' does not exist (NXDOMAIN)\n", false,
		{ OUTCOME_REFUSED, true, false }, NULL },
	{ "dns_request_create: ran out of space\n", false,
		{ OUTCOME_LATER, false, true }, NULL },
};

static void
judged(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf said = { 0 };
		struct fail fail;
		struct nsupdate_verdict verdict;

		fail_set(&fail, "exit status 2");
		buf_str(&said, cases[i].said);
		verdict = nsupdate_judge(&said, cases[i].ended, &fail);
		print_message("%s", cases[i].said);
		assert_int_equal(verdict.outcome, cases[i].verdict.outcome);
		assert_int_equal(verdict.daily, cases[i].verdict.daily);
		assert_int_equal(verdict.split, cases[i].verdict.split);
		if (cases[i].tells)
			assert_string_equal(fail.text, cases[i].tells);
		buf_free(&said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
