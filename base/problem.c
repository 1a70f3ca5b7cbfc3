/* The one error type: made where the decision is taken, written once by api/reply. */
#include "base/problem.h"

const struct problem_text problem_texts[PROBLEM_KIND_COUNT] = {
#define X(name, slug, status, title) { slug, status, title },
	PROBLEM_KINDS(X)
#undef X
};

struct problem *problem(struct arena *arena, enum problem_kind kind, const char *fmt, ...)
{
	struct problem *problem = arena_alloc(arena, sizeof(*problem));
	va_list args;

	va_start(args, fmt);
	problem->detail = arena_vprintf(arena, fmt, args);
	va_end(args);
	problem->kind = kind;
	return problem;
}

printf_like(3, 0) static struct fault *fault_new(struct arena *arena, const char *pointer,
						 const char *fmt, va_list args)
{
	struct fault *fault = arena_alloc(arena, sizeof(*fault));

	fault->pointer = arena_copy(arena, pointer);
	fault->detail = arena_vprintf(arena, fmt, args);
	fault->last = fault;
	return fault;
}

const struct problem *problem_field(struct arena *arena, const char *pointer,
				    const char *fmt, ...)
{
	const struct fault *fault;
	va_list args;

	va_start(args, fmt);
	fault = fault_new(arena, pointer, fmt, args);
	va_end(args);
	return problem_of_faults(arena, fault);
}

void fault_add(struct arena *arena, const struct fault **list, const char *pointer,
	       const char *fmt, ...)
{
	/* The list was made here, from memory that may be written. */
	struct fault *first = (struct fault *)*list, *added;
	va_list args;

	va_start(args, fmt);
	added = fault_new(arena, pointer, fmt, args);
	va_end(args);
	if (!first) {
		*list = added;
		return;
	}
	first->last->next = added;
	first->last = added;
}

const struct problem *problem_of_faults(struct arena *arena, const struct fault *list)
{
	struct problem *invalid;

	if (!list)
		return NULL;
	invalid = problem(arena, PROBLEM_INVALID, "%s",
			  list->next ? "Several fields are not acceptable; see errors."
				     : "One field is not acceptable; see errors.");
	invalid->errors = list;
	return invalid;
}
