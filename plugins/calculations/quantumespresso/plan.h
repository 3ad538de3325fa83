/* Everything that a job's inputs say, read and checked, before anything is
 * written.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_PLAN_H
#define QE_PLAN_H

#include "program.h"
#include "structure.h"
#include "text.h"

typedef struct plan {
    const program *program;
    json_object *parameters;      /* normalised, completed by plan_complete() */
    json_object *settings;        /* normalised */
    json_object *parallelization; /* or NULL */
    structure structure;
    char *namelists;    /* blank-separated, in the order of the file */
    char **pseudo_files; /* one for each kind, in alphabetical order */
    bool has_changed_case;
} plan;

/* Reads and checks all inputs but k-points. Finish it in either case.
 * Errors: INVALID, naming the port. */
orma_status plan_read(const job *j, const program *tables, plan *p,
                      orma_error **err);

/* Adds the keywords that the module sets itself. */
orma_status plan_complete(plan *p, orma_error **err);

void plan_finish(plan *p);

/* The input file. */
orma_status plan_input_file(const job *j, plan *p, text *out,
                            orma_error **err);

#endif
