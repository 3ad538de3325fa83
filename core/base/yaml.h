/* YAML documents (libyaml) as JSON values and back, YAML 1.2 core schema:
 * `No` is text, `1e-8` a number, `0o14` an octal int, `.inf` refused.
 * Anchors, tags other than !!str and !!int etc., merge keys and duplicate keys
 * are refused with line and column.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_YAML_H
#define CORE_BASE_YAML_H

#include <base/json.h>

/* All documents of the text as one JSON array. `name` stands in errors before
 * ":line:column: ". Errors: INVALID. */
orma_status yaml_parse(const char *name, orma_str text, json_object **documents,
                       orma_error **err);

/* One scalar by the core schema: `12.0` a float, `[1,2]` is not looked into.
 * NULL for null (and without memory); text for what is no finite number. */
json_object *yaml_scalar(orma_str text);

/* Block style, as a YAML 1.2 reader gets the same values back. */
orma_status yaml_write(buf *out, const json_object *value, orma_error **err);

#endif
