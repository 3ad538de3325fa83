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

/* The stash modes that each type may have, ended by NULL, and its switches. */
static const struct stash_type {
    const orma_data *type;
    const char *modes[5];
    const char *switches[3];
} stash_types[] = {
    {&stash_folder_data, {"copy"}, {"fail_on_missing"}},
    {&stash_compress_data,
     {"tar", "tar.bz2", "tar.gz", "tar.xz"},
     {"dereference", "fail_on_missing"}},
    {&stash_custom_data, {"submit_custom_code"}, {NULL}},
};

static const struct stash_type *stash_type_of(const orma_data *type)
{
    size_t i = 0;

    while (stash_types[i].type != type)
        i++;
    return &stash_types[i];
}

static orma_status check_mode(const struct stash_type *type, const char *mode,
                              orma_error **err)
{
    for (size_t i = 0; mode != NULL && type->modes[i] != NULL; i++)
        if (strcmp(type->modes[i], mode) == 0)
            return ORMA_OK;
    return refuse(err, "stash_mode \"%s\" is none of this type",
                  mode != NULL ? mode : "");
}

/* Booleans, where they are given: older versions of AiiDA had fewer. */
static orma_status check_switches(const struct stash_type *type,
                                  const json_object *attributes,
                                  orma_error **err)
{
    orma_status st = ORMA_OK;
    bool value;

    for (size_t i = 0; st == ORMA_OK && type->switches[i] != NULL; i++) {
        const char *key = type->switches[i];
        if (json_has(attributes, key))
            st = json_boolean(json_get(attributes, key), key, &value, err);
    }
    return st;
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
    if (st == ORMA_OK)
        st = check_mode(stash_type_of(self),
                        json_text(json_get(attributes, "stash_mode")), err);
    if (st == ORMA_OK)
        st = check_switches(stash_type_of(self), attributes, err);
    json_object_put(attributes);
    return st;
}

static orma_status write_stash(const struct stash_type *type,
                               const json_object *literal, text *out,
                               orma_error **err)
{
    const char *mode = json_text(json_get(literal, "stash_mode"));
    const char *target = json_text(json_get(literal, "target_basepath"));
    const json_object *sources = json_get(literal, "source_list");

    if (mode == NULL && type->modes[1] == NULL)
        mode = type->modes[0];
    if (target == NULL)
        return refuse(err, "target_basepath must be a path");
    orma_status st = check_mode(type, mode, err);
    if (st == ORMA_OK)
        st = json_strings(sources, "source_list", err);
    if (st == ORMA_OK)
        st = check_switches(type, literal, err);
    if (st != ORMA_OK)
        return st;
    text_format(out, "{\"stash_mode\": \"%s\", \"target_basepath\": ", mode);
    text_string(out, target, strlen(target));
    text_format(out, ", \"source_list\": %s",
                json_object_to_json_string((json_object *)sources));
    for (size_t i = 0; type->switches[i] != NULL; i++) {
        const json_object *value = json_get(literal, type->switches[i]);
        text_format(out, ", \"%s\": %s", type->switches[i],
                    json_object_get_boolean(value) ? "true" : "false");
    }
    text_add(out, "}");
    return ORMA_OK;
}

static orma_status fill_stash(const struct stash_type *type,
                              const json_object *literal,
                              const orma_node_ops *ops, orma_node *node,
                              orma_error **err)
{
    static const char *const known[] = {
        "stash_mode",  "target_basepath", "source_list", "computer",
        "dereference", "fail_on_missing", NULL};
    const char *computer = json_text(json_get(literal, "computer"));
    text attributes = {0};

    if (computer == NULL)
        return refuse(err, "a stash is {computer: LABEL, target_basepath: "
                           "PATH, source_list: [PATH, …], stash_mode: MODE}");
    orma_status st = json_only(literal, "a stash", known, err);
    if (st == ORMA_OK)
        st = write_stash(type, literal, &attributes, err);
    if (st == ORMA_OK)
        st = ops->set_computer(node, (orma_str){computer, strlen(computer)},
                               err);
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

static orma_status stash_from_literal(const orma_data *self,
                                      const orma_node_ops *ops, orma_node *node,
                                      orma_str json, orma_error **err)
{
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK)
        st = fill_stash(stash_type_of(self), literal, ops, node, err);
    json_object_put(literal);
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
    .from_literal = stash_from_literal, .summary = stash_summary

const orma_data stash_folder_data = {STASH};
const orma_data stash_compress_data = {STASH};
const orma_data stash_custom_data = {STASH};
