/* What the data types with arrays share: core.array and those derived from it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_ARRAYS_H
#define DATA_CORE_ARRAYS_H

#include <stdbool.h>

#include "json.h"
#include "text.h"

/* The .npy files are exactly those of the attributes `array|…`, with the
 * shapes that these tell. attributes: the node's. */
orma_status arrays_check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err);

/* Is there an attribute `array|name`? */
bool arrays_has(const json_object *attributes, const char *name);

/* What an array must be; -1 fits any length. */
typedef struct array_form {
    const char *name;
    int32_t dtype, ndim;
    int64_t shape[3];
} array_form;

/* Errors: INVALID, naming what differs. */
orma_status arrays_need(const orma_node_ops *ops, const orma_node *node,
                        const array_form *form, orma_array_view *view,
                        orma_error **err);

/* {"name": nested list, …, "attribute": …}: what from_literal() of the type
 * takes back, as format "json"; also "npy" and "npz". orma_data's
 * export_file(). */
orma_status arrays_export(const orma_data *self, const orma_node_ops *ops,
                          const orma_node *node, const char *format,
                          orma_writer *out, orma_error **err);

/* The members of that object, behind others. json: the attributes as text. */
orma_status arrays_write_members(const orma_node_ops *ops,
                                 const orma_node *node, orma_str json,
                                 const json_object *attributes, text *out,
                                 orma_error **err);

#endif
