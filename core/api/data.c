/* Data nodes: importing files, exporting, listing a type.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/inputs.h>

orma_status orma_data_import(orma_profile *profile, const char *type,
                             const char *format, const char *path,
                             const char *label, int64_t *pk, orma_error **err)
{
    AUTO_NODE node *n = NULL;
    unit *u = NULL;

    orma_status st =
        data_import(profile->registry, type, format, path, &n, err);
    if (st == ORMA_OK)
        st = data_validate(profile->registry, n, err);
    if (st != ORMA_OK)
        return st;
    if (label != NULL) {
        char *copy = text_copy(label);
        if (copy == NULL)
            return error_no_memory(err);
        free(n->label);
        n->label = copy;
    }
    st = unit_begin(profile->store, &u, err);
    if (st != ORMA_OK)
        return st;
    st = unit_add_node(u, n, err);
    if (st != ORMA_OK) {
        unit_abort(u);
        return st;
    }
    st = unit_commit(u, err);
    if (st == ORMA_OK)
        *pk = n->pk;
    return st;
}

orma_status orma_data_expect(orma_profile *profile, const char *type,
                             const char *node_name, orma_error **err)
{
    registry *r = profile->registry;
    const plugin_entry *wanted = NULL;
    AUTO_NODE node *n = NULL;

    orma_status st = registry_find(r, KIND_DATA, type, &wanted, err);
    if (st == ORMA_OK)
        st = store_find_node(profile->store, node_name, NULL, &n, err);
    if (st != ORMA_OK)
        return st;
    const plugin_entry *own = registry_data_by_node_type(r, n->node_type);
    if (own == wanted ||
        (own != NULL && registry_data_is_a(r, own->name, wanted->name)))
        return ORMA_OK;
    if (node_is_process(n->node_type))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "node %lld is a process, not a \"%s\"",
                         (long long)n->pk, wanted->name);
    return error_set(err, ORMA_E_INVALID, "node", 0,
                     "node %lld is a \"%s\", not a \"%s\"", (long long)n->pk,
                     own != NULL ? own->name : n->node_type, wanted->name);
}

orma_status orma_data_export(orma_profile *profile, const char *node_name,
                             const char *format, char **text, size_t *len,
                             orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf out = {0};

    orma_status st =
        store_find_node(profile->store, node_name, "data.", &n, err);
    if (st == ORMA_OK)
        st = data_export(profile->registry, n, format, &out, err);
    if (st == ORMA_OK)
        st = buf_status(&out, err);
    if (st != ORMA_OK)
        return st;
    const size_t written = out.len;
    char *taken = buf_take(&out);
    if (taken == NULL)
        return error_no_memory(err);
    *text = taken;
    *len = written;
    return ORMA_OK;
}

static int by_pk(const void *a, const void *b)
{
    const json_object *const *left = a, *const *right = b;
    const int64_t x = json_get_int(*left, "pk", 0);
    const int64_t y = json_get_int(*right, "pk", 0);
    return (x > y) - (x < y);
}

/* Rows of one entry point and those whose names it begins. */
static orma_status add_type(orma_profile *p, const char *name, int64_t limit,
                            json_object *rows, orma_error **err)
{
    AUTO_JSON json_object *found = NULL;
    AUTO_FREE char *prefix = text_printf("data.%s.", name);
    if (prefix == NULL)
        return error_no_memory(err);
    const orma_status st =
        store_list_nodes(p->store, prefix, false, limit, &found, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(found);
         i++)
        json_object_array_add(
            rows, json_object_get(json_object_array_get_idx(found, i)));
    return st;
}

/* Is a name of the type listed by an entry whose name it continues? */
static bool is_covered(const char *name, const char *base)
{
    const size_t len = strlen(base);
    return strncmp(name, base, len) == 0 && name[len] == '.';
}

static orma_status add_summary(orma_profile *p, json_object *row,
                               orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf summary = {0};
    const orma_status st =
        store_node(p->store, json_get_int(row, "pk", 0), &n, err);
    if (st != ORMA_OK)
        return st;
    node_summary(p, n, &summary);
    json_set_text(row, "summary", buf_c_str(&summary));
    return ORMA_OK;
}

/* The newest `limit` rows, each once, with their summaries. */
static orma_status finish_rows(orma_profile *p, json_object *rows,
                               int64_t limit, json_object *out,
                               orma_error **err)
{
    json_object_array_sort(rows, by_pk);
    const size_t n = json_object_array_length(rows);
    size_t first = limit > 0 && n > (size_t)limit ? n - (size_t)limit : 0;
    int64_t last_pk = 0;
    for (; first < n; first++) {
        json_object *row = json_object_array_get_idx(rows, first);
        const int64_t pk = json_get_int(row, "pk", 0);
        if (pk == last_pk)
            continue;
        last_pk = pk;
        const orma_status st = add_summary(p, row, err);
        if (st != ORMA_OK)
            return st;
        json_object_array_add(out, json_object_get(row));
    }
    return ORMA_OK;
}

orma_status orma_data_list(orma_profile *profile, const char *type,
                           int64_t limit, char **json, orma_error **err)
{
    registry *r = profile->registry;
    const plugin_entry *base = NULL;
    AUTO_JSON json_object *rows = json_object_new_array();
    AUTO_JSON json_object *out = json_object_new_array();

    orma_status st = registry_find(r, KIND_DATA, type, &base, err);
    if (st == ORMA_OK)
        st = add_type(profile, base->name, limit, rows, err);
    for (size_t i = 0; st == ORMA_OK && i < registry_entry_count(r); i++) {
        const plugin_entry *entry = registry_entry(r, i);
        if (entry->kind == KIND_DATA && entry->state == PLUGIN_OK &&
            entry != base && !is_covered(entry->name, base->name) &&
            registry_data_is_a(r, entry->name, base->name))
            st = add_type(profile, entry->name, limit, rows, err);
    }
    if (st == ORMA_OK)
        st = finish_rows(profile, rows, limit, out, err);
    return st == ORMA_OK ? hand_out(json_object_get(out), json, err) : st;
}
