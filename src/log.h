/* SPDX-License-Identifier: ISC */
/*
 * Debug lines on stderr, each beginning "ddns: ". Secrets are masked and
 * unprintable bytes escaped here, for every line.
 */
#ifndef DDNS_LOG_H
#define DDNS_LOG_H

/* 0 silent, 1 each step (-v), 2 each HTTP exchange (-vv). */
void log_level(int level);
int log_at(void);

void log_step(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_wire(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
