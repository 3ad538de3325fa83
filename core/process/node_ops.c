/* The node table handed to plugins, over nodes in memory.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <process/node_internal.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <process/inputs.h>

orma_status node_refuse_stored(const node *n, orma_error **err)
{
    if (n->pk == 0)
        return ORMA_OK;
    return error_set(err, ORMA_E_REFUSED, "node", 0,
                     "node %lld is stored and does not change",
                     (long long)n->pk);
}

orma_status node_keep_json(const node *n, const json_object *value,
                           orma_str *out, orma_error **err)
{
    AUTO_BUF buf text = {0};

    json_write(&text, value, JSON_COMPACT);
    return node_view_keep_buf(n, &text, out, err);
}

static orma_str text_view(const char *text)
{
    return (orma_str){text != NULL ? text : "", text != NULL ? strlen(text) : 0};
}

static orma_str type_of(const orma_node *n)
{
    return text_view(n->entry_point);
}

static orma_uuid uuid_of(const orma_node *n)
{
    return n->pk > 0 ? n->uuid : (orma_uuid){{0}};
}

static orma_str label_of(const orma_node *n)
{
    return text_view(n->label);
}

static orma_uuid computer_of(const orma_node *n)
{
    return n->computer_uuid;
}

static orma_status get_attributes(const orma_node *n, orma_str *json,
                                  orma_error **err)
{
    return node_keep_json(n, n->attributes, json, err);
}

/* Copies array keys that `to` should keep from `from`. */
static bool copy_arrays(const json_object *from, json_object *to)
{
    json_object_object_foreach((json_object *)from, key, shape)
    {
        if (!text_starts(key, ARRAY_PREFIX))
            continue;
        json_object *copy = json_copy(shape);
        if (copy == NULL || !json_set(to, key, copy))
            return false;
    }
    return true;
}

static orma_status set_attributes(orma_node *n, orma_str json,
                                  orma_error **err)
{
    AUTO_JSON json_object *given = NULL;
    AUTO_JSON json_object *merged = json_object_new_object();
    orma_status st = node_refuse_stored(n, err);

    if (st == ORMA_OK)
        st = json_parse(json, &given, err);
    if (st != ORMA_OK)
        return st;
    if (!json_object_is_type(given, json_type_object))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "attributes are not a JSON object");
    st = node_check_keys(given, "attribute", err);
    if (st != ORMA_OK)
        return st;
    if (merged == NULL || !copy_arrays(n->attributes, merged))
        return error_no_memory(err);
    json_object_object_foreach(given, key, value)
    {
        /* an array's shape is what its file says, not what is set here */
        if (text_starts(key, ARRAY_PREFIX) &&
            json_object_object_get_ex(merged, key, NULL))
            continue;
        if (!json_set(merged, key, json_object_get(value)))
            return error_no_memory(err);
    }
    json_object_put(n->attributes);
    n->attributes = merged;
    merged = NULL;
    return ORMA_OK;
}

static orma_status list_files(const orma_node *n, orma_str *json,
                              orma_error **err)
{
    AUTO_JSON json_object *paths = NULL;
    const orma_status st = node_file_list(n, &paths, err);

    return st == ORMA_OK ? node_keep_json(n, paths, json, err) : st;
}

static orma_status read_whole(const orma_node *n, const char *path,
                              orma_str *bytes, orma_error **err)
{
    AUTO_BUF buf content = {0};
    bool found = false;
    const orma_status st = node_file_read(n, path, &content, &found, err);

    if (st != ORMA_OK)
        return st;
    if (!found) {
        *bytes = (orma_str){NULL, 0};
        return ORMA_OK;
    }
    return node_view_keep_buf(n, &content, bytes, err);
}

static orma_status write_file(orma_node *n, const char *path, orma_str bytes,
                              orma_error **err)
{
    const orma_status st = node_refuse_stored(n, err);

    return st == ORMA_OK ? node_put_bytes(n, path, bytes, err) : st;
}

static orma_status write_from(orma_node *n, const char *path,
                              const char *local_path, orma_error **err)
{
    const orma_status st = node_refuse_stored(n, err);

    if (st != ORMA_OK)
        return st;
    if (!file_exists(local_path) || file_is_dir(local_path))
        return error_set(err, ORMA_E_NOT_FOUND, "node", 0,
                         "there is no file \"%s\"", local_path);
    /* read when stored, when the working directory may be another */
    AUTO_FREE char *absolute = file_absolute(local_path);
    if (absolute == NULL)
        return error_no_memory(err);
    return node_put_local(n, path, absolute, err);
}

static orma_status load(orma_node *n, const char *local_path,
                        uint64_t max_bytes, orma_str *bytes, orma_error **err)
{
    AUTO_BUF buf content = {0};
    const size_t limit = max_bytes < SIZE_MAX ? (size_t)max_bytes : SIZE_MAX;
    const orma_status st = file_read(local_path, limit, &content, err);

    return st == ORMA_OK ? node_view_keep_buf(n, &content, bytes, err) : st;
}

static orma_status set_label(orma_node *n, orma_str label, orma_error **err)
{
    orma_status st = node_refuse_stored(n, err);

    if (st != ORMA_OK)
        return st;
    if (!text_is_utf8(label))
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "the label is not UTF-8 text");
    char *copy = str_copy(label);
    if (copy == NULL)
        return error_no_memory(err);
    free(n->label);
    n->label = copy;
    return ORMA_OK;
}

static orma_status set_computer(orma_node *n, orma_str label, orma_error **err)
{
    AUTO_JSON json_object *computer = NULL;
    AUTO_FREE char *name = str_copy(label);
    struct store *s = node_view_store(n);
    orma_status st = node_refuse_stored(n, err);

    if (st != ORMA_OK)
        return st;
    if (name == NULL)
        return error_no_memory(err);
    if (s == NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "node", 0,
                         "there is no computer \"%s\": no profile is open",
                         name);
    st = store_computer(s, name, &computer, err);
    if (st != ORMA_OK)
        return st;
    n->computer_pk = json_get_int(computer, "pk", 0);
    if (!uuid_parse(json_get_text(computer, "uuid", ""), &n->computer_uuid))
        return error_set(err, ORMA_E_PERMANENT, "node", 0,
                         "computer \"%s\" has no UUID", name);
    return ORMA_OK;
}

const struct orma_node_ops *node_ops(void)
{
    static const orma_node_ops ops = {
        .size = sizeof(orma_node_ops),
        .type = type_of,
        .uuid = uuid_of,
        .label = label_of,
        .computer = computer_of,
        .attributes = get_attributes,
        .set_attributes = set_attributes,
        .files = list_files,
        .read = read_whole,
        .open = node_stream_open,
        .next = node_stream_next,
        .close = node_stream_close,
        .write = write_file,
        .write_from = write_from,
        .load = load,
        .array = node_array,
        .set_array = node_set_array,
        .array_names = node_array_names,
        .set_label = set_label,
        .set_computer = set_computer,
    };
    return &ops;
}
