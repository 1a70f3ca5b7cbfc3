/* One call on the API, from its checked inputs to its answer; knows nothing of HTTP
 * servers. */
#pragma once
#include <jansson.h>
#include "auth/policy.h"
#include "base/buffer.h"
#include "base/problem.h"
#include "listing.h"
#include "sql/array.h"
#include "sql/tx.h"

/* What came in; texts are NULL when absent. The server has checked the framing. */
struct request {
	struct arena *arena; /* of this request: lives until its answer is sent */
	const char *method, *path, *query; /* path and query still percent-encoded */
	const char *body;
	size_t body_length;
	const char *authorization, *content_type, *accept, *if_match, *if_none_match;
	const char *idempotency_key, *origin, *cookie;
	bool chunks; /* HTTP/1.1: an answer may come in pieces whose end is marked */
	const char *preflight_method; /* Access-Control-Request-Method */
	const char *id;		      /* X-Request-Id, ours when none acceptable came */
	const char *address; /* of the client, through the trusted proxy if any */
};

struct header {
	const char *name, *value;
};

/* What goes out. */
struct answer {
	int status;
	const char *content_type;
	struct buffer body;
	struct header headers[16];
	int header_count;
	bool close;
	bool open;		   /* to any web page */
	bool begun;		   /* rows went out before these: no header row again */
	struct stream *stream;	   /* writes what follows the body; NULL: nothing does */
	struct download *download; /* the same of a file */
	/* for the log line */
	const char *route; /* pattern, or NULL */
	const char *person;
	const char *broken; /* slug of what ended a stream before its end */
	long query_us;
};
/* Both texts have to outlive the answer. */
void answer_header(struct answer *answer, const char *name, const char *value);
struct call;
/* The ETag of an answer whose body is written; 304 for a reader who has it. */
void answer_tag(struct call *call, const char *etag);

/* Where a row of a CSV body begins, and why it is none; NULL: it is one. */
struct csv_place {
	int line;
	const char *fault;
};

struct route;
struct step;
struct resource;

struct call {
	struct arena *arena;
	const struct request *request;
	struct answer *answer;
	struct pool *pool;
	const struct principal *me; /* NULL on public routes */
	const struct resource *resource;
	const struct route *route;
	struct reach
		reach; /* what {reach} stands for: of the route's permission at first */
	struct reach compartment; /* the same for what the compartment holds */
	struct values values;	  /* path, body, filters, and what handlers add */
	struct page page;
	const struct csv_place *csv; /* of each object of route->csv; NULL: it was JSON */
	struct tx tx;
	bool entered;	/* the context statement was queued in this transaction */
	bool admitted;	/* and gave its row */
	bool read_only; /* a GET; it may write who reads, when its route is audited */
	bool revoked;	/* the session has ended: its cached token must go */
	const char *if_version;		    /* from If-Match, or NULL */
	const char *idem_key, *idem_digest; /* NULL without an Idempotency-Key */
	bool replayed; /* the answer is an earlier one, word for word */
	/* What to answer with when the handler wrote no body: one row or several. */
	const PGresult *row;
	const char *more; /* members put behind the row's, or NULL */
	bool tagged; /* the row is the resource itself: ETag and If-None-Match hold */
	const PGresult *rows;
	const struct changes *changes; /* of an answer to changed_since= */
	const char *next; /* of a stream: where its next page begins; NULL: it ends */
	/* of a file: a query that gives its `piece` from the byte :at on; and its length
	 */
	enum query piece;
	long file_size;
};

/* Queues the context once, then `query` with its slots filled; reads its result. The tx
 * stays open. The context statement without a row is 401, whatever followed. */
const struct problem *run(struct call *call, enum query query, const PGresult **ret_rows);
/* The same for the last statement of a call: what only reads commits in the same round
 * trip, what writes is committed by the engine once the answer is made. */
const struct problem *run_last(struct call *call, enum query query,
			       const PGresult **ret_rows);
/* The two halves of run, to send several statements in one round trip: each queued
 * statement is read once, in order. */
const struct problem *call_queue(struct call *call, enum query query);
const struct problem *call_read(struct call *call, const PGresult **ret_rows);
/* Commits and gives the connection back; results end here. A later run starts anew. */
const struct problem *call_commit(struct call *call);
/* Rolls back, if anything is open, and clears the results. */
void call_end(struct call *call);

/* Fills {reach} by another permission than the route's from now on. */
void call_reach(struct call *call, enum permission permission);
/* The reach of another permission as values: <prefix>_tenant and <prefix>_schools. */
void call_set_reach(struct call *call, const char *prefix, enum permission permission);
void call_set(struct call *call, const char *name, const char *text);
const char *call_text(const struct call *call,
		      const char *name); /* NULL: absent or null */
bool call_flag(const struct call *call, const char *name);
/* Seconds since 1970 as RFC 3339. */
const char *call_time(struct call *call, long seconds);
/* Writes `object` as the answer's body with a status; the reference is taken. */
void call_answer(struct call *call, int status, json_t *object);
/* The table of this call: what a name in a query stands for. false: nothing gives it. */
bool call_value(void *call, const char *name, const char **ret_text);
/* One row as a JSON object, for handlers that add to it. */
json_t *row_json(const PGresult *rows, int row);
