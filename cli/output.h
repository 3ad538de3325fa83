/* Printing documents as table, JSON, YAML or CSV.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <json-c/json_object.h>

#include "command.h"
#include "reader.h"

/* How a member is shown in tables; the other formats print it as it is. */
typedef enum cell_style {
    CELL_PLAIN,
    CELL_AGO,  /* an ISO time as "5m ago" */
    CELL_TIME, /* an ISO time as "2026-07-01 12:00:00" */
    CELL_TICK  /* true as "✔", false as "✘" */
} cell_style;

typedef struct column {
    const char *key; /* member; NULL ends a table */
    const char *heading;
    cell_style style;
} column;

/* Prints the library's document in the format that was asked for. columns: of
 * a table; NULL: all members. empty: what to say instead of an empty table, or
 * NULL. Answers an exit status. */
int output_document(const invocation *inv, const char *json,
                    const column *columns, const char *empty);

/* The same for a value. */
int output_value(const invocation *inv, json_object *value,
                 const column *columns, const char *empty);

/* One field of a CSV row, without what is between fields. */
void output_csv_text(const char *text);
void output_csv_value(json_object *value);

/* A table of rows without headings (verdi's --raw), or one row of it. */
void output_raw(json_object *rows, const column *columns);
void output_raw_row(json_object *row, const column *columns);

/* The document parsed; NULL (with a message) when it is damaged. */
json_object *output_parse(const invocation *inv, const char *json);

/* reader_each() of the document. EXIT_DONE, or EXIT_FAILED with a message. */
int output_each(const invocation *inv, const char *json, reader_visit *visit,
                void *user);

/* A table whose rows come one by one; it keeps their cells only. columns are
 * borrowed. */
typedef struct table table;
table *table_create(const column *columns); /* NULL without memory */
void table_add(table *t, json_object *row);
size_t table_row_count(const table *t);
void table_destroy(table *t); /* accepts NULL */

/* Does it fit the terminal with no cell cut? */
bool table_fits(const table *t, const char *indent);

/* On standard output; indent: text before each line. false: there was no
 * memory for it, and nothing was printed. */
bool table_print(table *t, const char *indent);

/* The same of rows that are there; columns NULL: members of the first one. */
void table_rows(json_object *rows, const column *columns, const char *indent);

/* Members of an object, one a line. */
void table_object(json_object *object, const column *columns);

/* One value as a line of text into out. */
void cell_text(json_object *value, cell_style style, char *out, size_t size);

#endif
