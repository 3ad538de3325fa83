/* Nodes in memory: making, freeing, and what a node type says about a node.
 *
 * SPDX-License-Identifier: MIT */
#include <graph/node.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

node *node_create(const char *node_type)
{
    node *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    uuid_generate(&n->uuid);
    n->node_type = text_copy(node_type);
    n->label = text_copy("");
    n->description = text_copy("");
    n->attributes = json_object_new_object();
    n->extras = json_object_new_object();
    if (n->node_type == NULL || n->label == NULL || n->description == NULL ||
        n->attributes == NULL || n->extras == NULL) {
        node_free(n);
        return NULL;
    }
    return n;
}

void node_free(node *n)
{
    if (n == NULL)
        return;
    if (n->view_free != NULL)
        n->view_free(n->view);
    node_clear_files(n);
    free(n->node_type);
    free(n->process_type);
    free(n->entry_point);
    free(n->python_class);
    free(n->label);
    free(n->description);
    json_object_put(n->attributes);
    json_object_put(n->extras);
    json_object_put(n->repository);
    free(n);
}

enum node_class node_class_of(const char *node_type)
{
    static const struct {
        const char *prefix;
        enum node_class node_class;
    } classes[] = {
        {"data.", NODE_DATA},
        {"process.calculation.", NODE_CALCULATION},
        {"process.workflow.", NODE_WORKFLOW},
    };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (text_starts(node_type, classes[i].prefix))
            return classes[i].node_class;
    return NODE_OTHER;
}

const char *node_process_python_class(const char *node_type)
{
    static const char *const classes[][2] = {
        {NODE_TYPE_CALCJOB,
         "aiida.orm.nodes.process.calculation.calcjob.CalcJobNode"},
        {NODE_TYPE_CALCFUNCTION,
         "aiida.orm.nodes.process.calculation.calcfunction.CalcFunctionNode"},
        {NODE_TYPE_WORKCHAIN,
         "aiida.orm.nodes.process.workflow.workchain.WorkChainNode"},
        {NODE_TYPE_WORKFUNCTION,
         "aiida.orm.nodes.process.workflow.workfunction.WorkFunctionNode"},
        {"process.calculation.CalculationNode.",
         "aiida.orm.nodes.process.calculation.calculation.CalculationNode"},
        {"process.workflow.WorkflowNode.",
         "aiida.orm.nodes.process.workflow.workflow.WorkflowNode"},
        {"process.ProcessNode.", "aiida.orm.nodes.process.process.ProcessNode"},
    };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (text_equal(node_type, classes[i][0]))
            return classes[i][1];
    return NULL;
}

/* Lists of attribute names, NULL-ended; `node_type` NULL: every process. */
typedef struct attribute_rule {
    const char *node_type;
    const char *const *names;
} attribute_rule;

/* ProcessNode._updatable_attributes and those of its subclasses (AiiDA 2.9). */
static const char *const process_updatable[] = {
    "sealed",         "paused",      "checkpoints",   "exception",
    "exit_message",   "exit_status", "process_label", "process_state",
    "process_status", NULL,
};
static const char *const calcjob_updatable[] = {
    "state",
    "imported",
    "remote_workdir",
    "retrieve_list",
    "retrieve_temporary_list",
    "job_id",
    "scheduler_state",
    "scheduler_lastchecktime",
    "last_job_info",
    "detailed_job_info",
    NULL,
};
static const char *const workchain_updatable[] = {"stepper_state_info", NULL};

static const attribute_rule updatable[] = {
    {NULL, process_updatable},
    {NODE_TYPE_CALCJOB, calcjob_updatable},
    {NODE_TYPE_WORKCHAIN, workchain_updatable},
};

/* _hash_ignored_attributes of ProcessNode and CalcJobNode (AiiDA 2.6 on). */
static const char *const process_ignored[] = {"metadata_inputs", NULL};
static const char *const calcjob_ignored[] = {
    "queue_name",    "account", "qos", "priority", "max_wallclock_seconds",
    "max_memory_kb", "version", NULL,
};

static const attribute_rule hash_ignored[] = {
    {NULL, process_ignored},
    {NODE_TYPE_CALCJOB, calcjob_ignored},
};

static bool rules_name(const attribute_rule *rules, size_t count,
                       const char *node_type, const char *key)
{
    if (!text_starts(node_type, "process."))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rules[i].node_type != NULL &&
            !text_equal(rules[i].node_type, node_type))
            continue;
        for (const char *const *name = rules[i].names; *name != NULL; name++)
            if (text_equal(*name, key))
                return true;
    }
    return false;
}

bool node_attribute_is_updatable(const char *node_type, const char *key)
{
    return rules_name(updatable, sizeof updatable / sizeof *updatable,
                      node_type, key);
}

bool node_attribute_is_hash_ignored(const char *node_type, const char *key)
{
    return rules_name(hash_ignored, sizeof hash_ignored / sizeof *hash_ignored,
                      node_type, key) ||
           node_attribute_is_updatable(node_type, key);
}

orma_status node_check_keys(const json_object *object, const char *what,
                            orma_error **err)
{
    if (object == NULL || !json_object_is_type(object, json_type_object))
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "%s of a node must be a JSON object", what);

    json_object_object_foreach((json_object *)(uintptr_t)object, key, value)
    {
        (void)value;
        if (*key == '\0')
            return error_set(err, ORMA_E_INVALID, "graph", 0,
                             "a key of the %s is empty", what);
        if (strchr(key, '.') != NULL) {
            const orma_status st =
                error_set(err, ORMA_E_INVALID, "graph", 0,
                          "key \"%.200s\" of the %s has a dot", key, what);
            error_hint(err, "name it without \".\": dots separate the levels "
                            "of a path in queries");
            return st;
        }
    }
    return ORMA_OK;
}

bool node_is_sealed(const node *n)
{
    /* A Dict may well hold a key of that name. */
    return text_starts(n->node_type, "process.") &&
           json_get_bool(n->attributes, "sealed", false);
}
