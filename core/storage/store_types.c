/* What the registry knows of node types, and node hashes.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/store_internal.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Reads what the manifests say of a data type. */
static orma_status look_up(store *s, type_identity *type, orma_error **err)
{
    const json_object *spec = NULL;
    const plugin_entry *entry =
        s->registry == NULL
            ? NULL
            : registry_data_by_node_type(s->registry, type->node_type);
    if (entry == NULL)
        return ORMA_OK;

    const orma_status st = registry_spec(s->registry, entry, &spec, err);
    if (st != ORMA_OK)
        return st;
    type->entry_point = entry->name;
    /* A derived type that is not installed is read as its nearest relative,
     * but its hash depends on a class that only its own manifest names. */
    if (text_equal(json_get_text(spec, "node_type", NULL), type->node_type)) {
        type->python_class = json_get_text(spec, "python_class", NULL);
        type->is_known = true;
    }
    return ORMA_OK;
}

orma_status store_type(store *s, const char *node_type,
                       const type_identity **out, orma_error **err)
{
    for (size_t i = 0; i < s->type_count; i++)
        if (text_equal(s->types[i].node_type, node_type)) {
            *out = &s->types[i];
            return ORMA_OK;
        }

    type_identity *grown =
        reallocarray(s->types, s->type_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(err);
    s->types = grown;

    type_identity type = {.node_type = text_copy(node_type)};
    orma_status st = type.node_type == NULL ? error_no_memory(err) : ORMA_OK;
    if (st == ORMA_OK && node_class_of(node_type) == NODE_DATA) {
        st = look_up(s, &type, err);
    } else if (st == ORMA_OK) {
        type.python_class = node_process_python_class(node_type);
        type.is_known = type.python_class != NULL;
    }
    if (st != ORMA_OK) {
        free(type.node_type);
        return st;
    }
    s->types[s->type_count] = type;
    *out = &s->types[s->type_count++];
    return ORMA_OK;
}

orma_status store_hash_known(store *s, const node *n,
                             const hashed_content *content,
                             char out[NODE_HASH_HEX], orma_error **err)
{
    const type_identity *type = NULL;
    char computer[37];

    const orma_status st = store_type(s, n->node_type, &type, err);
    if (st != ORMA_OK)
        return st;
    if (!type->is_known && n->python_class == NULL) {
        out[0] = '\0';
        return ORMA_OK;
    }
    uuid_format(&n->computer_uuid, computer);
    return hash_node(n->node_type,
                     n->python_class != NULL ? n->python_class
                                             : type->python_class,
                     content->attributes, content->repository,
                     uuid_is_zero(&n->computer_uuid) ? NULL : computer,
                     content->inputs, out, err);
}

typedef struct root_folder {
    const char *name;
    json_object *entry;
} root_folder;

/* JSONB's order of keys: the shorter first, else by bytes. */
static int by_jsonb(const void *a, const void *b)
{
    const char *x = ((const root_folder *)a)->name;
    const char *y = ((const root_folder *)b)->name;
    const size_t x_len = strlen(x), y_len = strlen(y);

    return x_len != y_len ? (x_len < y_len ? -1 : 1) : strcmp(x, y);
}

/* AiiDA hashes the names of the root's folders in the tree's order, which
 * PostgreSQL does not keep: in the order that it will give them back, a hash
 * computed later, there or in SQLite, is the one of now. */
static orma_status order_root_folders(json_object *tree, orma_error **err)
{
    json_object *entries = json_get(tree, "o");
    size_t count = 0;

    if (!json_object_is_type(entries, json_type_object))
        return ORMA_OK;
    AUTO_FREE root_folder *folders =
        calloc((size_t)json_object_object_length(entries) + 1, sizeof *folders);
    if (folders == NULL)
        return error_no_memory(err);
    json_object_object_foreach(entries, name, entry)
    {
        if (json_get_text(entry, "k", NULL) == NULL)
            folders[count++] = (root_folder){name, entry};
    }
    if (count < 2)
        return ORMA_OK;
    qsort(folders, count, sizeof *folders, by_jsonb);
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        AUTO_FREE char *last = text_copy(folders[i].name);
        json_object *moved = json_object_get(folders[i].entry);
        if (last == NULL) {
            json_object_put(moved);
            return error_no_memory(err);
        }
        json_object_object_del(entries, last);
        if (!json_set(entries, last, moved))
            st = error_no_memory(err);
    }
    return st;
}

orma_status store_build_repository(const node *n, const json_object *start,
                                   const container_object *keys,
                                   json_object **out, orma_error **err)
{
    AUTO_JSON json_object *tree =
        start != NULL ? json_copy(start) : json_object_new_object();
    orma_status st = tree == NULL ? error_no_memory(err) : ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < n->file_count; i++) {
        const node_file *f = &n->files[i];
        const char *key = f->key;
        container_object object = {.bytes = {f->bytes, f->len},
                                   .local_path = f->local_path};
        if (keys != NULL) {
            key = keys[i].key;
        } else if (key == NULL && !f->is_dir) {
            st = container_object_key(&object, err);
            key = object.key;
        }
        if (st == ORMA_OK)
            st = repository_put(tree, f->path, f->is_dir ? NULL : key, err);
    }
    if (st == ORMA_OK && start == NULL)
        st = order_root_folders(tree, err);
    if (st != ORMA_OK)
        return st;
    *out = tree;
    tree = NULL;
    return ORMA_OK;
}

static orma_status hash_of(store *s, const node *n,
                           const hashed_content *content, char out[65],
                           orma_error **err)
{
    char hash[NODE_HASH_HEX];
    orma_status st = store_hash_known(s, n, content, hash, err);
    if (st == ORMA_OK && hash[0] == '\0') {
        st = error_set(err, ORMA_E_NOT_FOUND, "storage", 0,
                       "nodes of type \"%s\" cannot be hashed: no installed "
                       "plugin provides it",
                       n->node_type);
        error_hint(err, "install the plugin; `orma plugin list data` shows "
                        "those that are there");
    }
    if (st == ORMA_OK)
        memcpy(out, hash, sizeof hash);
    return st;
}

/* Label → hash, anew, of the sources of the input links of a stored process;
 * the caller puts it. Errors: NOT_FOUND (one cannot be hashed). */
static orma_status input_hashes(store *s, int64_t pk, json_object **out,
                                orma_error **err)
{
    store_links links = {0};
    AUTO_JSON json_object *inputs = json_object_new_object();
    orma_status st = inputs == NULL
                         ? error_no_memory(err)
                         : store_node_links(s, pk, true, &links, err);
    for (size_t i = 0; st == ORMA_OK && i < links.count; i++) {
        const store_link *link = &links.items[i];
        node *source = NULL;
        char hash[NODE_HASH_HEX];
        if (link->type != LINK_INPUT_CALC && link->type != LINK_INPUT_WORK)
            continue;
        st = store_node(s, link->pk, &source, err);
        if (st == ORMA_OK)
            st = hash_of(
                s, source,
                &(hashed_content){source->attributes, source->repository, NULL},
                hash, err);
        if (st == ORMA_OK && !json_set_text(inputs, link->label, hash))
            st = error_no_memory(err);
        node_free(source);
    }
    store_links_finish(&links);
    if (st != ORMA_OK)
        return st;
    *out = inputs;
    inputs = NULL;
    return ORMA_OK;
}

orma_status store_node_hash(store *s, const node *n, const json_object *inputs,
                            char out[65], orma_error **err)
{
    const bool is_process = node_class_of(n->node_type) != NODE_DATA;
    AUTO_JSON json_object *cleaned = NULL;
    AUTO_JSON json_object *tree = NULL;
    AUTO_JSON json_object *found = NULL;
    orma_status st = ORMA_OK;

    if (n->pk == 0) {
        st = json_clean(n->attributes, &cleaned, err);
        if (st == ORMA_OK)
            st = store_build_repository(n, n->repository, NULL, &tree, err);
    }
    if (st == ORMA_OK && is_process && inputs == NULL) {
        if (n->pk > 0)
            st = input_hashes(s, n->pk, &found, err);
        else if ((found = json_object_new_object()) == NULL)
            st = error_no_memory(err);
    }
    if (st != ORMA_OK)
        return st;
    const hashed_content content = {
        cleaned != NULL ? cleaned : n->attributes,
        tree != NULL ? tree : n->repository,
        inputs != NULL ? inputs : found,
    };
    return hash_of(s, n, &content, out, err);
}
