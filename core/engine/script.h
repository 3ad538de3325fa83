/* The submit script, as a function of the job template: AiiDA's form.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_SCRIPT_H
#define CORE_ENGINE_SCRIPT_H

#include <base/json.h>

/* Exit status of a job that finds that another one has its folder. */
#define SCRIPT_EXIT_FENCED 97

/* Of a job that cannot write into its folder, and so does not run. */
#define SCRIPT_EXIT_NOT_WRITTEN 98

/* What the scheduler adds to a script. */
typedef struct script_parts {
    const char *header;      /* its directives, "" */
    const char *footer;      /* "" */
    const char *id_variable; /* shell variable with the job's id, NULL: none */
    bool is_fenced;          /* with the lines that let a job run once only */
} script_parts;

/* Errors: INVALID, naming what in the template is wrong. */
orma_status script_write(buf *out, const json_object *template,
                         const script_parts *parts, orma_error **err);

/* The command line of one code. */
orma_status script_run_line(buf *out, const json_object *code,
                            orma_error **err);

/* A word with {name} replaced from `values`, {{ and }} for braces: how the
 * computer's MPI command is written. Errors: INVALID (unknown name). */
orma_status script_fill(buf *out, const char *word, const json_object *values,
                        orma_error **err);

#endif
