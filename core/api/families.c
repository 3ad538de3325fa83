/* Families: groups of data nodes of one type, made of and into folders of
 * files.
 *
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <orma/api/data.h>

#include <api/handout.h>
#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <process/inputs.h>
#include <storage/groups.h>

#define MAX_MEMBERS 10000

/* A family in the making. */
typedef struct upload {
    orma_profile *profile;
    const plugin_entry *entry;
    bool refuses_known;
    json_object *known;    /* md5 → pk of the type's nodes */
    json_object *elements; /* those that were seen → file */
    node **fresh;          /* to be stored */
    size_t fresh_count, fresh_capacity;
    pk_set members;
    int64_t nodes;
} upload;

static void upload_finish(upload *u)
{
    json_object_put(u->known);
    json_object_put(u->elements);
    for (size_t i = 0; i < u->fresh_count; i++)
        node_free(u->fresh[i]);
    free(u->fresh);
    pk_set_free(&u->members);
}

/* Nodes of exactly this type, and of those derived from it. */
static char *type_prefix(const plugin_entry *entry)
{
    return text_printf("data.%s.", entry->name);
}

static orma_status read_known(upload *u, orma_error **err)
{
    AUTO_FREE char *prefix = type_prefix(u->entry);
    AUTO_JSON json_object *rows = NULL;

    if (prefix == NULL)
        return error_no_memory(err);
    const orma_status st =
        store_list_nodes(u->profile->store, prefix, true, 0, &rows, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        const json_object *row = json_object_array_get_idx(rows, i);
        const char *md5 =
            json_get_text(json_get(row, "attributes"), "md5", NULL);
        if (md5 != NULL &&
            !json_set_int(u->known, md5, json_get_int(row, "pk", 0)))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

/* One node of each element, as a family of pseudopotentials has. */
static orma_status check_element(upload *u, const node *n, const char *file,
                                 orma_error **err)
{
    const char *element = json_get_text(n->attributes, "element", NULL);
    const char *before =
        element != NULL ? json_get_text(u->elements, element, NULL) : NULL;

    if (before != NULL)
        return error_set(err, ORMA_E_INVALID, "group", 0,
                         "\"%s\" and \"%s\" are both of %s", before, file,
                         element);
    if (element != NULL && !json_set_text(u->elements, element, file))
        return error_no_memory(err);
    return ORMA_OK;
}

static orma_status keep(upload *u, node **n, orma_error **err)
{
    if (u->fresh_count == u->fresh_capacity) {
        const size_t more = u->fresh_capacity == 0 ? 64 : 2 * u->fresh_capacity;
        node **grown = realloc(u->fresh, more * sizeof(node *));
        if (grown == NULL)
            return error_no_memory(err);
        u->fresh = grown;
        u->fresh_capacity = more;
    }
    u->fresh[u->fresh_count++] = *n;
    *n = NULL;
    return ORMA_OK;
}

static orma_status take_file(upload *u, const char *path, const char *name,
                             orma_error **err)
{
    AUTO_NODE node *n = NULL;
    orma_status st =
        data_import(u->profile->registry, u->entry->name, NULL, path, &n, err);

    if (st == ORMA_OK)
        st = data_validate(u->profile->registry, n, err);
    if (st == ORMA_OK)
        st = check_element(u, n, name, err);
    if (st != ORMA_OK)
        return st;
    const char *md5 = json_get_text(n->attributes, "md5", "");
    const int64_t pk = json_get_int(u->known, md5, 0);
    u->nodes++;
    if (pk == 0)
        return keep(u, &n, err);
    if (u->refuses_known)
        return error_set(err, ORMA_E_REFUSED, "group", 0,
                         "\"%s\" is node %lld already", name, (long long)pk);
    return pk_set_add(&u->members, pk, NULL) ? ORMA_OK : error_no_memory(err);
}

/* Is the name's ending one of the type's formats? Other files, a README, are
 * none of the family's. */
static bool has_ending(const upload *u, const char *name)
{
    const json_object *spec = NULL;
    const char *dot = strrchr(name, '.');

    if (dot == NULL || dot == name ||
        registry_spec(u->profile->registry, u->entry, &spec, NULL) != ORMA_OK)
        return false;
    const json_object *formats = json_get(json_get(spec, "formats"), "import");
    const size_t n = json_object_is_type(formats, json_type_array)
                         ? json_object_array_length(formats)
                         : 0;
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(dot + 1, json_object_get_string(
                                    json_object_array_get_idx(formats, i))) ==
            0)
            return true;
    return false;
}

static orma_status take_folder(upload *u, const char *folder, orma_error **err)
{
    struct dirent **names = NULL;
    const int n = scandir(folder, &names, NULL, alphasort);
    orma_status st = ORMA_OK;

    if (n < 0)
        return error_errno(err, errno, "group", "%s", folder);
    if (n > MAX_MEMBERS)
        st = error_set(err, ORMA_E_INVALID, "group", 0,
                       "%s holds more than %d files", folder, MAX_MEMBERS);
    for (int i = 0; i < n; i++) {
        AUTO_FREE char *path = text_printf("%s/%s", folder, names[i]->d_name);
        if (st == ORMA_OK && path == NULL)
            st = error_no_memory(err);
        if (st == ORMA_OK && has_ending(u, names[i]->d_name))
            st = take_file(u, path, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return st;
}

/* All new nodes in one transaction. */
static orma_status store_fresh(upload *u, orma_error **err)
{
    unit *transaction = NULL;
    orma_status st = unit_begin(u->profile->store, &transaction, err);

    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < u->fresh_count && st == ORMA_OK; i++)
        st = unit_add_node(transaction, u->fresh[i], err);
    if (st != ORMA_OK) {
        unit_abort(transaction);
        return st;
    }
    st = unit_commit(transaction, err);
    for (size_t i = 0; i < u->fresh_count && st == ORMA_OK; i++)
        if (!pk_set_add(&u->members, u->fresh[i]->pk, NULL))
            st = error_no_memory(err);
    return st;
}

/* A family without members would be in the way of the next try. */
static void drop_group(upload *u, int64_t pk)
{
    pk_set one = {0};
    int64_t deleted = 0;
    if (pk_set_add(&one, pk, NULL))
        store_groups_delete(u->profile->store, &one, &deleted, NULL);
    pk_set_free(&one);
}

static orma_status make_group(upload *u, const char *label,
                              const char *description, int64_t *pk,
                              orma_error **err)
{
    AUTO_JSON json_object *group = json_object_new_object();
    int64_t changed = 0;

    if (group == NULL || !json_set_text(group, "label", label) ||
        !json_set_text(group, "type_string", u->entry->name) ||
        !json_set_text(group, "description",
                       description != NULL ? description : ""))
        return error_no_memory(err);
    orma_status st = store_group_create(u->profile->store, group, pk, err);
    if (st != ORMA_OK)
        return st;
    st = store_group_add(u->profile->store, *pk, &u->members, &changed, err);
    if (st != ORMA_OK)
        drop_group(u, *pk);
    return st;
}

static orma_status refuse_taken(upload *u, const char *label, orma_error **err)
{
    AUTO_JSON json_object *group = NULL;
    const orma_status st = store_group_by_label(u->profile->store, label,
                                                u->entry->name, &group, err);

    if (st != ORMA_OK || group == NULL)
        return st;
    return error_set(err, ORMA_E_REFUSED, "group", 0,
                     "there is a family \"%s\" already", label);
}

orma_status orma_family_upload(orma_profile *profile, const char *type,
                               const char *folder, const char *label,
                               const char *description, int32_t refuse_known,
                               char **json, orma_error **err)
{
    upload u = {.profile = profile,
                .refuses_known = refuse_known != 0,
                .known = json_object_new_object(),
                .elements = json_object_new_object()};
    json_object *answer = json_object_new_object();
    int64_t pk = 0;

    orma_status st =
        registry_find(profile->registry, KIND_DATA, type, &u.entry, err);
    if (st == ORMA_OK)
        st = refuse_taken(&u, label, err);
    if (st == ORMA_OK)
        st = read_known(&u, err);
    if (st == ORMA_OK)
        st = take_folder(&u, folder, err);
    if (st == ORMA_OK && u.nodes == 0)
        st = error_set(err, ORMA_E_INVALID, "group", 0,
                       "%s holds no files of \"%s\"", folder, u.entry->name);
    if (st == ORMA_OK)
        st = store_fresh(&u, err);
    if (st == ORMA_OK)
        st = make_group(&u, label, description, &pk, err);
    if (st == ORMA_OK && !(json_set_int(answer, "pk", pk) &&
                           json_set_text(answer, "label", label) &&
                           json_set_int(answer, "nodes", u.nodes) &&
                           json_set_int(answer, "new", (int64_t)u.fresh_count)))
        st = error_no_memory(err);
    upload_finish(&u);
    if (st == ORMA_OK)
        return hand_out(answer, json, err);
    json_object_put(answer);
    return st;
}

/* Does the family have one of the elements? */
static orma_status has_element(orma_profile *p, int64_t group,
                               const json_object *elements, bool *found,
                               orma_error **err)
{
    pk_set members = {0};
    orma_status st = store_group_nodes(p->store, group, &members, err);

    *found = false;
    for (int64_t pk = pk_set_next(&members, 0);
         pk != 0 && st == ORMA_OK && !*found; pk = pk_set_next(&members, pk)) {
        AUTO_NODE node *n = NULL;
        st = store_node(p->store, pk, &n, err);
        const char *element =
            st == ORMA_OK ? json_get_text(n->attributes, "element", "") : "";
        for (size_t i = 0; i < json_object_array_length(elements); i++)
            *found =
                *found || strcmp(json_object_get_string(
                                     json_object_array_get_idx(elements, i)),
                                 element) == 0;
    }
    pk_set_free(&members);
    return st;
}

static json_object *family_row(const json_object *group)
{
    json_object *row = json_object_new_object();

    if (row != NULL && json_set_int(row, "pk", json_get_int(group, "pk", 0)) &&
        json_set_text(row, "label", json_get_text(group, "label", "")) &&
        json_set_text(row, "description",
                      json_get_text(group, "description", "")) &&
        json_set_int(row, "nodes", json_get_int(group, "count", 0)))
        return row;
    json_object_put(row);
    return NULL;
}

orma_status orma_family_list(orma_profile *profile, const char *type,
                             orma_str elements, char **json, orma_error **err)
{
    const plugin_entry *entry = NULL;
    AUTO_JSON json_object *wanted = NULL, *groups = NULL;
    AUTO_JSON json_object *rows = json_object_new_array();

    orma_status st =
        registry_find(profile->registry, KIND_DATA, type, &entry, err);
    if (st == ORMA_OK && elements.ptr != NULL)
        st = json_parse(elements, &wanted, err);
    if (st != ORMA_OK)
        return st;
    const group_query query = {.type_string = entry->name, .counts = true};
    st = store_list_groups(profile->store, &query, &groups, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(groups);
         i++) {
        const json_object *group = json_object_array_get_idx(groups, i);
        bool fits = true;
        if (json_object_is_type(wanted, json_type_array))
            st = has_element(profile, json_get_int(group, "pk", 0), wanted,
                             &fits, err);
        if (st == ORMA_OK && fits &&
            json_object_array_add(rows, family_row(group)) != 0)
            st = error_no_memory(err);
    }
    return st == ORMA_OK ? hand_out(json_object_get(rows), json, err) : st;
}

/* Writes the one file of a node, or keeps what is there. */
static orma_status write_member(orma_profile *p, int64_t pk, const char *folder,
                                json_object *written, json_object *kept,
                                orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_BUF buf bytes = {0};
    bool found = false;
    orma_status st = store_node(p->store, pk, &n, err);

    if (st != ORMA_OK)
        return st;
    const char *name = json_get_text(n->attributes, "filename", NULL);
    if (name == NULL || strchr(name, '/') != NULL || !file_path_is_safe(name))
        return error_set(err, ORMA_E_INVALID, "group", 0,
                         "node %lld has no file of one name", (long long)pk);
    AUTO_FREE char *path = text_printf("%s/%s", folder, name);
    if (path == NULL)
        return error_no_memory(err);
    json_object *said = access(path, F_OK) == 0 ? kept : written;
    if (said == written) {
        st = store_read_file(p->store, n, name, &bytes, &found, err);
        if (st == ORMA_OK && !found)
            st = error_set(err, ORMA_E_NOT_FOUND, "group", 0,
                           "node %lld lacks \"%s\"", (long long)pk, name);
        if (st == ORMA_OK)
            st = file_write(path, buf_view(&bytes), 0666, err);
    }
    if (st == ORMA_OK &&
        json_object_array_add(said, json_object_new_string(name)) != 0)
        st = error_no_memory(err);
    return st;
}

orma_status orma_family_export(orma_profile *profile, const char *type,
                               const char *label, const char *folder,
                               char **json, orma_error **err)
{
    const plugin_entry *entry = NULL;
    AUTO_JSON json_object *group = NULL;
    AUTO_JSON json_object *written = json_object_new_array();
    AUTO_JSON json_object *kept = json_object_new_array();
    json_object *answer = json_object_new_object();
    pk_set members = {0};

    orma_status st =
        registry_find(profile->registry, KIND_DATA, type, &entry, err);
    if (st == ORMA_OK)
        st = store_group(profile->store, label, entry->name, &group, err);
    if (st == ORMA_OK)
        st = store_group_nodes(profile->store, json_get_int(group, "pk", 0),
                               &members, err);
    if (st == ORMA_OK && members.count == 0)
        st = error_set(err, ORMA_E_INVALID, "group", 0,
                       "family \"%s\" has no nodes", label);
    for (int64_t pk = pk_set_next(&members, 0); pk != 0 && st == ORMA_OK;
         pk = pk_set_next(&members, pk))
        st = write_member(profile, pk, folder, written, kept, err);
    pk_set_free(&members);
    if (st == ORMA_OK &&
        !(json_set(answer, "written", json_object_get(written)) &&
          json_set(answer, "kept", json_object_get(kept))))
        st = error_no_memory(err);
    if (st == ORMA_OK)
        return hand_out(answer, json, err);
    json_object_put(answer);
    return st;
}
