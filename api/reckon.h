/* Reckons the clocks again whose calendar has changed. */
#pragma once
#include "api/operator.h"

/* Goes on for a second or two at most; what is left comes next time. */
void reckon(struct operator* op);
