/* Printing the rows of a query while they come.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include <orma/api/query.h>

#include "output.h"

/* What a row is in JSON and YAML. */
enum row_shape {
    ROWS_ARRAYS, /* of what is projected */
    ROWS_DICTS,  /* {tag: {field: value}} */
    ROWS_OBJECTS /* {field: value} */
};

typedef struct row_options {
    enum row_shape shape;
    int64_t limit;         /* 0: the document's */
    const column *columns; /* headings and styles of fields; NULL: as named */
    bool is_raw;           /* a table without headings and total */
    const char *empty;     /* what to say instead of an empty table, or NULL */
} row_options;

/* Runs the query and prints its rows in the format that was asked for; JSON
 * and CSV row by row. Answers an exit status. */
int rows_print(const invocation *inv, orma_profile *profile, orma_str document,
               const row_options *options);

#endif
