/* Boot refuses each kind of miswiring, and the real registry passes. */
#include <string.h>
#include "api/resources.h"
#include "models/resource.h"
#include "tests/unit/check.h"

static char said[16384];

static void say(const char *fault)
{
	size_t length = strlen(said);

	snprintf(said + length, sizeof(said) - length, "%s\n", fault);
}

static const struct problem *handle(struct call *call)
{
	(void)call;
	return NULL;
}

static const char *const states[] = { "proposed", "active", "declined", "ended", NULL };
static const struct field adding[] = { { "external_ref", LINE },
				       { "name", LINE },
				       { "email", EMAIL },
				       { "person_type", LINE },
				       { "job_title", LINE },
				       { "school_id", UUID },
				       { 0 } };
static const struct field reasoning[] = { { "reason", LINE }, { 0 } };
static const struct listing listing = {
	.filters =
		(const struct filter[]){ { "state", "a.state", ONE_OF, .one_of = states },
					 { 0 } },
	.sorts = (const struct sort[]){ { "created_at", "a.created_at", TIME }, { 0 } },
	.id = "a.id",
};
static const struct listing unsorted = { .sorts = (const struct sort[]){ { 0 } } };

static bool wire(const struct resource *resource)
{
	const struct resource *const registry[] = { resource, NULL };

	said[0] = '\0';
	return resources_boot(registry, say);
}

/* Wires a resource with one route, all else in order. */
static bool wire_route(struct route route)
{
	const struct route routes[] = { route, { 0 } };
	const struct resource resource = {
		"person",	  "/v1/people", PERSON_READ, .get = q_person_get,
		.routes = routes,
	};

	return wire(&resource);
}

static bool refused_route(struct route route, const char *because)
{
	bool good = !wire_route(route) && strstr(said, because);

	if (!good)
		fprintf(stderr, "wanted: %s\ngot: %s", because, said);
	return good;
}

static bool refused_fields(const struct field *fields, const char *because)
{
	return refused_route((struct route){ "POST", "/v1/people", PERSON_WRITE,
					     .body = fields, .handle = handle },
			     because);
}

#define REFUSED(because, ...) CHECK(refused_route((struct route){ __VA_ARGS__ }, because))

static void routes(void)
{
	CHECK(wire_route((struct route){ "POST", "/v1/people", PERSON_WRITE,
					 .sql = q_person_add, .body = adding }));
	REFUSED("has no permission", "GET", "/v1/people/:id", .sql = q_person_get);
	REFUSED("has no permission", "GET", "/v1/people/:id", PERMISSION_COUNT,
		.sql = q_person_get);
	REFUSED("neither a query nor a handler", "GET", "/v1/people/:id", PERSON_READ);
	REFUSED("nothing gives :id of person_get", "GET", "/v1/people", PERSON_READ,
		.sql = q_person_get);
	REFUSED("nothing gives :email of person_add", "POST", "/v1/people", PERSON_WRITE,
		.sql = q_person_add, .body = reasoning);
	REFUSED("nothing gives :me_tenant", "GET", "/v1/people/:id", PUBLIC,
		.sql = q_person_get);
	REFUSED("nothing gives :has_email", "POST", "/v1/people/:id", PERSON_WRITE,
		.sql = q_person_change, .body = adding);
	REFUSED("nothing gives :version", "PATCH", "/v1/people/:id", PERSON_WRITE,
		.sql = q_person_change, .body = adding);
	REFUSED("is a PATCH without if_match", "PATCH", "/v1/people/:id", PERSON_WRITE,
		.sql = q_person_change, .body = adding);
	REFUSED("is a PUT without if_match", "PUT", "/v1/people/:id", PERSON_WRITE,
		.handle = handle);
	REFUSED("is a DELETE without if_match", "DELETE", "/v1/people/:id", PERSON_WRITE,
		.handle = handle);
	CHECK(wire_route((struct route){ "PUT", "/v1/people/*id", PERSON_WRITE,
					 .sql = q_person_get, .handle = handle,
					 .if_match = true }));
	CHECK(wire_route((struct route){
		"GET", "/v1/people", PERSON_READ, .sql = q_setting_history,
		.query = (const struct field[]){
			{ "key", LINE }, { "school_id", UUID }, { 0 } } }));
}

static void lists_and_methods(void)
{
	REFUSED("has pages, but the route no listing", "GET", "/v1/people", PERSON_READ,
		.sql = q_person_list);
	REFUSED("has no {page}", "GET", "/v1/people/:id", PERSON_READ,
		.sql = q_person_get, .list = &listing);
	REFUSED("has no sort or no id", "GET", "/v1/people", PERSON_READ,
		.sql = q_person_list, .list = &unsorted);
	REFUSED("reads, but takes a body", "GET", "/v1/people/:id", PERSON_READ,
		.sql = q_person_get, .body = adding);
	REFUSED("writes, but is a list", "POST", "/v1/people", PERSON_READ,
		.sql = q_person_list, .list = &listing);
	REFUSED("method that no route may have", "get", "/v1/people/:id", PERSON_READ,
		.sql = q_person_get);
	REFUSED("does not begin with /", "GET", "v1/people/:id", PERSON_READ,
		.sql = q_person_get);
	REFUSED("nothing gives :invitation_id", "POST", "/v1/people/:id/invite",
		PERSON_WRITE, .sql = q_person_invite);
}

static void fields(void)
{
	static const struct field inner[] = { { "ids", LIST, .of = UUID }, { 0 } };
	static const struct field me[] = { { "me_tenant", UUID }, { 0 } };
	static const struct field reach[] = { { "reach_tenant", FLAG }, { 0 } };
	static const struct field id[] = { { "id", UUID }, { 0 } };
	static const struct field has[] = { { "has_name", FLAG }, { 0 } };
	static const struct field wordless[] = { { "state", ONE_OF }, { 0 } };
	static const struct field twice[] = { { "a", LINE }, { "a", UUID }, { 0 } };
	static const struct field hollow[] = { { "a", OBJECTS }, { 0 } };
	static const struct field deep[] = { { "a", OBJECTS, .fields = inner }, { 0 } };
	static const struct field lists[] = { { "a", LIST, .of = LIST }, { 0 } };
	static const struct field limits[] = { { "a", LINE, .min = 9, .max = 3 }, { 0 } };
	static const struct field quoted[] = { { "a\"b", LINE }, { 0 } };

	CHECK(refused_fields(me, "me_tenant is a name that the engine sets"));
	CHECK(refused_fields(reach, "reach_tenant is a name that the engine sets"));
	CHECK(refused_fields(id, "id is a name that the engine sets"));
	CHECK(refused_fields(has, "has_name is a name that the engine sets"));
	CHECK(refused_fields(wordless, "state has no words"));
	CHECK(refused_fields(twice, "a is there twice"));
	CHECK(refused_fields(hollow, "a has no fields"));
	CHECK(refused_fields(deep, "nests deeper"));
	CHECK(refused_fields(lists, "a is a list of lists"));
	CHECK(refused_fields(limits, "a has min above max"));
	CHECK(refused_fields(quoted, "is no snake_case name"));
}

static bool refused_step(struct step step, const char *because)
{
	const struct route list[] = { { "GET", "/v1/appointments", APPOINTMENT_READ,
					.sql = q_appointment_list, .list = &listing },
				      { 0 } };
	const struct step flow[] = { step, { 0 } };
	const struct resource resource = {
		"appointment",
		"/v1/appointments",
		APPOINTMENT_READ,
		q_appointment_get,
		q_appointment_move,
		list,
		flow,
	};
	bool good = wire(&resource);

	if (because)
		good = !good && strstr(said, because);
	if (!good)
		fprintf(stderr, "wanted: %s\ngot: %s", because ? because : "none", said);
	return good;
}

#define STEP(because, ...) CHECK(refused_step((struct step){ __VA_ARGS__ }, because))

static void flows(void)
{
	const struct route none[] = { { 0 } };
	const struct step flow[] = { { "end", "{active}", "ended", APPOINTMENT_END, "End",
				       .body = reasoning },
				     { 0 } };
	const struct resource hollow = { "appointment", "/v1/appointments",
					 APPOINTMENT_READ, .routes = none, .flow = flow };

	STEP(NULL, "end", "{active,proposed}", "ended", APPOINTMENT_END, "End",
	     .gate = q_appointment_second, .body = reasoning);
	STEP("leaves live, which is no state", "end", "{live}", "ended", APPOINTMENT_END,
	     "End", .body = reasoning);
	STEP("goes to over, which is no state", "end", "{active}", "over",
	     APPOINTMENT_END, "End", .body = reasoning);
	STEP("names no states to leave", "end", "{}", "ended", APPOINTMENT_END, "End",
	     .body = reasoning);
	STEP("names no states to leave", "end", NULL, "ended", APPOINTMENT_END, "End",
	     .body = reasoning);
	STEP("has no permission", "end", "{active}", "ended", .label = "End",
	     .body = reasoning);
	STEP("has no label", "end", "{active}", "ended", APPOINTMENT_END,
	     .body = reasoning);
	STEP("nothing gives :reason of appointment_move", "end", "{active}", "ended",
	     APPOINTMENT_END, "End");
	STEP("nothing gives :left_on", "end", "{active}", "ended", APPOINTMENT_END, "End",
	     .body = reasoning, .gate = q_person_leave);
	STEP("is a gate and has {reach}", "end", "{active}", "ended", APPOINTMENT_END,
	     "End", .body = reasoning, .gate = q_appointment_history);
	CHECK(!wire(&hollow) && strstr(said, "no get or no move query"));
	CHECK(strstr(said, "no list that filters by state"));
}

static void doubles(void)
{
	const struct route both[] = {
		{ "GET", "/v1/people/:id", PERSON_READ, .sql = q_person_get },
		{ "GET", "/v1/people/:person", SIGNED_IN, .handle = handle },
		{ 0 }
	};
	const struct route unread[] = {
		{ "GET", "/v1/people/me", SIGNED_IN, .handle = handle }, { 0 }
	};
	const struct resource person = { "person", "/v1/people", PERSON_READ,
					 q_person_get, .routes = both };
	const struct resource open = { "person", "/v1/people", UNSET, q_person_get,
				       .routes = unread };

	CHECK(!wire(&person) && strstr(said, "is there twice"));
	CHECK(!wire(&open) && strstr(said, "can be read without a permission"));
}

/* The flow's rows have become routes, and everything in the service is wired. */
static void registry(void)
{
	const struct route_entry *entries;
	bool found = false;
	json_t *described;
	int count;

	CHECK(resources_start());
	entries = resource_routes(&count);
	for (int i = 0; i < count; i++)
		found |= strcmp(entries[i].route.path,
				"/v1/channel-applications/:id/record-account") == 0;
	CHECK(found);
	described = resources_describe();
	CHECK((int)json_array_size(json_object_get(described, "routes")) == count);
	CHECK(json_array_size(json_object_get(described, "resources")) > 5);
	json_decref(described);
}

int main(void)
{
	CHECK(queries_compile());
	routes();
	lists_and_methods();
	fields();
	flows();
	doubles();
	registry();
	return check_done();
}
