/* Tells people what happened and what has come due. */
#pragma once
#include "api/operator.h"

/* Page by page, for a second or two; what is left comes next time. */
void tell(struct operator* op);
