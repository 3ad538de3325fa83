/* Which indexes queries use.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/query/rows.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/user_index.h>

enum { COUNT = 3000 };

static store *s;
static char *folder;

/* As many nodes as it takes for PostgreSQL to find an index worth it. */
static int open_many(void)
{
    static const node_row one[] = {
        {1, "process.calculation.calcjob.CalcJobNode.", "p",
         "{\"process_state\": \"finished\", \"process_label\": \"P\", "
         "\"energy\": -1.5, \"deep\": {\"name\": \"n1\"}, \"long\": \"l\"}",
         1, NULL},
        {0}};
    s = rows_store(one, &folder);
    fixture_db *db = fixture_database(folder);
    for (int i = 2; i <= COUNT; i++) {
        char *statement = text_printf(
            "INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, "
            "description, ctime, mtime, attributes, extras, "
            "repository_metadata, dbcomputer_id, user_id) SELECT %d, "
            "'00000000-0000-4000-8000-00000000%04d', node_type, process_type, "
            "'x', '', ctime, mtime, '{\"process_state\": \"finished\", "
            "\"process_label\": \"Q%d\", \"energy\": %d, \"deep\": {\"name\": "
            "\"n%d\"}}', '{\"_aiida_hash\": \"h%d\"}', repository_metadata, "
            "NULL, 1 FROM db_dbnode WHERE id = 1",
            i, i, i, i, i, i);
        rows_execute(db, statement);
        free(statement);
    }
    fixture_close(db);
    return 0;
}

static int close_many(void)
{
    store_close(s);
    free(folder);
    return 0;
}

static void analyze(void)
{
    fixture_db *db = fixture_database(folder);
    rows_execute(db, "ANALYZE");
    fixture_close(db);
}

static char *document(const char *filters)
{
    return text_printf("{\"path\": [{\"entity_type\": \"\", \"project\": "
                       "\"id\", \"filters\": %s}]}",
                       filters);
}

static void uses(const char *filters, const char *index, const char *rows)
{
    char *text = document(filters);
    CU_ASSERT_TRUE(rows_plan_has(s, text, index));
    CU_ASSERT_TRUE(rows_are(s, text, rows));
    free(text);
}

static void declared_indexes_serve_filters(void)
{
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(user_index_add(s, "attributes.energy", "number", &err),
                    ORMA_OK);
    CU_ASSERT_EQUAL(user_index_add(s, "attributes.deep.name", "text", &err),
                    ORMA_OK);
    CU_ASSERT_EQUAL(user_index_add(s, "extras.tag", "text", &err), ORMA_OK);
    CU_ASSERT_PTR_NULL(err);
    analyze();
    uses("{\"attributes.energy\": 17}", "orma_ix_user_1", "[17]");
    uses("{\"attributes.energy\": {\"<\": 0}}", "orma_ix_user_1", "[1]");
    uses("{\"attributes.energy\": {\"in\": [17.0, 18]}}", "orma_ix_user_1",
         "[17] [18]");
    uses("{\"attributes.deep.name\": \"n200\"}", "orma_ix_user_2", "[200]");
    uses("{\"attributes.deep.name\": {\"in\": [\"n200\"]}}", "orma_ix_user_2",
         "[200]");
    uses("{\"extras.tag\": \"none\"}", "orma_ix_user_3", "");
}

static void texts_of_any_length_are_indexed(void)
{
    orma_error *err = NULL;
    char *name = text_printf("%10000d", 7);
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_EQUAL(user_index_add(s, "attributes.long", "text", &err),
                    ORMA_OK);
    char *statement = text_printf(
        "UPDATE db_dbnode SET attributes = '{\"long\": \"%s\"}' WHERE id = 2",
        name);
    CU_ASSERT_TRUE(fixture_execute(db, statement));
    char *filters = text_printf("{\"attributes.long\": \"%s\"}", name);
    char *text = document(filters);
    CU_ASSERT_TRUE(rows_are(s, text, "[2]"));
    fixture_close(db);
    free(text);
    free(filters);
    free(statement);
    free(name);
}

static void built_in_indexes_serve_filters(void)
{
    analyze();
    uses("{\"extras._aiida_hash\": \"h5\"}", "orma_ix_node_hash", "[5]");
    uses("{\"pk\": {\"in\": [5, 6]}}", "", "[5] [6]");
    uses("{\"uuid\": \"00000000-0000-4000-8000-000000000007\"}", "uuid", "[7]");
}

static void indexes_are_listed_and_removed(void)
{
    json_object *rows = NULL;
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(user_index_add(s, "attributes.energy", "text", &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(
        fixture_says(&err, "\"attributes.energy\" has an index already"));
    CU_ASSERT_EQUAL_FATAL(user_index_list(s, &rows, &err), ORMA_OK);
    CU_ASSERT_EQUAL(json_object_array_length(rows), 4);
    CU_ASSERT_STRING_EQUAL(
        json_get_text(json_object_array_get_idx(rows, 0), "field", ""),
        "attributes.energy");
    json_object_put(rows);
    CU_ASSERT_EQUAL(user_index_remove(s, "attributes.energy", &err), ORMA_OK);
    CU_ASSERT_EQUAL(user_index_remove(s, "attributes.energy", &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "has no index"));
    char *text = document("{\"attributes.energy\": 17}");
    CU_ASSERT_TRUE(rows_are(s, text, "[17]"));
    free(text);
    CU_ASSERT_EQUAL(user_index_add(s, "extras.other", "number", &err), ORMA_OK);
}

static void other_fields_are_refused(void)
{
    static const char *const bad[] = {
        "label",
        "attributes",
        "attributes.",
        "attributes..a",
        "attributes.a.",
        "attributes.a'b",
        "attributes.0",
        "attributes.a.1.b",
        "attributes.\xc3\xa9",
        "repository_metadata.o",
        "",
        "attributes.a\"",
    };
    orma_error *err = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(user_index_add(s, bad[i], "text", &err),
                        ORMA_E_INVALID);
        CU_ASSERT_TRUE(fixture_says(&err, "cannot be indexed"));
    }
    CU_ASSERT_EQUAL(user_index_add(s, "attributes.a", "date", &err),
                    ORMA_E_INVALID);
    error_clear(&err);
}

static const unit_test tests[] = {
    {"declared_indexes_serve_filters", declared_indexes_serve_filters},
    {"texts_of_any_length_are_indexed", texts_of_any_length_are_indexed},
    {"built_in_indexes_serve_filters", built_in_indexes_serve_filters},
    {"indexes_are_listed_and_removed", indexes_are_listed_and_removed},
    {"other_fields_are_refused", other_fields_are_refused},
    {NULL, NULL},
};

const unit_suite indexes_suite = {"indexes", open_many, close_many, tests};
