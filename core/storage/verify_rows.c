/* Rows of all tables: what their columns hold, and whom they refer to.
 *
 * SPDX-License-Identifier: MIT */
#include "verify_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define PORTION 1000 /* rows of a statement */

enum column_kind { COLUMN_UUID, COLUMN_TIME, COLUMN_JSON, COLUMN_OBJECT };

/* Columns whose text has a form; db_dbnode has a file of its own. OBJECT is
 * JSON that must be an object, or null. */
static const struct {
    const char *table, *column;
    enum column_kind kind;
} columns[] = {
    {"db_dbcomputer", "uuid", COLUMN_UUID},
    {"db_dbcomputer", "metadata", COLUMN_OBJECT},
    {"db_dbauthinfo", "metadata", COLUMN_OBJECT},
    {"db_dbauthinfo", "auth_params", COLUMN_OBJECT},
    {"db_dbgroup", "uuid", COLUMN_UUID},
    {"db_dbgroup", "time", COLUMN_TIME},
    {"db_dbgroup", "extras", COLUMN_OBJECT},
    {"db_dbcomment", "uuid", COLUMN_UUID},
    {"db_dbcomment", "ctime", COLUMN_TIME},
    {"db_dbcomment", "mtime", COLUMN_TIME},
    {"db_dblog", "uuid", COLUMN_UUID},
    {"db_dblog", "time", COLUMN_TIME},
    {"db_dblog", "metadata", COLUMN_OBJECT},
    {"db_dbsetting", "val", COLUMN_JSON},
    {"db_dbsetting", "time", COLUMN_TIME},
};

/* Foreign keys of AiiDA's schema. */
static const struct {
    const char *table, *column, *target;
} references[] = {
    {"db_dbnode", "user_id", "db_dbuser"},
    {"db_dbnode", "dbcomputer_id", "db_dbcomputer"},
    {"db_dbauthinfo", "aiidauser_id", "db_dbuser"},
    {"db_dbauthinfo", "dbcomputer_id", "db_dbcomputer"},
    {"db_dbgroup", "user_id", "db_dbuser"},
    {"db_dbgroup_dbnodes", "dbnode_id", "db_dbnode"},
    {"db_dbgroup_dbnodes", "dbgroup_id", "db_dbgroup"},
    {"db_dblink", "input_id", "db_dbnode"},
    {"db_dblink", "output_id", "db_dbnode"},
    {"db_dbcomment", "dbnode_id", "db_dbnode"},
    {"db_dbcomment", "user_id", "db_dbuser"},
    {"db_dblog", "dbnode_id", "db_dbnode"},
};

/* NULL: it is as it must be. */
static const char *wrong_with(orma_str text, enum column_kind kind)
{
    orma_uuid uuid;
    int64_t ns = 0;
    AUTO_JSON json_object *value = NULL;

    if (text.ptr == NULL)
        return kind == COLUMN_JSON || kind == COLUMN_OBJECT ? NULL : "is empty";
    switch (kind) {
    case COLUMN_UUID:
        return text.len == 36 && uuid_parse(text.ptr, &uuid)
                   ? NULL
                   : "is no UUID of 36 characters";
    case COLUMN_TIME:
        return time_parse(text.ptr, &ns) ? NULL : "is no time";
    case COLUMN_JSON:
    case COLUMN_OBJECT:
        if (json_parse(text, &value, NULL) != ORMA_OK)
            return "is no valid JSON";
        return kind == COLUMN_JSON || value == NULL ||
                       json_object_is_type(value, json_type_object)
                   ? NULL
                   : "is no JSON object";
    }
    return NULL;
}

static orma_status check_column(verifier *v, size_t i, orma_error **err)
{
    AUTO_FREE char *statement =
        text_printf("SELECT id, %s FROM %s WHERE id > ?1 ORDER BY id LIMIT %d",
                    columns[i].column, columns[i].table, PORTION);
    int64_t last = 0, count = PORTION;
    orma_status st = statement == NULL ? error_no_memory(err) : ORMA_OK;

    while (st == ORMA_OK && count == PORTION) {
        query q;
        count = 0;
        query_start_once(&q, &v->s->db, statement);
        query_int(&q, 1, last);
        while (st == ORMA_OK && query_next(&q)) {
            last = column_int(&q, 0);
            count++;
            const orma_str text = column_str(&q, 1);
            /* SQLite gives a number in a JSON column back as a number. */
            const bool is_number = text.ptr == NULL && !column_is_null(&q, 1);
            const char *wrong =
                is_number
                    ? (columns[i].kind == COLUMN_JSON ? NULL : "holds a number")
                    : wrong_with(text, columns[i].kind);
            if (wrong != NULL)
                st = verify_fault_at(
                    v,
                    &(verify_fault){
                        .kind = "row", .table = columns[i].table, .pk = last},
                    err, "column \"%s\" %s", columns[i].column, wrong);
        }
        st = query_end_after(&q, st, err);
    }
    return st;
}

static orma_status check_reference(verifier *v, size_t i, orma_error **err)
{
    AUTO_FREE char *statement = text_printf(
        "SELECT t.id, t.%s FROM %s t LEFT JOIN %s target ON target.id = t.%s "
        "WHERE target.id IS NULL AND t.%s IS NOT NULL ORDER BY t.id",
        references[i].column, references[i].table, references[i].target,
        references[i].column, references[i].column);
    query q;
    orma_status st = ORMA_OK;
    if (statement == NULL)
        return error_no_memory(err);
    query_start_many(&q, &v->s->db, statement);
    while (st == ORMA_OK && query_next(&q))
        st = verify_fault_at(v,
                             &(verify_fault){.kind = "reference",
                                             .table = references[i].table,
                                             .pk = column_int(&q, 0)},
                             err,
                             "%s refers to row %lld of %s, which is not "
                             "there",
                             references[i].column, (long long)column_int(&q, 1),
                             references[i].target);
    return query_end_after(&q, st, err);
}

/* Live processes are not sealed. */
static orma_status check_live(verifier *v, orma_error **err)
{
    orma_status st = ORMA_OK;
    query q;
    if (!v->s->has_own_tables)
        return ORMA_OK;
    query_start_once(&q, &v->s->db,
                     "SELECT db_dbnode.id FROM orma_process JOIN db_dbnode ON "
                     "db_dbnode.id = orma_process.node_id WHERE "
                     "COALESCE(CAST({json:db_dbnode.attributes.sealed} AS "
                     "TEXT), '') IN ('1', 'true') ORDER BY db_dbnode.id");
    while (st == ORMA_OK && query_next(&q))
        st = verify_fault_at(v,
                             &(verify_fault){.kind = "row",
                                             .table = "orma_process",
                                             .pk = column_int(&q, 0)},
                             err,
                             "the process is sealed, and still counts as "
                             "alive");
    return query_end_after(&q, st, err);
}

orma_status verify_rows(verifier *v, orma_error **err)
{
    const size_t column_count = sizeof columns / sizeof *columns;
    const size_t reference_count = sizeof references / sizeof *references;
    const int64_t total = (int64_t)(column_count + reference_count);
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < column_count; i++) {
        st = verify_step(v, "rows", (int64_t)i, total, err);
        if (st == ORMA_OK)
            st = check_column(v, i, err);
    }
    for (size_t i = 0; st == ORMA_OK && i < reference_count; i++) {
        st = verify_step(v, "rows", (int64_t)(column_count + i), total, err);
        if (st == ORMA_OK)
            st = check_reference(v, i, err);
    }
    return st == ORMA_OK ? check_live(v, err) : st;
}
