/* core.code.*: executables, installed on a computer or kept in the node.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "json.h"
#include "text.h"

enum code_kind {
    CODE_LEGACY,
    CODE_INSTALLED,
    CODE_PORTABLE,
    CODE_CONTAINERIZED
};

static enum code_kind kind_of(const orma_data *self)
{
    if (self == &installed_code_data)
        return CODE_INSTALLED;
    if (self == &portable_code_data)
        return CODE_PORTABLE;
    return self == &containerized_code_data ? CODE_CONTAINERIZED : CODE_LEGACY;
}

static bool has_computer(const orma_node_ops *ops, const orma_node *node)
{
    static const orma_uuid none;
    const orma_uuid uuid = ops->computer(node);
    return memcmp(&uuid, &none, sizeof uuid) != 0;
}

static orma_status check_label(orma_str label, orma_error **err)
{
    return label.len > 0 && memchr(label.ptr, '@', label.len) != NULL
               ? refuse(err,
                        "the label \"%.*s\" holds an \"@\", which "
                        "separates label and computer",
                        (int)label.len, label.ptr)
               : ORMA_OK;
}

/* Types of what all codes have. Absent ones have AiiDA's defaults. */
static orma_status check_common(const json_object *attributes, orma_error **err)
{
    static const struct {
        const char *key;
        json_type type;
        bool or_null;
    } rules[] = {
        {"input_plugin", json_type_string, true},
        {"append_text", json_type_string, true},
        {"prepend_text", json_type_string, true},
        {"use_double_quotes", json_type_boolean, false},
        {"with_mpi", json_type_boolean, true},
        {"wrap_cmdline_params", json_type_boolean, false},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const json_object *value = json_get(attributes, rules[i].key);
        if (!json_has(attributes, rules[i].key) ||
            (value == NULL && rules[i].or_null))
            continue;
        if (!json_object_is_type(value, rules[i].type))
            return refuse(err, "%s is %s", rules[i].key, json_type_word(value));
    }
    return ORMA_OK;
}

static orma_status need_text(const json_object *attributes, const char *key,
                             const char **out, orma_error **err)
{
    const char *value = json_text(json_get(attributes, key));

    if (value == NULL || value[0] == '\0')
        return refuse(err, "%s must be given, a string", key);
    *out = value;
    return ORMA_OK;
}

/* The executable is one of the node's files. */
static orma_status check_portable(const orma_node_ops *ops,
                                  const orma_node *node, const char *executable,
                                  orma_error **err)
{
    orma_str list;
    json_object *files = NULL;
    bool is_there = false;

    if (executable[0] == '/')
        return refuse(err,
                      "filepath_executable \"%s\" must be relative to the "
                      "code's folder",
                      executable);
    orma_status st = ops->files(node, &list, err);
    if (st == ORMA_OK)
        st = json_read(list, &files, err);
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(files);
         i++) {
        const char *path = json_text(json_object_array_get_idx(files, i));
        is_there = is_there || (path != NULL && strcmp(path, executable) == 0);
    }
    json_object_put(files);
    if (st == ORMA_OK && !is_there)
        st = refuse(err, "the executable \"%s\" is not among the code's files",
                    executable);
    return st;
}

/* AiiDA's class before 2.1: where it is, told by `is_local`. */
static orma_status check_legacy(const orma_node_ops *ops, const orma_node *node,
                                const json_object *attributes, orma_error **err)
{
    const char *path = NULL;
    bool is_local = false;
    orma_status st = json_boolean(json_get(attributes, "is_local"), "is_local",
                                  &is_local, err);

    if (st != ORMA_OK)
        return st;
    if (is_local) {
        st = need_text(attributes, "local_executable", &path, err);
        return st == ORMA_OK ? check_portable(ops, node, path, err) : st;
    }
    st = need_text(attributes, "remote_exec_path", &path, err);
    if (st == ORMA_OK && path[0] != '/')
        st = refuse(err, "remote_exec_path \"%s\" is not absolute", path);
    if (st == ORMA_OK && !has_computer(ops, node))
        st = refuse(err, "the code needs a computer");
    return st;
}

static orma_status check_container(const json_object *attributes,
                                   orma_error **err)
{
    const char *engine = NULL, *image = NULL;
    orma_status st = need_text(attributes, "engine_command", &engine, err);

    if (st == ORMA_OK && strstr(engine, "{image_name}") == NULL)
        st = refuse(err, "engine_command must contain {image_name}");
    return st == ORMA_OK ? need_text(attributes, "image_name", &image, err)
                         : st;
}

static orma_status check(enum code_kind kind, const orma_node_ops *ops,
                         const orma_node *node, const json_object *attributes,
                         orma_error **err)
{
    const char *executable = NULL;
    orma_status st = check_label(ops->label(node), err);

    if (st == ORMA_OK)
        st = check_common(attributes, err);
    if (st != ORMA_OK)
        return st;
    if (kind == CODE_LEGACY)
        return check_legacy(ops, node, attributes, err);
    st = need_text(attributes, "filepath_executable", &executable, err);
    if (st != ORMA_OK)
        return st;
    if (kind == CODE_PORTABLE)
        return has_computer(ops, node)
                   ? refuse(err, "a portable code has no computer")
                   : check_portable(ops, node, executable, err);
    if (!has_computer(ops, node))
        return refuse(err, "the code needs a computer");
    return kind == CODE_CONTAINERIZED ? check_container(attributes, err)
                                      : ORMA_OK;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = check(kind_of(self), ops, node, attributes, err);
    json_object_put(attributes);
    return st;
}

/* Attributes in AiiDA's order; key: of the literal, the second spelling too.
 * otherwise: the JSON of an absent one, NULL: it is left out. */
static const struct code_attribute {
    const char *name, *key;
    const char *otherwise;
} code_attributes[] = {
    {"input_plugin", "default_calc_job_plugin", "null"},
    {"append_text", NULL, "\"\""},
    {"prepend_text", NULL, "\"\""},
    {"use_double_quotes", NULL, "false"},
    {"with_mpi", NULL, "null"},
    {"wrap_cmdline_params", NULL, "false"},
    {"filepath_executable", NULL, NULL},
    {"engine_command", NULL, NULL},
    {"image_name", NULL, NULL},
};

static void write_attributes(const json_object *literal, text *out)
{
    const size_t n = sizeof code_attributes / sizeof *code_attributes;

    text_add(out, "{");
    for (size_t i = 0; i < n; i++) {
        const struct code_attribute *a = &code_attributes[i];
        json_object *value = json_get(literal, a->name);
        if (value == NULL && a->key != NULL)
            value = json_get(literal, a->key);
        const char *written =
            value != NULL ? json_object_to_json_string_ext(
                                value, JSON_C_TO_STRING_PLAIN |
                                           JSON_C_TO_STRING_NOSLASHESCAPE)
                          : a->otherwise;
        if (written != NULL)
            text_format(out, "%s\"%s\": %s", i > 0 ? ", " : "", a->name,
                        written);
    }
    text_add(out, "}");
}

static orma_status check_keys(enum code_kind kind, const json_object *literal,
                              orma_error **err)
{
    static const char *const known[] = {"label",
                                        "computer",
                                        "input_plugin",
                                        "default_calc_job_plugin",
                                        "append_text",
                                        "prepend_text",
                                        "use_double_quotes",
                                        "with_mpi",
                                        "wrap_cmdline_params",
                                        "filepath_executable",
                                        "filepath_files",
                                        "engine_command",
                                        "image_name",
                                        NULL};
    static const struct {
        const char *key;
        enum code_kind kind;
    } owned[] = {
        {"filepath_files", CODE_PORTABLE},
        {"engine_command", CODE_CONTAINERIZED},
        {"image_name", CODE_CONTAINERIZED},
    };
    const orma_status st = json_only(literal, "a code", known, err);

    for (size_t i = 0; st == ORMA_OK && i < sizeof owned / sizeof *owned; i++)
        if (owned[i].kind != kind && json_has(literal, owned[i].key))
            return refuse(err, "this kind of code has no %s", owned[i].key);
    return st;
}

static orma_status fill(enum code_kind kind, const json_object *literal,
                        const orma_node_ops *ops, orma_node *node,
                        orma_error **err)
{
    const char *label = NULL, *place = NULL;
    text attributes = {0};
    orma_status st = check_keys(kind, literal, err);

    if (st == ORMA_OK)
        st = need_text(literal, "label", &label, err);
    if (st == ORMA_OK)
        st = ops->set_label(node, (orma_str){label, strlen(label)}, err);
    if (st == ORMA_OK) {
        write_attributes(literal, &attributes);
        st = text_set_attributes(&attributes, ops, node, err);
    }
    text_finish(&attributes);
    if (st != ORMA_OK)
        return st;
    if (kind == CODE_PORTABLE) {
        st = need_text(literal, "filepath_files", &place, err);
        return st == ORMA_OK ? folder_add(place, ops, node, err) : st;
    }
    st = need_text(literal, "computer", &place, err);
    return st == ORMA_OK
               ? ops->set_computer(node, (orma_str){place, strlen(place)}, err)
               : st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && !json_object_is_type(literal, json_type_object))
        st = refuse(err, "a code is a mapping of label, computer and "
                         "filepath_executable");
    if (st == ORMA_OK)
        st = fill(kind_of(self), literal, ops, node, err);
    json_object_put(literal);
    return st;
}

/* "pw, /usr/bin/pw.x (quantumespresso.pw)" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    static const char *const keys[] = {"filepath_executable",
                                       "remote_exec_path", "local_executable"};
    const orma_str label = ops->label(node);
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        const char *plugin = json_text(json_get(attributes, "input_plugin"));
        const char *executable = NULL;
        for (size_t i = 0; i < 3 && executable == NULL; i++)
            executable = json_text(json_get(attributes, keys[i]));
        text_bytes(&line, label.ptr, label.len);
        text_format(&line, "%s%s", label.len > 0 ? ", " : "",
                    executable != NULL ? executable : "");
        if (plugin != NULL)
            text_format(&line, " (%s)", plugin);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

#define CODE                                                                   \
    .size = sizeof(orma_data), .validate = validate,                           \
    .from_literal = from_literal, .summary = summary

const orma_data installed_code_data = {CODE};
const orma_data portable_code_data = {CODE};
const orma_data containerized_code_data = {CODE};

const orma_data legacy_code_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .summary = summary,
};
