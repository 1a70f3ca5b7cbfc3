/* From method and raw path to a route: a trie built once, strict about what a path may
 * be. */
#include "api/router.h"
#include <ctype.h>
#include <string.h>
#include "api/percent.h"
#include "base/id.h"
#include "base/log.h"

enum { DEPTH = 16 }; /* segments of the longest path */

/* ":id" is a UUID always, "*key" one safe word such as a file's name, all else stands for
 * itself. */
enum kind { LITERAL, ID, WORD };

struct node {
	enum kind kind;
	const char *text;
	struct node *child, *next;
	struct leaf *leaves; /* the methods, when a path ends here */
};

struct leaf {
	const struct route_entry *entry;
	struct leaf *next;
};

/* A path in pieces, decoded. */
struct pieces {
	const char *items[DEPTH];
	int count;
};

/* In the order in which Allow shows them. */
static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" };

static struct arena *memory;
static struct node *root;

static enum kind kind_of(const char *text)
{
	if (text[0] == ':')
		return ID;
	return text[0] == '*' ? WORD : LITERAL;
}

static struct node *child_add(struct node *node, const char *text, size_t length)
{
	char *segment = arena_copy_n(memory, text, length);
	enum kind kind = kind_of(segment);
	struct node *child = node->child;

	while (child && (child->kind != kind ||
			 (kind == LITERAL && strcmp(child->text, segment) != 0)))
		child = child->next;
	if (child)
		return child;
	child = arena_alloc(memory, sizeof(*child));
	child->kind = kind;
	child->text = segment;
	child->next = node->child;
	node->child = child;
	return child;
}

static bool route_add(const struct route_entry *entry)
{
	const char *at = entry->route.path;
	struct node *node = root;
	struct leaf *leaf;

	while (*at == '/') {
		size_t length = strcspn(++at, "/");

		node = child_add(node, at, length);
		at += length;
	}
	for (leaf = node->leaves; leaf; leaf = leaf->next) {
		if (strcmp(leaf->entry->route.method, entry->route.method) != 0)
			continue;
		log_line(LOG_ERROR, "routes_clash", "%s %s and %s", entry->route.method,
			 entry->route.path, leaf->entry->route.path);
		return false;
	}
	leaf = arena_alloc(memory, sizeof(*leaf));
	leaf->entry = entry;
	leaf->next = node->leaves;
	node->leaves = leaf;
	return true;
}

bool router_build(const struct route_entry *routes, int count)
{
	if (memory)
		arena_free(memory);
	memory = arena_new();
	root = arena_alloc(memory, sizeof(*root));
	for (int i = 0; i < count; i++)
		if (!route_add(&routes[i]))
			return false;
	return true;
}

static const struct problem *bad_path(struct arena *arena, const char *why)
{
	return problem(arena, PROBLEM_BAD_REQUEST, "The path %s.", why);
}

static const struct problem *nothing_here(struct arena *arena)
{
	return problem(arena, PROBLEM_NOT_FOUND, "There is nothing at this address.");
}

static const struct problem *piece_add(struct arena *arena, struct pieces *pieces,
				       const char *raw, size_t length)
{
	const char *fault;
	char *text;

	if ((fault = percent_decode(arena, raw, length, false, &text)))
		return bad_path(arena, fault);
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return bad_path(arena, "has a dot segment");
	if (pieces->count == DEPTH)
		return nothing_here(arena);
	pieces->items[pieces->count++] = text;
	return NULL;
}

static const struct problem *path_split(struct arena *arena, const char *path,
					struct pieces *pieces)
{
	const struct problem *err;

	if (*path != '/')
		return bad_path(arena, "does not begin with a slash");
	if (strstr(path, "//"))
		return bad_path(arena, "has an empty segment");
	while (*path == '/') {
		size_t length = strcspn(++path, "/");

		if ((err = piece_add(arena, pieces, path, length)))
			return err;
		path += length;
	}
	return NULL;
}

static bool word_safe(const char *text)
{
	for (const char *at = text; *at; at++)
		if (!isascii(*at) ||
		    (!isalnum((unsigned char)*at) && !strchr("._-", *at)))
			return false;
	return *text && *text != '.';
}

static bool node_takes(const struct node *node, const char *piece)
{
	if (node->kind == ID)
		return id_valid(piece);
	return node->kind == LITERAL ? strcmp(node->text, piece) == 0 : word_safe(piece);
}

/* A literal goes before a word; no literal is a UUID. */
static const struct node *node_step(const struct node *node, const char *piece)
{
	const struct node *found = NULL;

	for (const struct node *child = node->child; child; child = child->next)
		if (node_takes(child, piece) && (!found || child->kind < found->kind))
			found = child;
	return found;
}

/* NULL: no route has such a path. */
static const struct node *node_find(const struct pieces *pieces)
{
	const struct node *node = root;

	for (int i = 0; node && i < pieces->count; i++)
		node = node_step(node, pieces->items[i]);
	return node && node->leaves ? node : NULL;
}

static const struct route_entry *leaf_find(const struct node *node, const char *method)
{
	for (const struct leaf *leaf = node->leaves; leaf; leaf = leaf->next)
		if (strcmp(leaf->entry->route.method, method) == 0)
			return leaf->entry;
	return strcmp(method, "HEAD") == 0 ? leaf_find(node, "GET") : NULL;
}

static const char *node_methods(struct arena *arena, const struct node *node)
{
	const char *all = NULL;

	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (leaf_find(node, methods[i]))
			all = all ? arena_printf(arena, "%s, %s", all, methods[i])
				  : methods[i];
	return all;
}

/* The route's own words name the values: "/v1/people/:id" gives "id", in lower case. */
static void values_take(struct arena *arena, const char *pattern,
			const struct pieces *pieces, struct values *values)
{
	for (int i = 0; i < pieces->count; i++) {
		size_t length = strcspn(++pattern, "/");
		char *text = (char *)pieces->items[i];

		for (char *at = text; *pattern == ':' && *at; at++)
			*at = (char)tolower((unsigned char)*at);
		if (*pattern == ':' || *pattern == '*')
			value_set(arena, values,
				  arena_copy_n(arena, pattern + 1, length - 1), text);
		pattern += length;
	}
}

const struct problem *router_find(struct arena *arena, const char *method,
				  const char *path, struct values *values,
				  const struct route_entry **ret_route)
{
	struct pieces pieces = { .count = 0 };
	const struct problem *err;
	const struct node *node;
	struct problem *wrong;

	if ((err = path_split(arena, path, &pieces)))
		return err;
	if (!(node = node_find(&pieces)))
		return nothing_here(arena);
	if (!(*ret_route = leaf_find(node, method))) {
		wrong = problem(arena, PROBLEM_METHOD_NOT_ALLOWED,
				"This address has other methods: see Allow.");
		wrong->allow = node_methods(arena, node);
		return wrong;
	}
	values_take(arena, (*ret_route)->route.path, &pieces, values);
	return NULL;
}

const char *router_methods(struct arena *arena, const char *path)
{
	struct pieces pieces = { .count = 0 };
	const struct node *node;

	if (path_split(arena, path, &pieces) || !(node = node_find(&pieces)))
		return NULL;
	return node_methods(arena, node);
}
