/* A resource is const data: routes, flow, field tables, and a SQL file
 * of the same name. */
#pragma once
#include "call.h"

typedef const struct problem *(*handler)(struct call *call);

/* What has a rate by client address; each its own. */
enum rate { RATE_NONE, RATE_SIGN_IN, RATE_VERIFY, RATES };

enum media {
	MEDIA_JSON,
	MEDIA_CSV_ONLY,
	MEDIA_PAGE,  /* JSON for programs, HTML for people */
	MEDIA_WORDS, /* JSON, or the row's _text as plain text */
	MEDIA_TEXT,  /* one form of its own, whatever Accept says */
};

struct route {
	const char *method;
	const char
		*path; /* "/v1/people/:id", "/v1/settings/" and then *key: see router */
	enum permission permission;
	enum query sql; /* the query that answers, unless handle does */
	const struct field *body;
	const char *csv; /* the OBJECTS of its body that may come as text/csv instead */
	const struct field *query;  /* what it may be asked, besides what a list may */
	const struct listing *list; /* a list: {"data": [...], "next_cursor"} */
	handler handle;
	int status; /* of success; 0 is 200 */
	enum media media;
	bool if_match;	/* needs If-Match (PATCH, PUT, DELETE); 428 without */
	bool versioned; /* heeds If-Match when it comes, as every step does */
	bool recent;	/* needs a recent sign-in (RFC 9470) */
	bool anew;	/* answers with tokens: a kept answer would outlive them */
	bool whole;	/* the list has no pages: all rows at once */
	bool binary;	/* the body is bytes, which queries know as :bytes */
	bool audited;	/* a GET that writes down who reads, before its first byte */
	enum rate rate; /* what is public and costly, or worth guessing at, is counted */
	bool open;	/* any web page may read the answer: it knows no caller */
	const char *const
		*provides; /* values its handler sets, for the boot check; NULL-ended */
	const struct step
		*step; /* boot fills this in for routes that a flow row became */
};

/* Each row is POST <resource path>/:id/<action>. */
struct step {
	const char *action; /* "record_account"; in the path "record-account" */
	const char *from;   /* "{draft,more_information}" */
	const char *to;	    /* NULL: stays; the move query gets the present state */
	enum permission permission;
	const char *label; /* for a button */
	/* the row's flag that makes it the caller's own for this step; NULL: _own */
	const char *own;
	/* what else the caller must hold for this row, by its columns; false is 403 */
	bool (*permits)(struct call *call, const PGresult *row);
	enum query
		gate; /* rows of {code, detail}: why not yet; a `pointer` names a field */
	/* a row when the caller did this and so gave up the right or the sight to do it
	 * again: 409 then, with its `detail`, instead of 403 or 404 */
	enum query done;
	const struct field *body;
	handler handle; /* decides or writes more, then returns flow_move(call) */
	bool recent;
	const char *const *provides;
};

struct resource {
	const char
		*name; /* "channel_application", also the openapi schema and the table */
	const char *path; /* "/v1/channel-applications" */
	enum permission read;
	enum query get; /* one row by :id; with a flow it shows state, version and _own */
	enum query move; /* :id, :from, :to, :action, :version; no row back is 409 */
	const struct route *routes;	      /* ends with { 0 } */
	const struct step *flow;	      /* ends with { 0 } */
	const struct constraint *constraints; /* ends with { 0 } */
	bool gates_rare; /* most rows are in a state whose steps have no gate */
};

/* PATCH changes parts of what is there, every other body says all of it. */
enum field_mode route_mode(const struct route *route);

/* Looks the row up with the reading reach (404), judges the action (403, 409, 412,
 * gates), then lets the step's handler or flow_move go on, and answers with the row as it
 * now is. */
const struct problem *flow_run(struct call *call);
/* 412 when If-Match names another version than this row's. */
const struct problem *version_judge(struct call *call, const PGresult *row);
/* 409 for a write that found its row changed since it was looked at. */
const struct problem *changed_first(struct call *call);
/* Moves the row by the resource's move query and reads it as it then is, in one round
 * trip; 409 when someone else moved it first. The last thing that a step's handler does.
 */
const struct problem *flow_move(struct call *call);
/* Answers with one row by the resource's reading reach: the row, its `actions` and
 * `blockers` for this caller, its ETag; 404 when there is none. */
const struct problem *resource_show(struct call *call);
/* The same with a row of the resource's `get` that was read already. */
const struct problem *resource_show_row(struct call *call, const PGresult *row);
/* One row of another query than the resource's own: no actions, no ETag. */
const struct problem *resource_row(struct call *call, enum query query);
/* A list: one page of `query`, or all of it when the route says `whole`. */
const struct problem *resource_list(struct call *call, enum query query);
/* Runs an INSERT of kind :one that says {ok, fault, why}: not ok is 422 at the pointer
 * `fault`, or 409 for the reason `why` when no field is to blame. */
const struct problem *resource_insert(struct call *call, enum query query);
/* The same, then `more` (Q_NONE: nothing) and the new row :id, all in one round trip: 201
 * with Location and the row. */
const struct problem *resource_create(struct call *call, enum query query,
				      enum query more);
/* What follows an insert that a handler judged by itself: Location and the row :id. */
const struct problem *resource_created(struct call *call);
/* Runs an UPDATE by :id and :version that gives a row when it did its work, with {ok,
 * fault, why} if it likes; no row is 404 or 412. */
const struct problem *resource_update(struct call *call, enum query query);
/* Adds to the row :id, or ends something in it, by the route's query: POST
 * /v1/things/{id}/parts and /v1/things/{id}/parts/{part_id}/end. 404 beyond the reading
 * reach, 403 beyond the route's own; the query is one of kind :one that says {ok, fault,
 * why}, no row is 404; what is added is :new_id. Answers with the row as it then is. */
const struct problem *resource_part(struct call *call);
extern const char *const part_provides[]; /* for the boot check */
extern const struct field part_ending[];  /* the body of .../end */
/* The path of a row: "/v1/people/<id>". */
const char *resource_href(struct call *call, const char *id);
/* The media types of a route's answer, ours first; ends with NULL. */
const char *const *route_offers(const struct route *route);
/* Does fields= mean anything here: is the answer made of rows? */
bool route_takes_fields(const struct route *route);
/* An action's name as the path has it: "record-account". */
char *step_path(struct arena *arena, const char *action);

/* Expands the flow rows of a registry (ended by NULL) to routes and checks the wiring:
 * every parameter of every query has a source, every route a permission, every resource a
 * state its flow knows. Each fault is told to `say`; false when there is one. */
typedef void (*boot_say)(const char *fault);
bool resources_boot(const struct resource *const *registry, boot_say say);
const struct resource *const *resource_registry(void); /* what was booted */
/* All routes after boot, for the router and describe. */
struct route_entry {
	const struct resource *resource;
	struct route route;
	const char *fields; /* of a step: what its body takes, as JSON */
};
const struct route_entry *resource_routes(int *ret_count);
const char *step_fields(const struct step *step);
json_t *resources_describe(void);
