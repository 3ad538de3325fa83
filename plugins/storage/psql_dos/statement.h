/* A statement with its parameters and rows.
 *
 * SPDX-License-Identifier: MIT */
#ifndef PSQL_DOS_STATEMENT_H
#define PSQL_DOS_STATEMENT_H

#include "connection.h"

/* A value that is handed out in another form than the server's. */
typedef struct cell {
    char time[40];        /* "2026-01-31 12:00:00.000000" */
    unsigned char *bytes; /* libpq's memory, or NULL */
    size_t length;
} cell;

/* A bound value as it is sent; memory is kept for the next run. */
typedef struct parameter {
    char *bytes;
    size_t capacity;
    int length;
    int format; /* 1: binary */
    bool is_null;
} parameter;

enum cursor_kind {
    NO_CURSOR,
    CURSOR_OF_TRANSACTION, /* in the open transaction */
    CURSOR_OF_READER       /* in that of store->reader */
};

struct orma_statement {
    orma_store *store;
    char *sql;          /* with $1, $2, … */
    char name[24];      /* on the server; "": not kept there */
    bool is_reading;    /* running it twice is running it once */
    uint64_t prepared;  /* connection that knows the name; 0: none */
    uint64_t preparing; /* the same, with the answer on its way */

    int parameter_count;
    parameter *parameters;
    const char **values; /* as libpq wants them */
    int *lengths, *formats;

    bool wants_cursor;
    enum cursor_kind cursor;
    char cursor_name[24];
    uint64_t cursor_transaction; /* in which it was opened */
    bool is_last_portion;

    bool is_running;
    PGresult *result;
    int row;     /* -1: before the first */
    cell *cells; /* of this row, one for each column */
    int cell_count;
    int64_t changes;
};

/* Fills values, lengths and formats. */
void statement_arrange(orma_statement *s);

/* Members of orma_storage. */
orma_status prepare(orma_store *store, const char *sql, uint32_t flags,
                    orma_statement **out, orma_error **err);
void finalize(orma_statement *s);
orma_status bind(orma_statement *s, int32_t index, const orma_sql_value *v,
                 orma_error **err);
orma_status step(orma_statement *s, int32_t *has_row, orma_error **err);
void column(orma_statement *s, int32_t index, orma_sql_value *value);
void reset(orma_statement *s);
orma_status post(orma_statement *s, orma_error **err);
int64_t changes(orma_statement *s);

/* Runs it once, and answers what the server did; the caller clears *out. */
orma_status run_statement(orma_statement *s, PGresult **out, orma_error **err);

/* ---- cursor.c ---------------------------------------------------- */

/* Opens the cursor and fetches its first rows; fetches the next ones; closes
 * it. */
orma_status cursor_open(orma_statement *s, orma_error **err);
orma_status cursor_next(orma_statement *s, orma_error **err);
void cursor_close(orma_statement *s);

#endif
