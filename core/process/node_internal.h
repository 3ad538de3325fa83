/* Private parts of the node table: what node_ops.c and node_arrays.c share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_NODE_INTERNAL_H
#define CORE_PROCESS_NODE_INTERNAL_H

#include <orma/node.h>
#include <process/node_view.h>

/* Attribute keys that belong to arrays start so. */
#define ARRAY_PREFIX "array|"

/* REFUSED for stored nodes. */
orma_status node_refuse_stored(const node *n, orma_error **err);

/* A JSON value as a text kept with the node. */
orma_status node_keep_json(const node *n, const json_object *value,
                           orma_str *out, orma_error **err);

orma_status node_array(const orma_node *n, const char *name,
                       orma_array_view *view, orma_error **err);
orma_status node_set_array(orma_node *n, const char *name,
                           const orma_array_view *view, orma_error **err);
orma_status node_array_names(const orma_node *n, orma_str *json,
                             orma_error **err);

#endif
