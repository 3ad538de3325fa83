/* The schema that orma makes is AiiDA's.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

static char *ours, *theirs;
static fixture_db *made, *real;

static int open_both(void)
{
    if (fixture_is_postgres())
        return 0;
    store *s = fixture_create(&ours);
    store_close(s);
    theirs = fixture_unpack();
    made = fixture_database(ours);
    real = fixture_database(theirs);
    return 0;
}

static int close_both(void)
{
    if (fixture_is_postgres())
        return 0;
    fixture_close(made);
    fixture_close(real);
    free(ours);
    free(theirs);
    return 0;
}

static void expect_same(const char *sql)
{
    char *a = fixture_rows(made, sql), *b = fixture_rows(real, sql);
    CU_ASSERT_STRING_EQUAL(a, b);
    CU_ASSERT(strlen(b) > 0);
    free(a);
    free(b);
}

static void statements_are_those_of_a_real_profile(void)
{
    if (fixture_is_postgres())
        return; /* schema_psql_test.c has the like */
    expect_same("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND "
                "name NOT LIKE 'orma%' ORDER BY name");
    expect_same(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = "
        "'index' AND name NOT LIKE 'orma%' AND tbl_name NOT LIKE 'orma%' "
        "ORDER BY name");
}

/* "notnull" is 0 or 1 in PRAGMA, false or true in the recorded schema. */
static void expect_columns(const char *table, const json_object *columns)
{
    char sql[200];
    buf expected = {0};
    for (size_t i = 0; i < json_object_array_length(columns); i++) {
        const json_object *c = json_object_array_get_idx(columns, i);
        CU_ASSERT_PTR_NULL(json_get(c, "default"));
        buf_printf(&expected, "%s|%s|%d|%lld|\n", json_get_text(c, "name", ""),
                   json_get_text(c, "type", ""),
                   json_get_bool(c, "not_null", false),
                   (long long)json_get_int(c, "pk", -1));
    }
    snprintf(sql, sizeof sql,
             "SELECT name, type, \"notnull\", pk FROM pragma_table_info('%s')",
             table);
    char *found = fixture_rows(made, sql);
    CU_ASSERT_STRING_EQUAL(found, buf_c_str(&expected));
    free(found);
    buf_free(&expected);
}

static void expect_foreign_keys(const char *table, const json_object *keys)
{
    char sql[300];
    for (size_t i = 0; i < json_object_array_length(keys); i++) {
        const json_object *k = json_object_array_get_idx(keys, i);
        char *text = text_printf(
            "SELECT COUNT(*) FROM pragma_foreign_key_list('%s') WHERE \"from\" "
            "= '%s' AND \"table\" = '%s' AND \"to\" = '%s' AND on_delete = "
            "'%s'",
            table, json_get_text(k, "from", ""), json_get_text(k, "table", ""),
            json_get_text(k, "to", ""), json_get_text(k, "on_delete", ""));
        CU_ASSERT_STRING_EQUAL(fixture_sql(made, text), "1");
        free(text);
    }
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM pragma_foreign_key_list("
             "'%s')",
             table);
    CU_ASSERT_EQUAL((size_t)strtoul(fixture_sql(made, sql), NULL, 10),
                    json_object_array_length(keys));
}

static void expect_indexes(const char *table, const json_object *indexes)
{
    for (size_t i = 0; i < json_object_array_length(indexes); i++) {
        const json_object *x = json_object_array_get_idx(indexes, i);
        const char *name = json_get_text(x, "name", "");
        if (text_equal(name, "(automatic)"))
            continue;
        char *text = text_printf(
            "SELECT COUNT(*) FROM pragma_index_list('%s') WHERE name = '%s'",
            table, name);
        CU_ASSERT_STRING_EQUAL(fixture_sql(made, text), "1");
        free(text);
    }
}

static void tables_are_those_recorded_from_aiida(void)
{
    if (fixture_is_postgres())
        return; /* schema_psql_test.c has the like */
    json_object *recorded = NULL;
    CU_ASSERT_EQUAL_FATAL(json_parse_file(TEST_DATA
                                          "/aiida/schema-sqlite_dos.json",
                                          1 << 20, &recorded, NULL),
                          ORMA_OK);
    json_object *tables = json_get(recorded, "tables");
    CU_ASSERT_EQUAL(json_object_object_length(tables), 11);
    json_object_object_foreach(tables, name, table)
    {
        expect_columns(name, json_get(table, "columns"));
        expect_foreign_keys(name, json_get(table, "foreign_keys"));
        expect_indexes(name, json_get(table, "indexes"));
    }
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(made, "SELECT COUNT(*) FROM sqlite_master WHERE type = "
                          "'table' AND name NOT LIKE 'orma%'"),
        "11");
    json_object_put(recorded);
}

static void revision_and_repository_uuid_are_set(void)
{
    if (fixture_is_postgres())
        return; /* schema_psql_test.c has the like */
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(made, "SELECT version_num FROM alembic_version"),
        "main_0002");
    expect_same("SELECT \"key\", description FROM db_dbsetting");

    json_object *config = NULL;
    char *path = text_printf("%s/container/config.json", ours);
    CU_ASSERT_EQUAL_FATAL(json_parse_file(path, 4096, &config, NULL), ORMA_OK);
    char *quoted =
        text_printf("\"%s\"", json_get_text(config, "container_id", ""));
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(made, "SELECT val FROM db_dbsetting WHERE \"key\" = "
                          "'repository|uuid'"),
        quoted);
    free(quoted);
    free(path);
    json_object_put(config);
}

static void folders_are_those_of_a_real_profile(void)
{
    if (fixture_is_postgres())
        return; /* schema_psql_test.c has the like */
    static const char *const names[] = {
        "database.sqlite",  "container/config.json", "container/packs.idx",
        "container/loose",  "container/packs",       "container/duplicates",
        "container/sandbox"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *a = text_printf("%s/%s", ours, names[i]);
        char *b = text_printf("%s/%s", theirs, names[i]);
        CU_ASSERT_EQUAL(access(a, F_OK), 0);
        CU_ASSERT_EQUAL(access(b, F_OK), 0);
        free(a);
        free(b);
    }
}

static orma_status try_open(const char *folder, bool create, orma_error **err)
{
    json_object *config = fixture_config(folder);
    store *s = NULL;
    const orma_status st = store_open(
        fixture_registry(), fixture_backend(folder), config, create, &s, err);
    store_close(s);
    json_object_put(config);
    return st;
}

static void refuses_a_folder_that_is_not_empty(void)
{
    if (fixture_is_postgres())
        return; /* schema_psql_test.c has the like */
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(try_open(ours, true, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "is not empty"));
}

static void refuses_a_folder_without_storage(void)
{
    if (fixture_is_postgres())
        return; /* schema_psql_test.c has the like */
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(try_open("/nonexistent/orma", false, &err),
                    ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "/nonexistent/orma"));
    CU_ASSERT_EQUAL(try_open(unit_temp_dir(), false, &err), ORMA_E_NOT_FOUND);
    CU_ASSERT_TRUE(fixture_says(&err, "database.sqlite"));
    CU_ASSERT_EQUAL(try_open("relative", false, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "absolute"));
}

/* Each change of a good storage, and what its refusal says. */
static void refuses_storages_that_do_not_fit(void)
{
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"UPDATE alembic_version SET version_num = 'main_0000'", "main_0000"},
        {"UPDATE alembic_version SET version_num = 'main_0003'",
         "newer than \"main_0002\""},
        {"UPDATE alembic_version SET version_num = 'ac0c50f9b4f2'",
         "older than \"main_0002\""},
        {"DROP TABLE alembic_version; CREATE TABLE django_migrations (app "
         "TEXT)",
         "Django"},
        {"DELETE FROM alembic_version", "no known schema version"},
        {"INSERT INTO alembic_version VALUES ('main_0001')",
         "no known schema version"},
        {"DROP TABLE alembic_version", "no known schema version"},
        {"UPDATE db_dbsetting SET val = '\"0123\"'", "corrupt"},
        {"DELETE FROM db_dbsetting", "corrupt"},
        {"INSERT INTO orma_meta VALUES ('x', '1'); UPDATE orma_meta SET val = "
         "'99' WHERE \"key\" = 'version'",
         "version 99"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = NULL;
        orma_error *err = NULL;
        store_close(fixture_create(&folder));
        fixture_db *db = fixture_database(folder);
        CU_ASSERT_TRUE(fixture_execute(db, cases[i].sql));
        fixture_close(db);
        CU_ASSERT_EQUAL(try_open(folder, false, &err), ORMA_E_INVALID);
        CU_ASSERT_PTR_NOT_NULL(orma_error_hint(err));
        CU_ASSERT_TRUE(fixture_says(&err, cases[i].says));
        free(folder);
    }
}

/* main_0002 changed no table. */
static void opens_the_revision_before(void)
{
    char *folder = NULL;
    orma_error *err = NULL;
    store_close(fixture_create(&folder));
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(fixture_execute(
        db, "UPDATE alembic_version SET version_num = 'main_0001'"));
    CU_ASSERT_EQUAL(try_open(folder, false, &err), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT version_num FROM alembic_version"),
        "main_0001");
    orma_error_free(err);
    fixture_close(db);
    free(folder);
}

static void refuses_a_file_that_is_no_database(void)
{
    char *folder = fixture_unpack();
    char *path = text_printf("%s/database.sqlite", folder);
    orma_error *err = NULL;
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database at all\n", f);
    fclose(f);
    CU_ASSERT_EQUAL(try_open(folder, false, &err), ORMA_E_PERMANENT);
    CU_ASSERT_TRUE(fixture_says(&err, "damaged"));
    free(path);
    free(folder);
}

static void reading_leaves_an_adopted_database_as_it_is(void)
{
    char *folder = fixture_unpack();
    char *path = text_printf("%s/database.sqlite", folder);
    char *before = text_printf("%s/before", unit_temp_dir());
    const char *const keep[] = {"cp", path, before, NULL};
    const char *const compare[] = {"cmp", path, before, NULL};
    node *n = NULL;

    CU_ASSERT_EQUAL(fixture_run(keep), 0);
    store *s = fixture_open(folder);
    CU_ASSERT_EQUAL(store_node(s, 1, &n, NULL), ORMA_OK);
    node_free(n);
    store_close(s);
    CU_ASSERT_EQUAL(fixture_run(compare), 0);
    free(before);
    free(path);
    free(folder);
}

static void own_tables_come_with_the_first_write(void)
{
    char *folder = fixture_unpack();
    store *s = fixture_open(folder);
    fixture_db *db = fixture_database(folder);
    static const char count[] =
        "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'orma\\_%' ESCAPE "
        "'\\'";
    node *n = fixture_int(1);

    CU_ASSERT_STRING_EQUAL(fixture_sql(db, count), "0");
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    /* Two tables, two indexes of listings, seven of links, and what later
     * versions added. */
    CU_ASSERT(strtol(fixture_sql(db, count), NULL, 10) >= 11);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT val FROM orma_meta WHERE "
                                           "\"key\" = 'skipped_indexes'"),
                           "[]");
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "PRAGMA journal_mode"), "wal");
    node_free(n);
    fixture_close(db);
    store_close(s);
    free(folder);
}

static void links_that_break_a_rule_cost_only_its_index(void)
{
    char *folder = fixture_unpack();
    fixture_db *db = fixture_database(folder);
    node *n = fixture_int(1);
    orma_error *err = NULL;
    /* AiiDA's schema lets a data node have two creators. */
    CU_ASSERT_TRUE(fixture_execute(
        db, "INSERT INTO db_dblink (input_id, output_id, label, type) "
            "VALUES (1, 2, 'a', 'create'), (3, 2, 'b', 'create')"));
    store *s = fixture_open(folder);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, &err), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT val FROM orma_meta WHERE "
                                           "\"key\" = 'skipped_indexes'"),
                           "[\"orma_uq_link_create_target\"]");
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(db, "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE "
                        "'orma_uq%'"),
        "6");
    node_free(n);
    fixture_close(db);
    store_close(s);
    free(folder);
}

static const unit_test tests[] = {
    {"statements_are_those_of_a_real_profile",
     statements_are_those_of_a_real_profile},
    {"tables_are_those_recorded_from_aiida",
     tables_are_those_recorded_from_aiida},
    {"revision_and_repository_uuid_are_set",
     revision_and_repository_uuid_are_set},
    {"folders_are_those_of_a_real_profile",
     folders_are_those_of_a_real_profile},
    {"refuses_a_folder_that_is_not_empty", refuses_a_folder_that_is_not_empty},
    {"refuses_a_folder_without_storage", refuses_a_folder_without_storage},
    {"refuses_storages_that_do_not_fit", refuses_storages_that_do_not_fit},
    {"opens_the_revision_before", opens_the_revision_before},
    {"refuses_a_file_that_is_no_database", refuses_a_file_that_is_no_database},
    {"reading_leaves_an_adopted_database_as_it_is",
     reading_leaves_an_adopted_database_as_it_is},
    {"own_tables_come_with_the_first_write",
     own_tables_come_with_the_first_write},
    {"links_that_break_a_rule_cost_only_its_index",
     links_that_break_a_rule_cost_only_its_index},
    {NULL, NULL},
};

const unit_suite schema_suite = {"schema", open_both, close_both, tests};
