/* core.list, core.dict, core.enum, core.jsonable: JSON itself.
 *
 * What the user gave goes into the attributes as text, so that its numbers
 * arrive untouched.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "json.h"
#include "text.h"
#include "yaml.h"

/* The attributes as they are. */
static orma_status write_attributes(const orma_node_ops *ops,
                                    const orma_node *node, orma_writer *out,
                                    orma_error **err)
{
    orma_str attributes;
    const orma_status st = ops->attributes(node, &attributes, err);

    return st == ORMA_OK ? host->write(out, attributes) : st;
}

/* json: the value as the host handed it out, or handed out in it. */
static orma_status write_as(orma_str json, const char *format, orma_writer *out,
                            orma_error **err)
{
    text yaml = {0};

    if (format == NULL || strcmp(format, "json") == 0)
        return host->write(out, json);
    if (strcmp(format, "yaml") != 0)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                          "there is no format \"%s\", only json and yaml",
                          format);
    yaml_write(json, &yaml);
    const orma_status st = text_write(&yaml, out, err);
    text_finish(&yaml);
    return st;
}

static orma_status list_member(const orma_node_ops *ops, const orma_node *node,
                               orma_str *list, orma_error **err)
{
    orma_str attributes;
    const orma_status st = ops->attributes(node, &attributes, err);

    if (st != ORMA_OK)
        return st;
    *list = json_member(attributes, "list");
    if (list->ptr == NULL || list->len == 0 || list->ptr[0] != '[')
        return refuse(err, "attribute \"list\" is no list");
    return ORMA_OK;
}

static orma_status list_validate(const orma_data *self,
                                 const orma_node_ops *ops,
                                 const orma_node *node, orma_error **err)
{
    (void)self;
    orma_str list;
    return list_member(ops, node, &list, err);
}

static orma_status list_from_literal(const orma_data *self,
                                     const orma_node_ops *ops, orma_node *node,
                                     orma_str json, orma_error **err)
{
    (void)self;
    text attributes = {0};

    json = json_trim(json);
    if (json.len == 0 || json.ptr[0] != '[')
        return refuse(err, "the value must be a list");
    text_add(&attributes, "{\"list\": ");
    text_bytes(&attributes, json.ptr, json.len);
    text_add(&attributes, "}");
    const orma_status st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

static orma_status list_value(const orma_data *self, const orma_node_ops *ops,
                              const orma_node *node, orma_writer *out,
                              orma_error **err)
{
    (void)self;
    orma_str list;
    const orma_status st = list_member(ops, node, &list, err);

    return st == ORMA_OK ? host->write(out, list) : st;
}

static orma_status list_export(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    (void)self;
    orma_str list;
    const orma_status st = list_member(ops, node, &list, err);
    return st == ORMA_OK ? write_as(list, format, out, err) : st;
}

static orma_status list_summary(const orma_data *self, const orma_node_ops *ops,
                                const orma_node *node, orma_writer *out,
                                orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const json_object *list = json_get(attributes, "list");
        const size_t n = json_object_is_type(list, json_type_array)
                             ? json_object_array_length(list)
                             : 0;
        text_format(&line, "%zu item%s", n, n == 1 ? "" : "s");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data list_data = {
    .size = sizeof(orma_data),
    .validate = list_validate,
    .from_literal = list_from_literal,
    .export_file = list_export,
    .value = list_value,
    .summary = list_summary,
};

static orma_status dict_validate(const orma_data *self,
                                 const orma_node_ops *ops,
                                 const orma_node *node, orma_error **err)
{
    (void)self;
    (void)ops;
    (void)node;
    (void)err;
    return ORMA_OK; /* any attributes are a dictionary */
}

static orma_status dict_from_literal(const orma_data *self,
                                     const orma_node_ops *ops, orma_node *node,
                                     orma_str json, orma_error **err)
{
    (void)self;
    json = json_trim(json);
    if (json.len == 0 || json.ptr[0] != '{')
        return refuse(err, "the value must be a mapping");
    return ops->set_attributes(node, json, err);
}

static orma_status dict_value(const orma_data *self, const orma_node_ops *ops,
                              const orma_node *node, orma_writer *out,
                              orma_error **err)
{
    (void)self;
    return write_attributes(ops, node, out, err);
}

static orma_status dict_export(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    (void)self;
    orma_str attributes;
    const orma_status st = ops->attributes(node, &attributes, err);
    return st == ORMA_OK ? write_as(attributes, format, out, err) : st;
}

static orma_status dict_summary(const orma_data *self, const orma_node_ops *ops,
                                const orma_node *node, orma_writer *out,
                                orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const int n = json_object_object_length(attributes);
        text_format(&line, "%d key%s", n, n == 1 ? "" : "s");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data dict_data = {
    .size = sizeof(orma_data),
    .validate = dict_validate,
    .from_literal = dict_from_literal,
    .export_file = dict_export,
    .value = dict_value,
    .summary = dict_summary,
};

/* Python's "module:QualName" and the member's name; the value may be any. */
static orma_status check_enum(const json_object *object, orma_error **err)
{
    const char *identifier = json_text(json_get(object, "identifier"));

    if (json_text(json_get(object, "name")) == NULL)
        return refuse(err, "an enumeration member needs a \"name\"");
    if (!json_has(object, "value"))
        return refuse(err, "an enumeration member needs a \"value\"");
    if (identifier == NULL || strchr(identifier, ':') == NULL)
        return refuse(err, "an enumeration member needs an \"identifier\", "
                           "\"module:Class\"");
    return ORMA_OK;
}

static orma_status enum_validate(const orma_data *self,
                                 const orma_node_ops *ops,
                                 const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = check_enum(attributes, err);
    json_object_put(attributes);
    return st;
}

static orma_status enum_from_literal(const orma_data *self,
                                     const orma_node_ops *ops, orma_node *node,
                                     orma_str json, orma_error **err)
{
    (void)self;
    static const char *const known[] = {"name", "value", "identifier", NULL};
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && !json_object_is_type(literal, json_type_object))
        st = refuse(err, "an enumeration member is a mapping of name, value "
                         "and identifier");
    if (st == ORMA_OK)
        st = json_only(literal, "an enumeration member", known, err);
    if (st == ORMA_OK)
        st = check_enum(literal, err);
    json_object_put(literal);
    return st == ORMA_OK ? ops->set_attributes(node, json, err) : st;
}

static orma_status enum_value(const orma_data *self, const orma_node_ops *ops,
                              const orma_node *node, orma_writer *out,
                              orma_error **err)
{
    (void)self;
    orma_str attributes;
    orma_status st = ops->attributes(node, &attributes, err);

    if (st != ORMA_OK)
        return st;
    const orma_str member = json_member(attributes, "value");
    return member.ptr != NULL ? host->write(out, member)
                              : refuse(err, "attribute \"value\" is missing");
}

static orma_status enum_summary(const orma_data *self, const orma_node_ops *ops,
                                const orma_node *node, orma_writer *out,
                                orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const char *identifier = json_text(json_get(attributes, "identifier"));
        const char *name = json_text(json_get(attributes, "name"));
        const char *colon =
            identifier != NULL ? strrchr(identifier, ':') : NULL;
        text_format(&line, "%s.%s", colon != NULL ? colon + 1 : "",
                    name != NULL ? name : "");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data enum_data = {
    .size = sizeof(orma_data),
    .validate = enum_validate,
    .from_literal = enum_from_literal,
    .value = enum_value,
    .summary = enum_summary,
};

static orma_status check_jsonable(const json_object *object, orma_error **err)
{
    static const char *const keys[] = {"@class", "@module"};

    for (size_t i = 0; i < 2; i++)
        if (json_text(json_get(object, keys[i])) == NULL)
            return refuse(err, "a JSON-able object needs the string \"%s\"",
                          keys[i]);
    return ORMA_OK;
}

static orma_status jsonable_validate(const orma_data *self,
                                     const orma_node_ops *ops,
                                     const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = check_jsonable(attributes, err);
    json_object_put(attributes);
    return st;
}

static orma_status jsonable_from_literal(const orma_data *self,
                                         const orma_node_ops *ops,
                                         orma_node *node, orma_str json,
                                         orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK)
        st = check_jsonable(literal, err);
    json_object_put(literal);
    return st == ORMA_OK ? ops->set_attributes(node, json, err) : st;
}

static orma_status jsonable_summary(const orma_data *self,
                                    const orma_node_ops *ops,
                                    const orma_node *node, orma_writer *out,
                                    orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const char *module = json_text(json_get(attributes, "@module"));
        const char *name = json_text(json_get(attributes, "@class"));
        text_format(&line, "%s.%s", module != NULL ? module : "",
                    name != NULL ? name : "");
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data jsonable_data = {
    .size = sizeof(orma_data),
    .validate = jsonable_validate,
    .from_literal = jsonable_from_literal,
    .export_file = dict_export,
    .value = dict_value,
    .summary = jsonable_summary,
};
