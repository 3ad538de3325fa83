/* Rows in bulk: what is stored, and what is refused.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>
#include <storage/bulk.h>

#define INT "data.core.int.Int."
#define MANY 20000 /* links: more than wait together */

static char *folder;
static store *s;
static fixture_db *db;

static int open_store(void)
{
    s = fixture_create(&folder);
    db = fixture_database(folder);
    return 0;
}

static int close_store(void)
{
    fixture_close(db);
    store_close(s);
    free(folder);
    return 0;
}

static bulk *begin(enum bulk_rules rules)
{
    bulk *b = NULL;
    CU_ASSERT_EQUAL_FATAL(bulk_begin(s, rules, &b, NULL), ORMA_OK);
    return b;
}

static bulk_node row_of(const char *type, const char *attributes)
{
    bulk_node n = {
        .node_type = {type, strlen(type)},
        .label = ORMA_LITERAL(""),
        .description = ORMA_LITERAL(""),
        .ctime_ns = INT64_C(1700000000123456000),
        .mtime_ns = INT64_C(1700000001000000000),
        .attributes = {attributes, strlen(attributes)},
        .extras = ORMA_LITERAL("{}"),
        .repository = ORMA_LITERAL("{}"),
    };
    uuid_generate(&n.uuid);
    return n;
}

static int64_t add(bulk *b, const char *type)
{
    const bulk_node n = row_of(type, "{\"value\": 7}");
    int64_t pk = 0;
    CU_ASSERT_EQUAL_FATAL(bulk_add_node(b, &n, &pk, NULL), ORMA_OK);
    return pk;
}

static orma_status link_up(bulk *b, enum link_type type, int64_t source,
                           int64_t target, const char *label, orma_error **err)
{
    return bulk_add_link(b, type, source, target,
                         (orma_str){label, strlen(label)}, err);
}

static int64_t number(const char *sql)
{
    return strtoll(fixture_sql(db, sql), NULL, 10);
}

/* Refused while it is added or, at the latest, at the commit. */
static bool is_refused(bulk *b, enum link_type type, int64_t source,
                       int64_t target, const char *why)
{
    const int64_t before = number("SELECT COUNT(*) FROM db_dbnode");
    orma_error *err = NULL;
    orma_status st = link_up(b, type, source, target, "x", &err);
    if (st == ORMA_OK)
        st = bulk_commit(b, &err);
    else
        bulk_abort(b);
    CU_ASSERT_EQUAL(st, ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), before);
    return fixture_says(&err, why);
}

static void stores_rows_as_they_are(void)
{
    bulk *b = begin(BULK_IN_ORDER);
    bulk_node n =
        row_of(INT, "{\"value\": 5, \"text\": \"tab\\t \\\\ \\u00e9\"}");
    char uuid[37], sql[500];
    int64_t pk = 0;
    n.label = ORMA_LITERAL("two\nlines\tand \\N");
    n.description = ORMA_LITERAL("d\xc3\xa9j\xc3\xa0");
    n.extras = ORMA_LITERAL("{\"a\": [1, null]}");
    CU_ASSERT_EQUAL(bulk_add_node(b, &n, &pk, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);

    node *read = NULL;
    CU_ASSERT_EQUAL_FATAL(store_node(s, pk, &read, NULL), ORMA_OK);
    CU_ASSERT_TRUE(uuid_equal(&read->uuid, &n.uuid));
    CU_ASSERT_STRING_EQUAL(read->node_type, INT);
    CU_ASSERT_PTR_NULL(read->process_type);
    CU_ASSERT_STRING_EQUAL(read->label, "two\nlines\tand \\N");
    CU_ASSERT_STRING_EQUAL(read->description, "d\xc3\xa9j\xc3\xa0");
    CU_ASSERT_EQUAL(read->ctime_ns, n.ctime_ns);
    CU_ASSERT_EQUAL(read->mtime_ns, n.mtime_ns);
    CU_ASSERT_EQUAL(read->user_pk, 1);
    CU_ASSERT_EQUAL(read->computer_pk, 0);
    CU_ASSERT_EQUAL(json_get_int(read->attributes, "value", 0), 5);
    CU_ASSERT_STRING_EQUAL(json_get_text(read->attributes, "text", ""),
                           "tab\t \\ \xc3\xa9");
    char *extras = json_text(read->extras, JSON_PYTHON);
    CU_ASSERT_STRING_EQUAL(extras, "{\"a\": [1, null]}");
    free(extras);
    node_free(read);
    uuid_format(&n.uuid, uuid);
    snprintf(sql, sizeof sql, "SELECT id FROM db_dbnode WHERE uuid = '%s'",
             uuid);
    CU_ASSERT_EQUAL(number(sql), pk);
}

/* One datum that goes into each of many calculations, and what they create. */
static void more_links_than_wait_together(void)
{
    const int64_t nodes = number("SELECT COUNT(*) FROM db_dbnode");
    const int64_t links = number("SELECT COUNT(*) FROM db_dblink");
    bulk *b = begin(BULK_IN_ORDER);
    const int64_t root = add(b, INT);
    int64_t last = root;
    bool is_ascending = true;
    for (int i = 0; i < MANY / 2; i++) {
        const int64_t job = add(b, NODE_TYPE_CALCFUNCTION);
        is_ascending = is_ascending && job > last;
        last = job;
        CU_ASSERT_EQUAL(link_up(b, LINK_INPUT_CALC, root, job, "x", NULL),
                        ORMA_OK);
        if (i % 2 == 0) {
            const int64_t out = add(b, INT);
            is_ascending = is_ascending && out > last;
            last = out;
            CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, out, "sum", NULL),
                            ORMA_OK);
            CU_ASSERT_EQUAL(
                link_up(b, LINK_CREATE, job, add(b, INT), "rest", NULL),
                ORMA_OK);
        }
    }
    CU_ASSERT_TRUE(is_ascending);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode") - nodes, 1 + MANY);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dblink") - links, MANY);
    CU_ASSERT_TRUE(fixture_is_sound(db));
    /* Single writes go on behind it. */
    node *n = fixture_int(1);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n, 1, NULL), ORMA_OK);
    CU_ASSERT(n->pk > last);
    node_free(n);
}

static void stored_nodes_may_be_used(void)
{
    node *data = fixture_int(3), *work = fixture_workchain();
    node *sealed = fixture_workchain();
    node *nodes[] = {data, work, sealed};
    json_set_bool(sealed->attributes, "sealed", true);
    CU_ASSERT_EQUAL_FATAL(fixture_store_nodes(s, nodes, 3, NULL), ORMA_OK);

    bulk *b = begin(BULK_IN_ORDER);
    const int64_t job = add(b, NODE_TYPE_CALCJOB);
    CU_ASSERT_EQUAL(link_up(b, LINK_INPUT_CALC, data->pk, job, "x", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_CALL_CALC, work->pk, job, "CALL", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_RETURN, work->pk, data->pk, "same", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);

    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(is_refused(b, LINK_CALL_CALC, sealed->pk,
                              add(b, NODE_TYPE_CALCJOB), "is sealed"));
    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(is_refused(b, LINK_CREATE, add(b, NODE_TYPE_CALCJOB),
                              data->pk, "was stored before"));
    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(
        is_refused(b, LINK_INPUT_CALC, add(b, INT), job, "was stored before"));
    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(is_refused(b, LINK_INPUT_CALC, 99999999,
                              add(b, NODE_TYPE_CALCJOB),
                              "source is not in the database"));
    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(is_refused(b, LINK_RETURN, work->pk, 99999999,
                              "target is not in the database"));
    for (size_t i = 0; i < 3; i++)
        node_free(nodes[i]);
}

static void links_follow_the_order(void)
{
    bulk *b = begin(BULK_IN_ORDER);
    const int64_t job = add(b, NODE_TYPE_CALCJOB), data = add(b, INT);
    CU_ASSERT_TRUE(
        is_refused(b, LINK_INPUT_CALC, data, job, "added after its target"));
    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(is_refused(b, LINK_CREATE, add(b, INT), add(b, INT),
                              "from a calculation to data"));
    b = begin(BULK_IN_ORDER);
    const int64_t work = add(b, NODE_TYPE_WORKCHAIN);
    CU_ASSERT_TRUE(is_refused(b, LINK_CALL_WORK, work, work, "to itself"));
    b = begin(BULK_IN_ORDER);
    CU_ASSERT_TRUE(is_refused(b, LINK_RETURN, add(b, NODE_TYPE_WORKCHAIN),
                              add(b, INT), "no calculation creates"));
}

static void what_a_calculation_made_is_returned(void)
{
    bulk *b = begin(BULK_IN_ORDER);
    const int64_t work = add(b, NODE_TYPE_WORKCHAIN);
    const int64_t job = add(b, NODE_TYPE_CALCJOB), data = add(b, INT);
    CU_ASSERT_EQUAL(link_up(b, LINK_RETURN, work, data, "sum", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_CALL_CALC, work, job, "CALL", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "sum", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
}

static void twice_is_refused_by_name(void)
{
    bulk *b = begin(BULK_IN_ORDER);
    int64_t job = add(b, NODE_TYPE_CALCJOB), other = add(b, NODE_TYPE_CALCJOB);
    int64_t data = add(b, INT);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "sum", NULL), ORMA_OK);
    CU_ASSERT_TRUE(is_refused(b, LINK_CREATE, other, data,
                              "the target has a creator already"));
    b = begin(BULK_IN_ORDER);
    data = add(b, INT);
    job = add(b, NODE_TYPE_CALCJOB);
    CU_ASSERT_EQUAL(link_up(b, LINK_INPUT_CALC, data, job, "x", NULL), ORMA_OK);
    CU_ASSERT_TRUE(is_refused(b, LINK_INPUT_CALC, data, job,
                              "the target has another one of that label"));
}

static void malformed_links_and_nodes_leave_the_bulk_usable(void)
{
    bulk *b = begin(BULK_IN_ORDER);
    const int64_t job = add(b, NODE_TYPE_CALCJOB), data = add(b, INT);
    const bulk_node odd = row_of("data.core.int.Int", "{}");
    bulk_node blot = row_of(INT, "{}");
    int64_t pk = 0;
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "_x", NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "", NULL),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, data, job, "x", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(bulk_add_node(b, &odd, &pk, NULL), ORMA_E_INVALID);
    blot.label = ORMA_LITERAL("\xff");
    CU_ASSERT_EQUAL(bulk_add_node(b, &blot, &pk, NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(pk, 0);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "x", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
}

static void imports_come_in_any_order(void)
{
    bulk *b = begin(BULK_IMPORT);
    const int64_t data = add(b, INT), job = add(b, NODE_TYPE_CALCJOB);
    const int64_t in = add(b, INT), work = add(b, NODE_TYPE_WORKCHAIN);
    const int64_t lone = add(b, INT);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "old label", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_INPUT_CALC, in, job, "x", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_RETURN, work, lone, "x", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(link_up(b, LINK_CALL_CALC, in, job, "x", NULL),
                    ORMA_E_REFUSED);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
    /* And to what an earlier import brought. */
    b = begin(BULK_IMPORT);
    CU_ASSERT_EQUAL(
        link_up(b, LINK_INPUT_CALC, add(b, INT), job, "second", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
}

static void other_statements_follow_a_settled_bulk(void)
{
    bulk *b = begin(BULK_IN_ORDER);
    const int64_t pk = add(b, INT);
    node *n = NULL;
    CU_ASSERT_EQUAL(bulk_settle(b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_node(s, pk, &n, NULL), ORMA_OK);
    node_free(n);
    const int64_t next = add(b, INT);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_node(s, next, &n, NULL), ORMA_OK);
    node_free(n);
}

static void what_is_aborted_is_not_stored(void)
{
    const int64_t before = number("SELECT COUNT(*) FROM db_dbnode");
    bulk *b = begin(BULK_IN_ORDER);
    for (int i = 0; i < 1000; i++)
        add(b, INT);
    bulk_abort(b);
    bulk_abort(NULL);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), before);
    b = begin(BULK_IN_ORDER);
    add(b, INT);
    CU_ASSERT_EQUAL(bulk_commit(b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(number("SELECT COUNT(*) FROM db_dbnode"), before + 1);
}

/* AiiDA has no constraint on links: a database may break a rule already, and
 * then lacks orma's index for it. */
static void rules_hold_without_their_index(void)
{
    CU_ASSERT_TRUE(
        fixture_execute(db, "DROP INDEX orma_uq_link_create_target"));
    CU_ASSERT_TRUE(fixture_execute(
        db, "UPDATE orma_meta SET val = '[\"orma_uq_link_create_target\"]' "
            "WHERE \"key\" = 'skipped_indexes'"));
    bulk *b = begin(BULK_IN_ORDER);
    const int64_t job = add(b, NODE_TYPE_CALCJOB);
    const int64_t other = add(b, NODE_TYPE_CALCJOB), data = add(b, INT);
    CU_ASSERT_EQUAL(link_up(b, LINK_CREATE, job, data, "sum", NULL), ORMA_OK);
    CU_ASSERT_TRUE(is_refused(b, LINK_CREATE, other, data,
                              "the target has a creator already"));
}

static const unit_test tests[] = {
    {"stores_rows_as_they_are", stores_rows_as_they_are},
    {"more_links_than_wait_together", more_links_than_wait_together},
    {"stored_nodes_may_be_used", stored_nodes_may_be_used},
    {"links_follow_the_order", links_follow_the_order},
    {"what_a_calculation_made_is_returned",
     what_a_calculation_made_is_returned},
    {"twice_is_refused_by_name", twice_is_refused_by_name},
    {"malformed_links_and_nodes_leave_the_bulk_usable",
     malformed_links_and_nodes_leave_the_bulk_usable},
    {"imports_come_in_any_order", imports_come_in_any_order},
    {"other_statements_follow_a_settled_bulk",
     other_statements_follow_a_settled_bulk},
    {"what_is_aborted_is_not_stored", what_is_aborted_is_not_stored},
    {"rules_hold_without_their_index", rules_hold_without_their_index},
    {NULL, NULL},
};

const unit_suite bulk_suite = {"bulk", open_store, close_store, tests};
