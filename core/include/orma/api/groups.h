/* Groups of nodes, for programs that use liborma. A group is named by its pk,
 * label, UUID or its beginning; "label" alone must be one group's.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_API_GROUPS_H
#define ORMA_API_GROUPS_H

#include <orma/api/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* group: [in] JSON object: "label", and optionally "type_string" ("core"),
 * "description", "extras". *pk: the new group. Errors: INVALID, REFUSED (a
 * group of this label and type is there). [worker-thread] */
ORMA_EXPORT orma_status orma_group_create(orma_profile *profile, orma_str group,
                                          int64_t *pk, orma_error **err);

/* JSON object [owned]: "pk","uuid","label","type_string","time","description",
 * "extras","user","count" (of nodes). [worker-thread] */
ORMA_EXPORT orma_status orma_group_show(orma_profile *profile,
                                        const char *group, char **json,
                                        orma_error **err);

/* JSON array [owned] of such objects. query: [in] JSON object, all optional:
 * "type_string" (a text, or a pattern with "%"), "user" (e-mail address),
 * "mine" (of the profile's user),
 * "past_days", "contains", "startswith", "endswith" (of the label), "node",
 * "count" (true: with "count"), "order_by" ("label","id","ctime"), "order_dir"
 * ("asc","desc"). [worker-thread] */
ORMA_EXPORT orma_status orma_group_list(orma_profile *profile, orma_str query,
                                        char **json, orma_error **err);

/* The nodes in the order in which they came, at most limit (0: all): JSON
 * array [owned] of {"pk","uuid","type","node_type","label","ctime"}.
 * [worker-thread] */
ORMA_EXPORT orma_status orma_group_nodes(orma_profile *profile,
                                         const char *group, int64_t limit,
                                         char **json, orma_error **err);

/* changes: [in] JSON object: "label", "description". [worker-thread] */
ORMA_EXPORT orma_status orma_group_edit(orma_profile *profile,
                                        const char *group, orma_str changes,
                                        orma_error **err);

/* value: [in] JSON text; ptr NULL deletes the extra. [worker-thread] */
ORMA_EXPORT orma_status orma_group_set_extra(orma_profile *profile,
                                             const char *group, const char *key,
                                             orma_str value, orma_error **err);

/* nodes: [in] JSON array of pks, UUIDs and labels; ptr NULL: all nodes of the
 * group. What is (or is not) a member already is passed over; *changed counts
 * the others. [worker-thread] */
ORMA_EXPORT orma_status orma_group_add(orma_profile *profile, const char *group,
                                       orma_str nodes, int64_t *changed,
                                       orma_error **err);
ORMA_EXPORT orma_status orma_group_remove(orma_profile *profile,
                                          const char *group, orma_str nodes,
                                          int64_t *changed, orma_error **err);
ORMA_EXPORT orma_status orma_group_move(orma_profile *profile, const char *from,
                                        const char *to, orma_str nodes,
                                        int64_t *changed, orma_error **err);

/* Adds the nodes of a group to the one of this label and the same type, which
 * is made when there is none: JSON object [owned] {"pk","label","is_new",
 * "nodes" (added)}. [worker-thread] */
ORMA_EXPORT orma_status orma_group_copy(orma_profile *profile, const char *from,
                                        const char *label, char **json,
                                        orma_error **err);

/* Deletes groups. options: [in] JSON object: "groups" (array), "delete_nodes"
 * (with all that depends on them), "rules" and "dry_run" as for
 * orma_node_delete(). *json [owned]: {"groups": [those deleted], "nodes":
 * what orma_node_delete() tells, or null, "deleted": bool}.
 * Errors: NOT_FOUND, REFUSED (a node's process runs). [worker-thread] */
ORMA_EXPORT orma_status orma_group_delete(orma_profile *profile,
                                          orma_str options, char **json,
                                          orma_error **err);

/* Labels as paths, '/' between the names: JSON array [owned] of {"path","pk"
 * (null: only a beginning of others),"description","nodes","groups" (below)}.
 * query: [in] JSON object, all optional: "path" (what lies below), "recursive",
 * "type_string" ("core"). Errors: NOT_FOUND (nothing below path).
 * [worker-thread] */
ORMA_EXPORT orma_status orma_group_paths(orma_profile *profile, orma_str query,
                                         char **json, orma_error **err);

#ifdef __cplusplus
}
#endif
#endif
