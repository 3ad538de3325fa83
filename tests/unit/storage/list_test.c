/* Listing processes.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

enum { FINISHED = 10000, ACTIVE = 5 };

static char *folder;
static store *s;

static node *process(int i)
{
    node *n = i % 2 == 0 ? fixture_calcjob() : fixture_workchain();
    const bool is_done = i < FINISHED;
    json_set_text(n->attributes, "process_state",
                  is_done      ? "finished"
                  : i % 2 == 0 ? "waiting"
                               : "running");
    if (is_done) {
        json_set_int(n->attributes, "exit_status", i % 100 == 1 ? 305 : 0);
        json_set_bool(n->attributes, "sealed", true);
    } else if (i == FINISHED) {
        json_set_bool(n->attributes, "paused", true);
    }
    return n;
}

static int make_processes(void)
{
    node **nodes = calloc(FINISHED + ACTIVE, sizeof *nodes);
    s = fixture_create(&folder);
    for (int i = 0; i < FINISHED + ACTIVE; i++)
        nodes[i] = process(i);
    const orma_status st =
        fixture_store_nodes(s, nodes, FINISHED + ACTIVE, NULL);
    for (int i = 0; i < FINISHED + ACTIVE; i++)
        node_free(nodes[i]);
    free(nodes);
    return st != ORMA_OK;
}

static int close_store(void)
{
    store_close(s);
    free(folder);
    return 0;
}

static const char *const some[] = {"pk",
                                   "uuid",
                                   "ctime",
                                   "attributes.process_state",
                                   "user",
                                   "computer",
                                   "attributes.exit_status",
                                   "attributes.paused",
                                   "attributes.nothing",
                                   "process_type"};

/* The row as an object whose keys are the projections. */
struct listed {
    const process_query *query;
    json_object *rows;
};

static orma_status add_row(void *user, const orma_str *values, orma_error **err)
{
    const struct listed *to = user;
    json_object *row = json_object_new_object();
    orma_status st = ORMA_OK;
    json_object_array_add(to->rows, row);
    for (size_t i = 0; st == ORMA_OK && i < to->query->projection_count; i++) {
        json_object *value = NULL;
        st = json_parse(values[i], &value, err);
        json_set(row, to->query->projections[i], value);
    }
    return st;
}

static json_object *list(process_query query)
{
    struct listed to = {&query, json_object_new_array()};
    orma_error *err = NULL;
    if (query.projections == NULL) {
        query.projections = some;
        query.projection_count = sizeof some / sizeof *some;
    }
    if (query.exit_status == 0)
        query.exit_status = -1;
    const int64_t start = time_now_ns();
    CU_ASSERT_EQUAL(store_list_processes(s, &query, add_row, &to, &err),
                    ORMA_OK);
    printf("# %zu rows: %.2f ms\n", json_object_array_length(to.rows),
           (double)(time_now_ns() - start) * 1e-6);
    if (err != NULL)
        printf("# %s\n", orma_error_message(err));
    orma_error_free(err);
    return to.rows;
}

static void expect_count(process_query query, size_t count)
{
    json_object *rows = list(query);
    CU_ASSERT_EQUAL(json_object_array_length(rows), count);
    json_object_put(rows);
}

static void active_processes_are_the_default(void)
{
    json_object *rows = list((process_query){0});
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), ACTIVE);
    const json_object *row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_EQUAL(json_get_int(row, "pk", 0), FINISHED + 1);
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "attributes.process_state", ""),
                           "waiting");
    CU_ASSERT_STRING_EQUAL(json_get_text(row, "user", ""), "ada@example.org");
    CU_ASSERT_PTR_NULL(json_get(row, "computer"));
    CU_ASSERT_PTR_NULL(json_get(row, "attributes.nothing"));
    CU_ASSERT_TRUE(json_get_bool(row, "attributes.paused", false));
    int64_t ns = 0;
    CU_ASSERT_TRUE(time_parse(json_get_text(row, "ctime", ""), &ns));
    json_object_put(rows);
}

static orma_status refuse_row(void *user, const orma_str *values,
                              orma_error **err)
{
    int *calls = user;
    (void)values;
    ++*calls;
    return error_set(err, ORMA_E_REFUSED, "test", 0, "enough");
}

static void a_failing_visit_ends_the_listing(void)
{
    const process_query query = {.projections = some,
                                 .projection_count = 1,
                                 .all = true,
                                 .exit_status = -1};
    orma_error *err = NULL;
    int calls = 0;
    CU_ASSERT_EQUAL(store_list_processes(s, &query, refuse_row, &calls, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(calls, 1);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), "enough");
    orma_error_free(err);
}

static void filters_narrow_the_list(void)
{
    expect_count((process_query){.all = true, .limit = 7}, 7);
    expect_count((process_query){.state = "running"}, 2);
    expect_count((process_query){.state = "waiting", .paused = true}, 1);
    expect_count((process_query){.paused = true}, 1);
    expect_count((process_query){.failed = true}, 100);
    expect_count((process_query){.exit_status = 305, .limit = 10}, 10);
    expect_count((process_query){.exit_status = 306}, 0);
    expect_count((process_query){.process_label = "MultiplyAddWorkChain"}, 2);
    expect_count((process_query){.past_days = 1}, ACTIVE);
    expect_count((process_query){.state = "excepted"}, 0);
}

static void newest_come_first_when_asked(void)
{
    json_object *rows =
        list((process_query){.all = true, .limit = 3, .descending = true});
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), 3);
    CU_ASSERT_EQUAL(json_get_int(json_object_array_get_idx(rows, 0), "pk", 0),
                    FINISHED + ACTIVE);
    json_object_put(rows);
    rows = list((process_query){.all = true, .limit = 3, .by_mtime = true});
    CU_ASSERT_EQUAL(json_get_int(json_object_array_get_idx(rows, 0), "pk", 0),
                    1);
    json_object_put(rows);
}

static void refuses_columns_that_are_not_there(void)
{
    static const char *const bad[] = {"password", "attributes.", "attributes",
                                      "attributes.a\"b", "extras.x.y"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const process_query query = {.projections = &bad[i],
                                     .projection_count = 1};
        CU_ASSERT_EQUAL(store_list_processes(s, &query, add_row, NULL, NULL),
                        ORMA_E_INVALID);
    }
}

static char *plan_of(fixture_db *db, const char *sql)
{
    char *explained = text_printf(
        "%s %s", fixture_is_postgres() ? "EXPLAIN" : "EXPLAIN QUERY PLAN", sql);
    char *plan = fixture_rows(db, explained);
    free(explained);
    return plan;
}

/* The point of orma's indexes: 10,000 processes are not looked through. */
static void listings_use_their_indexes(void)
{
    fixture_db *db = fixture_database(folder);
    char *statement = text_printf(
        "SELECT id FROM db_dbnode WHERE substr(node_type, 1, 8) = 'process.' "
        "AND %s IN ('created', 'running', 'waiting') ORDER BY ctime, id",
        fixture_is_postgres()
            ? "(attributes ->> 'process_state')"
            : "CASE WHEN json_valid(attributes) THEN json_extract(attributes, "
              "'$.process_state') END");
    /* PostgreSQL plans by what it has counted. */
    if (fixture_is_postgres())
        CU_ASSERT_TRUE(fixture_execute(db, "ANALYZE db_dbnode"));
    char *active = plan_of(db, statement);
    char *newest =
        plan_of(db, "SELECT id FROM db_dbnode WHERE substr(node_type, 1, 8) = "
                    "'process.' ORDER BY ctime DESC, id DESC LIMIT 10");
    CU_ASSERT_PTR_NOT_NULL(strstr(active, "orma_ix_process_state"));
    if (!fixture_is_postgres())
        CU_ASSERT_PTR_NOT_NULL(strstr(newest, "orma_ix_process_ctime"));
    CU_ASSERT_PTR_NULL(strstr(newest, "TEMP B-TREE"));
    free(statement);
    free(active);
    free(newest);
    fixture_close(db);
}

/* Very old data may hold a NaN, which is not JSON. */
static void malformed_attributes_stop_nothing(void)
{
    if (fixture_is_postgres())
        return; /* which takes no such text */
    fixture_db *db = fixture_database(folder);
    node *n = process(0);
    CU_ASSERT_TRUE(fixture_execute(db, "UPDATE db_dbnode SET attributes = "
                                       "'{\"x\": NaN}' WHERE id = 1"));
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    expect_count((process_query){.all = true, .limit = 2}, 2);
    expect_count((process_query){0}, ACTIVE);
    node_free(n);
    fixture_close(db);
}

/* The last test: it damages a row. */
static void a_malformed_time_hides_nothing(void)
{
    static const char *const columns[] = {"ctime", "pk"};
    if (fixture_is_postgres())
        return; /* whose columns have types */
    fixture_db *db = fixture_database(folder);
    CU_ASSERT_TRUE(
        fixture_execute(db, "UPDATE db_dbnode SET ctime = 'garbage' WHERE "
                            "id = (SELECT MAX(id) FROM db_dbnode WHERE "
                            "attributes LIKE '%running%')"));
    fixture_close(db);
    json_object *rows = list((process_query){
        .projections = columns, .projection_count = 2, .descending = true});
    CU_ASSERT_EQUAL_FATAL(json_object_array_length(rows), ACTIVE);
    const json_object *row = json_object_array_get_idx(rows, 0);
    CU_ASSERT_PTR_NULL(json_get(row, "ctime"));
    CU_ASSERT(json_get_int(row, "pk", 0) > 0);
    json_object_put(rows);
}

static const unit_test tests[] = {
    {"active_processes_are_the_default", active_processes_are_the_default},
    {"a_failing_visit_ends_the_listing", a_failing_visit_ends_the_listing},
    {"filters_narrow_the_list", filters_narrow_the_list},
    {"newest_come_first_when_asked", newest_come_first_when_asked},
    {"refuses_columns_that_are_not_there", refuses_columns_that_are_not_there},
    {"listings_use_their_indexes", listings_use_their_indexes},
    {"malformed_attributes_stop_nothing", malformed_attributes_stop_nothing},
    {"a_malformed_time_hides_nothing", a_malformed_time_hides_nothing},
    {NULL, NULL},
};

const unit_suite list_suite = {"list", make_processes, close_store, tests};
