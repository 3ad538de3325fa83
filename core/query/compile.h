/* What the files that compile query documents share.
 *
 * Everything that a document says travels as a parameter, save the paths of
 * JSON values whose keys are plain names, which are literals so that indexes
 * on them are found. Names of tables and columns come from tables of our own;
 * items are called t1, t2, … and their edges e2, e3, ….
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_COMPILE_H
#define CORE_QUERY_COMPILE_H

#include <json-c/linkhash.h>

#include <base/arena.h>
#include <query/entities.h>
#include <query/filters.h>
#include <query/place.h>
#include <query/query.h>
#include <storage/json_place.h>
#include <storage/store_sql.h>

/* Lists up to here are compared with each of their items, which planners know
 * the number of; longer ones are one parameter. */
#define QUERY_SHORT_LIST 32

enum parameter_type {
    PARAMETER_INT,
    PARAMETER_TEXT, /* also numbers, UUIDs and JSON */
    PARAMETER_TIME
};

typedef struct query_parameter {
    enum parameter_type type;
    const char *text; /* of the plan's arena */
    int64_t integer;  /* or nanoseconds */
} query_parameter;

/* How a column of the statement becomes JSON. */
enum result_type {
    RESULT_INT,
    RESULT_TEXT,
    RESULT_TIME,
    RESULT_BOOL,
    RESULT_NUMBER,
    RESULT_JSON,
    RESULT_AS_FLOAT, /* casts of JSON: what is of another type is null */
    RESULT_AS_INTEGER,
    RESULT_AS_BOOLEAN,
    RESULT_AS_TEXT,
    RESULT_AS_TIME
};

/* One item of a row; `*` takes the columns of brief_columns from there on. */
typedef struct query_result {
    const char *tag, *name;
    enum result_type type;
    int32_t column;
    const entity_column *brief_columns; /* or NULL */
} query_result;

struct query_plan {
    arena memory;
    buf sql;
    query_parameter *parameters;
    size_t parameter_count, parameter_room;
    query_result *results;
    size_t result_count, result_room;
};

/* An item of the path. */
typedef struct path_item {
    enum entity entity;
    const char *tag, *edge_tag; /* edge_tag NULL: the first item */
    const entity_join *join;    /* NULL: the first item */
    const struct path_item *joined;
    bool is_outer;
    char alias[8], edge_alias[8];
    bool needs_depth, needs_path; /* of a walk */
} path_item;

typedef struct compiler {
    const orma_dialect *dialect;
    const json_object *normal;
    query_plan *plan;
    path_item items[QUERY_PATH_MAX];
    size_t item_count;
    size_t condition_count;
    int32_t column_count; /* of the statement */
    bool has_function;
    buf group_by; /* expressions, when there are functions */
} compiler;

/* ---- parameters: each answers the new one's "?N" in out ----------- */

typedef struct marker {
    char text[16];
} marker;

orma_status add_int(compiler *c, int64_t value, marker *out, orma_error **err);
orma_status add_text(compiler *c, const char *text, marker *out,
                     orma_error **err);
orma_status add_time(compiler *c, int64_t ns, marker *out, orma_error **err);
/* Compact JSON. */
orma_status add_json(compiler *c, const json_object *value, marker *out,
                     orma_error **err);

/* ---- fields ------------------------------------------------------ */

/* Item or edge by its tag. */
typedef struct source {
    const path_item *item;
    bool is_edge;
} source;

bool source_find(const compiler *c, const char *tag, source *out);
enum entity source_entity(const source *s);
const char *source_alias(const source *s);

/* "attributes.a.b" of a source. */
typedef struct query_field {
    const char *name; /* as the document has it */
    const entity_column *column;
    buf value;         /* the column in SQL: "t1.attributes" */
    json_object *keys; /* owned; below a JSON column, NULL: none */
} query_field;

#define AUTO_FIELD __attribute__((cleanup(query_field_finish)))
void query_field_finish(query_field *f);

/* Errors: INVALID (no such field). */
orma_status query_field_find(const source *s, const char *name, const place *at,
                             query_field *out, orma_error **err);

/* The JSON value there, as SQL. */
orma_status query_field_element(compiler *c, const query_field *f, buf *out,
                                orma_error **err);

/* json_place_…() of it. */
typedef void write_json_place(const orma_dialect *d, const json_place *p,
                              buf *out);
orma_status query_field_place(compiler *c, const query_field *f,
                              write_json_place *write, buf *out,
                              orma_error **err);

/* ---- parts of the statement -------------------------------------- */

/* Conditions of a source, each with " AND " before it. */
orma_status compile_filters(compiler *c, const source *s, buf *out,
                            orma_error **err);

/* One operator with its value; is_exact: false must be false, not NULL, since
 * a negation is around it. */
orma_status compile_json_operator(compiler *c, const query_field *f,
                                  enum query_operator op, json_object *value,
                                  bool is_exact, const place *at, buf *out,
                                  orma_error **err);
orma_status compile_column_operator(compiler *c, const query_field *f,
                                    enum query_operator op, json_object *value,
                                    const place *at, buf *out,
                                    orma_error **err);

/* A LIKE pattern's escapes are complete? */
orma_status check_pattern(const char *pattern, const place *at,
                          orma_error **err);

/* "WITH RECURSIVE …" or nothing, and " FROM … WHERE …". */
orma_status compile_walks(compiler *c, buf *out, orma_error **err);
orma_status compile_from(compiler *c, buf *out, orma_error **err);

/* The columns behind SELECT, and plan->results. */
orma_status compile_projections(compiler *c, buf *out, orma_error **err);

/* " ORDER BY …" or nothing; extra: expressions that DISTINCT wants to be
 * selected, too. */
orma_status compile_order(compiler *c, buf *extra, buf *out, orma_error **err);

#endif
