/* Links of a unit: what is stored, and every rule that refuses one.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/storage/fixture.h"
#include <base/error.h>
#include <base/text.h>

static char *folder;
static store *s;

static int open_store(void)
{
    s = fixture_create(&folder);
    return 0;
}

static int close_store(void)
{
    store_close(s);
    free(folder);
    return 0;
}

enum { X, Y, JOB, SUM, WORK, OTHER, PARTS };

/* A work chain that calls a calculation: x, y → job → sum, returned. */
static void make(node **n)
{
    n[X] = fixture_int(1);
    n[Y] = fixture_int(2);
    n[JOB] = fixture_calcjob();
    n[SUM] = fixture_int(3);
    n[WORK] = fixture_workchain();
    n[OTHER] = fixture_workchain();
}

static void drop(node **n)
{
    for (int i = 0; i < PARTS; i++)
        node_free(n[i]);
}

static unit *begin(node **n, unsigned which)
{
    unit *u = NULL;
    CU_ASSERT_EQUAL_FATAL(unit_begin(s, &u, NULL), ORMA_OK);
    for (int i = 0; i < PARTS; i++)
        if (which & (1u << i))
            CU_ASSERT_EQUAL(unit_add_node(u, n[i], NULL), ORMA_OK);
    return u;
}

#define ALL 63u

static orma_status link_all(unit *u, node **n, orma_error **err)
{
    orma_status st = unit_add_link(u, LINK_INPUT_CALC, n[X], n[JOB], "x", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_INPUT_CALC, n[Y], n[JOB], "y", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_INPUT_WORK, n[X], n[WORK], "x", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_CALL_WORK, n[WORK], n[OTHER], "CALL", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_CALL_CALC, n[OTHER], n[JOB], "CALL", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_CREATE, n[JOB], n[SUM], "sum", err);
    if (st == ORMA_OK)
        st = unit_add_link(u, LINK_RETURN, n[WORK], n[SUM], "result", err);
    return st;
}

static void a_whole_graph_is_stored_at_once(void)
{
    node *n[PARTS];
    store_links links;
    orma_error *err = NULL;
    make(n);
    unit *u = begin(n, ALL);
    CU_ASSERT_EQUAL(link_all(u, n, &err), ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_OK);

    CU_ASSERT_EQUAL(store_node_links(s, n[JOB]->pk, true, &links, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(links.count, 3);
    CU_ASSERT_EQUAL(links.items[0].type, LINK_INPUT_CALC);
    CU_ASSERT_STRING_EQUAL(links.items[0].label, "x");
    CU_ASSERT_EQUAL(links.items[0].pk, n[X]->pk);
    CU_ASSERT_TRUE(uuid_equal(&links.items[0].uuid, &n[X]->uuid));
    CU_ASSERT_EQUAL(links.items[2].type, LINK_CALL_CALC);
    CU_ASSERT_STRING_EQUAL(links.items[2].process_type,
                           "aiida.workflows:core.arithmetic.multiply_add");
    store_links_finish(&links);
    CU_ASSERT_EQUAL(store_node_links(s, n[SUM]->pk, false, &links, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(links.count, 0);
    store_links_finish(&links);
    drop(n);
}

/* What the hash of a process holds: recomputed from the database, it agrees. */
static void hash_of_a_process_counts_its_inputs(void)
{
    node *n[PARTS], *bare = fixture_calcjob();
    char hash[65];
    make(n);
    unit *u = begin(n, 1u << X | 1u << JOB);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_CALC, n[X], n[JOB], "x", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_node(u, bare, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    CU_ASSERT_STRING_NOT_EQUAL(json_get_text(n[JOB]->extras, "_aiida_hash", ""),
                               json_get_text(bare->extras, "_aiida_hash", ""));

    CU_ASSERT_EQUAL(store_node_hash(s, n[JOB], NULL, hash, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(n[JOB]->extras, "_aiida_hash", ""),
                           hash);
    json_object *inputs = json_object_new_object();
    json_set_text(inputs, "x", json_get_text(n[X]->extras, "_aiida_hash", ""));
    CU_ASSERT_EQUAL(store_node_hash(s, n[JOB], inputs, hash, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(json_get_text(n[JOB]->extras, "_aiida_hash", ""),
                           hash);
    json_object_put(inputs);
    node_free(bare);
    drop(n);
}

/* One refusal: two links, of which the second breaks a rule at the commit. */
struct pair {
    enum link_type type[2];
    int source[2], target[2];
    const char *label[2];
    const char *says;
};

static const struct pair pairs[] = {
    {{LINK_CREATE, LINK_CREATE},
     {JOB, JOB},
     {SUM, Y},
     {"a", "a"},
     "the source has one of that label already"},
    {{LINK_CREATE, LINK_CREATE},
     {JOB, JOB},
     {SUM, SUM},
     {"a", "b"},
     "the target has one already"},
    {{LINK_INPUT_CALC, LINK_INPUT_CALC},
     {X, Y},
     {JOB, JOB},
     {"a", "a"},
     "the target has one of that label already"},
    {{LINK_INPUT_WORK, LINK_INPUT_WORK},
     {X, Y},
     {WORK, WORK},
     {"a", "a"},
     "the target has one of that label already"},
    {{LINK_CALL_CALC, LINK_CALL_CALC},
     {WORK, OTHER},
     {JOB, JOB},
     {"CALL", "CALL"},
     "the target has one already"},
    {{LINK_CALL_WORK, LINK_CALL_WORK},
     {WORK, WORK},
     {OTHER, OTHER},
     {"CALL", "CALL_2"},
     "the target has one already"},
    {{LINK_INPUT_CALC, LINK_INPUT_CALC},
     {X, X},
     {JOB, JOB},
     {"a", "a"},
     "already"},
    {{LINK_INPUT_CALC, LINK_CREATE}, {X, JOB}, {JOB, X}, {"a", "a"}, "cycle"},
    {{LINK_RETURN, LINK_INPUT_WORK},
     {WORK, X},
     {SUM, WORK},
     {"a", "a"},
     "no calculation creates"},
};

static void refuses_links_that_break_a_rule_within_the_unit(void)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct pair *p = &pairs[i];
        node *n[PARTS];
        orma_error *err = NULL;
        make(n);
        unit *u = begin(n, ALL);
        for (int k = 0; k < 2; k++)
            CU_ASSERT_EQUAL(unit_add_link(u, p->type[k], n[p->source[k]],
                                          n[p->target[k]], p->label[k], &err),
                            ORMA_OK);
        CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_E_REFUSED);
        CU_ASSERT_TRUE(fixture_says(&err, p->says));
        CU_ASSERT_EQUAL(n[X]->pk, 0);
        drop(n);
    }
}

/* Same label from different calculations, one input twice, and so on. */
static void allows_what_only_looks_like_a_double(void)
{
    node *n[PARTS], *other = fixture_calcjob();
    orma_error *err = NULL;
    make(n);
    unit *u = begin(n, ALL);
    unit_add_node(u, other, NULL);
    CU_ASSERT_EQUAL(link_all(u, n, &err), ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_CALC, n[X], n[JOB], "z", &err),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_CALC, n[X], other, "x", &err),
                    ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_link(u, LINK_RETURN, n[WORK], n[SUM], "again", &err), ORMA_OK);
    CU_ASSERT_EQUAL(
        unit_add_link(u, LINK_RETURN, n[OTHER], n[SUM], "result", &err),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_OK);
    node_free(other);
    drop(n);
}

static void refuses_doubles_of_links_stored_earlier(void)
{
    node *n[PARTS], *late = fixture_int(9);
    orma_error *err = NULL;
    make(n);
    unit *u = begin(n, ALL);
    link_all(u, n, NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);

    unit_begin(s, &u, NULL);
    unit_add_node(u, late, NULL);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, n[JOB], late, "sum", NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "the source has one of that label"));
    CU_ASSERT_EQUAL(late->pk, 0);

    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(
        unit_add_link(u, LINK_RETURN, n[WORK], n[SUM], "result", NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "already"));

    /* Another label, and data that was stored before, may be returned. */
    unit_begin(s, &u, NULL);
    unit_add_link(u, LINK_RETURN, n[WORK], n[X], "input_again", NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    node_free(late);
    drop(n);
}

static void refuses_to_rewrite_the_past(void)
{
    node *n[PARTS];
    orma_error *err = NULL;
    make(n);
    unit *u = begin(n, ALL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, n[JOB], n[SUM], "s", &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "stored before"));
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_CALC, n[X], n[JOB], "x", &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "incoming links are fixed"));
    unit_abort(u);
    drop(n);
}

static void refuses_ends_that_are_nowhere(void)
{
    node *n[PARTS];
    orma_error *err = NULL;
    make(n);
    unit *u = begin(n, 1u << JOB);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_INPUT_CALC, n[X], n[JOB], "x", &err),
                    ORMA_E_INVALID);
    CU_ASSERT_TRUE(fixture_says(&err, "neither stored nor in this unit"));
    unit_abort(u);
    drop(n);
}

/* Another program sealed it while this one still holds it unsealed. */
static void refuses_outputs_of_what_was_sealed_meanwhile(void)
{
    node *n[PARTS], *again = NULL;
    orma_error *err = NULL;
    unit *u;
    make(n);
    CU_ASSERT_EQUAL(fixture_store_nodes(s, &n[JOB], 1, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(store_node(s, n[JOB]->pk, &again, NULL), ORMA_OK);
    unit_begin(s, &u, NULL);
    unit_set_attribute(u, again, "sealed", json_object_new_boolean(1), NULL);
    CU_ASSERT_EQUAL(unit_commit(u, NULL), ORMA_OK);

    u = begin(n, 1u << SUM);
    CU_ASSERT_EQUAL(unit_add_link(u, LINK_CREATE, n[JOB], n[SUM], "sum", &err),
                    ORMA_OK);
    CU_ASSERT_EQUAL(unit_commit(u, &err), ORMA_E_REFUSED);
    CU_ASSERT_TRUE(fixture_says(&err, "is sealed"));
    node_free(again);
    drop(n);
}

static const unit_test tests[] = {
    {"a_whole_graph_is_stored_at_once", a_whole_graph_is_stored_at_once},
    {"hash_of_a_process_counts_its_inputs",
     hash_of_a_process_counts_its_inputs},
    {"refuses_links_that_break_a_rule_within_the_unit",
     refuses_links_that_break_a_rule_within_the_unit},
    {"allows_what_only_looks_like_a_double",
     allows_what_only_looks_like_a_double},
    {"refuses_doubles_of_links_stored_earlier",
     refuses_doubles_of_links_stored_earlier},
    {"refuses_to_rewrite_the_past", refuses_to_rewrite_the_past},
    {"refuses_ends_that_are_nowhere", refuses_ends_that_are_nowhere},
    {"refuses_outputs_of_what_was_sealed_meanwhile",
     refuses_outputs_of_what_was_sealed_meanwhile},
    {NULL, NULL},
};

const unit_suite unit_links_suite = {"unit_links", open_store, close_store,
                                     tests};
