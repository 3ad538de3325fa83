/* Deleting nodes, with all that AiiDA's rules let go with them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_DELETE_H
#define CORE_STORAGE_DELETE_H

#include <storage/traverse.h>

/* What would go: {"nodes": n, "types": {"data.core.int.Int.": n, …}, "links",
 * "groups" (memberships), "comments", "logs": n, "running": [pk, …]}. nodes is
 * the whole set, as store_traverse() made it. The caller puts *out. */
orma_status store_delete_preview(store *s, const pk_set *nodes,
                                 json_object **out, orma_error **err);

/* Deletes the nodes with their links, memberships, comments and logs, in one
 * transaction; their files stay until the storage is maintained. rules: those
 * by which nodes was made.
 * Errors: REFUSED (a process among them runs; nodes were added meanwhile that
 * depend on them), NOT_FOUND (one is gone already). */
orma_status store_delete_nodes(store *s, const traversal_rules *rules,
                               const pk_set *nodes, orma_error **err);

#endif
