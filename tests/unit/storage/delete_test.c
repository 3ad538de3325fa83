/* Deleting nodes: what goes, what stays, and that nothing dangles.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include "unit/storage/graph_rows.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/comments.h>
#include <storage/delete.h>
#include <storage/fault.h>
#include <storage/groups.h>

static char *folder;
static store *s;
static fixture_db *db;
static traversal_rules rules;

#define START(...) ((const int64_t[]){__VA_ARGS__, 0})

static int open_store(void)
{
    s = fixture_create(&folder);
    db = fixture_database(folder);
    traversal_defaults(TRAVERSE_DELETE, &rules);
    return 0;
}

static int close_store(void)
{
    fixture_close(db);
    store_close(s);
    free(folder);
    return 0;
}

static void insert_aiida_graph(graph_rows *graph)
{
    graph_read(TEST_DATA "/aiida/arithmetic_graph.txt", graph);
    graph_insert(db, graph);
}

static int64_t number(const char *sql)
{
    return strtoll(fixture_sql(db, sql), NULL, 10);
}

/* References of all tables to nodes and groups that are not there. */
static int64_t dangling(void)
{
    return number(
        "SELECT (SELECT COUNT(*) FROM db_dblink WHERE input_id NOT IN (SELECT "
        "id FROM db_dbnode) OR output_id NOT IN (SELECT id FROM db_dbnode)) + "
        "(SELECT COUNT(*) FROM db_dbgroup_dbnodes WHERE dbnode_id NOT IN "
        "(SELECT id FROM db_dbnode) OR dbgroup_id NOT IN (SELECT id FROM "
        "db_dbgroup)) + (SELECT COUNT(*) FROM db_dbcomment WHERE dbnode_id NOT "
        "IN (SELECT id FROM db_dbnode)) + (SELECT COUNT(*) FROM db_dblog WHERE "
        "dbnode_id NOT IN (SELECT id FROM db_dbnode)) + (SELECT COUNT(*) FROM "
        "orma_process WHERE node_id NOT IN (SELECT id FROM db_dbnode))");
}

static int64_t make_group(const char *label)
{
    json_object *group = json_object_new_object();
    int64_t pk = 0;
    json_set_text(group, "label", label);
    CU_ASSERT_EQUAL(store_group_create(s, group, &pk, NULL), ORMA_OK);
    json_object_put(group);
    return pk;
}

static void clear(void)
{
    CU_ASSERT_TRUE(fixture_execute(
        db, "DELETE FROM db_dbgroup_dbnodes; DELETE FROM db_dblink; DELETE "
            "FROM db_dbcomment; DELETE FROM db_dblog; DELETE FROM orma_process;"
            " DELETE FROM db_dbnode; DELETE FROM db_dbgroup"));
}

static void a_deletion_takes_all_rows_of_its_nodes(void)
{
    static graph_rows graph;
    json_object *preview = NULL;
    int64_t changed = 0, comment = 0;
    pk_set all = {0};

    insert_aiida_graph(&graph);
    const int64_t group = make_group("some");
    pk_set some = graph_set(START(2, 4, 27, 61));
    CU_ASSERT_EQUAL(store_group_add(s, group, &some, &changed, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_comment_add(s, 4, "look", &comment, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_comment_add(s, 61, "stays", &comment, NULL), ORMA_OK);
    CU_ASSERT_TRUE(fixture_execute(
        db, "INSERT INTO db_dblog (uuid, time, loggername, levelname, "
            "dbnode_id, message, metadata) VALUES "
            "('11111111-1111-4111-8111-111111111111', '2026-01-01 "
            "00:00:00.000000', 'a', 'REPORT', 4, 'm', '{}')"));

    pk_set nodes = graph_set(START(4));
    CU_ASSERT_EQUAL(store_traverse(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(store_delete_preview(s, &nodes, &preview, NULL),
                          ORMA_OK);
    /* 4 with 17, 24, 27: three inputs and three outputs. */
    char *text = json_text(preview, JSON_COMPACT);
    CU_ASSERT_STRING_EQUAL(
        text, "{\"nodes\":4,\"types\":{\"data.core.folder.FolderData.\":1,"
              "\"data.core.int.Int.\":1,\"data.core.remote.RemoteData.\":1,"
              "\"process.calculation.calcjob.CalcJobNode.\":1},\"links\":6,"
              "\"groups\":2,\"comments\":1,\"logs\":1,\"running\":[]}");
    free(text);
    json_object_put(preview);

    CU_ASSERT_EQUAL(store_delete_nodes(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), 57);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblink"), 72);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbgroup_dbnodes"), 2);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbcomment"), 1);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblog"), 0);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode WHERE id IN (4, 17, "
                           "24, 27)"),
                    0);
    CU_ASSERT_EQUAL(dangling(), 0);
    pk_set_free(&nodes);

    /* All that is left, in one go. */
    for (size_t i = 0; i < graph.node_count; i++)
        if (graph.pks[i] != 4 && graph.pks[i] != 17 && graph.pks[i] != 24 &&
            graph.pks[i] != 27)
            pk_set_add(&all, graph.pks[i], NULL);
    CU_ASSERT_EQUAL(store_delete_nodes(s, &rules, &all, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), 0);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblink"), 0);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbgroup"), 1);
    CU_ASSERT_EQUAL(dangling(), 0);
    CU_ASSERT_TRUE(fixture_is_sound(db));
    pk_set_free(&some);
    pk_set_free(&all);
    clear();
}

static void what_survives_keeps_its_links_to_what_survives(void)
{
    static graph_rows graph;
    json_object *given = json_object_new_object();
    traversal_rules own = rules;
    json_object *preview = NULL;

    insert_aiida_graph(&graph);
    json_set_bool(given, "create_forward", false);
    CU_ASSERT_EQUAL(traversal_set(TRAVERSE_DELETE, given, &own, NULL), ORMA_OK);
    json_object_put(given);
    pk_set nodes = graph_set(START(48));
    CU_ASSERT_EQUAL(store_traverse(s, &own, &nodes, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(graph_text(&nodes), "39 47 48 49");
    /* 39: 4 inputs, 2 calls, 1 return; 47: 2 inputs, 48; 49: 3 inputs, 3
     * outputs, of which 48 is an input. */
    CU_ASSERT_EQUAL(store_delete_preview(s, &nodes, &preview, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(json_get_int(preview, "links", 0), 16);
    json_object_put(preview);
    CU_ASSERT_EQUAL(store_delete_nodes(s, &own, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode WHERE id IN (54, "
                           "58, 61)"),
                    3);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblink"), 78 - 16);
    CU_ASSERT_EQUAL(dangling(), 0);
    pk_set_free(&nodes);
    clear();
}

static void a_process_that_runs_is_not_deleted(void)
{
    node *job = fixture_calcjob();
    unit *u = NULL;
    orma_error *err = NULL;
    process_row row = {.state = (char[]){"running"},
                       .stage = (char[]){"submit"}};

    CU_ASSERT_EQUAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, job, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_put_process(u, job, &row, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    pk_set nodes = graph_set(START(job->pk));
    CU_ASSERT_EQUAL(store_delete_nodes(s, &rules, &nodes, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "1 process among the nodes has not"));
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), 1);

    CU_ASSERT_EQUAL(unit_begin(s, &u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_drop_process(u, job, 0, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_delete_nodes(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(dangling(), 0);
    CU_ASSERT_EQUAL(store_delete_nodes(s, &rules, &nodes, NULL),
                    ORMA_E_NOT_FOUND);
    pk_set_free(&nodes);
    node_free(job);
}

static void what_came_to_depend_on_a_node_meanwhile_stops_it(void)
{
    static graph_rows graph;
    orma_error *err = NULL;

    insert_aiida_graph(&graph);
    pk_set nodes = graph_set(START(27));
    /* 27 was made by 4: without it, 4 would have lost an output. */
    CU_ASSERT_EQUAL(store_delete_nodes(s, &rules, &nodes, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "3 more nodes depend"));
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), 61);
    pk_set_free(&nodes);
    clear();
}

static void a_failure_at_any_step_deletes_nothing(void)
{
    static graph_rows graph;
    int step = 0;
    orma_status st = ORMA_E_TRANSIENT;

    insert_aiida_graph(&graph);
    pk_set nodes = graph_set(START(1));
    CU_ASSERT_EQUAL(store_traverse(s, &rules, &nodes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(nodes.count, 42);
    while (st != ORMA_OK && step < 20) {
        store_set_fault(s, ++step);
        st = store_delete_nodes(s, &rules, &nodes, NULL);
        if (st == ORMA_OK)
            break;
        CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), 61);
        CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblink"), 78);
    }
    store_set_fault(s, 0);
    CU_ASSERT_EQUAL(step, 6); /* four statements and the commit failed */
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), 19);
    pk_set_free(&nodes);
    clear();
}

/* ---- at random --------------------------------------------------- */

static uint64_t seed = 20261122;

static size_t pick(size_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(seed >> 33) % below;
}

static void link_at_random(graph_rows *g, size_t source, size_t target,
                           enum link_type type)
{
    graph_link *l = &g->links[g->link_count++];
    l->source = g->pks[source];
    l->target = g->pks[target];
    l->type = type;
    snprintf(l->label, sizeof l->label, "l%zu", g->link_count);
}

static enum node_class class_at(const graph_rows *g, size_t i)
{
    return node_class_of(g->types[i]);
}

/* Nodes in the order of their making: data has one creator at most, a process
 * one caller, and inputs come from before. */
static void grow_at_random(graph_rows *g, int64_t first)
{
    static const char *const types[] = {
        "data.core.int.Int.", NODE_TYPE_CALCFUNCTION, NODE_TYPE_WORKCHAIN};

    memset(g, 0, sizeof *g);
    for (size_t i = 0; i < 120; i++) {
        g->pks[i] = first + (int64_t)i;
        snprintf(g->types[i], sizeof g->types[i], "%s",
                 types[pick(4) % 3]); /* more data than others */
        g->node_count++;
        if (i == 0)
            continue;
        const enum node_class class = class_at(g, i);
        for (size_t k = 0; class != NODE_DATA && k < 3; k++) {
            const size_t from = pick(i);
            if (class_at(g, from) == NODE_DATA)
                link_at_random(g, from, i,
                               class == NODE_CALCULATION ? LINK_INPUT_CALC
                                                         : LINK_INPUT_WORK);
        }
        const size_t parent = pick(i);
        if (class == NODE_DATA && class_at(g, parent) == NODE_CALCULATION)
            link_at_random(g, parent, i, LINK_CREATE);
        if (class == NODE_DATA && class_at(g, parent) == NODE_WORKFLOW)
            link_at_random(g, parent, i, LINK_RETURN);
        if (class != NODE_DATA && class_at(g, parent) == NODE_WORKFLOW)
            link_at_random(g, parent, i,
                           class == NODE_CALCULATION ? LINK_CALL_CALC
                                                     : LINK_CALL_WORK);
    }
}

static void attach_at_random(const graph_rows *g, int64_t group)
{
    pk_set members = {0};
    int64_t changed = 0, comment = 0;

    for (size_t i = 0; i < 30; i++)
        pk_set_add(&members, g->pks[pick(g->node_count)], NULL);
    CU_ASSERT_EQUAL(store_group_add(s, group, &members, &changed, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(changed, (int64_t)members.count);
    pk_set_free(&members);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(store_comment_add(s, g->pks[pick(g->node_count)], "c",
                                          &comment, NULL),
                        ORMA_OK);
}

static traversal_rules choose_rules(void)
{
    static const char *const free_rules[] = {
        "create_forward", "call_calc_forward", "call_work_forward"};
    traversal_rules chosen = rules;
    json_object *given = json_object_new_object();

    for (size_t i = 0; i < 3; i++)
        json_set_bool(given, free_rules[i], pick(2) == 0);
    CU_ASSERT_EQUAL(traversal_set(TRAVERSE_DELETE, given, &chosen, NULL),
                    ORMA_OK);
    json_object_put(given);
    return chosen;
}

/* Forgets deleted nodes and the links that they had. */
static void shrink(graph_rows *g, const pk_set *gone)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->node_count; i++)
        if (!pk_set_has(gone, g->pks[i])) {
            g->pks[kept] = g->pks[i];
            memmove(g->types[kept++], g->types[i], sizeof *g->types);
        }
    g->node_count = kept;
    kept = 0;
    for (size_t i = 0; i < g->link_count; i++)
        if (!pk_set_has(gone, g->links[i].source) &&
            !pk_set_has(gone, g->links[i].target))
            g->links[kept++] = g->links[i];
    g->link_count = kept;
}

static void delete_at_random(graph_rows *g)
{
    const traversal_rules chosen = choose_rules();
    const int64_t start = g->pks[pick(g->node_count)];
    pk_set found = graph_set(START(start)), expected = graph_set(START(start));

    CU_ASSERT_EQUAL(store_traverse(s, &chosen, &found, NULL), ORMA_OK);
    graph_close(g, &chosen, &expected);
    CU_ASSERT_EQUAL(found.count, expected.count);
    for (int64_t pk = pk_set_next(&expected, 0); pk != 0;
         pk = pk_set_next(&expected, pk))
        CU_ASSERT_TRUE(pk_set_has(&found, pk));
    CU_ASSERT_EQUAL(store_delete_nodes(s, &chosen, &found, NULL), ORMA_OK);
    shrink(g, &expected);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"),
                    (int64_t)g->node_count);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblink"),
                    (int64_t)g->link_count);
    CU_ASSERT_EQUAL(dangling(), 0);
    pk_set_free(&found);
    pk_set_free(&expected);
}

static void random_deletions_leave_whole_graphs(void)
{
    static graph_rows graph;

    for (int round = 0; round < 8; round++) {
        char label[32];
        snprintf(label, sizeof label, "round %d", round);
        grow_at_random(&graph, 1000 * (round + 1));
        graph_insert(db, &graph);
        attach_at_random(&graph, make_group(label));
        for (int i = 0; i < 6 && graph.node_count > 0; i++)
            delete_at_random(&graph);
        CU_ASSERT_TRUE(fixture_is_sound(db));
        clear();
    }
}

static const unit_test tests[] = {
    {"a_deletion_takes_all_rows_of_its_nodes",
     a_deletion_takes_all_rows_of_its_nodes},
    {"what_survives_keeps_its_links_to_what_survives",
     what_survives_keeps_its_links_to_what_survives},
    {"a_process_that_runs_is_not_deleted", a_process_that_runs_is_not_deleted},
    {"what_came_to_depend_on_a_node_meanwhile_stops_it",
     what_came_to_depend_on_a_node_meanwhile_stops_it},
    {"a_failure_at_any_step_deletes_nothing",
     a_failure_at_any_step_deletes_nothing},
    {"random_deletions_leave_whole_graphs",
     random_deletions_leave_whole_graphs},
    {NULL, NULL},
};

const unit_suite delete_suite = {"delete", open_store, close_store, tests};
