/* Changing and deleting nodes, their comments and logs.
 *
 * SPDX-License-Identifier: MIT */
#include <orma/api/entities.h>

#include <api/handout.h>
#include <api/node_names.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <storage/comments.h>

orma_status orma_node_edit(orma_profile *profile, const char *node_name,
                           orma_str changes, orma_error **err)
{
    static const field fields[] = {
        {"label", FIELD_TEXT, false},
        {"description", FIELD_TEXT, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_NODE node *n = NULL;

    orma_status st = take_in(changes, "changes", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st == ORMA_OK)
        st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st != ORMA_OK)
        return st;
    return store_edit_node(profile->store, n->pk, field_text(given, "label"),
                           field_text(given, "description"), err);
}

orma_status orma_node_set_extra(orma_profile *profile, const char *node_name,
                                const char *key, orma_str value,
                                orma_error **err)
{
    AUTO_NODE node *n = NULL;
    json_object *extra = NULL;
    unit *u = NULL;

    orma_status st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st == ORMA_OK && value.ptr != NULL) {
        st = json_parse(value, &extra, err);
        /* A JSON null is a value as well, which C's NULL cannot be here. */
        if (st == ORMA_OK && extra == NULL)
            st = error_set(err, ORMA_E_INVALID, "node", 0,
                           "an extra cannot be null");
    }
    if (st == ORMA_OK)
        st = unit_begin(profile->store, &u, err);
    if (st != ORMA_OK) {
        json_object_put(extra);
        return st;
    }
    st = unit_set_extra(u, n, key, extra, err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    return unit_commit(u, err);
}

orma_status orma_node_delete(orma_profile *profile, orma_str options,
                             char **json, orma_error **err)
{
    static const field fields[] = {
        {"nodes", FIELD_LIST, true},
        {"rules", FIELD_OBJECT, false},
        {"dry_run", FIELD_BOOL, false},
        {"expected", FIELD_COUNT, false},
    };
    AUTO_JSON json_object *given = NULL;
    AUTO_PKS pk_set nodes = {0};
    json_object *told = NULL;

    orma_status st = take_in(options, "options", &given, err);
    if (st == ORMA_OK)
        st = fields_check(given, fields, sizeof fields / sizeof *fields, err);
    if (st == ORMA_OK)
        st = node_names_find(profile, json_get(given, "nodes"), &nodes, err);
    if (st == ORMA_OK)
        st = node_names_delete(profile, given, &nodes, &told, err);
    return st == ORMA_OK ? hand_out(told, json, err) : st;
}

/* ---- comments and logs ------------------------------------------- */

orma_status orma_comment_add(orma_profile *profile, const char *node_name,
                             const char *content, int64_t *pk, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st =
        store_find_node(profile->store, node_name, NULL, &n, err);
    return st == ORMA_OK
               ? store_comment_add(profile->store, n->pk, content, pk, err)
               : st;
}

orma_status orma_comment_update(orma_profile *profile, int64_t pk,
                                const char *content, orma_error **err)
{
    return store_comment_update(profile->store, pk, content, err);
}

orma_status orma_comment_remove(orma_profile *profile, int64_t pk,
                                orma_error **err)
{
    return store_comment_remove(profile->store, pk, err);
}

orma_status orma_comment_show(orma_profile *profile, int64_t pk, char **json,
                              orma_error **err)
{
    json_object *comment = NULL;
    const orma_status st = store_comment(profile->store, pk, &comment, err);
    return st == ORMA_OK ? hand_out(comment, json, err) : st;
}

orma_status orma_comment_list(orma_profile *profile, const char *node_name,
                              const char *user, char **json, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_JSON json_object *known = NULL;
    json_object *rows = NULL;

    orma_status st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st == ORMA_OK && user != NULL)
        st = store_user_by_email(profile->store, user, &known, err);
    if (st == ORMA_OK)
        st = store_list_comments(
            profile->store, n->pk,
            known != NULL ? json_get_text(known, "email", user) : NULL, &rows,
            err);
    return st == ORMA_OK ? hand_out(rows, json, err) : st;
}

orma_status orma_log_delete(orma_profile *profile, const char *process,
                            int64_t log_pk, int64_t *deleted, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st =
        store_find_node(profile->store, process, NULL, &n, err);
    return st == ORMA_OK
               ? store_delete_logs(profile->store, n->pk, log_pk, deleted, err)
               : st;
}
