/* The driver of core.psql_dos: values, pipelines, cursors, lost connections.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/sql.h>

static fixture_db *beside;
static sql db;

static int open_new(void)
{
    char *folder = NULL;
    const plugin_entry *entry = NULL;
    const void *driver = NULL;

    if (!fixture_is_postgres())
        return 0;
    store_close(fixture_create(&folder));
    beside = fixture_database(folder);
    json_object *config = fixture_config(folder);
    char *text = json_text(config, JSON_COMPACT);
    const bool is_open =
        registry_find(fixture_registry(), KIND_STORAGE, "core.psql_dos", &entry,
                      NULL) == ORMA_OK &&
        plugin_load(fixture_registry(), entry, &driver, NULL) == ORMA_OK &&
        sql_open(driver, (orma_str){text, strlen(text)}, 0, &db, NULL) ==
            ORMA_OK &&
        sql_execute(&db,
                    "CREATE TABLE orma_t (id SERIAL PRIMARY KEY, n INTEGER, r "
                    "DOUBLE PRECISION, t TEXT, b BYTEA, f BOOLEAN, w TIMESTAMP "
                    "WITH TIME ZONE, u UUID, CONSTRAINT orma_t_n UNIQUE (n))",
                    NULL) == ORMA_OK;
    free(text);
    free(folder);
    json_object_put(config);
    return is_open ? 0 : 1;
}

static int close_new(void)
{
    if (!fixture_is_postgres())
        return 0;
    sql_close(&db);
    fixture_close(beside);
    return 0;
}

static int64_t number(const char *statement)
{
    int64_t n = -1;
    query q;
    query_start_once(&q, &db, statement);
    CU_ASSERT_EQUAL(query_run_int(&q, -1, &n, NULL), ORMA_OK);
    return n;
}

static orma_status insert(int64_t n, bool posts, orma_error **err)
{
    query q;
    query_start(&q, &db, "INSERT INTO orma_t (n) VALUES (?1)");
    query_int(&q, 1, n);
    return posts ? query_post(&q, err) : query_run(&q, err);
}

/* Ends the session of `db` as an administrator would. */
static void end_session(void)
{
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(beside,
                    "SELECT count(pg_terminate_backend(pid)) > 0 FROM "
                    "pg_stat_activity WHERE datname = current_database() AND "
                    "pid <> pg_backend_pid()"),
        "1");
}

static void values_come_back_as_they_were(void)
{
    static const char text[] = "\xc3\xa9\t'\"\\ $1 ?1\n";
    static const char bytes[] = "\\x00\0\xff\n";
    const orma_uuid uuid = {{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0x4d, 0xef,
                             0x80, 1, 2, 3, 4, 5, 6, 7}};
    query q;
    if (!fixture_is_postgres())
        return;
    query_start(&q, &db,
                "INSERT INTO orma_t (id, n, r, t, b, f, w, u) VALUES (-1, ?1, "
                "?2, ?3, ?4, ?5, ?6t, ?7u)");
    query_int(&q, 1, -2147483648LL);
    query_real(&q, 2, 0.1 + 0.2);
    query_text(&q, 3, text);
    query_blob(&q, 4, (orma_str){bytes, sizeof bytes});
    query_int(&q, 5, 1);
    query_time(&q, 6, INT64_C(1795362225500000000));
    query_uuid(&q, 7, &uuid);
    CU_ASSERT_EQUAL(query_run(&q, NULL), ORMA_OK);

    query_start(&q, &db,
                "SELECT n, r, t, b, f, w, u, n IS NULL, SUM(n) OVER (), NULL, "
                "1.5::numeric FROM orma_t WHERE id = ?1");
    query_int(&q, 1, -1);
    CU_ASSERT_TRUE_FATAL(query_next(&q));
    CU_ASSERT_EQUAL(column_int(&q, 0), -2147483648LL);
    CU_ASSERT_EQUAL(column_real(&q, 1), 0.1 + 0.2);
    CU_ASSERT_TRUE(str_equal(column_str(&q, 2), text));
    CU_ASSERT_EQUAL(column_str(&q, 3).len, sizeof bytes);
    CU_ASSERT_EQUAL(memcmp(column_str(&q, 3).ptr, bytes, sizeof bytes), 0);
    CU_ASSERT_EQUAL(column_int(&q, 4), 1);
    CU_ASSERT_TRUE(str_equal(column_str(&q, 5), "2026-11-22 15:43:45.500000"));
    CU_ASSERT_TRUE(
        str_equal(column_str(&q, 6), "12345678-9abc-4def-8001-020304050607"));
    CU_ASSERT_EQUAL(column_int(&q, 7), 0);
    CU_ASSERT_EQUAL(column_int(&q, 8), -2147483648LL);
    CU_ASSERT_TRUE(column_is_null(&q, 9));
    CU_ASSERT_EQUAL(column_real(&q, 10), 1.5);
    CU_ASSERT_FALSE(query_next(&q));
    CU_ASSERT_EQUAL(query_end(&q, NULL), ORMA_OK);
    query_start(&q, &db, "SELECT n FROM orma_t WHERE t = ?1");
    query_str(&q, 1, (orma_str){"a\0b", 3});
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(query_run(&q, &err), ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "zero byte"));
}

static void a_posted_failure_is_told_and_nothing_is_stored(void)
{
    orma_error *err = NULL;
    orma_status st = ORMA_OK;
    if (!fixture_is_postgres())
        return;
    const int64_t before = number("SELECT COUNT(*) FROM orma_t");
    CU_ASSERT_EQUAL(sql_begin(&db, NULL), ORMA_OK);
    for (int i = 0; st == ORMA_OK && i < 2000; i++)
        st = insert(i == 700 ? 3 : i, true, &err);
    if (st == ORMA_OK)
        st = sql_commit(&db, &err);
    CU_ASSERT_EQUAL(st, ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "orma_t_n"));
    sql_rollback(&db);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t"), before);
    /* A statement that was prepared in it can be used on. */
    CU_ASSERT_EQUAL(insert(5000, false, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("DELETE FROM orma_t WHERE n = 5000 RETURNING n"),
                    5000);
}

static void ten_thousand_posts_arrive(void)
{
    orma_error *err = NULL;
    orma_status st = ORMA_OK;
    if (!fixture_is_postgres())
        return;
    CU_ASSERT_EQUAL(sql_begin(&db, NULL), ORMA_OK);
    for (int i = 0; st == ORMA_OK && i < 10000; i++)
        st = insert(10000 + i, true, &err);
    CU_ASSERT_EQUAL(st, ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t WHERE n >= 10000"),
                    10000);
    CU_ASSERT_EQUAL(sql_commit(&db, &err), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(
        fixture_sql(beside, "SELECT COUNT(*) FROM orma_t WHERE n >= 10000"),
        "10000");
}

/* 10,000 rows in portions, with writing in between, and two at a time. */
static void cursors_go_on_while_others_write(void)
{
    query a, b;
    int64_t rows = 0, sum = 0;
    if (!fixture_is_postgres())
        return;
    query_start_many(&a, &db, "SELECT n FROM orma_t WHERE n >= ?1 ORDER BY n");
    query_int(&a, 1, 10000);
    while (query_next(&a)) {
        sum += column_int(&a, 0) - 10000 == rows;
        if (rows++ % 2500 == 0) {
            CU_ASSERT_EQUAL(sql_begin(&db, NULL), ORMA_OK);
            CU_ASSERT_EQUAL(insert(-rows, true, NULL), ORMA_OK);
            query_start_many(&b, &db, "SELECT n FROM orma_t ORDER BY n");
            CU_ASSERT_TRUE(query_next(&b));
            CU_ASSERT_EQUAL(query_end(&b, NULL), ORMA_OK);
            CU_ASSERT_EQUAL(sql_commit(&db, NULL), ORMA_OK);
        }
    }
    CU_ASSERT_EQUAL(query_end(&a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(rows, 10000);
    CU_ASSERT_EQUAL(sum, rows);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t WHERE n < 0 AND n > "
                           "-10000"),
                    4);
}

static void a_view_does_not_change(void)
{
    if (!fixture_is_postgres())
        return;
    CU_ASSERT_EQUAL(sql_begin_read(&db, NULL), ORMA_OK);
    const int64_t before = number("SELECT COUNT(*) FROM orma_t");
    CU_ASSERT_TRUE(
        fixture_execute(beside, "INSERT INTO orma_t (n) VALUES (77777)"));
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t"), before);
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(insert(77778, false, &err), ORMA_E_REFUSED);
    orma_error_free(err);
    sql_rollback(&db);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t"), before + 1);
}

static void ids_ascend_and_rows_are_copied(void)
{
    static const char *const columns[] = {"id", "n", "t", "b", "f", NULL};
    int64_t ids[600];
    orma_copy *copy = NULL;
    if (!fixture_is_postgres())
        return;
    CU_ASSERT_EQUAL(sql_begin(&db, NULL), ORMA_OK);
    for (size_t i = 0; i < 600; i += 3)
        CU_ASSERT_EQUAL(
            db.driver->reserve_ids(db.connection, "orma_t", 3, ids + i, NULL),
            ORMA_OK);
    for (size_t i = 1; i < 600; i++)
        CU_ASSERT(ids[i] > ids[i - 1]);
    CU_ASSERT_EQUAL(
        db.driver->copy_begin(db.connection, "orma_t", columns, &copy, NULL),
        ORMA_OK);
    for (size_t i = 0; i < 600; i++) {
        const orma_sql_value values[] = {
            {.type = ORMA_SQL_INTEGER, .integer = ids[i]},
            {.type = ORMA_SQL_NULL},
            {.type = ORMA_SQL_TEXT, .text = ORMA_LITERAL("a\tb\\N\nc\r")},
            {.type = ORMA_SQL_BLOB, .text = {"\0\xff\\", 3}},
            {.type = ORMA_SQL_INTEGER, .integer = 1},
        };
        CU_ASSERT_EQUAL(db.driver->copy_row(copy, values, NULL), ORMA_OK);
    }
    CU_ASSERT_EQUAL(db.driver->copy_end(copy, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(sql_commit(&db, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        number(
            "SELECT COUNT(*) FROM orma_t WHERE n IS NULL AND f AND t = E'a\\t"
            "b\\\\N\\nc\\r' AND b = '\\x00ff5c'"),
        600);
}

static void a_lost_connection_is_made_again_for_reading(void)
{
    if (!fixture_is_postgres())
        return;
    CU_ASSERT_EQUAL(insert(600001, false, NULL), ORMA_OK);
    end_session();
    CU_ASSERT_EQUAL(number("SELECT n FROM orma_t WHERE n = 600001"), 600001);
    /* And what was prepared on the old one works on the new one. */
    CU_ASSERT_EQUAL(insert(600002, false, NULL), ORMA_OK);
    end_session();
    CU_ASSERT_EQUAL(sql_begin(&db, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(insert(600003, true, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(sql_commit(&db, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t WHERE n >= 600001"), 3);
}

static void a_transaction_that_is_lost_says_so(void)
{
    orma_error *err = NULL;
    if (!fixture_is_postgres())
        return;
    /* In mid-work, then at its end. */
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(sql_begin(&db, NULL), ORMA_OK);
        CU_ASSERT_EQUAL(insert(700001, false, NULL), ORMA_OK);
        end_session();
        const orma_status st =
            i == 0 ? insert(700002, false, &err) : sql_commit(&db, &err);
        CU_ASSERT_EQUAL(st, ORMA_E_TRANSIENT);
        CU_ASSERT_EQUAL(orma_error_code(err), ORMA_SQL_AGAIN);
        CU_ASSERT_TRUE(fixture_says(&err, "nothing was stored"));
        sql_rollback(&db);
        CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM orma_t WHERE n > 700000"),
                        0);
    }
}

static const unit_test tests[] = {
    {"values_come_back_as_they_were", values_come_back_as_they_were},
    {"a_posted_failure_is_told_and_nothing_is_stored",
     a_posted_failure_is_told_and_nothing_is_stored},
    {"ten_thousand_posts_arrive", ten_thousand_posts_arrive},
    {"cursors_go_on_while_others_write", cursors_go_on_while_others_write},
    {"a_view_does_not_change", a_view_does_not_change},
    {"ids_ascend_and_rows_are_copied", ids_ascend_and_rows_are_copied},
    {"a_lost_connection_is_made_again_for_reading",
     a_lost_connection_is_made_again_for_reading},
    {"a_transaction_that_is_lost_says_so", a_transaction_that_is_lost_says_so},
    {NULL, NULL},
};

const unit_suite psql_suite = {"psql", open_new, close_new, tests};
