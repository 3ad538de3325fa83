/* One SQL connection through a storage driver: statements written once for
 * all dialects, kept prepared, with an error that is looked at once, at the
 * end of a query.
 *
 * Statements are templates: "?N" is a parameter, "?Nu", "?Nj", "?Nt" one that
 * is a UUID, JSON or a time, and "{json:column.key}" the bare value of a JSON
 * column's member. "{ids:?N}" is the list of a parameter's integers, behind IN;
 * "{lock}" ends a SELECT whose rows nobody else may change until the commit.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_SQL_H
#define CORE_STORAGE_SQL_H

#include <base/json.h>

#ifndef ORMA_ENABLE_DRAFT
#define ORMA_ENABLE_DRAFT
#endif
#include <orma/storage.h>

typedef struct sql {
    const orma_storage *driver; /* [static] */
    const orma_dialect *dialect;
    orma_store *connection;
    struct sql_statement *statements; /* kept prepared */
    size_t statement_count;
    buf scratch; /* JSON and texts on their way into parameters */
} sql;

orma_status sql_open(const orma_storage *driver, orma_str config,
                     uint32_t flags, sql *out, orma_error **err);
void sql_close(sql *db); /* accepts zeroed */

/* The template in the dialect's words, appended to out. */
void sql_expand(const sql *db, const char *template, buf *out);

/* Statements without parameters or rows, as a template. */
orma_status sql_execute(sql *db, const char *template, orma_error **err);

orma_status sql_begin(sql *db, orma_error **err);
/* One unchanging view for several queries; no writer is kept waiting. */
orma_status sql_begin_read(sql *db, orma_error **err);
orma_status sql_commit(sql *db, orma_error **err);
void sql_rollback(sql *db);

/* One run of a statement. Failures are kept and told by query_end(). */
typedef struct query {
    sql *db;
    orma_statement *statement;
    size_t slot; /* of the kept statement, or SQL_NOT_KEPT */
    orma_status status;
    orma_error *error;
    bool is_listing; /* a malformed value is null, and the rest is shown */
} query;
#define SQL_NOT_KEPT SIZE_MAX

/* A template that is kept prepared: a string literal, known by its address. */
void query_start(query *q, sql *db, const char *template);

/* One that is composed for this use and forgotten after it. */
void query_start_once(query *q, sql *db, const char *template);

/* The same for a query of many rows, which arrive in portions. */
void query_start_many(query *q, sql *db, const char *template);

void query_int(query *q, int32_t index, int64_t value);
void query_real(query *q, int32_t index, double value);
void query_blob(query *q, int32_t index, orma_str bytes);
void query_int_or_null(query *q, int32_t index, int64_t value); /* 0: NULL */
void query_text(query *q, int32_t index, const char *text);     /* NULL: NULL */
void query_str(query *q, int32_t index, orma_str text);
void query_uuid(query *q, int32_t index, const orma_uuid *uuid);
void query_time(query *q, int32_t index, int64_t ns);
void query_json(query *q, int32_t index, const json_object *value);

/* The next row; false at the end and after a failure. */
bool query_next(query *q);

bool column_is_null(query *q, int32_t index);
int64_t column_int(query *q, int32_t index);  /* 0 for NULL; booleans too */
double column_real(query *q, int32_t index);  /* of integers too */
orma_str column_str(query *q, int32_t index); /* ptr NULL for NULL */
char *column_text(query *q, int32_t index);   /* a copy; NULL for NULL */
int64_t column_time(query *q, int32_t index);
bool column_has_time(query *q, int32_t index,
                     int64_t *ns); /* false: malformed */
orma_uuid column_uuid(query *q, int32_t index);

/* JSON of a column that was written as any JSON; NULL for SQL NULL and JSON
 * null. Malformed text is a failure of the query. */
json_object *column_json(query *q, int32_t index);

/* Ends the query: the statement can be used again. */
orma_status query_end(query *q, orma_error **err);

/* Ends the query behind work on its rows that answered st: st when that is a
 * failure, else as query_end(). */
orma_status query_end_after(query *q, orma_status st, orma_error **err);

/* Steps to the end, and ends. */
orma_status query_run(query *q, orma_error **err);

/* The same for statements whose number of changed rows matters. */
orma_status query_run_changes(query *q, int64_t *changes, orma_error **err);

/* Hands the statement over to be run in its turn, within a transaction, and
 * ends the query; a failure may be told by a later call, sql_commit() at the
 * latest. */
orma_status query_post(query *q, orma_error **err);

/* The first row's first column as an integer, `fallback` without rows. */
orma_status query_run_int(query *q, int64_t fallback, int64_t *value,
                          orma_error **err);

#endif
