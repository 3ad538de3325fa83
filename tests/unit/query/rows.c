/* Stores filled by plain SQL, and the rows of queries as texts.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <query/query.h>

void rows_execute(fixture_db *db, const char *statement)
{
    if (!fixture_execute(db, statement))
        abort();
}

static void add_node(fixture_db *db, const node_row *n)
{
    char *process_type = n->process_type == NULL
                             ? text_copy("NULL")
                             : text_printf("'%s'", n->process_type);
    char *statement = text_printf(
        "INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, "
        "description, ctime, mtime, attributes, extras, repository_metadata, "
        "dbcomputer_id, user_id) VALUES (%d, "
        "'00000000-0000-4000-8000-%012d', '%s', %s, '%s', '', "
        "'2026-01-%02d %02d:00:00.000000', '2026-01-%02d %02d:00:00.000000', "
        "'%s', '{}', '{}', NULL, 1)",
        n->id, n->id, n->node_type, process_type, n->label, 1 + n->hour / 24,
        n->hour % 24, 1 + n->hour / 24, n->hour % 24, n->attributes);
    rows_execute(db, statement);
    free(statement);
    free(process_type);
}

store *rows_store(const node_row *nodes, char **folder)
{
    char *path = NULL;
    store *s = fixture_create(&path);
    fixture_db *db = fixture_database(path);
    for (const node_row *n = nodes; n->id != 0; n++)
        add_node(db, n);
    fixture_close(db);
    if (folder != NULL)
        *folder = path;
    else
        free(path);
    return s;
}

void rows_link(fixture_db *db, int source, int target, const char *type)
{
    char *statement =
        text_printf("INSERT INTO db_dblink (id, input_id, output_id, label, "
                    "type) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM "
                    "db_dblink), %d, %d, 'l%d_%d', '%s')",
                    source, target, source, target, type);
    rows_execute(db, statement);
    free(statement);
}

static orma_status add_row(void *user, orma_str row, orma_error **err)
{
    buf *rows = user;
    if (rows->len > 0)
        buf_char(rows, ' ');
    buf_str(rows, row);
    return buf_status(rows, err);
}

static orma_status plan_of(store *s, const char *document, bool counts,
                           query_plan **out, orma_error **err)
{
    AUTO_JSON json_object *parsed = NULL;
    AUTO_JSON json_object *normal = NULL;
    orma_status st =
        json_parse((orma_str){document, strlen(document)}, &parsed, err);
    if (st == ORMA_OK)
        st = query_document_read(fixture_registry(), parsed, &normal, err);
    if (st == ORMA_OK)
        st = (counts ? query_plan_create_count : query_plan_create)(s, normal,
                                                                    out, err);
    return st;
}

static char *run(store *s, const char *document, bool as_dict)
{
    buf rows = {0};
    query_plan *plan = NULL;
    orma_error *err = NULL;

    orma_status st = plan_of(s, document, false, &plan, &err);
    if (st == ORMA_OK)
        st = query_plan_run(s, plan, as_dict, add_row, &rows, &err);
    if (st != ORMA_OK) {
        char *chain = error_chain(err);
        buf_clear(&rows);
        buf_printf(&rows, "error: %s", chain);
        free(chain);
    }
    orma_error_free(err);
    query_plan_destroy(plan);
    return buf_take(&rows);
}

char *rows_of(store *s, const char *document)
{
    return run(s, document, false);
}

char *rows_as_dict(store *s, const char *document)
{
    return run(s, document, true);
}

bool rows_are(store *s, const char *document, const char *expected)
{
    char *found = rows_of(s, document);
    const bool same = text_equal(found, expected);
    if (!same)
        printf("# %s\n#   gives    %s\n#   expected %s\n", document, found,
               expected);
    free(found);
    return same;
}

bool rows_plan_has(store *s, const char *document, const char *text)
{
    query_plan *plan = NULL;
    json_object *explained = NULL;
    orma_error *err = NULL;

    orma_status st = plan_of(s, document, false, &plan, &err);
    if (st == ORMA_OK)
        st = query_plan_explain(s, plan, &explained, &err);
    char *shown =
        st == ORMA_OK ? json_text(explained, JSON_PRETTY) : error_chain(err);
    const bool has = strstr(shown, text) != NULL;
    if (!has)
        printf("# no \"%s\" in %s\n", text, shown);
    free(shown);
    json_object_put(explained);
    orma_error_free(err);
    query_plan_destroy(plan);
    return has;
}

int64_t rows_count(store *s, const char *document)
{
    query_plan *plan = NULL;
    orma_error *err = NULL;
    int64_t count = -1;

    orma_status st = plan_of(s, document, true, &plan, &err);
    if (st == ORMA_OK)
        st = query_plan_count(s, plan, &count, &err);
    if (st != ORMA_OK)
        printf("# %s\n", orma_error_message(err));
    orma_error_free(err);
    query_plan_destroy(plan);
    return count;
}
