/* Ancestors and descendants.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/query/rows.h"
#include <base/text.h>

#define DATA "data.core.int.Int."
#define CALC "process.calculation.calcfunction.CalcFunctionNode."

/* 1 → 2 → 3 → 4 → 5, a shortcut 1 → 4, a workflow 6 that calls 2 and returns
 * 5, and 7 alone. Data have odd numbers, calculations even ones. */
static const node_row nodes[] = {
    {1, DATA, "a", "{}", 1, NULL},
    {2, CALC, "b", "{}", 2, NULL},
    {3, DATA, "c", "{}", 3, NULL},
    {4, CALC, "d", "{}", 4, NULL},
    {5, DATA, "e", "{}", 5, NULL},
    {6, "process.workflow.workchain.WorkChainNode.", "w", "{}", 6, NULL},
    {7, DATA, "z", "{}", 7, NULL},
    {0},
};

static store *s;
static char *folder;

static int open_graph(void)
{
    s = rows_store(nodes, &folder);
    fixture_db *db = fixture_database(folder);
    rows_link(db, 1, 2, "input_calc");
    rows_link(db, 2, 3, "create");
    rows_link(db, 3, 4, "input_calc");
    rows_link(db, 1, 4, "input_calc");
    rows_link(db, 4, 5, "create");
    rows_link(db, 1, 6, "input_work");
    rows_link(db, 6, 2, "call_calc");
    rows_link(db, 6, 5, "return");
    fixture_close(db);
    return 0;
}

static int close_graph(void)
{
    store_close(s);
    free(folder);
    return 0;
}

static void gives(const char *path, const char *rest, const char *expected)
{
    char *document = text_printf("{\"path\": [%s]%s%s}", path,
                                 *rest != '\0' ? ", " : "", rest);
    CU_ASSERT_TRUE(rows_are(s, document, expected));
    free(document);
}

#define START(filters)                                                         \
    "{\"entity_type\": \"\", \"tag\": \"n\", \"filters\": " filters "}"
#define REACHED(more) "{\"entity_type\": \"\", \"tag\": \"m\", " more "}"
#define BY_ID "\"order_by\": [{\"n\": \"id\"}, {\"m\": \"id\"}]"

static void each_node_is_reached_once(void)
{
    gives(START("{\"id\": 1}") ", " REACHED("\"with_ancestors\": \"n\", "
                                            "\"project\": \"id\""),
          BY_ID, "[2] [3] [4] [5]");
    gives(START("{\"id\": 5}") ", " REACHED("\"with_descendants\": \"n\", "
                                            "\"project\": \"id\""),
          BY_ID, "[1] [2] [3] [4]");
    gives(START("{\"id\": 7}") ", " REACHED("\"with_ancestors\": \"n\", "
                                            "\"project\": \"id\""),
          BY_ID, "");
    gives(START("{\"id\": {\"in\": [1, 3]}}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"project\": \"id\", "
              "\"edge_project\": \"ancestor_id\", \"filters\": "
              "{\"node_type\": {\"like\": \"data.%\"}}"),
          BY_ID, "[3,1] [5,1] [5,3]");
}

static void depth_is_the_least(void)
{
    gives(START("{\"id\": 1}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"project\": \"id\", "
              "\"edge_project\": \"depth\""),
          BY_ID, "[2,0] [3,1] [4,0] [5,1]");
    gives(START("{\"id\": 5}") ", " REACHED(
              "\"with_descendants\": \"n\", \"project\": \"id\", "
              "\"edge_project\": [\"depth\", \"ancestor_id\", "
              "\"descendant_id\"]"),
          BY_ID, "[1,1,1,5] [2,2,2,5] [3,1,3,5] [4,0,4,5]");
    gives(START("{\"id\": 1}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"project\": \"id\", "
              "\"edge_filters\": {\"depth\": {\"<\": 1}}"),
          BY_ID, "[2] [4]");
    gives(START("{\"id\": 1}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"project\": \"id\", "
              "\"edge_filters\": {\"depth\": {\"==\": 1}}"),
          BY_ID, "[3] [5]");
    gives(START("{\"id\": 5}") ", " REACHED(
              "\"with_descendants\": \"n\", \"project\": \"id\", "
              "\"edge_filters\": {\"depth\": {\">\": 0, \"<=\": 1}}"),
          BY_ID, "[1] [3]");
    gives(START("{\"id\": 1}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"project\": \"id\", "
              "\"edge_filters\": {\"depth\": {\"<\": 0}}"),
          BY_ID, "");
}

static void paths_are_every_way(void)
{
    gives(START("{\"id\": 1}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"project\": \"id\", "
              "\"edge_tag\": \"w\", \"edge_project\": [\"path\", "
              "\"depth\"], \"filters\": {\"id\": 5}"),
          "\"order_by\": {\"w\": \"depth\"}",
          "[5,[1,4,5],1] [5,[1,2,3,4,5],3]");
    gives(START("{\"id\": 5}") ", " REACHED(
              "\"with_descendants\": \"n\", \"edge_tag\": \"w\", "
              "\"edge_filters\": {\"path\": {\"contains\": [3]}}, "
              "\"edge_project\": \"path\", \"filters\": {\"id\": 1}"),
          "", "[[5,4,3,2,1]]");
}

/* The walk starts where the filters name a node, whichever end it is. */
static void either_end_may_be_named(void)
{
    gives(START("{}") ", " REACHED("\"with_ancestors\": \"n\", \"filters\": "
                                   "{\"id\": 3}"),
          "\"project\": {\"n\": \"id\"}, \"order_by\": {\"n\": \"id\"}",
          "[1] [2]");
    gives(START("{}") ", " REACHED("\"with_descendants\": \"n\", \"filters\": "
                                   "{\"id\": 3}, \"edge_project\": \"depth\""),
          "\"project\": {\"n\": \"id\"}, \"order_by\": {\"n\": \"id\"}",
          "[4,0] [5,1]");
}

/* What the start is joined to narrows the walk, too: 6 called 2. */
static void walks_follow_joins(void)
{
    gives(START("{\"label\": \"w\"}") ", "
                                      "{\"entity_type\": \"\", \"tag\": "
                                      "\"called\", \"edge_filters\": "
                                      "{\"type\": \"call_calc\"}}, " REACHED(
                                          "\"with_ancestors\": \"called\", "
                                          "\"project\": \"id\", "
                                          "\"filters\": {\"node_type\": "
                                          "{\"like\": \"data.%\"}}"),
          BY_ID, "[3] [5]");
    gives(START("{\"id\": 2}") ", "
                               "{\"entity_type\": \"\", \"tag\": \"below\", "
                               "\"with_ancestors\": "
                               "\"n\", \"filters\": {\"id\": 5}}, " REACHED(
                                   "\"with_descendants\": \"below\", "
                                   "\"project\": \"id\", "
                                   "\"filters\": {\"id\": {\"!==\": 2}}"),
          BY_ID, "[1] [3] [4]");
}

static void outer_walks_keep_who_has_nobody(void)
{
    gives("{\"entity_type\": \"" DATA "\", \"tag\": \"n\", \"project\": "
          "\"id\"}, " REACHED("\"with_ancestors\": \"n\", \"outerjoin\": true, "
                              "\"project\": \"id\", \"filters\": {\"id\": "
                              "{\"in\": [3]}}"),
          BY_ID, "[1,3] [3,null] [5,null] [7,null]");
}

/* Sixty diamonds in a row, two calculations side by side and a third that takes
 * what both made: 2^60 ways of 240 links, over 361 nodes. */
static void many_ways_are_walked_once(void)
{
    enum { DIAMONDS = 60, MOST_MS = 200 };
    fixture_db *db = fixture_database(folder);
    for (int i = 0; i <= 6 * DIAMONDS; i++) {
        char *statement = text_printf(
            "INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, "
            "description, ctime, mtime, attributes, extras, "
            "repository_metadata, dbcomputer_id, user_id) SELECT %d, "
            "'00000000-0000-4000-8000-00000000%04d', node_type, process_type, "
            "'x', '', ctime, mtime, attributes, extras, repository_metadata, "
            "NULL, 1 FROM db_dbnode WHERE id = %d",
            100 + i, 1000 + i, i % 2 == 0 ? 1 : 2);
        rows_execute(db, statement);
        free(statement);
    }
    for (int i = 0; i < DIAMONDS; i++) {
        const int top = 100 + 6 * i;
        rows_link(db, top, top + 1, "input_calc");
        rows_link(db, top, top + 3, "input_calc");
        rows_link(db, top + 1, top + 2, "create");
        rows_link(db, top + 3, top + 4, "create");
        rows_link(db, top + 2, top + 5, "input_calc");
        rows_link(db, top + 4, top + 5, "input_calc");
        rows_link(db, top + 5, top + 6, "create");
    }
    fixture_close(db);
    static const char *const documents[] = {
        "{\"path\": [" START("{\"id\": 100}") ", " REACHED(
            "\"with_ancestors\": \"n\"") "]}",
        "{\"path\": [" START("{\"id\": 460}") ", " REACHED(
            "\"with_descendants\": \"n\"") "]}",
    };
    static const int64_t expected[] = {360, 360};
    for (int i = 0; i < 2; i++) {
        const int64_t start = time_now_ns();
        CU_ASSERT_EQUAL(rows_count(s, documents[i]), expected[i]);
        const double ms = (double)(time_now_ns() - start) * 1e-6;
        printf("# %.2f ms\n", ms);
        CU_ASSERT_TRUE(ms < MOST_MS);
    }
    gives(START("{\"id\": 100}") ", " REACHED(
              "\"with_ancestors\": \"n\", \"filters\": {\"id\": 460}, "
              "\"edge_project\": \"depth\""),
          "", "[239]");
}

static const unit_test tests[] = {
    {"each_node_is_reached_once", each_node_is_reached_once},
    {"depth_is_the_least", depth_is_the_least},
    {"paths_are_every_way", paths_are_every_way},
    {"either_end_may_be_named", either_end_may_be_named},
    {"walks_follow_joins", walks_follow_joins},
    {"outer_walks_keep_who_has_nobody", outer_walks_keep_who_has_nobody},
    {"many_ways_are_walked_once", many_ways_are_walked_once},
    {NULL, NULL},
};

const unit_suite walks_suite = {"walks", open_graph, close_graph, tests};
