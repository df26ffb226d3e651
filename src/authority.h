/* SPDX-License-Identifier: ISC */
/*
 * The private authorities of ca_file: read, judged and parsed once for a run,
 * by config, for all connections of http.
 */
#ifndef DDNS_AUTHORITY_H
#define DDNS_AUTHORITY_H

struct fail;
struct x509_store_st;

/*
 * OpenSSL's store of the certificates in a file of PEM, which stays until the
 * process ends; a file that was read is not read again. NULL: *fail says why,
 * with the path.
 */
struct x509_store_st *authority_read(const char *path, struct fail *fail);

#endif
