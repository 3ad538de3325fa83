/* The schema that orma makes on PostgreSQL is AiiDA's, as
 * tests/data/aiida/schema-psql_dos.json records it.
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

static char *folder;
static fixture_db *db;
static json_object *recorded;

static int open_new(void)
{
    if (!fixture_is_postgres())
        return 0;
    store_close(fixture_create(&folder));
    db = fixture_database(folder);
    return json_parse_file(TEST_DATA "/aiida/schema-psql_dos.json", 1 << 20,
                           &recorded, NULL) == ORMA_OK
               ? 0
               : 1;
}

static int close_new(void)
{
    if (!fixture_is_postgres())
        return 0;
    fixture_close(db);
    json_object_put(recorded);
    free(folder);
    return 0;
}

/* The members of the recorded rows, a line each, as fixture_rows() writes
 * them. */
static char *lines_of(const json_object *rows, const char *const *members)
{
    buf out = {0};
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        const json_object *row = json_object_array_get_idx(rows, i);
        for (size_t k = 0; members[k] != NULL; k++) {
            const json_object *value = json_get(row, members[k]);
            if (json_object_is_type(value, json_type_boolean))
                buf_printf(&out, "%d|", json_object_get_boolean(value));
            else
                buf_printf(&out, "%s|",
                           value == NULL ? "NULL"
                                         : json_get_text(row, members[k], ""));
        }
        buf_char(&out, '\n');
    }
    return buf_take(&out);
}

/* query: with one %s for the table. */
static void expect_lines(const char *table, const char *kind,
                         const char *const *members, const char *query)
{
    buf sql = {0};
    for (const char *p = query; *p != '\0'; p++)
        if (*p == '@')
            buf_text(&sql, table);
        else
            buf_char(&sql, *p);
    char *found = fixture_rows(db, buf_c_str(&sql));
    char *expected = lines_of(
        json_get(json_get(json_get(recorded, "tables"), table), kind), members);
    if (!text_equal(found, expected))
        printf("# %s of %s are\n# %s\n# and not\n# %s\n", kind, table, found,
               expected);
    CU_ASSERT_STRING_EQUAL(found, expected);
    free(found);
    free(expected);
    buf_free(&sql);
}

static void columns_are_aiidas(void)
{
    static const char *const members[] = {"name", "type", "nullable", "default",
                                          NULL};
    if (!fixture_is_postgres())
        return;
    json_object *tables = json_get(recorded, "tables");
    CU_ASSERT_EQUAL(json_object_object_length(tables), 11);
    json_object_object_foreach(tables, table, unused)
    {
        (void)unused;
        expect_lines(
            table, "columns", members,
            "SELECT attname AS name, replace(format_type(atttypid, atttypmod), "
            "'character varying', 'varchar') AS type, NOT attnotnull AS "
            "nullable, CASE WHEN pg_get_expr(adbin, adrelid) = 'nextval(''' || "
            "'@_id_seq''::regclass)' THEN '(sequence)' ELSE pg_get_expr(adbin, "
            "adrelid) END AS value FROM pg_attribute a LEFT JOIN pg_attrdef d "
            "ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE attrelid = "
            "'@'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY "
            "attnum");
    }
}

static void constraints_are_aiidas(void)
{
    static const char *const members[] = {"name", "definition", NULL};
    if (!fixture_is_postgres())
        return;
    json_object_object_foreach(json_get(recorded, "tables"), table, unused)
    {
        (void)unused;
        expect_lines(table, "constraints", members,
                     "SELECT conname AS name, pg_get_constraintdef(oid) AS "
                     "definition FROM pg_constraint WHERE conrelid = "
                     "'@'::regclass AND contype <> 'n' ORDER BY conname");
    }
}

/* Beside AiiDA's indexes only those named orma_*. */
static void indexes_are_aiidas(void)
{
    static const char *const members[] = {"name", "definition", NULL};
    if (!fixture_is_postgres())
        return;
    json_object_object_foreach(json_get(recorded, "tables"), table, unused)
    {
        (void)unused;
        expect_lines(
            table, "indexes", members,
            "SELECT indexname AS name, replace(indexdef, ' public.', ' ') AS "
            "definition FROM pg_indexes WHERE tablename = '@' AND indexname "
            "NOT LIKE 'orma\\_%' ORDER BY indexname");
    }
}

static void whatever_else_there_is_is_named_orma(void)
{
    if (!fixture_is_postgres())
        return;
    buf known = {0};
    json_object_object_foreach(json_get(recorded, "tables"), table, unused)
    {
        (void)unused;
        buf_printf(&known, "%s'%s'", known.len > 0 ? ", " : "", table);
    }
    char *sql = text_printf(
        "SELECT relname FROM pg_class WHERE relnamespace = "
        "'public'::regnamespace AND relkind <> 'i' AND relname NOT IN (%s) AND "
        "relname NOT LIKE 'orma\\_%%' AND NOT (relkind = 'S' AND "
        "replace(relname, '_id_seq', '') IN (%s)) UNION ALL SELECT proname "
        "FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION ALL "
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT "
        "indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename "
        "LIKE 'orma\\_%%' AND indexname NOT LIKE 'orma\\_%%'",
        buf_c_str(&known), buf_c_str(&known));
    char *found = fixture_rows(db, sql);
    CU_ASSERT_STRING_EQUAL(found, "");
    free(found);
    free(sql);
    buf_free(&known);
}

static void revision_and_repository_uuid_are_set(void)
{
    json_object *config = NULL;
    if (!fixture_is_postgres())
        return;
    char *revision =
        fixture_rows(db, "SELECT version_num FROM alembic_version");
    CU_ASSERT_STRING_EQUAL(revision, "main_0002|\n");
    free(revision);
    char *setting =
        fixture_rows(db, "SELECT \"key\", description FROM db_dbsetting");
    CU_ASSERT_STRING_EQUAL(setting, "repository|uuid|Repository UUID|\n");
    free(setting);

    char *path = text_printf("%s/container/config.json", folder);
    CU_ASSERT_EQUAL_FATAL(json_parse_file(path, 4096, &config, NULL), ORMA_OK);
    char *quoted =
        text_printf("\"%s\"", json_get_text(config, "container_id", ""));
    CU_ASSERT_STRING_EQUAL(fixture_sql(db, "SELECT val FROM db_dbsetting"),
                           quoted);
    free(quoted);
    free(path);
    json_object_put(config);
}

static orma_status try_open(json_object *config, bool create, orma_error **err)
{
    store *s = NULL;
    const orma_status st = store_open(fixture_registry(), "core.psql_dos",
                                      config, create, &s, err);
    store_close(s);
    json_object_put(config);
    return st;
}

static void refuses_a_database_that_is_not_empty(void)
{
    orma_error *err = NULL;
    if (!fixture_is_postgres())
        return;
    CU_ASSERT_EQUAL(try_open(fixture_config(folder), true, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "holds a storage already"));
}

static void refuses_what_is_not_there(void)
{
    static const struct {
        const char *key, *value;
        orma_status status;
        const char *says;
    } cases[] = {
        {"database_name", "nowhere", ORMA_E_NOT_FOUND, "nowhere"},
        {"database_name", "", ORMA_E_INVALID, "\"database_name\""},
        {"database_username", "nobody", ORMA_E_INVALID, "nobody"},
        {"database_hostname", "/nonexistent", ORMA_E_TRANSIENT, "/nonexistent"},
        {"repository_uri", "relative", ORMA_E_INVALID, "\"repository_uri\""},
        {"repository_uri", "file:///nonexistent/x", ORMA_E_NOT_FOUND,
         "/nonexistent/x"},
    };
    if (!fixture_is_postgres())
        return;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        orma_error *err = NULL;
        json_object *config = fixture_config(folder);
        json_set_text(config, cases[i].key, cases[i].value);
        json_set_text(config, "database_password", "topsecret");
        CU_ASSERT_EQUAL(try_open(config, false, &err), cases[i].status);
        char *chain = err == NULL ? text_copy("") : error_chain(err);
        CU_ASSERT_PTR_NULL(strstr(chain, "topsecret"));
        free(chain);
        CU_ASSERT_TRUE(fixture_says(&err, cases[i].says));
    }
}

static const unit_test tests[] = {
    {"columns_are_aiidas", columns_are_aiidas},
    {"constraints_are_aiidas", constraints_are_aiidas},
    {"indexes_are_aiidas", indexes_are_aiidas},
    {"whatever_else_there_is_is_named_orma",
     whatever_else_there_is_is_named_orma},
    {"revision_and_repository_uuid_are_set",
     revision_and_repository_uuid_are_set},
    {"refuses_a_database_that_is_not_empty",
     refuses_a_database_that_is_not_empty},
    {"refuses_what_is_not_there", refuses_what_is_not_there},
    {NULL, NULL},
};

const unit_suite schema_psql_suite = {"schema_psql", open_new, close_new,
                                      tests};
