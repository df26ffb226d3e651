/* SPDX-License-Identifier: ISC */
/*
 * Between the files of exchange: read this first. How a job flows, each file
 * calling only those below it:
 *
 *   exchange  makes a work of each job and lets all begin; after each answer,
 *             tells those who waited for it, then sends what may go
 *   step      brings a work from a step of its row to the next: login, zones,
 *             records, record, a write, publish; most steps ask for something
 *   batch     gathers the writes of several works into one request
 *   choose    compares the records with the job: which is ours, what is written
 *   records   reads what a name holds; zone finds the zone of a name
 *   send      signs requests and sends them: the first alone, then some at once
 *   call      is a request with its answer, for all works that ask the same; it
 *             reads a list page by page
 *   show      notes for a dry run what is read and what would be written
 *   meaning   says what an answer means, and to people why it is a failure
 *   confirm   doubts an answer that was taken for good
 *   index     finds items of a list by their names, for many works
 *   answer    finds items and variables in an answer
 *   work      is a job on its way; ends it, and if the account is to blame all
 *             others that wait for no answer
 *   request   expands what a row writes into a request
 */
#ifndef DDNS_EXCHANGE_INTERNAL_H
#define DDNS_EXCHANGE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "exchange/exchange.h"
#include "field.h"
#include "name.h"
#include "provider/account.h"
#include "request.h"
#include "table.h"

struct http_answer;
struct http_timer;
struct json_t;
struct mem;

#define EXCHANGE_REQUEST 65536  /* bytes of a request */
#define EXCHANGE_SECRET 16384   /* bytes of what a login gives */
#define EXCHANGE_ANSWER 1048576 /* bytes of an answer */
#define EXCHANGE_KEPT 1048576   /* of all that are kept once they were read */
#define EXCHANGE_POOL 1048576   /* of what is made of answers and requests, */
#define EXCHANGE_POOL_EACH 16384 /* and more for each name; */
#define EXCHANGE_POOL_OWN 8192 /* of each name's, what no answers make less */
#define EXCHANGE_LISTED 8192 /* of a list, for each name */
#define EXCHANGE_PAGES 50
#define EXCHANGE_ITEMS 50  /* in a batch, and shown one by one */
#define EXCHANGE_MANY 4    /* names that are worth a list */
#define EXCHANGE_FORBIDDEN 3 /* times 403 in a row before the account is held */
#define EXCHANGE_FLYING 8  /* requests of an account at a time */
#define EXCHANGE_SHOWN 200 /* bytes of an answer in a message */
#define EXCHANGE_WORDS 5   /* of auth, behind the scheme */
#define EXCHANGE_TOO_LARGE "the answers are too large"

/* A variable with its value. */
struct pair {
	struct pair *next;
	const char *name;
	const char *text;
	bool raw; /* goes into JSON and XML as it is */
};

/* An item of an answer about records: one record, or all of a name's. */
struct item {
	struct item *next; /* of those that `record` is yet to show */
	struct pair *vars;
	int count;  /* addresses in it, of the work's family */
	int others; /* of the other family, where one type is for both */
};

/* A record that the name holds: an address of an item. */
struct record {
	struct record *next;
	const struct item *item; /* NULL: not there yet */
	const struct pair *vars; /* what stands beside the address */
	const char *text;
	const struct address *address; /* family 0: none of ours */
	bool passed; /* written, or right as it is */
};

/* A request as it is sent, but for what a signature adds. */
struct request {
	const char *method;
	const char *url;
	struct field *fields;
	const char *body;   /* NULL: none */
	const char *scheme; /* of auth; NULL: none, or among the fields */
	char *words[EXCHANGE_WORDS];
	int family; /* 4, 6; 0: either */
	bool proxy;
	const char *key; /* all of this as one text */
};

/* Works in a row, linked by `behind`. Zero-initialise. */
struct works {
	struct work *first, *last;
};

/* What an answer was found to mean. */
struct verdict {
	const struct row *row; /* by its tests; NULL: not for others */
	enum row_step step;
	enum row_meaning meaning;
	const struct match *test;
	const char *line;

	const struct row *told_to; /* what is told of it; NULL: nothing yet */
	const char *told_line, *told;
	bool own;
};

/* A request with its answer, for all works that ask the same. */
struct call {
	struct call *next; /* of the exchange, in the order of sending */
	struct exchange *exchange;
	struct work *work; /* who asked first */
	struct works waiting; /* of the first page: for the answer */
	const struct row_request *template;
	struct request *request;

	/* pages: the first call stands for all */
	struct call *first, *before, *more;
	int page;
	int items; /* of all pages up to this one */
	const char *token; /* what it says of the next one */
	struct call *says; /* first: the page that decides the meaning */
	const char *fault; /* first: why not all pages are there */
	struct verdict *verdict;
	struct buf seen;   /* first: what the items of the last page say */

	struct exchange_shown *shown; /* of a dry run */
	bool kept; /* it would write, and the run is dry: it was not sent */
	bool sent;  /* it waits for its turn at the server, or has had it */
	bool begun; /* it is or was under way */
	bool done;  /* first: all pages are there */
	int status;      /* 0: no answer; fail says why */
	struct buf head; /* as of struct http_answer */
	struct buf body;
	int64_t retry_after; /* seconds; -1: not said */
	struct json_t *doc;  /* NULL: none; fail says why */
	struct fail *fail;
	struct call *opened; /* the next one of exchange->open */
	bool open;           /* head, body and doc are there */
	bool closed;         /* for ever: none of them is kept */
	size_t taken;        /* first: by so many works were its items read */
	struct exchange_index *index; /* first, while it is open; or NULL */
	size_t size;         /* bytes of these three */
	size_t held;         /* for which it was given room */
};

/* A job on its way through the steps of its row. */
struct work {
	struct work *next;
	struct exchange *exchange;
	struct exchange_job *job;
	size_t place; /* in the order of the jobs */
	const struct row *row;
	enum row_step step;  /* under way */
	enum row_step write; /* that which changes the record */
	struct call *call;   /* waited for */
	struct work *behind; /* who waits as well, or may go on then */
	const struct match *test; /* decided on the last answer; NULL: HTTP */
	const char *line; /* of the answer, by which it did; or NULL */
	bool same;        /* the service says that it was so already */

	const char *shared; /* suffix that many names have; NULL: none */
	enum { WALK_OWN, WALK_SHARED, WALK_SELF } walk;
	const char *suffix; /* asked about as a zone */
	const char *base;   /* the nearest zone that was found; or NULL */
	bool above;         /* other names that are due lie below the name */
	bool unasked;       /* whether the name itself is a zone */
	const char *zone;   /* NULL: not known */
	struct pair *names; /* zone, name, sub */
	struct pair *fixed; /* known from the start */
	struct pair *zone_vars, *login_vars;
	struct item *listed;       /* by `records`, for `record` to show */
	struct record *records;    /* what the name holds */
	const struct record *mine; /* the one to change; NULL: none */
	struct pair *value;        /* {value} */

	const char *piece; /* waits to go into a batch */
	const char *batch; /* all of that batch but the pieces */
	size_t together;   /* pieces in the batch that was sent */
	size_t most;       /* pieces in its batch; 0: all that fit */
	const char *share; /* the same as a text; NULL: all */

	bool wrote;           /* a write of it was answered */
	bool publishes;       /* waits until all is written */
	enum outcome settled; /* once it is published */
};

/* The works of an account, and what they ask. */
struct exchange {
	struct mem *mem;
	struct http *http;
	long timeout_ms;
	const struct account *account;
	bool dry; /* all that writes is kept back */
	bool many; /* names, so that a list of all serves better */
	struct pair *jwt; /* made once, so that all logins are the same */
	struct work *works;
	struct call *calls, *last;
	struct call **unsent; /* the first one, or where it will be */
	struct table asked;   /* first pages by what they ask */
	struct works ready;   /* their answers are there */
	struct call *open; /* those that are read or waited for */
	size_t held, kept; /* bytes of answers */
	size_t room;       /* bytes that the pool may have */
	size_t pooled;     /* of these, its own and those that are held */
	struct http_timer *timer; /* NULL: it has begun */
	int flying;
	bool opened;                /* an answer other than 403 is there */
	int forbidden;              /* 403 in a row, before that */
	const struct call *last_forbidden;
	const struct work *stopped; /* whose answer was the account's */
	const struct fail *why;     /* its job's fail then: jobs may share one */
	void (*go_on)(struct exchange *exchange); /* after an answer */
};

/* step.c: from one step of a row to the next */

void exchange_step_begin(struct work *work);

/* Goes on from the answer that the work waited for. */
void exchange_step_heard(struct work *work, const struct call *call);

/* Asks to publish what is written. True: there was something. */
bool exchange_step_publish(struct exchange *exchange);

/* batch.c: several writes in one request */

/* Puts the piece of work->write among those that wait. False: *fail. */
bool exchange_batch_add(struct work *work, struct fail *fail);

/* After a batch was rejected as a whole: puts its piece among those that wait,
 * for a batch of half the size. False: it was alone, or is not to blame. */
bool exchange_batch_split(struct work *work, const struct call *call,
	enum row_meaning meaning);

/* Asks for the batches of all that wait. True: there was one. */
bool exchange_batch_flush(struct exchange *exchange);

/* choose.c: which record is ours, and what is to be written */

/* The step that writes, if there is a record or not; STEPS: none can. */
enum row_step exchange_choose_step(const struct row *row, bool found);

/*
 * The table of ddns-rows(5), RECORDS: OUTCOME_SAME, OUTCOME_REFUSED with
 * the job's fail, or OUTCOME_CHANGED if work->write is to be sent.
 */
enum outcome exchange_choose_write(struct work *work);

/*
 * After work->mine is right: makes the next one that was ours work->mine, to be
 * deleted, or changed where no request deletes. False: there is none.
 */
bool exchange_choose_next(struct work *work);

/* After a create: whether the old record is to be deleted. Not if that names
 * the address alone, and the new record has the same one. */
bool exchange_choose_end(const struct work *work);

/* Makes {value} as far as the write holds it; false: *fail. */
bool exchange_choose_value(struct work *work, struct fail *fail);

/* index.c: items of an answer by the name in them */

struct exchange_entry {
	struct exchange_entry *next; /* of the same name, in their order */
	struct exchange_entry *last; /* of the first one: of that name */
	const char *name;            /* canonical, as it is written */
	size_t at;                   /* its place among those with a name */
	struct json_t *item;
};

/* Whether items are to be found by the variable; false: they are to be walked. */
bool exchange_index_serves(const struct call *call,
	const struct row_reading *reading, const char *variable);

/* How many items have a name, and have none. False: an item list is not there;
 * *fail says so, or else what the others lack. */
bool exchange_index_counts(const struct call *call, size_t *known,
	size_t *bare, struct fail *fail);

/* The first of a name, or NULL. */
const struct exchange_entry *exchange_index_find(
	const struct call *call, const char *name);

void exchange_index_free(struct call *first);

/* records.c: what a name holds */

/* Adds all records that are the work's to work->records, or their items to
 * work->listed if `record` is to show them; false: *fail. */
bool exchange_records_take(
	struct work *work, const struct call *call, struct fail *fail);

/* zone.c: the zone of a name */

/* Tells each work which suffix it shares with many others. */
void exchange_zone_share(struct exchange *exchange);

/* Whether the zone of the work is that of many names. */
bool exchange_zone_many(const struct work *work);

/* Sets {zone}, {name} and {sub}. */
void exchange_zone_set(struct work *work, const char *zone);

/* Whether `zones` has to be asked about the account's own zone. */
bool exchange_zone_asked(const struct work *work);

/* Begins to ask for one suffix of the name after the other, if the row does. */
void exchange_zone_begin(struct work *work);

/* Begins anew with the name's own suffixes, as if it shared none. */
void exchange_zone_alone(struct work *work);

/* What is next, once it is known whether the suffix is a zone. KEPT: the zone
 * that was found before holds the name. */
enum exchange_zone { ZONE_ASKED, ZONE_FOUND, ZONE_KEPT, ZONE_NONE };
enum exchange_zone exchange_zone_next(struct work *work, bool found);

/* Begins to ask about the name itself, which was left out: work->unasked. */
void exchange_zone_self(struct work *work);

/* Takes the longest zone of an answer, if there is one; false: *fail. */
bool exchange_zone_take(struct work *work, const struct call *call,
	bool *found, struct fail *fail);

/* send.c: requests on their way */

/* Signs and starts the calls that may go now; those that would write in a dry
 * run are kept back, and end at once. exchange->go_on is called after each
 * answer. True: one ended at once. */
bool exchange_send(struct exchange *exchange);

/* call.c: a request with its answer */

/* The work waits for the answer to a request, which is made if nobody asked the
 * same yet. */
void exchange_call_for(struct work *work, const struct row_request *template,
	struct request *request);

/* Whether it may change something. */
bool exchange_call_writes(const struct call *call);

/* The same with a call that is there. */
void exchange_call_join(struct work *work, struct call *call);

/* What a call is found by. */
void exchange_call_key(const void *call, const char *key[TABLE_KEY]);

/* The call of a first page has ended: who waits for it may go on. */
void exchange_call_end(struct call *first);

/* Takes an answer over. */
void exchange_call_take(struct call *call, const struct http_answer *answer);

/* After an answer: asks for the next page, or ends the call. */
void exchange_call_read(struct call *page);

/* Before a call that is done is heard: opens what was closed of it. */
void exchange_call_open(struct call *call);

/* Closes all that were heard: frees the documents, and what is too large to be
 * kept for those who ask the same later. */
void exchange_call_close(struct exchange *exchange);

void exchange_call_free(struct call *call);

/* show.c: what a dry run learns */

/* A request as it is shown, to be called before it is signed. */
struct exchange_shown *exchange_show_request(
	const struct work *work, const struct request *request);

/* Notes a call that the work has waited for, with all its pages. */
void exchange_show_call(struct work *work, const struct call *call);

/* Notes what the record has, and would have, beside its address. */
void exchange_show_record(struct work *work);

/* meaning.c: what an answer means */

/* Sets work->test and work->line. */
enum row_meaning exchange_meaning(struct work *work, const struct call *call);

/* Whether a text refuses a signature or a login over the time of day. */
bool exchange_meaning_of_time(const struct work *work, const char *text);

/*
 * Sets the job's fail: step, HTTP status, the service's message. why: it was
 * not understood; "" if nothing but the lack of such a message shows that.
 */
void exchange_meaning_tell(
	const struct work *work, const struct call *call, const char *why);

/* confirm.c: is good good */

/* Whether the answer, good by work->test, confirms what was asked; false: it
 * is a foreign one, or about another address, *fail says so. */
bool exchange_confirm(
	struct work *work, const struct call *call, struct fail *fail);

/* answer.c: items and variables of an answer */

/*
 * Hands each item of one answer, one page, to each. False: a list that is not
 * there; *fail says so.
 */
bool exchange_answer_items(const struct call *page,
	const struct row_reading *reading,
	bool (*each)(struct json_t *item, void *arg), void *arg,
	struct fail *fail);

/* The pointer bound to a variable, or NULL. */
const char *exchange_answer_pointer(
	const struct row_reading *reading, const char *variable);

/* Adds the text at the pointer bound to the variable. False: the item has
 * none; *fail says so. */
bool exchange_answer_text(struct json_t *item,
	const struct row_reading *reading, const char *variable,
	struct buf *out, struct fail *fail);

/* The variables of an item but those that are compared. list: pointer to the
 * list of addresses in it, "" if there is none; below: of an element of that
 * list, not of the item around it. */
struct pair *exchange_answer_vars(struct mem *mem, struct json_t *at,
	const struct row_reading *reading, const char *list, bool below);

/* Reads the variables of `login` from the first item; false: *fail. */
bool exchange_answer_login(
	struct work *work, const struct call *call, struct fail *fail);

/* work.c: a job on its way */

/* A work that has not asked anything yet. */
struct work *exchange_work_make(
	struct exchange *exchange, struct exchange_job *job);

/* The step that is under way now, which a debug line shows. */
void exchange_work_at(struct work *work, enum row_step step);

/* The step of the row that is under way, for people; NULL: it is the only one,
 * and its name says nothing. */
const char *exchange_work_step(const struct work *work);

/* Ends the work's job, whose request could not be made: the job's fail, set
 * already, gets the step before it. */
void exchange_work_fail(struct work *work);

/* Ends the work's job; DENIED and BUSY stop the account: no more is sent, and
 * those that wait for no answer end likewise. */
void exchange_work_finish(struct work *work, enum outcome outcome);

/* Puts the work behind the others. */
void exchange_work_queue(struct works *works, struct work *work);

/* Takes the first of them; NULL: there is none. */
struct work *exchange_work_next(struct works *works);

/* Whether the account was stopped; then this ends the work likewise. */
bool exchange_work_stopped(struct work *work);

/* Of a stopped account: ends the works that wait for no answer. */
void exchange_work_stop(struct exchange *exchange);

/* request.c: a row's templates expanded */

const char *exchange_pair_find(const struct pair *pairs, const char *name);
void exchange_pair_add(struct mem *mem, struct pair **pairs, const char *name,
	const char *text);

/* What the account itself writes for a variable, or NULL. */
const char *exchange_account_value(const struct work *work, const char *name);

/* What a request holds for a variable, or NULL. */
const char *exchange_request_value(struct work *work, const char *name);

/* Whether more may be made of answers; false: *fail. */
bool exchange_request_room(struct exchange *exchange, struct fail *fail);

/* Expands a request; `extra` beats all other variables. NULL: *fail. */
struct request *exchange_request_make(struct work *work,
	const struct row_request *template, const struct pair *extra,
	struct fail *fail);

/* The request of a step, for its first page. NULL: *fail. */
struct request *exchange_request_first(
	struct work *work, enum row_step step, struct fail *fail);

/* Expands a piece of a request: an item of a batch, or `value` for a record
 * (NULL: for work->mine). NULL: *fail. */
const char *exchange_request_piece(struct work *work, const char *text,
	const struct record *record, struct fail *fail);

/* Adds an expanded line. False: a variable of it is not set. */
bool exchange_request_line(
	struct work *work, const char *text, struct buf *out);

#endif
