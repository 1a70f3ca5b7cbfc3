/* chaperone import bank-holidays: the days on which England's clocks stand still. */
#pragma once
#include "base/arena.h"

/* The exit status; 2: the arguments make no sense. */
int import_bank_holidays(struct arena *arena, int argc, char **argv);
