/* Sets of nodes that links lead to.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_TRAVERSE_H
#define CORE_STORAGE_TRAVERSE_H

#include <graph/traversal.h>
#include <storage/pk_set.h>
#include <storage/store.h>

/* Adds to nodes all that the rules lead to from those in it, each link looked
 * at once: breadth first, a portion of the frontier a statement. */
orma_status store_traverse(store *s, const traversal_rules *rules,
                           pk_set *nodes, orma_error **err);

/* Adds to `present` those of pks that are nodes. */
orma_status store_present_nodes(store *s, const pk_set *pks, pk_set *present,
                                orma_error **err);

#endif
