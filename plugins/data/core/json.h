/* Literals and attributes: JSON values read with checks that name the place.
 *
 * Values are json-c's; what is passed on unchanged (numbers of a dictionary,
 * integers beyond 64 bits) travels as text instead, see json_member().
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_JSON_H
#define DATA_CORE_JSON_H

#include <stdbool.h>

#include <json-c/json.h>

#include "cell.h"

/* *out is NULL for null; the caller puts it. */
orma_status json_read(orma_str text, json_object **out, orma_error **err);

/* The node's attributes as an object. */
orma_status json_attributes(const orma_node_ops *ops, const orma_node *node,
                            json_object **out, orma_error **err);

/* The text of member `key` of the object written in `text`; ptr is NULL when
 * there is none. */
orma_str json_member(orma_str text, const char *key);

/* Without leading and trailing blanks. */
orma_str json_trim(orma_str text);

/* Word for a value's type: "a list", "a float". */
const char *json_type_word(const json_object *value);

/* NULL when absent, null, or `object` is no object. */
json_object *json_get(const json_object *object, const char *key);
bool json_has(const json_object *object, const char *key);

/* The text of a string, else NULL. */
const char *json_text(const json_object *value);

/* `value` as a list of `count` numbers, of 3×3 numbers, of strings, as a
 * boolean. what: names it in the refusal. */
orma_status json_reals(const json_object *value, const char *what, size_t count,
                       double *out, orma_error **err);
orma_status json_matrix(const json_object *value, const char *what, matrix *out,
                        orma_error **err);
orma_status json_strings(const json_object *value, const char *what,
                         orma_error **err);
orma_status json_boolean(const json_object *value, const char *what, bool *out,
                         orma_error **err);

/* Refuses keys of `object` that are not in `known`, ended by NULL. */
orma_status json_only(const json_object *object, const char *what,
                      const char *const *known, orma_error **err);

/* Periodic directions of a literal: `pbc` (one or three booleans) or `pbc1`,
 * `pbc2`, `pbc3`; pbc keeps what is not given. *given: some were. */
orma_status json_pbc(const json_object *object, bool pbc[3], bool *given,
                     orma_error **err);

#endif
