/* Outputs against the spec.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_PARSE_OUTPUTS_H
#define CORE_ENGINE_PARSE_OUTPUTS_H

#include <engine/parse_call.h>

/* May a parser attach an output of this label and type?
 * Errors: INVALID, saying why not. */
orma_status output_check_label(registry *r, const process_spec *spec,
                               const char *label, const char *type,
                               orma_error **err);

/* Dotted path of the first required output that is missing, NULL: none; the
 * caller frees it. Those that the engine makes are not asked for. */
char *output_find_missing(const process_spec *spec, const parse_output *outputs,
                          size_t count);

#endif
