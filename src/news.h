/* SPDX-License-Identifier: ISC */
/*
 * The command `news`: sends a test to all who are told news, and shows what
 * became of it. Uses plan, event, state and report; main calls it.
 */
#ifndef DDNS_NEWS_H
#define DDNS_NEWS_H

struct cli;
struct plan;

/* Sends the test and prints each one's fate; the exit status. */
int news_run(const struct cli *cli, const struct plan *plan);

#endif
