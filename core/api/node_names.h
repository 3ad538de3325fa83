/* Sets of nodes that callers of the library name.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_NODE_NAMES_H
#define CORE_API_NODE_NAMES_H

#include <api/profile_internal.h>
#include <storage/pk_set.h>

#define AUTO_PKS __attribute__((cleanup(pk_set_free)))

/* Adds the nodes of a JSON array of pks, UUIDs and labels.
 * Errors: INVALID (no such array), NOT_FOUND. */
orma_status node_names_find(orma_profile *p, const json_object *names,
                            pk_set *nodes, orma_error **err);

/* Deletes the nodes with what depends on them, or tells what would go; options
 * and *out: see orma_node_delete(). The caller puts *out. */
orma_status node_names_delete(orma_profile *p, const json_object *options,
                              pk_set *nodes, json_object **out,
                              orma_error **err);

#endif
