/* What node types say about nodes.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/graph/suites.h"

#include <string.h>

#include <base/error.h>
#include <base/text.h>
#include <graph/node.h>

static void new_node_is_empty_and_unique(void)
{
    node *a = node_create("data.core.int.Int.");
    node *b = node_create("data.core.int.Int.");
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    CU_ASSERT_EQUAL(a->pk, 0);
    CU_ASSERT_STRING_EQUAL(a->label, "");
    CU_ASSERT_EQUAL(json_object_object_length(a->attributes), 0);
    CU_ASSERT_FALSE(uuid_equal(&a->uuid, &b->uuid));
    node_free(a);
    node_free(b);
    node_free(NULL);
}

/* Node types of AiiDA's own classes (reference 2.3). */
static void classes_follow_from_prefixes(void)
{
    CU_ASSERT_EQUAL(node_class_of("data.core.int.Int."), NODE_DATA);
    CU_ASSERT_EQUAL(node_class_of("data.Data."), NODE_DATA);
    CU_ASSERT_EQUAL(node_class_of(NODE_TYPE_CALCJOB), NODE_CALCULATION);
    CU_ASSERT_EQUAL(node_class_of(NODE_TYPE_CALCFUNCTION), NODE_CALCULATION);
    CU_ASSERT_EQUAL(node_class_of("process.calculation.CalculationNode."),
                    NODE_CALCULATION);
    CU_ASSERT_EQUAL(node_class_of(NODE_TYPE_WORKCHAIN), NODE_WORKFLOW);
    CU_ASSERT_EQUAL(node_class_of(NODE_TYPE_WORKFUNCTION), NODE_WORKFLOW);
    CU_ASSERT_EQUAL(node_class_of("process.ProcessNode."), NODE_OTHER);
    CU_ASSERT_EQUAL(node_class_of("datum.x.X."), NODE_OTHER);
    CU_ASSERT_EQUAL(node_class_of(""), NODE_OTHER);
}

static void processes_have_python_classes(void)
{
    CU_ASSERT_STRING_EQUAL(
        node_process_python_class(NODE_TYPE_CALCJOB),
        "aiida.orm.nodes.process.calculation.calcjob.CalcJobNode");
    CU_ASSERT_STRING_EQUAL(
        node_process_python_class(NODE_TYPE_WORKCHAIN),
        "aiida.orm.nodes.process.workflow.workchain.WorkChainNode");
    CU_ASSERT_PTR_NULL(node_process_python_class("data.core.int.Int."));
}

/* Reference 2.7. */
static void only_listed_attributes_are_updatable(void)
{
    static const struct {
        const char *node_type, *key;
        bool is_updatable;
    } cases[] = {
        {NODE_TYPE_CALCJOB, "process_state", true},
        {NODE_TYPE_CALCJOB, "sealed", true},
        {NODE_TYPE_CALCJOB, "job_id", true},
        {NODE_TYPE_CALCJOB, "last_job_info", true},
        {NODE_TYPE_CALCJOB, "resources", false},
        {NODE_TYPE_CALCJOB, "stepper_state_info", false},
        {NODE_TYPE_CALCJOB, "version", false},
        {NODE_TYPE_WORKCHAIN, "stepper_state_info", true},
        {NODE_TYPE_WORKCHAIN, "exit_message", true},
        {NODE_TYPE_WORKCHAIN, "job_id", false},
        {NODE_TYPE_CALCFUNCTION, "exception", true},
        {NODE_TYPE_CALCFUNCTION, "function_name", false},
        {"data.core.dict.Dict.", "sealed", false},
        {"data.core.dict.Dict.", "process_state", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(
            node_attribute_is_updatable(cases[i].node_type, cases[i].key),
            cases[i].is_updatable);
}

/* Reference 5.2. */
static void hash_ignores_what_may_change_and_limits(void)
{
    CU_ASSERT_TRUE(
        node_attribute_is_hash_ignored(NODE_TYPE_CALCJOB, "version"));
    CU_ASSERT_FALSE(
        node_attribute_is_hash_ignored(NODE_TYPE_WORKCHAIN, "version"));
    CU_ASSERT_TRUE(node_attribute_is_hash_ignored(NODE_TYPE_CALCJOB,
                                                  "max_wallclock_seconds"));
    CU_ASSERT_TRUE(
        node_attribute_is_hash_ignored(NODE_TYPE_WORKCHAIN, "metadata_inputs"));
    CU_ASSERT_TRUE(
        node_attribute_is_hash_ignored(NODE_TYPE_CALCJOB, "process_state"));
    CU_ASSERT_FALSE(
        node_attribute_is_hash_ignored(NODE_TYPE_CALCJOB, "resources"));
    CU_ASSERT_FALSE(
        node_attribute_is_hash_ignored("data.core.dict.Dict.", "version"));
}

static orma_status keys_of(const char *json, orma_error **err)
{
    json_object *object = NULL;
    CU_ASSERT_EQUAL(json_parse((orma_str){json, strlen(json)}, &object, NULL),
                    ORMA_OK);
    const orma_status st = node_check_keys(object, "attributes", err);
    json_object_put(object);
    return st;
}

static void refuses_empty_and_dotted_top_level_keys(void)
{
    orma_error *err = NULL;
    CU_ASSERT_EQUAL(keys_of("{\"a\": {\"b.c\": 1, \"\": 2}}", NULL), ORMA_OK);
    CU_ASSERT_EQUAL(keys_of("{\"\": 1}", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(keys_of("[1]", NULL), ORMA_E_INVALID);
    CU_ASSERT_EQUAL(keys_of("{\"a.b\": 1}", &err), ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(err), "\"a.b\""));
    orma_error_free(err);
}

static void only_processes_are_sealed(void)
{
    node *dict = node_create("data.core.dict.Dict.");
    node *job = node_create(NODE_TYPE_CALCJOB);
    CU_ASSERT_FALSE(node_is_sealed(job));
    json_set_bool(dict->attributes, "sealed", true);
    json_set_bool(job->attributes, "sealed", true);
    CU_ASSERT_FALSE(node_is_sealed(dict));
    CU_ASSERT_TRUE(node_is_sealed(job));
    node_free(dict);
    node_free(job);
}

static const unit_test tests[] = {
    {"new_node_is_empty_and_unique", new_node_is_empty_and_unique},
    {"classes_follow_from_prefixes", classes_follow_from_prefixes},
    {"processes_have_python_classes", processes_have_python_classes},
    {"only_listed_attributes_are_updatable",
     only_listed_attributes_are_updatable},
    {"hash_ignores_what_may_change_and_limits",
     hash_ignores_what_may_change_and_limits},
    {"refuses_empty_and_dotted_top_level_keys",
     refuses_empty_and_dotted_top_level_keys},
    {"only_processes_are_sealed", only_processes_are_sealed},
    {NULL, NULL},
};

const unit_suite node_suite = {"node", NULL, NULL, tests};
