/* Names of fields that nearly are what somebody wrote. */
#pragma once
#include "models/field.h"

enum { NAME_SHOWN = 60 };

/* The field that a name was probably meant to be; NULL when none is near. */
const char *name_nearest(const struct field *fields, const char *name);
