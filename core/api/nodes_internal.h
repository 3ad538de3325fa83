/* How nodes are described, shared by the files that show them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_NODES_INTERNAL_H
#define CORE_API_NODES_INTERNAL_H

#include <api/profile_internal.h>

static inline void cleanup_node(node **n)
{
    node_free(*n);
}
#define AUTO_NODE __attribute__((cleanup(cleanup_node)))
#define AUTO_LINKS __attribute__((cleanup(store_links_finish)))

/* "StructureData" of "data.core.structure.StructureData.". The caller frees
 * it; NULL without memory. */
char *node_class_name(const char *node_type);

/* What people call the node: a process's label, else its class. As above. */
char *node_display_name(const node *n);

/* One line about its content: a value, a formula, a state. "" when there is
 * nothing to say. */
void node_summary(orma_profile *p, const node *n, buf *out);

/* "⏹ Finished [0]", as AiiDA shows a process's state. */
void process_state_text(const json_object *attributes, buf *out);

/* Writes the files of a repository tree below the folder, which is made; none
 * of them may be there. */
orma_status node_write_files(store *s, const json_object *tree,
                             const char *folder, orma_error **err);

bool node_is_process(const char *node_type);

#endif
