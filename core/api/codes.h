/* What the files about codes share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_CODES_H
#define CORE_API_CODES_H

#include <api/profile_internal.h>

/* Attributes as AiiDA stores them, with their options and defaults. */
typedef struct code_attribute {
    const char *option, *attribute;
    enum { CODE_DEFAULT_EMPTY, CODE_DEFAULT_FALSE, CODE_DEFAULT_NULL } fallback;
} code_attribute;

/* Ended by NULL. */
extern const code_attribute code_attributes[];

/* Makes a code; given: see orma_code_create(). original: the code whose files
 * it takes when given names no folder, NULL: there is none. */
orma_status code_store(orma_profile *profile, const char *entry,
                       const json_object *given, const node *original,
                       int64_t *pk, orma_error **err);

/* AiiDA finds a code by its full label, so that must be one code's only.
 * computer: its label, or NULL. Errors: REFUSED. */
orma_status code_refuse_taken(orma_profile *p, const char *label,
                              const char *computer, orma_error **err);

#endif
