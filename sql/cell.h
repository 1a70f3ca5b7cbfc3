/* One value of a PGresult, in text format, as the formats we answer in write it. */
#pragma once
#include "base/buffer.h"
#include "sql/tx.h"

/* How a column's values are written, by the OID of its type. */
enum cell_form {
	CELL_TEXT,    /* quoted and escaped */
	CELL_PLAIN,   /* quoted; never holds what needs an escape: uuid, date */
	CELL_RAW,     /* as it is: whole numbers, json */
	CELL_DECIMAL, /* as it is, unless it is NaN or infinite, which JSON has not */
	CELL_FLAG,
	CELL_TIME,    /* RFC 3339 with Z */
	CELL_TEXTS,   /* an array of texts, uuids or dates */
	CELL_NUMBERS, /* an array of whole numbers */
};

enum cell_form cell_form(const PGresult *rows, int column);
void cell_json(struct buffer *out, enum cell_form form, const char *bytes, size_t length);
/* RFC 3339 from PostgreSQL's ISO form; what is no such time is left as it is. */
void cell_time(struct buffer *out, const char *bytes, size_t length);
