/* SPDX-License-Identifier: ISC */
#include <poll.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "http-fixture.h"

#include "child.h"
#include "http/internal.h"

#define DAY 86400L

static char folder[] = "/tmp/test-http-tls-XXXXXX";
static char ca_path[64], pem_path[64];
static EVP_PKEY *ca_key;
static X509 *ca_cert;

/* What a server shows; signed by our own CA. */
struct shown {
	const char *name; /* subjectAltName */
	long from, to;    /* seconds from now */
};

static void
add_extension(X509 *cert, X509 *issuer, int kind, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	assert_non_null(extension);
	X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
}

static X509 *
make_cert(EVP_PKEY *key, const char *name, long from, long to)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)clock_ms());
	X509_gmtime_adj(X509_getm_notBefore(cert), from);
	X509_gmtime_adj(X509_getm_notAfter(cert), to);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
		(const unsigned char *)name, -1, -1, 0);
	X509_set_pubkey(cert, key);
	return cert;
}

static void
write_pem(const char *path, X509 *cert, EVP_PKEY *key)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(PEM_write_X509(file, cert));
	assert_true(!key ||
		    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
}

static int
make_ca(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(folder))
		return -1;
	snprintf(ca_path, sizeof ca_path, "%s/ca.pem", folder);
	snprintf(pem_path, sizeof pem_path, "%s/server.pem", folder);
	ca_key = EVP_EC_gen("P-256");
	ca_cert = make_cert(ca_key, "Test CA", -DAY, DAY);
	X509_set_issuer_name(ca_cert, X509_get_subject_name(ca_cert));
	add_extension(ca_cert, ca_cert, NID_basic_constraints, "CA:TRUE");
	X509_sign(ca_cert, ca_key, EVP_sha256());
	write_pem(ca_path, ca_cert, NULL);
	return 0;
}

static int
remove_ca(void **state)
{
	(void)state;
	X509_free(ca_cert);
	EVP_PKEY_free(ca_key);
	unlink(ca_path);
	unlink(pem_path);
	return rmdir(folder);
}

static void
make_server_pem(const struct shown *shown)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = make_cert(key, "server", shown->from, shown->to);

	X509_set_issuer_name(cert, X509_get_subject_name(ca_cert));
	add_extension(cert, ca_cert, NID_subject_alt_name, shown->name);
	X509_sign(cert, ca_key, EVP_sha256());
	write_pem(pem_path, cert, key);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* Starts openssl-s_server(1), which says "ACCEPT 127.0.0.1:PORT". */
static int
start_server(struct child *child)
{
	char program[] = "/usr/bin/openssl", command[] = "s_server";
	char accept_[] = "-accept", where[] = "127.0.0.1:0";
	char cert[] = "-cert", www[] = "-www", key[] = "-key";
	char *argv[] = { program, command, accept_, where, cert, pem_path, key,
		pem_path, www, NULL };
	struct child_options options = { .argv = argv, .read_out = true };
	struct pollfd ready = { .events = POLLIN };
	struct buf out = { 0 };
	char chunk[512], *line = NULL;
	struct fail fail;
	int port = 0, quiet, old;

	/* it tells of each refusal */
	quiet = open("/dev/null", O_WRONLY);
	old = dup(2);
	dup2(quiet, 2);
	assert_true(child_start(child, &options, &fail));
	dup2(old, 2);
	close(old);
	close(quiet);
	ready.fd = child->out;
	while (!line || !strchr(line, '\n')) {
		ssize_t n;

		assert_int_equal(poll(&ready, 1, PATIENCE), 1);
		n = read(child->out, chunk, sizeof chunk);
		assert_true(n > 0);
		buf_add(&out, chunk, (size_t)n);
		line = strstr(out.at, "ACCEPT ");
	}
	assert_int_equal(sscanf(line, "ACCEPT 127.0.0.1:%d", &port), 1);
	buf_free(&out);
	return port;
}

static void
get(struct seen *seen, const struct http_options *options, int port)
{
	struct http_request request = {
		.method = "GET", .timeout_ms = PATIENCE, .ceiling = CEILING
	};
	struct buf url = { 0 };
	struct fail fail;

	buf_printf(&url, "https://127.0.0.1:%d/", port);
	request.url = buf_text(&url);
	http = http_open(options, &fail);
	assert_non_null(http);
	ask(seen, &request);
	http_close(http);
	buf_free(&url);
}

static void
verified(void **state)
{
	static const struct {
		struct shown shown;
		bool ca;
		const char *text; /* how what was seen begins */
	} rows[] = {
		{ { "IP:127.0.0.1", -DAY, DAY }, true, "200 " },
		{ { "IP:127.0.0.1", -DAY, DAY }, false,
			"0 TLS: unable to get local issuer certificate: for a CA of your own set ca_file" },
		{ { "IP:127.0.0.1", -2 * DAY, -DAY }, true,
			"0 TLS: certificate has expired" },
		{ { "IP:127.0.0.1", DAY, 2 * DAY }, true,
			"0 TLS: certificate is not yet valid: this machine's date is 20" },
		{ { "DNS:other.example", -DAY, DAY }, true, "0 TLS: no alt" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_options options = { .ca_file = rows[i].ca ? ca_path
								      : NULL };
		struct seen seen = { .calls = 0 };
		struct child child;

		make_server_pem(&rows[i].shown);
		get(&seen, &options, start_server(&child));
		child_kill(&child);
		buf_cut(&seen.text, strlen(rows[i].text));
		assert_string_equal(buf_text(&seen.text), rows[i].text);
		forget(&seen);
	}
}

static size_t
swallow(char *bytes, size_t size, size_t count, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * count;
}

static CURLcode
prepare(CURL *easy, void *context, void *trust)
{
	(void)easy;
	return http_tls_prepare(trust, context);
}

/* Each way to trust a private CA does so by itself, and not without it. */
static void
both_ways_to_trust(void **state)
{
	static const struct shown good = { "IP:127.0.0.1", -DAY, DAY };
	struct mem *mem = mem_new();
	struct http_ca with = { .full = { .set = false } }, without = with;
	struct child child;
	char url[64];
	struct fail fail;
	size_t i;

	(void)state;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	assert_true(http_ca_open(&with, mem, ca_path, &fail));
	assert_true(http_ca_open(&without, mem, NULL, &fail));
	http_ca_look(&with);
	http_ca_look(&without);
	make_server_pem(&good);
	snprintf(
		url, sizeof url, "https://127.0.0.1:%d/", start_server(&child));
	for (i = 0; i < 4; i++) {
		struct http_ca *ca = i < 2 ? &with : &without;
		struct http_trust *trust = i % 2 ? &ca->full : &ca->fast;
		CURL *easy = curl_easy_init();

		curl_easy_setopt(easy, CURLOPT_URL, url);
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, prepare);
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)trust);
		assert_int_equal(http_ca_set(trust, easy), CURLE_OK);
		assert_int_equal(curl_easy_perform(easy),
			i < 2 && trust->set ? CURLE_OK
					    : CURLE_PEER_FAILED_VERIFICATION);
		curl_easy_cleanup(easy);
	}
	child_kill(&child);
	http_ca_close(&with);
	http_ca_close(&without);
	mem_free(mem);
	curl_global_cleanup();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verified),
		cmocka_unit_test(both_ways_to_trust),
	};

	return cmocka_run_group_tests(tests, make_ca, remove_ca);
}
