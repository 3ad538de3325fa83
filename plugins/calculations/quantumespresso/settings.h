/* The port `settings`: keys in upper case, each of a known name and type.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_SETTINGS_H
#define QE_SETTINGS_H

#include "module.h"
#include "program.h"
#include "structure.h"

/* A copy with keys in upper case. raw may be NULL: an empty object.
 * Errors: INVALID (unknown keys, all named; wrong type; two of one name). */
orma_status settings_normalise(const program *p, json_object *raw,
                               json_object **out, orma_error **err);

/* Refuses lists by site whose length or content does not fit the structure. */
orma_status settings_check_sites(json_object *settings, const structure *s,
                                 orma_error **err);

/* A setting that is a truth value; `otherwise` when not given. */
bool settings_is_true(json_object *settings, const char *name, bool otherwise);

#endif
