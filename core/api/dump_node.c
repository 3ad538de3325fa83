/* What a dump writes of a node: its metadata, its value, its files.
 *
 * SPDX-License-Identifier: MIT */
#include <api/dump.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <base/yaml.h>
#include <process/inputs.h>

#define METADATA_NAME "aiida_node_metadata.yaml"

static bool set_node_data(json_object *object, const node *n)
{
    char uuid[37], ctime[33], mtime[33];

    uuid_format(&n->uuid, uuid);
    time_format_iso(n->ctime_ns, ctime);
    time_format_iso(n->mtime_ns, mtime);
    return json_set_text(object, "ctime", ctime) &&
           json_set_text(object, "mtime", mtime) &&
           json_set_int(object, "pk", n->pk) &&
           json_set_text(object, "uuid", uuid) &&
           json_set_text(object, "label", n->label) &&
           json_set_text(object, "description", n->description) &&
           json_set_text(object, "node_type", n->node_type) &&
           (n->process_type == NULL ||
            json_set_text(object, "process_type", n->process_type));
}

/* Copies the named members. */
static bool set_members(json_object *object, const json_object *from,
                        const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        json_object *value = json_get(from, *keys);
        if (value != NULL && !json_set(object, *keys, json_object_get(value)))
            return false;
    }
    return true;
}

static orma_status add_user(const dump *d, const node *n, json_object *out,
                            orma_error **err)
{
    static const char *const keys[] = {"email", "first_name", "last_name",
                                       "institution", NULL};
    AUTO_JSON json_object *users = NULL;
    json_object *described = json_object_new_object();

    if (!json_set(out, "User data", described))
        return error_no_memory(err);
    const orma_status st = store_list_users(d->profile->store, &users, err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < json_object_array_length(users); i++) {
        const json_object *user = json_object_array_get_idx(users, i);
        if (json_get_int(user, "pk", 0) == n->user_pk &&
            !set_members(described, user, keys))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status add_computer(const dump *d, const node *n, json_object *out,
                                orma_error **err)
{
    static const char *const keys[] = {"label", "hostname", "scheduler_type",
                                       "transport_type", NULL};
    AUTO_JSON json_object *computer = NULL;
    if (n->computer_pk == 0)
        return ORMA_OK;

    const orma_status st =
        store_computer_by_pk(d->profile->store, n->computer_pk, &computer, err);
    if (st != ORMA_OK)
        return st;
    json_object *described = json_object_new_object();
    return json_set(out, "Computer data", described) &&
                   set_members(described, computer, keys)
               ? ORMA_OK
               : error_no_memory(err);
}

orma_status dump_metadata(const dump *d, const node *n, const char *folder,
                          orma_error **err)
{
    AUTO_JSON json_object *out = json_object_new_object();
    AUTO_FREE char *path = file_join(folder, METADATA_NAME);
    AUTO_BUF buf text = {0};
    json_object *data = json_object_new_object();

    if (path == NULL || out == NULL || !json_set(out, "Node data", data) ||
        !set_node_data(data, n))
        return error_no_memory(err);
    orma_status st = add_user(d, n, out, err);
    if (st == ORMA_OK)
        st = add_computer(d, n, out, err);
    if (st != ORMA_OK)
        return st;
    if (d->options.include_attributes &&
        !json_set(out, "Node attributes", json_object_get(n->attributes)))
        return error_no_memory(err);
    if (d->options.include_extras &&
        !json_set(out, "Node extras", json_object_get(n->extras)))
        return error_no_memory(err);
    st = yaml_write(&text, out, err);
    if (st == ORMA_OK)
        st = buf_status(&text, err);
    return st == ORMA_OK ? file_write(path, buf_view(&text), 0666, err) : st;
}

static bool has_files(const node *n)
{
    const json_object *members = json_get(n->repository, "o");
    return members != NULL && json_object_object_length(members) > 0;
}

/* "<path>.json": the value of a number, text, list or dictionary, else the
 * attributes. */
static orma_status write_value(const dump *d, const node *n, const char *path,
                               orma_error **err)
{
    AUTO_FREE char *file = text_printf("%s.json", path);
    AUTO_JSON json_object *value = NULL;
    AUTO_BUF buf text = {0};
    orma_error *ignored = NULL;

    if (file == NULL)
        return error_no_memory(err);
    /* Most types have no value of their own. */
    const bool has_value =
        data_value(d->profile->registry, n, &value, &ignored) == ORMA_OK;
    orma_error_free(ignored);
    json_write(&text, has_value ? value : n->attributes, JSON_PRETTY);
    orma_status st = buf_status(&text, err);
    if (st == ORMA_OK)
        st = file_mkdirs_for(file, 0777, err);
    return st == ORMA_OK ? file_write(file, buf_view(&text), 0666, err) : st;
}

/* A folder that only wraps files says all; others have their values too. */
static orma_status write_data(const dump *d, const node *n, const char *path,
                              orma_error **err)
{
    const bool is_wrapper = json_object_object_length(n->attributes) == 0;
    orma_status st = ORMA_OK;

    if (!is_wrapper || !has_files(n))
        st = write_value(d, n, path, err);
    if (st == ORMA_OK && has_files(n))
        st = node_write_files(d->profile->store, n->repository, path, err);
    return st;
}

/* "pseudos__Si" → "pseudos/Si". */
static char *label_path(const char *folder, const char *label)
{
    AUTO_BUF buf path = {0};
    buf_text(&path, folder);
    buf_char(&path, '/');
    for (const char *p = label; *p != '\0'; p++) {
        const bool is_nested = p[0] == '_' && p[1] == '_' && p != label;
        buf_char(&path, is_nested || *p == '/' ? '/' : *p);
        p += is_nested;
    }
    return path.failed ? NULL : buf_take(&path);
}

orma_status dump_linked(const dump *d, const store_links *links,
                        bool (*wanted)(const store_link *link),
                        const char *folder, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < links->count; i++) {
        const store_link *link = &links->items[i];
        if (!wanted(link))
            continue;
        AUTO_NODE node *n = NULL;
        AUTO_FREE char *path = label_path(folder, link->label);
        if (path == NULL)
            return error_no_memory(err);
        if (!file_path_is_safe(path + strlen(folder) + 1))
            return error_set(err, ORMA_E_INVALID, "dump", 0,
                             "the link label \"%s\" is no file name",
                             link->label);
        st = store_node(d->profile->store, link->pk, &n, err);
        if (st == ORMA_OK)
            st = write_data(d, n, path, err);
    }
    return st;
}

orma_status dump_data(dump *d, const node *n, const char *path,
                      orma_error **err)
{
    AUTO_FREE char *full = file_join(d->root, path);
    char uuid[37];
    uuid_format(&n->uuid, uuid);
    if (full == NULL || !json_set_bool(d->seen, path, true))
        return error_no_memory(err);

    /* Data never changes. */
    const json_object *entry = dump_find(d, "data", path);
    AUTO_FREE char *value = text_printf("%s.json", full);
    if (value == NULL)
        return error_no_memory(err);
    if (text_equal(json_get_text(entry, "uuid", ""), uuid) &&
        (file_exists(value) || file_exists(full))) {
        d->unchanged++;
        return ORMA_OK;
    }
    d->dumped++;
    if (d->options.dry_run)
        return ORMA_OK;
    orma_status st = file_remove_tree(full, err); /* of an interrupted run */
    if (st == ORMA_OK)
        st = write_data(d, n, full, err);
    return st == ORMA_OK ? dump_note(d, "data", uuid, path, n->mtime_ns, err)
                         : st;
}
