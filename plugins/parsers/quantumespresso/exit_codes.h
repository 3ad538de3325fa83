/* Which exit code a run deserves.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_EXIT_CODES_H
#define QEP_EXIT_CODES_H

#include "run.h"

/* What the decision is made from; nothing else enters. */
typedef struct evidence {
    const run *run;
    trajectory *frames; /* of output_trajectory */
    int32_t scheduler_status;
    bool has_final_scf; /* the stdout's final_scf */
} evidence;

typedef struct decision {
    bool keeps_scheduler_status;
    const char *label; /* "" for success */
    const char *exception; /* for the message, or NULL */
} decision;

decision decide(const evidence *e);

#endif
