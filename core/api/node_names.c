/* Finding and deleting sets of nodes.
 *
 * SPDX-License-Identifier: MIT */
#include <api/node_names.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <storage/delete.h>

/* Names that are pks of nodes, by the thousand: without a look at each. */
static orma_status find_pks(orma_profile *p, const json_object *names,
                            pk_set *nodes, orma_error **err)
{
    AUTO_PKS pk_set given = {0};

    for (size_t i = 0; i < json_object_array_length(names); i++) {
        const char *text =
            json_object_get_string(json_object_array_get_idx(names, i));
        char *end = NULL;
        const int64_t pk =
            text != NULL && isdigit((unsigned char)*text) && strlen(text) < 10
                ? strtoll(text, &end, 10)
                : 0;
        if (pk > 0 && *end == '\0' && !pk_set_add(&given, pk, NULL))
            return error_no_memory(err);
    }
    return store_present_nodes(p->store, &given, nodes, err);
}

static orma_status find_one(orma_profile *p, const char *name, pk_set *nodes,
                            orma_error **err)
{
    AUTO_NODE node *n = NULL;
    const orma_status st = store_find_node(p->store, name, NULL, &n, err);

    if (st != ORMA_OK)
        return st;
    return pk_set_add(nodes, n->pk, NULL) ? ORMA_OK : error_no_memory(err);
}

orma_status node_names_find(orma_profile *p, const json_object *names,
                            pk_set *nodes, orma_error **err)
{
    AUTO_PKS pk_set present = {0};

    if (!json_object_is_type(names, json_type_array))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "nodes are named in an array of pks, UUIDs and "
                         "labels");
    orma_status st = find_pks(p, names, &present, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(names);
         i++) {
        json_object *name = json_object_array_get_idx(names, i);
        const char *text = name != NULL ? json_object_get_string(name) : "";
        char *end = NULL;
        const int64_t pk = strtoll(text, &end, 10);
        if (*end == '\0' && isdigit((unsigned char)*text) &&
            pk_set_has(&present, pk))
            st = pk_set_add(nodes, pk, NULL) ? ORMA_OK : error_no_memory(err);
        else
            st = find_one(p, text, nodes, err);
    }
    return st;
}

static orma_status put_pks(const pk_set *nodes, json_object *out,
                           orma_error **err)
{
    json_object *pks = json_object_new_array();
    bool is_made = pks != NULL;

    for (int64_t pk = pk_set_next(nodes, 0); is_made && pk != 0;
         pk = pk_set_next(nodes, pk)) {
        json_object *number = json_object_new_int64(pk);
        is_made = number != NULL && json_object_array_add(pks, number) == 0;
        if (!is_made)
            json_object_put(number);
    }
    if (!is_made) {
        json_object_put(pks);
        return error_no_memory(err);
    }
    return json_set(out, "pks", pks) ? ORMA_OK : error_no_memory(err);
}

static orma_status refuse_unexpected(const json_object *options,
                                     const pk_set *nodes, orma_error **err)
{
    const int64_t expected = json_get_int(options, "expected", -1);

    if (expected < 0 || (size_t)expected == nodes->count)
        return ORMA_OK;
    error_set(err, ORMA_E_REFUSED, "node", 0,
              "nothing is deleted: it would be %zu nodes now, not %lld",
              nodes->count, (long long)expected);
    error_hint(err, "look again at what would be deleted");
    return ORMA_E_REFUSED;
}

orma_status node_names_delete(orma_profile *p, const json_object *options,
                              pk_set *nodes, json_object **out,
                              orma_error **err)
{
    const bool is_dry_run = json_get_bool(options, "dry_run", false);
    AUTO_JSON json_object *told = NULL;
    traversal_rules rules;

    traversal_defaults(TRAVERSE_DELETE, &rules);
    orma_status st =
        traversal_set(TRAVERSE_DELETE, json_get(options, "rules"), &rules, err);
    if (st == ORMA_OK)
        st = store_traverse(p->store, &rules, nodes, err);
    if (st == ORMA_OK)
        st = store_delete_preview(p->store, nodes, &told, err);
    if (st == ORMA_OK)
        st = put_pks(nodes, told, err);
    if (st == ORMA_OK && !is_dry_run)
        st = refuse_unexpected(options, nodes, err);
    if (st == ORMA_OK && !is_dry_run)
        st = store_delete_nodes(p->store, &rules, nodes, err);
    if (st == ORMA_OK && !json_set_bool(told, "deleted", !is_dry_run))
        st = error_no_memory(err);
    if (st != ORMA_OK)
        return st;
    *out = told;
    told = NULL;
    return ORMA_OK;
}
