/* Types of entities as AiiDA names them, and the filters that they imply.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_QUERY_TYPES_H
#define CORE_QUERY_TYPES_H

#include <plugin/registry.h>
#include <query/entities.h>
#include <query/place.h>

/* One type that was asked for. */
typedef struct query_type {
    enum entity entity;
    char *type;         /* owned: "data.core.int.Int.", "group.core", "user" */
    char *process_type; /* owned: of a class of processes, or NULL */
} query_type;

void query_type_finish(query_type *t);

/* entity_type: a node type, "group.…", "computer", "user", …; AiiDA's rules.
 * base: orm_base, ENTITY_NONE when not given. Errors: INVALID. */
orma_status query_type_of_string(const char *text, enum entity base,
                                 const place *at, query_type *out,
                                 orma_error **err);

/* cls: AiiDA's name of a class ("Node", "StructureData", "Group") or an entry
 * point ("core.int", "aiida.calculations:core.arithmetic.add"). r may be NULL.
 * Errors: INVALID (no such class). */
orma_status query_type_of_class(registry *r, const char *text, const place *at,
                                query_type *out, orma_error **err);

/* Adds to the filters of an item those that its types imply. NULL without
 * memory is told by false. */
bool query_types_filter(const query_type *types, size_t count, bool subclassing,
                        json_object *filters);

/* "StructureData" of "data.core.structure.StructureData."; "node" of "". */
void query_type_tag(const query_type *t, buf *out);

#endif
