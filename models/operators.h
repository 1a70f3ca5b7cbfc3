/* Who is to run a channel, as bodies name them: an application and the register alike. */
#pragma once
#include "models/field.h"

extern const struct field operator_fields[]; /* ends with { 0 } */
