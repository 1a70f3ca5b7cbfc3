/* Arenas between requests: an idle connection keeps none. */
#pragma once
#include "base/arena.h"

struct arena *spare_take(void);
void spare_give(struct arena *arena);
void spare_free(void); /* when no request runs any more */
