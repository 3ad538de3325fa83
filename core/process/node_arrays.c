/* Arrays of nodes: `<name>.npy` and the attribute `array|<name>`.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <process/node_internal.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/npy.h>

enum { MAX_NAME = 200 };

/* AiiDA's rule: letters, digits, underscores. */
static orma_status check_name(const char *name, orma_error **err)
{
    const size_t len = name != NULL ? strlen(name) : 0;

    if (len == 0 || len > MAX_NAME ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789_") != len)
        return error_set(err, ORMA_E_INVALID, "node", 0,
                         "array name \"%s\" is not made of letters, digits "
                         "and underscores",
                         name != NULL ? name : "");
    return ORMA_OK;
}

/* What node_array() keeps until the call ends; one allocation. */
struct kept_array {
    int64_t shape[ORMA_ARRAY_MAX_NDIM];
    char unit[64];
};

/* TrajectoryData keeps units as `units|<name>`; others keep none. */
static const char *array_unit(const node *n, const char *name)
{
    char key[MAX_NAME + 8];

    snprintf(key, sizeof key, "units|%s", name);
    return json_get_text(n->attributes, key, "1");
}

static orma_status fill_view(const node *n, const char *name,
                             npy_array *array, orma_array_view *view,
                             orma_error **err)
{
    struct kept_array *kept = calloc(1, sizeof *kept);

    if (kept == NULL) {
        npy_array_finish(array);
        return error_no_memory(err);
    }
    memcpy(kept->shape, array->shape, sizeof kept->shape);
    snprintf(kept->unit, sizeof kept->unit, "%s", array_unit(n, name));
    orma_status st = node_view_keep(n, array->data, err);
    if (st != ORMA_OK) {
        free(kept);
        return st;
    }
    st = node_view_keep(n, kept, err);
    if (st == ORMA_OK)
        *view = (orma_array_view){
            .size = sizeof *view,
            .dtype = array->dtype,
            .ndim = array->ndim,
            .shape = kept->shape,
            .data = array->data,
            .unit = kept->unit,
        };
    return st;
}

orma_status node_array(const orma_node *n, const char *name,
                       orma_array_view *view, orma_error **err)
{
    AUTO_BUF buf bytes = {0};
    char path[MAX_NAME + 8];
    npy_array array = {0};
    bool found = false;
    orma_status st = check_name(name, err);

    if (st != ORMA_OK)
        return st;
    snprintf(path, sizeof path, "%s.npy", name);
    st = node_file_read(n, path, &bytes, &found, err);
    if (st != ORMA_OK)
        return st;
    if (!found)
        return error_set(err, ORMA_E_NOT_FOUND, "node", 0,
                         "the node has no array \"%s\"", name);
    st = npy_read(buf_view(&bytes), &array, err);
    if (st != ORMA_OK)
        return error_set(err, st, "node", 0, "array \"%s\" is damaged", name);
    return fill_view(n, name, &array, view, err);
}

static json_object *shape_json(const orma_array_view *view)
{
    json_object *shape = json_object_new_array();

    for (int32_t d = 0; shape != NULL && d < view->ndim; d++) {
        json_object *length = json_object_new_int64(view->shape[d]);
        if (length == NULL || json_object_array_add(shape, length) != 0) {
            json_object_put(length);
            json_object_put(shape);
            return NULL;
        }
    }
    return shape;
}

orma_status node_set_array(orma_node *n, const char *name,
                           const orma_array_view *view, orma_error **err)
{
    AUTO_BUF buf bytes = {0};
    char path[MAX_NAME + 8], key[MAX_NAME + 8];
    orma_status st = node_refuse_stored(n, err);

    if (st == ORMA_OK)
        st = check_name(name, err);
    if (st != ORMA_OK)
        return st;
    st = npy_write(view, &bytes, err);
    if (st != ORMA_OK)
        return error_set(err, st, "node", 0, "array \"%s\"", name);
    snprintf(path, sizeof path, "%s.npy", name);
    snprintf(key, sizeof key, ARRAY_PREFIX "%s", name);
    json_object *shape = shape_json(view);
    if (shape == NULL)
        return error_no_memory(err);
    st = node_put_bytes(n, path, buf_view(&bytes), err);
    if (st != ORMA_OK) {
        json_object_put(shape);
        return st;
    }
    return json_set(n->attributes, key, shape) ? ORMA_OK : error_no_memory(err);
}

orma_status node_array_names(const orma_node *n, orma_str *json,
                             orma_error **err)
{
    AUTO_JSON json_object *names = json_object_new_array();

    if (names == NULL)
        return error_no_memory(err);
    json_object_object_foreach(n->attributes, key, shape)
    {
        (void)shape;
        if (!text_starts(key, ARRAY_PREFIX))
            continue;
        json_object *name =
            json_object_new_string(key + strlen(ARRAY_PREFIX));
        if (name == NULL || json_object_array_add(names, name) != 0) {
            json_object_put(name);
            return error_no_memory(err);
        }
    }
    return node_keep_json(n, names, json, err);
}
