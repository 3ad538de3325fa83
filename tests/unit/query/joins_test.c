/* Joins, edges, projections, orders and functions, on a small graph:
 *
 *     1 structure ─input_calc→ 3 job ─create→ 4 dict ─input_calc→ 5 job
 *     2 int ──────input_calc→ 3                                    │create
 *     7 chain ─call_calc→ 3, 5; 7 ─return→ 6                       6 dict
 *
 * SPDX-License-Identifier: MIT */
#include "unit/query/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/query/rows.h"
#include <base/text.h>
#include <query/query.h>

#define JOB "process.calculation.calcjob.CalcJobNode."
#define CHAIN "process.workflow.workchain.WorkChainNode."

static const node_row nodes[] = {
    {1, "data.core.structure.StructureData.", "si", "{\"e\": 3}", 1, NULL},
    {2, "data.core.int.Int.", "two", "{\"value\": 2, \"e\": 1.5}", 2, NULL},
    {3, JOB, "first", "{\"process_state\": \"finished\", \"exit_status\": 0}",
     3, "aiida.calculations:core.arithmetic.add"},
    {4, "data.core.dict.Dict.", "between", "{\"e\": \"10\"}", 4, NULL},
    {5, JOB, "second",
     "{\"process_state\": \"finished\", \"exit_status\": 410}", 5,
     "aiida.calculations:core.transfer"},
    {6, "data.core.dict.Dict.", "last", "{\"e\": 12, \"ok\": true}", 6, NULL},
    {7, CHAIN, "chain", "{\"process_state\": \"excepted\"}", 7,
     "aiida.workflows:core.arithmetic.multiply_add"},
    {0},
};

static const char *const entities[] = {
    "INSERT INTO db_dbuser (id, email, first_name, last_name, institution) "
    "VALUES (2, 'bob@example.org', 'Bob', '', '')",
    "INSERT INTO db_dbcomputer (id, uuid, label, hostname, description, "
    "scheduler_type, transport_type, metadata) VALUES (1, "
    "'00000000-0000-4000-8000-00000000c001', 'cluster', 'c.example.org', '', "
    "'core.direct', 'core.local', '{\"workdir\": \"/scratch\"}')",
    "UPDATE db_dbnode SET dbcomputer_id = 1 WHERE id IN (3, 5)",
    "UPDATE db_dbnode SET extras = '{\"mark\": \"m\"}', user_id = 2 WHERE id "
    "= 6",
    "INSERT INTO db_dbauthinfo (id, aiidauser_id, dbcomputer_id, metadata, "
    "auth_params, enabled) VALUES (1, 1, 1, '{}', '{\"safe\": 30}', '1')",
    "INSERT INTO db_dbgroup (id, uuid, label, type_string, time, description, "
    "extras, user_id) VALUES (1, '00000000-0000-4000-8000-0000000000e1', "
    "'mine', 'core', '2026-01-01 00:00:00.000000', '', '{}', 2), (2, "
    "'00000000-0000-4000-8000-0000000000e2', 'auto', 'core.auto', "
    "'2026-01-01 00:00:00.000000', '', '{}', 1)",
    "INSERT INTO db_dbgroup_dbnodes (id, dbnode_id, dbgroup_id) VALUES (1, 1, "
    "1), (2, 4, 1), (3, 4, 2)",
    "INSERT INTO db_dbcomment (id, uuid, dbnode_id, ctime, mtime, user_id, "
    "content) VALUES (1, '00000000-0000-4000-8000-0000000000f1', 4, "
    "'2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 2, 'good')",
    "INSERT INTO db_dblog (id, uuid, time, loggername, levelname, dbnode_id, "
    "message, metadata) VALUES (1, '00000000-0000-4000-8000-0000000000d1', "
    "'2026-01-01 00:00:00.000000', 'aiida', 'REPORT', 7, 'went wrong', '{}')",
};

static const struct {
    int source, target;
    const char *type;
} links[] = {
    {1, 3, "input_calc"}, {2, 3, "input_calc"}, {3, 4, "create"},
    {4, 5, "input_calc"}, {5, 6, "create"},     {7, 3, "call_calc"},
    {7, 5, "call_calc"},  {7, 6, "return"},
};

static store *s;

static int open_graph(void)
{
    char *folder = NULL;
    s = rows_store(nodes, &folder);
    fixture_db *db = fixture_database(folder);
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        rows_execute(db, entities[i]);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        rows_link(db, links[i].source, links[i].target, links[i].type);
    fixture_close(db);
    free(folder);
    return 0;
}

static int close_graph(void)
{
    store_close(s);
    return 0;
}

/* {"path": PATH, REST}, ordered where that decides. */
static void gives(const char *path, const char *rest, const char *expected)
{
    char *document = text_printf("{\"path\": [%s]%s%s}", path,
                                 *rest != '\0' ? ", " : "", rest);
    CU_ASSERT_TRUE(rows_are(s, document, expected));
    free(document);
}

#define N(more) "{\"entity_type\": \"\", \"tag\": \"n\"" more "}"
#define M(more) "{\"entity_type\": \"\", \"tag\": \"m\"" more "}"
#define BY_ID "\"order_by\": [{\"n\": \"id\"}, {\"m\": \"id\"}]"

static void links_join_both_ways(void)
{
    gives(
        N(", \"filters\": {\"id\": 3}") ", " M(
            ", \"project\": [\"id\"], \"edge_project\": [\"type\", \"label\"]"),
        BY_ID, "[4,\"create\",\"l3_4\"]");
    gives(N(", \"filters\": {\"id\": 3}, \"project\": \"label\"") ", " M(
              ", \"with_outgoing\": \"n\", \"project\": \"id\", "
              "\"edge_project\": "
              "\"type\""),
          BY_ID,
          "[\"first\",1,\"input_calc\"] [\"first\",2,\"input_calc\"] "
          "[\"first\",7,\"call_calc\"]");
    gives(N("") ", " M(", \"project\": \"id\", \"edge_filters\": {\"type\": "
                       "{\"in\": [\"create\", \"return\"]}}, \"edge_tag\": "
                       "\"e\""),
          BY_ID ", \"project\": {\"e\": \"type\", \"n\": [\"id\"]}",
          "[3,4,\"create\"] [5,6,\"create\"] [7,6,\"return\"]");
}

static void every_entity_is_joined(void)
{
    static const struct {
        const char *path, *rows;
    } cases[] = {
        {"{\"cls\": \"Group\", \"tag\": \"g\", \"filters\": {\"label\": "
         "\"mine\"}}, {\"cls\": \"Node\", \"with_group\": \"g\", \"project\": "
         "\"id\", \"filters\": {\"id\": {\"<\": 3}}}",
         "[1]"},
        {N(", \"filters\": {\"id\": 1}") ", {\"cls\": \"Group\", \"project\": "
                                         "[\"label\", \"user\"]}",
         "[\"mine\",2]"},
        {"{\"cls\": \"AutoGroup\", \"project\": \"label\"}", "[\"auto\"]"},
        {"{\"entity_type\": \"user\", \"tag\": \"u\", \"filters\": {\"email\": "
         "{\"like\": \"bob%\"}}}, {\"cls\": \"Group\", \"with_user\": \"u\", "
         "\"project\": \"label\"}",
         "[\"mine\"]"},
        {"{\"cls\": \"Group\", \"tag\": \"g\", \"filters\": {\"id\": 2}}, "
         "{\"cls\": \"User\", \"with_group\": \"g\", \"project\": \"email\"}",
         "[\"ada@example.org\"]"},
        {"{\"entity_type\": \"computer\", \"tag\": \"c\", \"project\": "
         "[\"label\", \"metadata.workdir\"]}, " N(
             ", \"with_computer\": \"c\", \"filters\": {\"label\": \"first\"}, "
             "\"project\": \"id\""),
         "[\"cluster\",\"/scratch\",3]"},
        {N(", \"filters\": {\"id\": 5}") ", {\"entity_type\": \"computer\", "
                                         "\"project\": \"hostname\"}",
         "[\"c.example.org\"]"},
        {N(", \"filters\": {\"id\": 6}") ", {\"entity_type\": \"user\", "
                                         "\"project\": \"first_name\"}",
         "[\"Bob\"]"},
        {"{\"entity_type\": \"user\", \"tag\": \"u\", \"filters\": {\"id\": "
         "2}}, " N(", \"with_user\": \"u\", \"project\": [\"id\", "
                   "\"extras.mark\"]"),
         "[6,\"m\"]"},
        {"{\"cls\": \"Comment\", \"tag\": \"c\", \"project\": \"content\"}, " N(
             ", \"with_comment\": \"c\", \"project\": \"id\""),
         "[\"good\",4]"},
        {N(", \"filters\": {\"id\": 4}") ", {\"cls\": \"Comment\", "
                                         "\"project\": [\"content\", "
                                         "\"node\"]}",
         "[\"good\",4]"},
        {"{\"entity_type\": \"user\", \"tag\": \"u\", \"project\": \"id\"}, "
         "{\"cls\": \"Comment\", \"with_user\": \"u\", \"project\": "
         "\"content\"}",
         "[2,\"good\"]"},
        {"{\"cls\": \"Comment\", \"tag\": \"c\"}, {\"entity_type\": \"user\", "
         "\"with_comment\": \"c\", \"project\": \"email\"}",
         "[\"bob@example.org\"]"},
        {"{\"cls\": \"Log\", \"tag\": \"l\", \"project\": \"message\"}, " N(
             ", \"with_log\": \"l\", \"project\": \"id\""),
         "[\"went wrong\",7]"},
        {N(", \"filters\": {\"id\": 7}") ", {\"cls\": \"Log\", \"project\": "
                                         "[\"levelname\", \"time\"]}",
         "[\"REPORT\",\"2026-01-01T00:00:00.000000+00:00\"]"},
        {"{\"entity_type\": \"computer\", \"tag\": \"c\"}, {\"cls\": "
         "\"AuthInfo\", \"with_computer\": \"c\", \"tag\": \"a\", \"project\": "
         "[\"enabled\", \"auth_params.safe\", \"user\"], \"filters\": "
         "{\"enabled\": true}}, {\"cls\": \"User\", \"with_authinfo\": \"a\", "
         "\"project\": \"id\"}",
         "[true,30,1,1]"},
        {"{\"cls\": \"User\", \"tag\": \"u\"}, {\"cls\": \"AuthInfo\", "
         "\"with_user\": \"u\", \"project\": \"id\", \"filters\": "
         "{\"enabled\": "
         "{\"!==\": false}}}",
         "[1]"},
        {"{\"entity_type\": \"link\", \"project\": [\"input_id\", "
         "\"output_id\"], \"filters\": {\"type\": \"return\"}}",
         "[7,6]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        gives(cases[i].path, "", cases[i].rows);
}

static void outer_joins_keep_what_has_no_partner(void)
{
    gives(
        N(", \"project\": \"id\", \"filters\": {\"id\": {\">\": 3}}") ", "
                                                                      "{\"entit"
                                                                      "y_"
                                                                      "type\": "
                                                                      "\"comput"
                                                                      "er\", "
                                                                      "\"outerj"
                                                                      "oin\": "
                                                                      "true, "
                                                                      "\"projec"
                                                                      "t\": "
                                                                      "\"label"
                                                                      "\"}",
        "\"order_by\": {\"n\": \"id\"}",
        "[4,null] [5,\"cluster\"] [6,null] [7,null]");
    gives(
        N(", \"project\": \"id\"") ", "
                                   "{\"entity_type\": "
                                   "\"data.core.dict.Dict.\", \"tag\": \"m\", "
                                   "\"outerjoin\": true, "
                                   "\"project\": [\"id\", \"*\"], "
                                   "\"edge_project\": \"type\", "
                                   "\"filters\": {\"label\": \"between\"}}",
        "\"order_by\": {\"n\": \"id\"}, \"limit\": 4, \"offset\": 3",
        "[4,null,null,null] [5,null,null,null] [6,null,null,null] "
        "[7,null,null,null]");
}

static void projections_are_columns_members_and_entities(void)
{
    gives("{\"entity_type\": \"data.core.int.Int.\", \"project\": [\"*\"]}", "",
          "[{\"pk\":2,\"uuid\":\"00000000-0000-4000-8000-000000000002\","
          "\"node_type\":\"data.core.int.Int.\",\"process_type\":null,"
          "\"label\":\"two\",\"description\":\"\",\"ctime\":"
          "\"2026-01-01T02:00:00.000000+00:00\",\"mtime\":"
          "\"2026-01-01T02:00:00.000000+00:00\",\"computer\":null,"
          "\"user\":1}]");
    gives("{\"entity_type\": \"user\", \"project\": [\"**\"], \"filters\": "
          "{\"id\": 2}}",
          "", "[2,\"bob@example.org\",\"Bob\",\"\",\"\"]");
    gives(N(", \"filters\": {\"id\": 2}, \"project\": [\"attributes.value\", "
            "\"attributes.none\", \"pk\", \"attributes\", \"ctime\"]"),
          "",
          fixture_is_postgres() ? "[2,null,2,{\"e\":1.5,\"value\":2},"
                                  "\"2026-01-01T02:00:00.000000+00:00\"]"
                                : "[2,null,2,{\"value\":2,\"e\":1.5},"
                                  "\"2026-01-01T02:00:00.000000+00:00\"]");
    gives(N(", \"filters\": {\"id\": 2}"), "", /* the last item, when none */
          "[{\"pk\":2,\"uuid\":\"00000000-0000-4000-8000-000000000002\","
          "\"node_type\":\"data.core.int.Int.\",\"process_type\":null,"
          "\"label\":\"two\",\"description\":\"\",\"ctime\":"
          "\"2026-01-01T02:00:00.000000+00:00\",\"mtime\":"
          "\"2026-01-01T02:00:00.000000+00:00\",\"computer\":null,"
          "\"user\":1}]");
}

static void casts_take_what_is_of_their_type(void)
{
    gives(N(", \"filters\": {\"attributes\": {\"has_key\": \"e\"}}, "
            "\"project\": [{\"attributes.e\": {\"cast\": \"f\"}}, "
            "{\"attributes.e\": {\"cast\": \"i\"}}, {\"attributes.e\": "
            "{\"cast\": \"t\"}}, {\"attributes.ok\": {\"cast\": \"b\"}}, "
            "{\"attributes.e\": {\"cast\": \"j\"}}]"),
          "\"order_by\": {\"n\": \"id\"}",
          "[3.0,3,\"3\",null,3] [1.5,1,\"1.5\",null,1.5] "
          "[null,null,\"10\",null,\"10\"] [12.0,12,\"12\",true,12]");
    /* order: numbers as numbers, the others behind, as on PostgreSQL */
    gives(N(", \"filters\": {\"attributes\": {\"has_key\": \"e\"}}, "
            "\"project\": \"attributes.e\""),
          "\"order_by\": {\"n\": {\"attributes.e\": {\"order\": \"asc\", "
          "\"cast\": \"f\"}}}",
          "[1.5] [3] [12] [\"10\"]");
    gives(N(", \"filters\": {\"attributes\": {\"has_key\": \"e\"}}, "
            "\"project\": \"attributes.e\""),
          "\"order_by\": {\"n\": {\"attributes.e\": {\"order\": \"desc\", "
          "\"cast\": \"f\"}}}",
          "[\"10\"] [12] [3] [1.5]");
    gives(N(", \"project\": \"computer\", \"filters\": {\"id\": {\">\": 4}}"),
          "\"order_by\": {\"n\": [\"computer\", {\"id\": \"desc\"}]}",
          "[1] [null] [null]");
}

static void functions_count_and_group(void)
{
    gives(N(", \"project\": {\"id\": {\"func\": \"count\"}}"), "", "[7]");
    gives(N(", \"project\": [{\"id\": {\"func\": \"min\"}}, {\"id\": "
            "{\"func\": \"max\"}}, {\"ctime\": {\"func\": \"max\"}}, "
            "{\"uuid\": {\"func\": \"min\"}}]"),
          "",
          "[1,7,\"2026-01-01T07:00:00.000000+00:00\","
          "\"00000000-0000-4000-8000-000000000001\"]");
    gives(N(", \"project\": [{\"attributes.e\": {\"func\": \"min\", \"cast\": "
            "\"f\"}}, {\"attributes.e\": {\"func\": \"max\", \"cast\": "
            "\"i\"}}, {\"attributes.e\": {\"func\": \"count\"}}, "
            "{\"attributes.e\": {\"func\": \"max\", \"cast\": \"t\"}}]"),
          "", "[1.5,12,4,\"10\"]");
    gives(N(", \"project\": [\"node_type\", {\"*\": {\"func\": \"count\"}}], "
            "\"filters\": {\"id\": {\">\": 3}}"),
          "\"order_by\": {\"n\": \"node_type\"}",
          "[\"data.core.dict.Dict.\",2] [\"" JOB "\",1] [\"" CHAIN "\",1]");
    gives(N(", \"project\": [\"attributes.process_state\", {\"id\": "
            "{\"func\": \"count\"}}], \"filters\": {\"attributes\": "
            "{\"has_key\": \"process_state\"}}"),
          "\"order_by\": {\"n\": {\"attributes.process_state\": {\"order\": "
          "\"asc\", \"cast\": \"t\"}}}",
          "[\"excepted\",1] [\"finished\",2]");
}

static void distinct_makes_equal_rows_one(void)
{
    gives(N("") ", " M(", \"project\": \"node_type\""),
          "\"distinct\": true, \"order_by\": {\"m\": \"node_type\"}",
          "[\"data.core.dict.Dict.\"] [\"" JOB "\"]");
    gives("{\"cls\": \"aiida.calculations:core.transfer\", \"project\": "
          "\"id\"}",
          "", "[5]");
}

static void counts_respect_limits(void)
{
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\"]}"), 7);
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\"], \"limit\": 3}"), 3);
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\"], \"offset\": 5}"), 2);
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\", {\"entity_type\": \"\", "
                                  "\"project\": \"id\"}], \"distinct\": true}"),
                    4);
    CU_ASSERT_EQUAL(rows_count(s, "{\"path\": [\"\", \"\"]}"), 8);
}

static void rows_may_be_dictionaries(void)
{
    char *rows = rows_as_dict(
        s, "{\"path\": [{\"entity_type\": \"\", \"tag\": \"a \\\"tag\\\"\", "
           "\"filters\": {\"id\": 4}, \"project\": [\"pk\", \"label\"]}, "
           "{\"entity_type\": \"\", \"tag\": \"job\", \"project\": \"label\", "
           "\"edge_project\": \"type\"}], \"project_map\": {\"job\": "
           "{\"label\": \"name\"}}}");
    CU_ASSERT_STRING_EQUAL(
        rows, "{\"a \\\"tag\\\"\":{\"pk\":4,\"label\":\"between\"},\"job\":"
              "{\"name\":\"second\"},\"a \\\"tag\\\"--job\":{\"type\":"
              "\"input_calc\"}}");
    free(rows);
}

/* From the visit of one query another is made. */
static orma_status ask_again(void *user, orma_str row, orma_error **err)
{
    int *calls = user;
    (void)row;
    (void)err;
    ++*calls;
    return rows_count(s, "{\"path\": [\"\"]}") == 7 ? ORMA_OK : ORMA_E_BUG;
}

static void rows_arrive_while_others_are_asked_for(void)
{
    json_object *document = NULL, *normal = NULL;
    static const char text[] = "{\"path\": [{\"entity_type\": \"\", "
                               "\"project\": \"id\"}]}";
    query_plan *plan = NULL;
    int calls = 0;

    json_parse(ORMA_LITERAL(text), &document, NULL);
    CU_ASSERT_EQUAL_FATAL(query_document_read(NULL, document, &normal, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(query_plan_create(s, normal, &plan, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(query_plan_run(s, plan, false, ask_again, &calls, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(calls, 7);
    query_plan_destroy(plan);
    json_object_put(normal);
    json_object_put(document);
}

static const unit_test tests[] = {
    {"links_join_both_ways", links_join_both_ways},
    {"every_entity_is_joined", every_entity_is_joined},
    {"outer_joins_keep_what_has_no_partner",
     outer_joins_keep_what_has_no_partner},
    {"projections_are_columns_members_and_entities",
     projections_are_columns_members_and_entities},
    {"casts_take_what_is_of_their_type", casts_take_what_is_of_their_type},
    {"functions_count_and_group", functions_count_and_group},
    {"distinct_makes_equal_rows_one", distinct_makes_equal_rows_one},
    {"counts_respect_limits", counts_respect_limits},
    {"rows_may_be_dictionaries", rows_may_be_dictionaries},
    {"rows_arrive_while_others_are_asked_for",
     rows_arrive_while_others_are_asked_for},
    {NULL, NULL},
};

const unit_suite joins_suite = {"joins", open_graph, close_graph, tests};
