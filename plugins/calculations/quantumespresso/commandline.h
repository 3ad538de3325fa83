/* Words of the command line before `-in aiida.in`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_COMMANDLINE_H
#define QE_COMMANDLINE_H

#include "module.h"
#include "program.h"

/* Refuses flags that the program has not and values that are no integers.
 * parallelization: an object or NULL. */
orma_status parallelization_check(const program *p,
                                  json_object *parallelization,
                                  orma_error **err);

typedef struct flag_inputs {
    json_object *settings;        /* normalised */
    json_object *parallelization; /* or NULL */
} flag_inputs;

/* A new array: the setting CMDLINE, `-environ` when ENVIRON is set, then the
 * parallelization flags in the program's order. has_flags_in_cmdline: whether
 * CMDLINE holds a parallelization flag.
 * Errors: INVALID (CMDLINE is not words; a flag twice). */
orma_status commandline_build(const program *p, const flag_inputs *inputs,
                              json_object **out, bool *has_flags_in_cmdline,
                              orma_error **err);

#endif
