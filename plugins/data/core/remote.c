/* core.remote and core.remote.stash.*: folders on a computer.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "json.h"
#include "text.h"

static bool has_computer(const orma_node_ops *ops, const orma_node *node)
{
    static const orma_uuid none;
    const orma_uuid uuid = ops->computer(node);
    return memcmp(&uuid, &none, sizeof uuid) != 0;
}

static orma_status check(const orma_node_ops *ops, const orma_node *node,
                         const char *key, json_object **attributes,
                         orma_error **err)
{
    const orma_status st = json_attributes(ops, node, attributes, err);

    if (st != ORMA_OK)
        return st;
    if (json_text(json_get(*attributes, key)) == NULL)
        return refuse(err, "attribute \"%s\" is no string", key);
    if (!has_computer(ops, node))
        return refuse(err, "a remote folder needs a computer");
    return ORMA_OK;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    const orma_status st = check(ops, node, "remote_path", &attributes, err);

    json_object_put(attributes);
    return st;
}

/* {remote_path, computer} */
static orma_status fill(const json_object *literal, const orma_node_ops *ops,
                        orma_node *node, orma_error **err)
{
    static const char *const known[] = {"remote_path", "computer", NULL};
    const char *path = json_text(json_get(literal, "remote_path"));
    const char *computer = json_text(json_get(literal, "computer"));
    text attributes = {0};

    if (path == NULL || computer == NULL)
        return refuse(err, "a remote folder is {remote_path: PATH, computer: "
                           "LABEL}");
    orma_status st = json_only(literal, "a remote folder", known, err);
    if (st == ORMA_OK && path[0] != '/')
        st = refuse(err, "remote_path \"%s\" is not absolute", path);
    if (st == ORMA_OK)
        st = ops->set_computer(node, (orma_str){computer, strlen(computer)},
                               err);
    if (st == ORMA_OK) {
        text_add(&attributes, "{\"remote_path\": ");
        text_string(&attributes, path, strlen(path));
        text_add(&attributes, "}");
        st = text_set_attributes(&attributes, ops, node, err);
    }
    text_finish(&attributes);
    return st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK)
        st = fill(literal, ops, node, err);
    json_object_put(literal);
    return st;
}

static orma_status write_attribute(const orma_node_ops *ops,
                                   const orma_node *node, const char *key,
                                   orma_writer *out, orma_error **err)
{
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const char *path = json_text(json_get(attributes, key));
        if (path == NULL)
            path = "";
        st = host->write(out, (orma_str){path, strlen(path)});
    }
    json_object_put(attributes);
    return st;
}

static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    return write_attribute(ops, node, "remote_path", out, err);
}

const orma_data remote_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .summary = summary,
};

/* The stash modes that each type may have, ended by NULL. */
static const struct stash_type {
    const orma_data *type;
    const char *modes[5];
} stash_types[] = {
    {&stash_folder_data, {"copy"}},
    {&stash_compress_data, {"tar", "tar.bz2", "tar.gz", "tar.xz"}},
    {&stash_custom_data, {"submit_custom_code"}},
};

static bool is_mode_of(const orma_data *type, const char *mode)
{
    for (size_t i = 0; i < sizeof stash_types / sizeof *stash_types; i++)
        for (size_t m = 0;
             stash_types[i].type == type && stash_types[i].modes[m] != NULL;
             m++)
            if (strcmp(stash_types[i].modes[m], mode) == 0)
                return true;
    return false;
}

static orma_status stash_validate(const orma_data *self,
                                  const orma_node_ops *ops,
                                  const orma_node *node, orma_error **err)
{
    json_object *attributes = NULL;
    orma_status st = check(ops, node, "target_basepath", &attributes, err);

    if (st == ORMA_OK)
        st = json_strings(json_get(attributes, "source_list"), "source_list",
                          err);
    const char *mode = json_text(json_get(attributes, "stash_mode"));
    if (st == ORMA_OK && (mode == NULL || !is_mode_of(self, mode)))
        st = refuse(err, "stash_mode \"%s\" is none of this type",
                    mode != NULL ? mode : "");
    json_object_put(attributes);
    return st;
}

static orma_status stash_summary(const orma_data *self,
                                 const orma_node_ops *ops,
                                 const orma_node *node, orma_writer *out,
                                 orma_error **err)
{
    (void)self;
    return write_attribute(ops, node, "target_basepath", out, err);
}

#define STASH                                                                  \
    .size = sizeof(orma_data), .validate = stash_validate,                     \
    .summary = stash_summary

const orma_data stash_folder_data = {STASH};
const orma_data stash_compress_data = {STASH};
const orma_data stash_custom_data = {STASH};
