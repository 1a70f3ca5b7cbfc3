/* A body of CSV as the objects that its rows stand for. */
#pragma once
#include "models/resource.h"

bool csv_body_sent(const struct call *call);
/* {<route->csv>: [...]}, with the places of its rows in call->csv; 422 for what is no
 * CSV. A cell of a list holds its items with ; between. The caller owns *ret_body. */
const struct problem *csv_body_read(struct call *call, json_t **ret_body);
