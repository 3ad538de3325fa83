/* Arrays from and to NumPy's files: .npy of one, .npz of several.
 *
 * The files go into the node as they are, and come out of it so.
 *
 * SPDX-License-Identifier: MIT */
#include "array_files.h"

#include <ctype.h>
#include <string.h>

#include "files.h"
#include "text.h"
#include "zip.h"

#define MAX_FILE_BYTES ((uint64_t)1 << 32)
#define MAX_NAME 200
#define PREFIX "array|"
#define SUFFIX ".npy"

/* An import: what becomes the attributes. */
typedef struct intake {
    const char *file;
    const orma_node_ops *ops;
    orma_node *node;
    text attributes;
} intake;

static bool is_array_name(const char *name)
{
    const char *c = name;

    while (isalnum((unsigned char)*c) || *c == '_')
        c++;
    return c > name && *c == '\0';
}

/* `name` of the file `name.npy`. false: another file. */
static bool array_of_file(const char *path, char *name, size_t size)
{
    const size_t len = strlen(path), suffix = sizeof SUFFIX - 1;

    if (len <= suffix || len - suffix >= size ||
        strcmp(path + len - suffix, SUFFIX) != 0)
        return false;
    memcpy(name, path, len - suffix);
    name[len - suffix] = '\0';
    return true;
}

/* Puts the file into the node, and its shape into the attributes. */
static orma_status take_array(intake *in, const char *name, orma_str bytes,
                              orma_error **err)
{
    text path = {0};
    orma_array_view view;

    text_format(&path, "%s" SUFFIX, name);
    orma_status st = text_status(&path, err);
    if (st == ORMA_OK)
        st = in->ops->write(in->node, path.ptr, bytes, err);
    if (st == ORMA_OK)
        st = in->ops->array(in->node, name, &view, err);
    text_finish(&path);
    if (st != ORMA_OK)
        return refuse(err, "%s: it holds no array of numbers", in->file);
    text_separate(&in->attributes, ", ");
    text_format(&in->attributes, "\"" PREFIX "%s\": [", name);
    for (int32_t d = 0; d < view.ndim; d++)
        text_format(&in->attributes, "%s%lld", d > 0 ? ", " : "",
                    (long long)view.shape[d]);
    text_add(&in->attributes, "]");
    return ORMA_OK;
}

static orma_status take_member(void *user, const char *path, orma_str bytes,
                               orma_error **err)
{
    intake *in = user;
    char name[MAX_NAME];

    if (!array_of_file(path, name, sizeof name) || !is_array_name(name))
        return refuse(err,
                      "%s: \"%s\" is no name of an array, which has "
                      "letters, digits and underscores",
                      in->file, path);
    return take_array(in, name, bytes, err);
}

/* One array: named after the file where that is a name. */
static orma_status take_npy(intake *in, orma_str content, orma_error **err)
{
    char name[MAX_NAME];

    if (!array_of_file(in->file, name, sizeof name) || !is_array_name(name))
        memcpy(name, "default", sizeof "default");
    return take_array(in, name, content, err);
}

orma_status array_files_import(const orma_data *self, const orma_node_ops *ops,
                               orma_node *node, const char *format,
                               const char *path, orma_error **err)
{
    (void)self;
    intake in = {.file = single_base_name(path), .ops = ops, .node = node};
    orma_str content;

    if (format != NULL && strcmp(format, "npy") != 0 &&
        strcmp(format, "npz") != 0)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                          "arrays have no format \"%s\", only npy and npz",
                          format);
    orma_status st = ops->load(node, path, MAX_FILE_BYTES, &content, err);
    if (st != ORMA_OK)
        return st;
    const bool is_npz =
        format != NULL ? strcmp(format, "npz") == 0
                       : content.len >= 2 && memcmp(content.ptr, "PK", 2) == 0;
    text_add(&in.attributes, "{");
    st = is_npz ? zip_read(in.file, content, take_member, &in, err)
                : take_npy(&in, content, err);
    text_add(&in.attributes, "}");
    if (st == ORMA_OK)
        st = text_set_attributes(&in.attributes, ops, node, err);
    text_finish(&in.attributes);
    return st;
}

static orma_status read_array(const orma_node_ops *ops, const orma_node *node,
                              const char *name, text *path, orma_str *bytes,
                              orma_error **err)
{
    path->len = 0;
    text_format(path, "%s" SUFFIX, name);
    orma_status st = text_status(path, err);
    if (st == ORMA_OK)
        st = ops->read(node, path->ptr, bytes, err);
    if (st == ORMA_OK && bytes->ptr == NULL)
        st = refuse(err, "file \"%s\" is missing", path->ptr);
    return st;
}

static orma_status write_npz(const orma_node_ops *ops, const orma_node *node,
                             const json_object *attributes, orma_writer *out,
                             orma_error **err)
{
    zip_writer zip = {.out = out};
    text path = {0};
    orma_status st = ORMA_OK;

    json_object_object_foreach((json_object *)attributes, key, shape)
    {
        orma_str bytes;
        (void)shape;
        if (st != ORMA_OK || strncmp(key, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        st = read_array(ops, node, key + sizeof PREFIX - 1, &path, &bytes, err);
        if (st == ORMA_OK)
            st = zip_add(&zip, path.ptr, bytes, err);
    }
    if (st == ORMA_OK)
        st = zip_end(&zip, err);
    zip_finish(&zip);
    text_finish(&path);
    return st;
}

static orma_status write_npy(const orma_node_ops *ops, const orma_node *node,
                             const json_object *attributes, orma_writer *out,
                             orma_error **err)
{
    const char *name = NULL;
    size_t count = 0;
    text path = {0};
    orma_str bytes;

    json_object_object_foreach((json_object *)attributes, key, shape)
    {
        (void)shape;
        if (strncmp(key, PREFIX, sizeof PREFIX - 1) != 0)
            continue;
        name = key + sizeof PREFIX - 1;
        count++;
    }
    if (count != 1)
        return refuse(err, "npy holds one array, the node has %zu; export npz",
                      count);
    orma_status st = read_array(ops, node, name, &path, &bytes, err);
    if (st == ORMA_OK)
        st = host->write(out, bytes);
    text_finish(&path);
    return st;
}

orma_status array_files_export(const orma_node_ops *ops, const orma_node *node,
                               const json_object *attributes,
                               const char *format, orma_writer *out,
                               orma_error **err)
{
    if (strcmp(format, "npy") == 0)
        return write_npy(ops, node, attributes, out, err);
    if (strcmp(format, "npz") == 0)
        return write_npz(ops, node, attributes, out, err);
    return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                      "there is no format \"%s\"", format);
}
