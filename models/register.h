/* A trust's own register of channels, row by row as it comes (H4, H6). */
#pragma once
#include "models/call.h"

/* The columns of the file: the first row names them, in any order. Ends with { 0 }. */
extern const struct field register_columns[];

enum register_result { REGISTER_ADDED, REGISTER_KNOWN, REGISTER_CLASH };

/* Imports one row that fields_check has accepted into call->values; `cells` is the row as
 * it came. *ret_flags names what the row lacks, as a JSON array. */
const struct problem *register_import(struct call *call, json_t *cells,
				      enum register_result *ret_result,
				      const char **ret_flags);
