/* Signed heads of audit trails: written outside the database when they have moved. */
#pragma once
#include "api/operator.h"

void heads_send(struct operator* op);
