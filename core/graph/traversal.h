/* Which links carry a set of nodes on to others: AiiDA's rules for export and
 * deletion.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_GRAPH_TRAVERSAL_H
#define CORE_GRAPH_TRAVERSAL_H

#include <graph/link.h>

typedef struct traversal_rules {
    bool forward[LINK_TYPE_COUNT];  /* from source to target */
    bool backward[LINK_TYPE_COUNT]; /* from target to source */
} traversal_rules;

enum traversal_purpose { TRAVERSE_EXPORT, TRAVERSE_DELETE };

void traversal_defaults(enum traversal_purpose purpose, traversal_rules *out);

/* Sets rules by AiiDA's names ("create_backward": true) from a JSON object;
 * NULL: none. Errors: INVALID (unknown name; a rule that is fixed). */
orma_status traversal_set(enum traversal_purpose purpose,
                          const json_object *given, traversal_rules *rules,
                          orma_error **err);

/* All twelve, {"call_calc_backward": bool, …}; NULL without memory. The caller
 * puts it. */
json_object *traversal_json(const traversal_rules *rules);

#endif
