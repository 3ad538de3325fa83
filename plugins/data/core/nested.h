/* Arrays as nested JSON lists, in both directions.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_NESTED_H
#define DATA_CORE_NESTED_H

#include <json-c/json.h>

#include "text.h"

typedef struct nested {
    int32_t dtype; /* F64, I64 or BOOL */
    int32_t ndim;
    int64_t shape[ORMA_ARRAY_MAX_NDIM];
    size_t count; /* of elements */
    void *data;
} nested;

/* dtype: ORMA_DTYPE_UNKNOWN tells it from the values (integers, booleans, else
 * floats); F64 takes integers, too. what: names the list in refusals.
 * The caller finishes *out. Errors: INVALID (ragged, no numbers). */
orma_status nested_read(const json_object *value, const char *what,
                        int32_t dtype, nested *out, orma_error **err);
void nested_finish(nested *n); /* accepts a zeroed one */

/* An array of a node, and the member of a literal that tells it. */
typedef struct nested_slot {
    const char *name;
    int32_t dtype;
    const char *unit;
} nested_slot;

orma_status nested_set(const nested *n, const nested_slot *slot,
                       const orma_node_ops *ops, orma_node *node,
                       orma_error **err);

/* nested_read() and nested_set() of the member of the slot's name; nothing
 * when it is absent. */
orma_status nested_set_member(const json_object *literal,
                              const nested_slot *slot, const orma_node_ops *ops,
                              orma_node *node, orma_error **err);

/* A view as nested lists; complex numbers are pairs. */
void nested_write(const orma_array_view *view, text *out);

#endif
