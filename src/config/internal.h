/* SPDX-License-Identifier: ISC */
/*
 * Between the files of config: how the text of a file becomes a config.
 */
#ifndef DDNS_CONFIG_INTERNAL_H
#define DDNS_CONFIG_INTERNAL_H

#include <stddef.h>

struct config;

/* An empty one; path stands for the file in messages. */
struct config *config_new(const char *path);

/* Reads the sections of a text into config. */
void config_parse(struct config *config, const char *text, size_t len);

#endif
