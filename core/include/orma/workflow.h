/* Workflows: named steps over a context that is their checkpoint.
 *
 * Draft: define ORMA_ENABLE_DRAFT to use it. Steps and predicates are those
 * that the manifest's outline names; the context is one JSON object, handed in
 * and taken back around every call, so a step keeps nothing in memory.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_WORKFLOW_H
#define ORMA_WORKFLOW_H

#ifndef ORMA_ENABLE_DRAFT
#error "orma/workflow.h is a draft: define ORMA_ENABLE_DRAFT to use it"
#endif

#include <orma/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_workflow {
    uint32_t size;
    uint32_t reserved;

    /* Runs the step `name`. context: [in]; out: [out:host] the new context.
     * *exit_status: above 0 ends the workflow. [worker-thread] */
    orma_status (*step)(const struct orma_workflow *self, const char *name,
                        orma_str context, orma_writer *out,
                        int32_t *exit_status, orma_error **err);

    /* Answers the predicate `name` of a `while` or `if`. [worker-thread] */
    orma_status (*predicate)(const struct orma_workflow *self, const char *name,
                             orma_str context, int32_t *holds,
                             orma_error **err);
} orma_workflow;
ORMA_NO_TAIL_PADDING(orma_workflow, predicate);

#ifdef __cplusplus
}
#endif
#endif
