/* A page of rows that the caller reaches in several ways, without a walk through all. */
#pragma once
#include "models/call.h"

/* What stands in {page} of the query; `reach` is what stands in its {reach}. */
const char *ways_page(struct call *call, enum query query, const char *reach);
