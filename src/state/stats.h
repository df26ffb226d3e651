/*
 * STATE.stats: how well each lookup source does, and the last run. Lost or
 * damaged it starts anew.
 */
#ifndef DDNS_STATE_STATS_H
#define DDNS_STATE_STATS_H

#include <stdbool.h>
#include <stdint.h>

struct mem;
struct state_files;

struct stats_count {
	unsigned tries;
	unsigned valid;
};

struct stats_source {
	struct stats_source *next;
	const char *set;	/* "ipv4", ... */
	const char *source;	/* as shown: scheme, host and path */
	struct stats_count month[2];	/* this calendar month (UTC), the last */
	unsigned failures;	/* in a row */
	const char *cause;	/* of the last failure, "" */
	int64_t failed;		/* when, 0 never */
	unsigned ms;		/* mean answer time of valid answers */
};

struct stats {
	struct mem *mem;
	struct stats_source *sources;
	int64_t last_run;
	int last_exit;
	int month;		/* year * 12 + month of month[0] */
};

/* Never NULL. now decides which months count. */
struct stats *stats_load(struct state_files *files, int64_t now);
void stats_save(struct state_files *files, struct stats *stats);
void stats_free(struct stats *stats);

struct stats_source *stats_source(struct stats *stats, const char *set,
	const char *source);

/* Counts one try; cause NULL: a valid answer, after ms. */
void stats_try(struct stats *stats, struct stats_source *source,
	const char *cause, int64_t when, long ms);

/* 50 or more tries, at most 10 % of them valid. */
bool stats_useless(const struct stats_source *source);

#endif
