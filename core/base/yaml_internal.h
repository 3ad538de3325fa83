/* What the YAML reader and writer share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_YAML_INTERNAL_H
#define CORE_BASE_YAML_INTERNAL_H

#include <base/json.h>

/* Types of the core schema, and what it knows but JSON does not. */
enum yaml_type {
    YAML_TEXT,
    YAML_NULL,
    YAML_BOOL,
    YAML_INT,
    YAML_FLOAT,
    YAML_NOT_FINITE
};

enum yaml_type yaml_type_of(orma_str text);

/* The value of a plain scalar. Errors: INVALID (not finite, out of range),
 * NO_MEMORY. */
orma_status yaml_resolve(orma_str text, json_object **out, orma_error **err);

#endif
