/* core.array, and what the data types derived from it share.
 *
 * SPDX-License-Identifier: MIT */
#include "arrays.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "array_files.h"
#include "nested.h"

#define PREFIX "array|"
#define SUFFIX ".npy"
#define MAX_NAME 200

bool arrays_has(const json_object *attributes, const char *name)
{
    char key[MAX_NAME + sizeof PREFIX];

    snprintf(key, sizeof key, PREFIX "%s", name);
    return json_has(attributes, key);
}

/* Name of the array that a file holds: "x" for "x.npy". false: no array. */
static bool array_of_file(const char *path, char *name, size_t size)
{
    const size_t len = strlen(path), suffix_len = sizeof SUFFIX - 1;

    if (len <= suffix_len || strcmp(path + len - suffix_len, SUFFIX) != 0 ||
        len - suffix_len >= size)
        return false;
    memcpy(name, path, len - suffix_len);
    name[len - suffix_len] = '\0';
    return true;
}

static orma_status check_files(const orma_node_ops *ops, const orma_node *node,
                               const json_object *attributes, orma_error **err)
{
    orma_str list;
    json_object *files = NULL;
    char name[MAX_NAME];
    orma_status st = ops->files(node, &list, err);

    if (st == ORMA_OK)
        st = json_read(list, &files, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(files);
         i++) {
        const char *path = json_text(json_object_array_get_idx(files, i));
        if (path != NULL && array_of_file(path, name, sizeof name) &&
            !arrays_has(attributes, name))
            st = refuse(err, "file \"%s\" has no attribute \"" PREFIX "%s\"",
                        path, name);
    }
    json_object_put(files);
    return st;
}

/* The attribute `array|name` tells the array's shape. */
static orma_status check_shape(const orma_node_ops *ops, const orma_node *node,
                               const char *name, const json_object *shape,
                               orma_error **err)
{
    orma_array_view view;
    const orma_status st = ops->array(node, name, &view, err);
    bool fits = st == ORMA_OK && json_object_is_type(shape, json_type_array) &&
                json_object_array_length(shape) == (size_t)view.ndim;

    if (st != ORMA_OK)
        return refuse(err, "array \"%s\" cannot be read", name);
    for (int32_t d = 0; fits && d < view.ndim; d++)
        fits = json_object_get_int64(json_object_array_get_idx(
                   shape, (size_t)d)) == view.shape[d];
    return fits ? ORMA_OK
                : refuse(err,
                         "attribute \"" PREFIX "%s\" is not the shape of "
                         "the array",
                         name);
}

orma_status arrays_check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err)
{
    orma_status st = check_files(ops, node, attributes, err);

    json_object_object_foreach((json_object *)attributes, key, shape)
    {
        if (st == ORMA_OK && strncmp(key, PREFIX, sizeof PREFIX - 1) == 0)
            st = check_shape(ops, node, key + sizeof PREFIX - 1, shape, err);
    }
    return st;
}

static const char *dtype_word(int32_t dtype)
{
    switch (dtype) {
    case ORMA_DTYPE_F64:
        return "f64";
    case ORMA_DTYPE_I64:
        return "i64";
    case ORMA_DTYPE_BOOL:
        return "bool";
    case ORMA_DTYPE_C128:
        return "c128";
    case ORMA_DTYPE_F32:
        return "f32";
    case ORMA_DTYPE_I32:
        return "i32";
    default:
        return "unknown";
    }
}

/* "[3, 2]", with n for a length of -1. */
static const char *shape_text(const int64_t *shape, int32_t ndim, char *out,
                              size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int32_t d = 0; d < ndim && used < size; d++) {
        const char *before = d == 0 ? "" : ", ";
        const int n = shape[d] < 0
                          ? snprintf(out + used, size - used, "%sn", before)
                          : snprintf(out + used, size - used, "%s%lld", before,
                                     (long long)shape[d]);
        used += n > 0 ? (size_t)n : 0;
    }
    return out;
}

orma_status arrays_need(const orma_node_ops *ops, const orma_node *node,
                        const array_form *form, orma_array_view *view,
                        orma_error **err)
{
    char wanted[128], found[128];
    const char *name = form->name;
    const orma_status st = ops->array(node, name, view, err);

    if (st != ORMA_OK)
        return st == ORMA_E_NOT_FOUND
                   ? refuse(err, "array \"%s\" is missing", name)
                   : st;
    bool fits = view->ndim == form->ndim;
    for (int32_t d = 0; fits && d < form->ndim; d++)
        fits = form->shape[d] < 0 || form->shape[d] == view->shape[d];
    if (!fits)
        return refuse(
            err, "array \"%s\" has the shape [%s], not [%s]", name,
            shape_text(view->shape, view->ndim, found, sizeof found),
            shape_text(form->shape, form->ndim, wanted, sizeof wanted));
    if (view->dtype != form->dtype)
        return refuse(err, "array \"%s\" holds %s, not %s", name,
                      dtype_word(view->dtype), dtype_word(form->dtype));
    return ORMA_OK;
}

/* "name": nested list, for every array. */
static orma_status write_arrays(const orma_node_ops *ops, const orma_node *node,
                                const json_object *attributes, text *out,
                                orma_error **err)
{
    json_object_object_foreach((json_object *)attributes, key, shape)
    {
        (void)shape;
        orma_array_view view;
        if (strncmp(key, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        const char *name = key + sizeof PREFIX - 1;
        const orma_status st = ops->array(node, name, &view, err);
        if (st != ORMA_OK)
            return st;
        text_separate(out, ",\n ");
        text_string(out, name, strlen(name));
        text_add(out, ": ");
        nested_write(&view, out);
    }
    return ORMA_OK;
}

/* The pairs [index, label] of a list of k-points. */
static void write_labels(const json_object *attributes, text *out)
{
    const json_object *labels = json_get(attributes, "labels");
    const json_object *numbers = json_get(attributes, "label_numbers");
    const size_t n = json_object_is_type(labels, json_type_array) &&
                             json_object_is_type(numbers, json_type_array)
                         ? json_object_array_length(labels)
                         : 0;

    text_add(out, "[");
    for (size_t i = 0; i < n; i++) {
        const char *label = json_text(json_object_array_get_idx(labels, i));
        text_format(out, "%s[%lld, ", i > 0 ? ", " : "",
                    (long long)json_object_get_int64(
                        json_object_array_get_idx(numbers, i)));
        text_string(out, label != NULL ? label : "",
                    label != NULL ? strlen(label) : 0);
        text_add(out, "]");
    }
    text_add(out, "]");
}

static void write_others(orma_str json, const json_object *attributes,
                         text *out)
{
    json_object_object_foreach((json_object *)attributes, key, value)
    {
        (void)value;
        if (strncmp(key, PREFIX, sizeof PREFIX - 1) == 0 ||
            strcmp(key, "label_numbers") == 0)
            continue;
        text_separate(out, ",\n ");
        text_string(out, key, strlen(key));
        text_add(out, ": ");
        const orma_str member = json_member(json, key);
        if (strcmp(key, "labels") == 0)
            write_labels(attributes, out);
        else if (member.ptr != NULL)
            text_bytes(out, member.ptr, member.len);
        else /* a key with escapes in it */
            text_add(out, json_object_to_json_string(value));
    }
}

orma_status arrays_write_members(const orma_node_ops *ops,
                                 const orma_node *node, orma_str json,
                                 const json_object *attributes, text *out,
                                 orma_error **err)
{
    const orma_status st = write_arrays(ops, node, attributes, out, err);

    if (st == ORMA_OK)
        write_others(json, attributes, out);
    return st;
}

static orma_status write_json(const orma_node_ops *ops, const orma_node *node,
                              orma_str json, const json_object *attributes,
                              orma_writer *out, orma_error **err)
{
    text written = {0};

    text_add(&written, "{");
    orma_status st =
        arrays_write_members(ops, node, json, attributes, &written, err);
    text_add(&written, "}\n");
    if (st == ORMA_OK)
        st = text_write(&written, out, err);
    text_finish(&written);
    return st;
}

orma_status arrays_export(const orma_data *self, const orma_node_ops *ops,
                          const orma_node *node, const char *format,
                          orma_writer *out, orma_error **err)
{
    (void)self;
    orma_str json;
    json_object *attributes = NULL;
    orma_status st = ops->attributes(node, &json, err);

    if (st == ORMA_OK)
        st = json_read(json, &attributes, err);
    if (st == ORMA_OK)
        st = format == NULL || strcmp(format, "json") == 0
                 ? write_json(ops, node, json, attributes, out, err)
                 : array_files_export(ops, node, attributes, format, out, err);
    json_object_put(attributes);
    return st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = arrays_check(ops, node, attributes, err);
    json_object_put(attributes);
    return st;
}

static orma_status set_all(const json_object *literal, const orma_node_ops *ops,
                           orma_node *node, orma_error **err)
{
    orma_status st = ops->set_attributes(node, ORMA_LITERAL("{}"), err);

    json_object_object_foreach((json_object *)literal, name, value)
    {
        (void)value;
        const nested_slot slot = {name, ORMA_DTYPE_UNKNOWN, "1"};
        if (st == ORMA_OK)
            st = nested_set_member(literal, &slot, ops, node, err);
    }
    return st;
}

/* {name: nested list, …}; a list alone is the array "default", as in AiiDA. */
static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL, *wrapped = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && json_object_is_type(literal, json_type_array)) {
        wrapped = json_object_new_object();
        if (wrapped == NULL ||
            json_object_object_add(wrapped, "default",
                                   json_object_get(literal)) != 0)
            st = refuse_memory(err);
    } else if (st == ORMA_OK &&
               !json_object_is_type(literal, json_type_object)) {
        st = refuse(err, "arrays are nested lists or a mapping of them, not %s",
                    json_type_word(literal));
    } else {
        wrapped = json_object_get(literal);
    }
    if (st == ORMA_OK)
        st = set_all(wrapped, ops, node, err);
    json_object_put(wrapped);
    json_object_put(literal);
    return st;
}

/* "x [3,4], i [3]" */
static void write_summary(const json_object *attributes, text *line)
{
    json_object_object_foreach((json_object *)attributes, key, shape)
    {
        if (strncmp(key, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        text_format(
            line, "%s%s %s", line->len > 0 ? ", " : "", key + sizeof PREFIX - 1,
            json_object_to_json_string_ext(shape, JSON_C_TO_STRING_PLAIN));
    }
    if (line->len == 0)
        text_add(line, "no arrays");
}

static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        write_summary(attributes, &line);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data array_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .import_file = array_files_import,
    .export_file = arrays_export,
    .summary = summary,
};
