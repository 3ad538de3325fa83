/* Links and AiiDA's rules for them, as pure functions over facts that storage
 * looks up.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_GRAPH_LINK_H
#define CORE_GRAPH_LINK_H

#include <graph/node.h>

enum link_type {
    LINK_CREATE,
    LINK_RETURN,
    LINK_INPUT_CALC,
    LINK_INPUT_WORK,
    LINK_CALL_CALC,
    LINK_CALL_WORK,
    LINK_TYPE_COUNT
};

const char *link_type_word(enum link_type type); /* "input_calc" */
bool link_type_parse(const char *word, enum link_type *type);

/* May a link of this type lead from a node of one class to one of the other? */
bool link_fits(enum link_type type, enum node_class source,
               enum node_class target);

/* What must be unique, so that storage can ask the database. */
enum link_uniqueness {
    LINK_UNIQUE_TRIPLE, /* (source, target, label) */
    LINK_UNIQUE_LABEL,  /* label among the node's links of this type */
    LINK_UNIQUE_DEGREE  /* at most one link of this type */
};
enum link_uniqueness link_outgoing_rule(enum link_type type); /* per source */
enum link_uniqueness link_incoming_rule(enum link_type type); /* per target */

/* Label, ends' classes, self link, sealed ends; `create` to data that was
 * stored before, incoming links to a stored process (new_target false).
 * Errors: REFUSED or INVALID, naming both ends and the rule. */
orma_status link_check(enum link_type type, const node *source,
                       const node *target, const char *label, bool new_target,
                       orma_error **err);

#endif
