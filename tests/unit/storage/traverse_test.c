/* Where links lead: AiiDA's rules on a graph that AiiDA made.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include "unit/storage/graph_rows.h"
#include <base/text.h>
#include <storage/traverse.h>

static char *folder;
static store *s;
static fixture_db *db;
static graph_rows graph;

static int open_store(void)
{
    graph_read(TEST_DATA "/aiida/arithmetic_graph.txt", &graph);
    s = fixture_create(&folder);
    db = fixture_database(folder);
    graph_insert(db, &graph);
    return 0;
}

static int close_store(void)
{
    fixture_close(db);
    store_close(s);
    free(folder);
    return 0;
}

/* rules_text: what is set beside the defaults. */
static void check(enum traversal_purpose purpose, const char *rules_text,
                  const int64_t *start, const char *expected)
{
    traversal_rules rules;
    json_object *given = NULL;
    pk_set nodes = graph_set(start);

    traversal_defaults(purpose, &rules);
    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){rules_text, strlen(rules_text)}, &given, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(traversal_set(purpose, given, &rules, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_traverse(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(graph_text(&nodes), expected);
    pk_set_free(&nodes);
    json_object_put(given);
}

#define ALL                                                                    \
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 " \
    "28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 " \
    "52 53 54 55 56 57 58 59 60 61"
#define START(...) ((const int64_t[]){__VA_ARGS__, 0})

/* By hand. Calcjob 4: inputs 1 (code), 2, 3; made 17, 24, 27. Work chain 39:
 * inputs 1, 36, 37, 38; calls 47 (36 * 37 = 48) and 49 (48 + 38 = 61, also 54
 * and 58); returns 61. */
static void deletion_takes_what_depends_on_a_node(void)
{
    check(TRAVERSE_DELETE, "{}", START(4), "4 17 24 27");
    check(TRAVERSE_DELETE, "{}", START(2), "2 4 17 24 27");
    check(TRAVERSE_DELETE, "{}", START(27), "4 17 24 27");
    check(TRAVERSE_DELETE, "{}", START(48), "39 47 48 49 54 58 61");
    check(TRAVERSE_DELETE, "{}", START(61), "39 47 48 49 54 58 61");
    check(TRAVERSE_DELETE, "{}", START(36), "36 39 47 48 49 54 58 61");
    /* The code: all that ran it; the numbers that were put in stay. */
    check(TRAVERSE_DELETE, "{}", START(1),
          "1 4 7 10 13 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 35 39 "
          "40 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61");
}

static void deletion_stops_where_it_is_told(void)
{
    check(TRAVERSE_DELETE, "{\"create_forward\": false}", START(4), "4");
    check(TRAVERSE_DELETE, "{\"create_forward\": false}", START(48),
          "39 47 48 49");
    check(TRAVERSE_DELETE, "{\"call_calc_forward\": false}", START(39), "39");
    check(TRAVERSE_DELETE, "{\"call_calc_forward\": false}", START(61),
          "39 49 54 58 61");
}

static void export_takes_what_a_node_came_from(void)
{
    /* 4 with its inputs and outputs; nothing else that used the code. */
    check(TRAVERSE_EXPORT, "{}", START(4), "1 2 3 4 17 24 27");
    check(TRAVERSE_EXPORT, "{}", START(27), "1 2 3 4 17 24 27");
    check(TRAVERSE_EXPORT, "{\"create_backward\": false}", START(27), "27");
    check(TRAVERSE_EXPORT, "{}", START(2), "2");
    /* 2 went into 4, whose code went into all others. */
    check(TRAVERSE_EXPORT, "{\"input_calc_forward\": true}", START(2), ALL);
    check(TRAVERSE_EXPORT, "{}", START(61), "1 36 37 38 39 47 48 49 54 58 61");
    check(TRAVERSE_EXPORT, "{\"call_calc_backward\": false}", START(61),
          "1 36 37 38 47 48 49 54 58 61");
}

/* A chain longer than a portion, and a node with more links than one. */
static void goes_through_long_chains_and_many_links(void)
{
    enum { FIRST = 10000, LAST = 22000 };
    traversal_rules rules;
    pk_set nodes = graph_set(START(FIRST));
    char *sql[2];

    sql[0] = text_printf(
        "WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE "
        "i < %d) INSERT INTO db_dbnode (id, uuid, node_type, label, "
        "description, ctime, mtime, attributes, extras, repository_metadata, "
        "user_id) SELECT i, %s, CASE WHEN i = %d THEN "
        "'process.calculation.calcjob.CalcJobNode.' ELSE 'data.core.int.Int.' "
        "END, '', '', '2026-01-01 00:00:00.000000', '2026-01-01 "
        "00:00:00.000000', '{}', '{}', '{}', 1 FROM n",
        FIRST, LAST,
        fixture_is_postgres()
            ? "gen_random_uuid()"
            : "substr('00000000-0000-4000-8000-000000000000', 1, 24) || "
              "printf('%012d', i)",
        FIRST);
    sql[1] = text_printf(
        "INSERT INTO db_dblink (input_id, output_id, label, type) SELECT %d, "
        "id, 'x' || CAST(id AS TEXT), 'create' FROM db_dbnode WHERE id > %d",
        FIRST, FIRST);
    CU_ASSERT_TRUE_FATAL(fixture_execute(db, sql[0]));
    CU_ASSERT_TRUE_FATAL(fixture_execute(db, sql[1]));
    traversal_defaults(TRAVERSE_DELETE, &rules);
    CU_ASSERT_EQUAL(store_traverse(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(nodes.count, LAST - FIRST + 1);
    pk_set_free(&nodes);

    /* The same from the other end, and nothing from an empty set. */
    nodes = graph_set(START(LAST));
    CU_ASSERT_EQUAL(store_traverse(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(nodes.count, LAST - FIRST + 1);
    pk_set_free(&nodes);
    CU_ASSERT_EQUAL(store_traverse(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(nodes.count, 0);
    free(sql[0]);
    free(sql[1]);
}

static const unit_test tests[] = {
    {"deletion_takes_what_depends_on_a_node",
     deletion_takes_what_depends_on_a_node},
    {"deletion_stops_where_it_is_told", deletion_stops_where_it_is_told},
    {"export_takes_what_a_node_came_from", export_takes_what_a_node_came_from},
    {"goes_through_long_chains_and_many_links",
     goes_through_long_chains_and_many_links},
    {NULL, NULL},
};

const unit_suite traverse_suite = {"traverse", open_store, close_store, tests};
