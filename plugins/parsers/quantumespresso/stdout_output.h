/* What pw.x's standard output says.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_STDOUT_OUTPUT_H
#define QEP_STDOUT_OUTPUT_H

#include "crystal.h"
#include "messages.h"
#include "trajectory.h"

/* What the reading has to know of the run's inputs. */
typedef struct stdout_inputs {
    int64_t nspin;
    bool has_field; /* CONTROL.lelfield, or not known */
    const crystal *structure; /* or NULL when there is no input structure */
} stdout_inputs;

typedef struct stdout_output {
    dict parameters;
    dict occupations; /* Hubbard: {"1": {"up", "down", "total"}} */
    trajectory frames;
    crystal crystal; /* initial structure, to the digits that are printed */
    messages messages;
    const char *calculation; /* as far as the output shows it, "scf" else */
    fault fault; /* what is wrong with the file */
} stdout_output;

typedef struct stdout_files {
    const orma_node *folder;
    const char *path; /* of the standard output */
    bool has_crash;   /* whether the folder has a file CRASH */
} stdout_files;

/* Names in `frames` of what becomes positions and cells. */
#define RELAX_POSITIONS "positions"
#define RELAX_CELLS "cells"

void stdout_output_init(stdout_output *o);
void stdout_output_finish(stdout_output *o);

/* Reads the standard output, and CRASH. Faults are ERROR_OUTPUT_STDOUT_READ,
 * _PARSE, _INCOMPLETE, and ERROR_UNEXPECTED_PARSER_EXCEPTION; what was read
 * stays, except after the last.
 * Errors: TRANSIENT, CANCELLED, NO_MEMORY. */
orma_status stdout_output_read(const job *j, const stdout_files *files,
                               const stdout_inputs *in, stdout_output *o,
                               orma_error **err);

#endif
