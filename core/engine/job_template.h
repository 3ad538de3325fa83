/* The job template: what a scheduler and the submit script need to know of a
 * job, in AiiDA's form, as it stands in `.aiida/job_tmpl.json`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_JOB_TEMPLATE_H
#define CORE_ENGINE_JOB_TEMPLATE_H

#include <process/inputs.h>

typedef struct job_facts {
    const process_inputs *inputs;
    const json_object *calcinfo;  /* completed */
    const json_object *resources; /* completed by the scheduler */
    int64_t pk;                   /* of the process, for the job's name */
    bool withmpi_default;         /* of the spec */
} job_facts;

/* Errors: INVALID (contradicting withmpi, a code that cannot run here). */
orma_status job_template_create(const job_facts *facts, json_object **out,
                                orma_error **err);

#endif
