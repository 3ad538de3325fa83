/* Data nodes: importing files, exporting, searching a type.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <orma/api/data.h>
#include <orma/api/nodes.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/inputs.h>
#include <process/node_view.h>
#include <storage/groups.h>

#define DAY_NS (INT64_C(86400) * 1000000000)

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

orma_status orma_data_preview(orma_profile *profile, const char *type,
                              const char *format, const char *path, char **json,
                              orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf summary = {0};
    json_object *described = NULL, *files = NULL;

    orma_status st =
        data_import(profile->registry, type, format, path, &n, err);
    if (st == ORMA_OK)
        st = data_validate(profile->registry, n, err);
    if (st == ORMA_OK)
        st = node_file_list(n, &files, err);
    if (st != ORMA_OK)
        return st;
    node_summary(profile, n, &summary);
    described = json_object_new_object();
    if (described == NULL ||
        !json_set_text(described, "type", n->entry_point) ||
        !json_set_text(described, "summary", buf_c_str(&summary)) ||
        !json_set(described, "attributes", json_object_get(n->attributes)) ||
        !json_set(described, "files", json_object_get(files))) {
        json_object_put(described);
        described = NULL;
    }
    json_object_put(files);
    return hand_out(described, json, err);
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

/* What a row must be. */
typedef struct filter {
    int64_t limit;               /* 0: all */
    int64_t since_ns;            /* 0: any time */
    int64_t user_pk;             /* 0: anybody's */
    const json_object *elements; /* NULL: any */
    pk_set members;              /* of the groups */
    bool has_groups;
} filter;

/* Summaries of matter begin with a formula, which ends at the comma: "BaO3Ti",
 * "{Ga0.70In0.30}As", "O2 Ti (136)". */
static bool has_element(const char *summary, const char *symbol)
{
    const size_t len = strlen(symbol);

    for (const char *c = summary; *c != '\0' && *c != ','; c++) {
        size_t n = 1;
        if (*c < 'A' || *c > 'Z')
            continue;
        while (c[n] >= 'a' && c[n] <= 'z')
            n++;
        if (n == len && strncmp(c, symbol, len) == 0)
            return true;
        c += n - 1;
    }
    return false;
}

static bool has_elements(const char *summary, const json_object *elements)
{
    const size_t n = elements != NULL ? json_object_array_length(elements) : 0;

    for (size_t i = 0; i < n; i++)
        if (!has_element(summary, json_object_get_string(
                                      json_object_array_get_idx(elements, i))))
            return false;
    return true;
}

/* Adds the summary to a row that passes. */
static orma_status judge(orma_profile *p, const filter *f, json_object *row,
                         bool *passes, orma_error **err)
{
    const int64_t pk = json_get_int(row, "pk", 0);
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf summary = {0};

    *passes = !f->has_groups || pk_set_has(&f->members, pk);
    if (!*passes)
        return ORMA_OK;
    const orma_status st = store_node(p->store, pk, &n, err);
    if (st != ORMA_OK)
        return st;
    *passes = n->ctime_ns >= f->since_ns &&
              (f->user_pk == 0 || n->user_pk == f->user_pk);
    if (!*passes)
        return ORMA_OK;
    node_summary(p, n, &summary);
    *passes = has_elements(buf_c_str(&summary), f->elements);
    return json_set_text(row, "summary", buf_c_str(&summary))
               ? ORMA_OK
               : error_no_memory(err);
}

/* From the newest row back, until there are enough; each once. */
static orma_status choose_rows(orma_profile *p, const filter *f,
                               json_object *rows, json_object *out,
                               orma_error **err)
{
    int64_t last_pk = 0, found = 0;

    json_object_array_sort(rows, by_pk);
    for (size_t i = json_object_array_length(rows); i > 0; i--) {
        json_object *row = json_object_array_get_idx(rows, i - 1);
        const int64_t pk = json_get_int(row, "pk", 0);
        bool passes = false;
        if (pk == last_pk)
            continue;
        last_pk = pk;
        const orma_status st = judge(p, f, row, &passes, err);
        if (st != ORMA_OK)
            return st;
        if (!passes)
            continue;
        json_object_array_add(out, json_object_get(row));
        if (++found == f->limit)
            break;
    }
    json_object_array_sort(out, by_pk);
    return ORMA_OK;
}

static orma_status add_group(orma_profile *p, const char *name, filter *f,
                             orma_error **err)
{
    AUTO_JSON json_object *group = NULL;
    orma_status st = store_group(p->store, name, NULL, &group, err);

    if (st == ORMA_OK)
        st = store_group_nodes(p->store, json_get_int(group, "pk", 0),
                               &f->members, err);
    return st;
}

static orma_status read_filter(orma_profile *p, const json_object *query,
                               filter *f, orma_error **err)
{
    static const field fields[] = {
        {"limit", FIELD_NUMBER, false}, {"past_days", FIELD_NUMBER, false},
        {"mine", FIELD_BOOL, false},    {"elements", FIELD_LIST, false},
        {"groups", FIELD_LIST, false},
    };
    const json_object *groups = json_get(query, "groups");
    const json_object *past = json_get(query, "past_days");
    orma_status st =
        fields_check(query, fields, sizeof fields / sizeof *fields, err);

    if (st != ORMA_OK)
        return st;
    f->limit = json_get_int(query, "limit", 0);
    f->elements = json_get(query, "elements");
    if (past != NULL)
        f->since_ns = time_now_ns() - json_object_get_int64(past) * DAY_NS;
    if (json_get_bool(query, "mine", false))
        f->user_pk = store_default_user(p->store);
    f->has_groups = groups != NULL;
    for (size_t i = 0;
         f->has_groups && st == ORMA_OK && i < json_object_array_length(groups);
         i++)
        st = add_group(
            p, json_object_get_string(json_object_array_get_idx(groups, i)), f,
            err);
    return st;
}

/* Rows of the type and those derived from it, some perhaps twice. */
static orma_status add_types(orma_profile *p, const char *type, int64_t limit,
                             json_object *rows, orma_error **err)
{
    registry *r = p->registry;
    const plugin_entry *base = NULL;
    orma_status st = registry_find(r, KIND_DATA, type, &base, err);

    if (st == ORMA_OK)
        st = add_type(p, base->name, limit, rows, err);
    for (size_t i = 0; st == ORMA_OK && i < registry_entry_count(r); i++) {
        const plugin_entry *entry = registry_entry(r, i);
        if (entry->kind == KIND_DATA && entry->state == PLUGIN_OK &&
            entry != base && !is_covered(entry->name, base->name) &&
            registry_data_is_a(r, entry->name, base->name))
            st = add_type(p, entry->name, limit, rows, err);
    }
    return st;
}

orma_status orma_data_find(orma_profile *profile, const char *type,
                           orma_str query, char **json, orma_error **err)
{
    AUTO_JSON json_object *wanted = NULL;
    AUTO_JSON json_object *rows = json_object_new_array();
    AUTO_JSON json_object *out = json_object_new_array();
    filter f = {0};

    orma_status st = take_in(query, "query", &wanted, err);
    if (st == ORMA_OK)
        st = read_filter(profile, wanted, &f, err);
    const bool is_plain = f.since_ns == 0 && f.user_pk == 0 &&
                          f.elements == NULL && !f.has_groups;
    if (st == ORMA_OK)
        st = add_types(profile, type, is_plain ? f.limit : 0, rows, err);
    if (st == ORMA_OK)
        st = choose_rows(profile, &f, rows, out, err);
    pk_set_free(&f.members);
    return st == ORMA_OK ? hand_out(json_object_get(out), json, err) : st;
}

orma_status orma_data_list(orma_profile *profile, const char *type,
                           int64_t limit, char **json, orma_error **err)
{
    AUTO_FREE char *query =
        text_printf("{\"limit\": %lld}", (long long)(limit > 0 ? limit : 0));

    if (query == NULL)
        return error_no_memory(err);
    return orma_data_find(profile, type, (orma_str){query, strlen(query)}, json,
                          err);
}
