/* The port `parameters`: namelists, in the case that the input file uses.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_PARAMETERS_H
#define QE_PARAMETERS_H

#include "module.h"
#include "program.h"

/* A copy of `raw` with namelists in upper and keywords in lower case.
 * has_changed: set when that corrected something; may be NULL.
 * Errors: INVALID (a namelist that is no mapping, a keyword twice). */
orma_status parameters_normalise(json_object *raw, json_object **out,
                                 bool *has_changed, orma_error **err);

/* Refuses keywords that the module sets. parameters: normalised. */
orma_status parameters_check_blocked(const program *p, json_object *parameters,
                                     orma_error **err);

/* CONTROL.calculation, or NULL. [in] until `parameters` is put back. */
const char *parameters_calculation(json_object *parameters);

/* The namelists to write, blank-separated, from CONTROL.calculation or the
 * setting NAMELISTS; the caller frees it. settings may be NULL.
 * Errors: INVALID (unknown calculation, a namelist left over). */
orma_status parameters_namelists(const program *p, json_object *parameters,
                                 json_object *settings, char **out,
                                 orma_error **err);

/* A keyword's value or NULL. */
json_object *parameters_get(json_object *parameters, const char *namelist,
                            const char *keyword);

#endif
