/* Groups of nodes.
 *
 * A group is a JSON object {"pk","uuid","label","type_string","time",
 * "description","extras":{…},"user" (email)}; those that count nodes have
 * "count" as well. Each write is a transaction of its own.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_GROUPS_H
#define CORE_STORAGE_GROUPS_H

#include <graph/group.h>
#include <storage/pk_set.h>
#include <storage/store.h>

/* group: "label", and optionally "type_string" (core), "description",
 * "extras", "user" (the default user). Errors: INVALID, NOT_FOUND (user),
 * REFUSED (label and type are taken). */
orma_status store_group_create(store *s, const json_object *group, int64_t *pk,
                               orma_error **err);

/* identifier: pk (all digits), label, UUID or its beginning. type_string
 * chooses among groups of one label, NULL: any. The caller puts *out.
 * Errors: NOT_FOUND with the closest label, INVALID (several). */
orma_status store_group(store *s, const char *identifier,
                        const char *type_string, json_object **out,
                        orma_error **err);

/* The group of this label and type; *out NULL: there is none. */
orma_status store_group_by_label(store *s, const char *label,
                                 const char *type_string, json_object **out,
                                 orma_error **err);

/* Errors: NOT_FOUND, INVALID, REFUSED (taken). */
orma_status store_group_relabel(store *s, int64_t pk, const char *label,
                                orma_error **err);
orma_status store_group_describe(store *s, int64_t pk, const char *description,
                                 orma_error **err);

/* value NULL deletes the extra, one that is not there is fine. */
orma_status store_group_set_extra(store *s, int64_t pk, const char *key,
                                  const json_object *value, orma_error **err);

/* Deletes groups, not their nodes; pks that are none's are passed over. */
orma_status store_groups_delete(store *s, const pk_set *pks, int64_t *deleted,
                                orma_error **err);

/* ---- members ----------------------------------------------------- */

/* Nodes that are members already, or not, are passed over; *changed counts the
 * others. nodes NULL: all members of the group (of `from`). */
orma_status store_group_add(store *s, int64_t pk, const pk_set *nodes,
                            int64_t *changed, orma_error **err);
orma_status store_group_remove(store *s, int64_t pk, const pk_set *nodes,
                               int64_t *changed, orma_error **err);
orma_status store_group_move(store *s, int64_t from, int64_t to,
                             const pk_set *nodes, int64_t *changed,
                             orma_error **err);

/* Adds the members of `from` to `to`. */
orma_status store_group_copy(store *s, int64_t from, int64_t to,
                             int64_t *changed, orma_error **err);

/* Adds the members to nodes. */
orma_status store_group_nodes(store *s, int64_t pk, pk_set *nodes,
                              orma_error **err);

/* One member; texts are valid during the visit. */
typedef struct group_node {
    int64_t pk;
    orma_str uuid, node_type, process_type, label;
    int64_t ctime_ns;
} group_node;

/* A failure ends the listing. */
typedef orma_status group_visit(void *user, const group_node *member,
                                orma_error **err);

/* The members in the order in which they came; limit 0: all. */
orma_status store_group_members(store *s, int64_t pk, int64_t limit,
                                group_visit *visit, void *user,
                                orma_error **err);

/* ---- listing ----------------------------------------------------- */

/* What groups to list; NULL and 0: any. */
typedef struct group_query {
    const char *type_string; /* or a pattern, with '%' */
    const char *user;        /* email */
    int64_t past_days;
    const char *contains, *starts_with, *ends_with; /* of the label */
    int64_t node_pk;                                /* is a member */
    bool counts;          /* "count": the number of nodes */
    const char *order_by; /* "label" (NULL), "id", "ctime" */
    bool descending;
} group_query;

orma_status store_list_groups(store *s, const group_query *wanted,
                              json_object **rows, orma_error **err);

#endif
