/* The rules of links (reference 3).
 *
 * SPDX-License-Identifier: MIT */
#include "unit/graph/suites.h"

#include <string.h>

#include <base/error.h>
#include <graph/link.h>

static node *data, *calc, *work, *other_work;

static int make_nodes(void)
{
    data = node_create("data.core.int.Int.");
    calc = node_create(NODE_TYPE_CALCJOB);
    work = node_create(NODE_TYPE_WORKCHAIN);
    other_work = node_create(NODE_TYPE_WORKFUNCTION);
    return data == NULL || calc == NULL || work == NULL || other_work == NULL;
}

static int free_nodes(void)
{
    node_free(data);
    node_free(calc);
    node_free(work);
    node_free(other_work);
    return 0;
}

static void words_read_back(void)
{
    static const char *const words[] = {"create",     "return",    "input_calc",
                                        "input_work", "call_calc", "call_work"};
    for (size_t i = 0; i < LINK_TYPE_COUNT; i++) {
        enum link_type type;
        CU_ASSERT_TRUE(link_type_parse(words[i], &type));
        CU_ASSERT_STRING_EQUAL(link_type_word(type), words[i]);
    }
    enum link_type type;
    CU_ASSERT_FALSE(link_type_parse("createlink", &type));
}

/* Which of the four nodes each type may join. */
static void allows_only_the_class_pairs_of_aiida(void)
{
    node *const nodes[] = {data, calc, work, other_work};
    static const struct {
        enum link_type type;
        int source, target; /* into nodes; 2 and 3 are workflows */
    } allowed[] = {
        {LINK_CREATE, 1, 0},     {LINK_RETURN, 2, 0},
        {LINK_RETURN, 3, 0},     {LINK_INPUT_CALC, 0, 1},
        {LINK_INPUT_WORK, 0, 2}, {LINK_INPUT_WORK, 0, 3},
        {LINK_CALL_CALC, 2, 1},  {LINK_CALL_CALC, 3, 1},
        {LINK_CALL_WORK, 2, 3},  {LINK_CALL_WORK, 3, 2},
    };
    for (size_t type = 0; type < LINK_TYPE_COUNT; type++)
        for (int s = 0; s < 4; s++)
            for (int t = 0; t < 4; t++) {
                bool expected = false;
                for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
                    expected = expected || (allowed[i].type == type &&
                                            allowed[i].source == s &&
                                            allowed[i].target == t);
                CU_ASSERT_EQUAL(link_check((enum link_type)type, nodes[s],
                                           nodes[t], "x", true,
                                           NULL) == ORMA_OK,
                                expected);
            }
}

static void rules_of_uniqueness_are_those_of_aiida(void)
{
    CU_ASSERT_EQUAL(link_outgoing_rule(LINK_CREATE), LINK_UNIQUE_LABEL);
    CU_ASSERT_EQUAL(link_incoming_rule(LINK_CREATE), LINK_UNIQUE_DEGREE);
    CU_ASSERT_EQUAL(link_outgoing_rule(LINK_RETURN), LINK_UNIQUE_LABEL);
    CU_ASSERT_EQUAL(link_incoming_rule(LINK_RETURN), LINK_UNIQUE_TRIPLE);
    CU_ASSERT_EQUAL(link_outgoing_rule(LINK_INPUT_CALC), LINK_UNIQUE_TRIPLE);
    CU_ASSERT_EQUAL(link_incoming_rule(LINK_INPUT_CALC), LINK_UNIQUE_LABEL);
    CU_ASSERT_EQUAL(link_outgoing_rule(LINK_CALL_WORK), LINK_UNIQUE_TRIPLE);
    CU_ASSERT_EQUAL(link_incoming_rule(LINK_CALL_WORK), LINK_UNIQUE_DEGREE);
}

static void refuses_labels_that_are_no_identifiers(void)
{
    static const char *const labels[] = {"",  "a.b", "_x",  "x_", "1x",
                                         "é", "a b", "for", "a-b"};
    orma_error *err = NULL;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        CU_ASSERT_EQUAL(
            link_check(LINK_INPUT_CALC, data, calc, labels[i], true, NULL),
            ORMA_E_INVALID);
    CU_ASSERT_EQUAL(
        link_check(LINK_INPUT_CALC, data, calc, "base__pw__x", true, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(link_check(LINK_INPUT_CALC, data, calc, "a.b", true, &err),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "\"a.b\""));
    CU_ASSERT_PTR_NOT_NULL(orma_error_hint(err));
    orma_error_free(err);
}

static void refuses_a_node_linked_to_itself(void)
{
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(link_check(LINK_CALL_WORK, work, work, "CALL", true, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "itself"));
    orma_error_free(err);
}

static void refuses_sealed_ends(void)
{
    orma_error *err = NULL;
    json_set_bool(calc->attributes, "sealed", true);
    CU_ASSERT_EQUAL(link_check(LINK_CREATE, calc, data, "x", true, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(orma_error_message(err), "the source is sealed"));
    error_clear(&err);
    CU_ASSERT_EQUAL(link_check(LINK_INPUT_CALC, data, calc, "x", true, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(orma_error_message(err), "the target is sealed"));
    orma_error_free(err);
    json_object_object_del(calc->attributes, "sealed");
}

static void refuses_what_would_rewrite_the_past(void)
{
    orma_error *err = NULL;
    data->pk = 12;
    CU_ASSERT_EQUAL(link_check(LINK_CREATE, calc, data, "x", false, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(orma_error_message(err), "12 (data.core.int.Int.)"));
    error_clear(&err);
    CU_ASSERT_EQUAL(link_check(LINK_INPUT_CALC, data, calc, "x", false, &err),
                    ORMA_E_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(orma_error_message(err), "incoming links are fixed"));
    orma_error_free(err);
    CU_ASSERT_EQUAL(link_check(LINK_CALL_CALC, work, calc, "x", false, NULL),
                    ORMA_E_REFUSED);
    /* What exists may be returned, by any workflow. */
    CU_ASSERT_EQUAL(link_check(LINK_RETURN, work, data, "x", false, NULL),
                    ORMA_OK);
    data->pk = 0;
}

static const unit_test tests[] = {
    {"words_read_back", words_read_back},
    {"allows_only_the_class_pairs_of_aiida",
     allows_only_the_class_pairs_of_aiida},
    {"rules_of_uniqueness_are_those_of_aiida",
     rules_of_uniqueness_are_those_of_aiida},
    {"refuses_labels_that_are_no_identifiers",
     refuses_labels_that_are_no_identifiers},
    {"refuses_a_node_linked_to_itself", refuses_a_node_linked_to_itself},
    {"refuses_sealed_ends", refuses_sealed_ends},
    {"refuses_what_would_rewrite_the_past",
     refuses_what_would_rewrite_the_past},
    {NULL, NULL},
};

const unit_suite link_suite = {"link", make_nodes, free_nodes, tests};
