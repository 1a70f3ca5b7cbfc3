/* chaperone import gias: the public register of England's schools, month by month. */
#pragma once
#include "base/arena.h"

/* The exit status; 2: the arguments make no sense. */
int import_gias(struct arena *arena, int argc, char **argv);
