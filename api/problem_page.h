/* The page behind the `type` of a problem: what it means and what to do. */
#pragma once
#include "models/call.h"

/* GET /problems/{slug}, as JSON or as HTML. */
const struct problem *problem_page(struct call *call);
