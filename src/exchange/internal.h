/*
 * Between the files of exchange. A `work` is a job on its way through the
 * steps of its row; a `call` is a request with its answer, shared by all works
 * that ask the same; a `message` is a request ready but for the signature.
 */
#ifndef DDNS_EXCHANGE_INTERNAL_H
#define DDNS_EXCHANGE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field.h"

struct account;
struct address;
struct buf;
struct exchange_job;
struct fail;
struct field;
struct http;
struct http_timer;
struct json_t;
struct mem;
struct row;
struct row_reading;
struct row_request;

#define EXCHANGE_REQUEST 65536  /* bytes of a request */
#define EXCHANGE_ANSWER 1048576 /* bytes of an answer */
#define EXCHANGE_PAGES 50
#define EXCHANGE_ITEMS 50  /* in a batch, and shown one by one */
#define EXCHANGE_FLYING 8  /* requests of an account at a time */
#define EXCHANGE_SHOWN 200 /* bytes of an answer in a message */
#define EXCHANGE_WORDS 5   /* of auth, behind the scheme */

/* A variable with its value. */
struct pair {
	struct pair *next;
	const char *name;
	const char *text;
	bool raw; /* goes into JSON and XML as it is */
};

/* A record as it was read, and an address of it. */
struct item {
	struct item *next; /* of those that `record` is yet to show */
	struct pair *vars;
	int count;  /* addresses in it, of the work's family */
	int others; /* of the other family, where one type is for both */
};

struct held {
	struct held *next;
	const struct item *item; /* NULL: not there yet */
	const struct pair *vars; /* what stands beside the address */
	const char *text;
	const struct address *address;
};

struct message {
	const char *method;
	const char *url;
	struct field *fields;
	const char *body;   /* NULL: none */
	const char *scheme; /* of auth; NULL: none, or among the fields */
	char *words[EXCHANGE_WORDS];
	int family;
	bool proxy;
	const char *key; /* all of this as one text */
};

struct call {
	struct call *next; /* of the exchange, in the order of asking */
	struct exchange *exchange;
	struct work *work; /* who asked first */
	const struct row_request *request;
	const struct message *message;

	/* pages: the first call stands for all */
	struct call *first, *before, *more;
	int page;
	int items; /* of all pages up to this one */
	const char *seen;  /* what the items of this page say */
	struct call *says; /* first: the page that decides the meaning */
	const char *fault; /* first: why not all pages are there */

	bool sent, done; /* done: first, once all pages are there */
	int status;      /* 0: no answer; fail says why */
	const char *body;
	size_t len;
	int64_t retry_after;
	struct json_t *doc; /* NULL: none; fail says why */
	struct fail *fail;
};

struct work {
	struct work *next;
	struct exchange *exchange;
	struct exchange_job *job;
	const struct row *row;
	int step;          /* enum row_step under way */
	int write;         /* that which changes the record */
	struct call *call; /* waited for */
	const char *line;  /* of the last answer, by which a test decided */

	const char *suffix; /* asked about as a zone */
	const char *zone;   /* NULL: not known */
	struct pair *names; /* zone, name, sub */
	struct pair *fixed; /* known from the start */
	struct pair *zone_vars, *login_vars;
	struct item *listed;     /* by `records`, for `record` to show */
	struct held *held;       /* what the record's name holds */
	const struct held *mine; /* the one to change; NULL: none */
	struct pair *value;      /* {value} */

	const char *item;  /* waits to go into a batch */
	const char *batch; /* all of that batch but the items */
	size_t together;   /* items in the batch that was sent */
	size_t share;      /* items that go with it at most; 0: all */

	bool publishes; /* waits until all is written */
	int settled;    /* enum outcome, once it is published */
};

struct exchange {
	struct mem *mem;
	struct http *http;
	long timeout_ms;
	const struct account *account;
	struct pair *jwt; /* made once, so that all logins are the same */
	struct work *works;
	struct call *calls, **calls_end;
	struct http_timer *timer;
	int flying;
	bool opened;                /* the first answer is there */
	const struct work *stopped; /* whose answer was the account's */
};

/* exchange.c */

/* A work without any request made; for previews, too. */
struct work *exchange_work(struct exchange *exchange, struct exchange_job *job);

/* Ends the work's job before a request could be made. */
void exchange_fail(struct work *work, const struct fail *fail);

/* Ends the work's job; DENIED and BUSY end those of all others. */
void exchange_finish(struct work *work, int outcome);

/* Goes on with what can go on: answers, requests, batches. */
void exchange_pump(struct exchange *exchange);

/* exchange-step.c: from one step of a row to the next */

void step_begin(struct work *work);

/* Goes on from an answer that the work waited for. */
void step_heard(struct work *work, const struct call *call);

/* Asks to publish what is written. True: there was something. */
bool step_publish(struct exchange *exchange);

/* exchange-message.c */

const char *pair_find(const struct pair *pairs, const char *name);
void pair_add(struct mem *mem, struct pair **pairs, const char *name,
	const char *text);

/* What the account itself writes for a variable, or NULL. */
const char *account_value(const struct work *work, const char *name);

/* Expands a request; `extra` beats all other variables. NULL: *fail. */
const struct message *message_make(struct work *work,
	const struct row_request *request, const struct pair *extra,
	struct fail *fail);

/* The request of a step, for its first page. */
const struct message *message_first(
	struct work *work, int step, struct fail *fail);

/* Expands an item of a batch or `value`; NULL: *fail. */
const char *message_item(struct work *work, const char *text,
	const struct held *held, struct fail *fail);

/* Adds an expanded line. False: a variable of it is not set. */
bool message_line(struct work *work, const char *text, struct buf *out);

/* exchange-send.c */

/* The call for a message, made if nobody asked the same yet. */
struct call *call_for(struct work *work, const struct row_request *request,
	const struct message *message);

struct call *call_new(struct work *work, const struct row_request *request,
	const struct message *message);

/* Signs and starts the calls that may go now. True: one ended at once. */
bool call_send(struct exchange *exchange);

/* exchange-page.c */

/* After an answer: asks for the next page, or ends the call. */
void call_read(struct call *page);

/* exchange-answer.c */

/*
 * What the answer means (enum row_meaning); *tested: by a test of the row, not
 * by HTTP. It may be NULL.
 */
int answer_meaning(struct work *work, const struct call *call, bool *tested);

/*
 * Sets the job's fail: step, HTTP status, the service's message. why: it was
 * not understood; "" if nothing but the lack of such a message shows that.
 */
void answer_tell(
	const struct work *work, const struct call *call, const char *why);

/* exchange-read.c */

/*
 * Hands each item of one answer, one page, to each. False: a list that is not
 * there; *fail says so.
 */
bool answer_items(const struct call *page, const struct row_reading *reading,
	bool (*each)(struct json_t *item, void *arg), void *arg,
	struct fail *fail);

/* The variables of an item, but those that are compared. */
struct pair *answer_vars(struct mem *mem, struct json_t *item,
	const struct row_reading *reading);

/* The text at the pointer bound to the variable. False: none. */
bool answer_text(struct json_t *item, const struct row_reading *reading,
	const char *variable, struct buf *out);

/* Reads the first item for its variables; false: *fail. */
bool answer_login(
	struct work *work, const struct call *call, struct fail *fail);

/* Adds all that counts to work->held, or to work->listed if `record` is to show
 * it; false: *fail. */
bool answer_records(
	struct work *work, const struct call *call, struct fail *fail);

/* exchange-zone.c */

/* Sets {zone}, {name} and {sub}. */
void zone_set(struct work *work, const char *zone);

/* Whether `zones` has to be asked about the account's own zone. */
bool zone_asked(const struct work *work);

enum zone_found { ZONE_FOUND, ZONE_NONE, ZONE_UNCLEAR };

/* Takes the longest zone of an answer; UNCLEAR: *fail. */
enum zone_found zone_take(
	struct work *work, const struct call *call, struct fail *fail);

/* exchange-decide.c */

/* The step that writes, if there is a record or not; STEPS: none can. */
int decide_step(const struct row *row, bool found);

/*
 * The table of ddns-providers(5), RECORDS: OUTCOME_SAME, OUTCOME_REFUSED with
 * the job's fail, or OUTCOME_CHANGED if work->write is to be sent.
 */
int decide_write(struct work *work);

/* Makes {value} as far as the write holds it; false: *fail. */
bool decide_value(struct work *work, struct fail *fail);

/* exchange-batch.c */

/* Puts the item of work->write among those that wait. False: *fail. */
bool batch_add(struct work *work, struct fail *fail);

/* The batch with the item of this work alone, after batch_add. */
const struct message *batch_alone(struct work *work, struct fail *fail);

/* After a batch was rejected as a whole: puts its item among those that wait,
 * for a batch of half the size. False: it was alone, or is not to blame. */
bool batch_split(struct work *work, const struct call *call);

/* Asks for the batches of all that wait. True: there was one. */
bool batch_flush(struct exchange *exchange);

#endif
