/* Inputs documents as texts: YAML and JSON in, JSON out, single values set.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <orma/api/launch.h>

#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <base/yaml.h>

enum { MAX_KEY = 255 };

static char first_char(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr(" \t\r\n", text[i]) == NULL)
            return text[i];
    return '\0';
}

/* JSON is read as such, since YAML's flow style is nearly but not quite it;
 * what only looks like JSON is YAML, whose errors then tell. */
static bool parse_as_json(orma_str text, json_object **documents)
{
    json_object *value = NULL;
    const char first = first_char(text.ptr, text.len);

    if ((first != '{' && first != '[') ||
        json_parse(text, &value, NULL) != ORMA_OK)
        return false;
    json_object *array = json_object_new_array();
    if (array == NULL || json_object_array_add(array, value) != 0) {
        json_object_put(value);
        json_object_put(array);
        return false;
    }
    *documents = array;
    return true;
}

orma_status orma_documents(const char *name, orma_str text, char **json,
                           orma_error **err)
{
    json_object *documents = NULL;

    if (!parse_as_json(text, &documents)) {
        const orma_status st = yaml_parse(name, text, &documents, err);
        if (st != ORMA_OK)
            return st;
    }
    return hand_out(documents, json, err);
}

/* "@path" is a file; what begins as a flow or quoted value is read as YAML;
 * anything else is one plain scalar, in which `: ` and `#` are only text. */
static orma_status read_value(const char *path, const char *text,
                              json_object **out, orma_error **err)
{
    AUTO_JSON json_object *documents = NULL;
    const orma_str view = {text, strlen(text)};

    if (text[0] == '@') {
        json_object *file = json_object_new_object();
        if (file == NULL || !json_set_text(file, "$file", text + 1)) {
            json_object_put(file);
            return error_no_memory(err);
        }
        *out = file;
        return ORMA_OK;
    }
    const char first = first_char(view.ptr, view.len);
    if (first == '\0' || strchr("{[\"'", first) == NULL) {
        *out = yaml_scalar(view);
        return ORMA_OK;
    }
    const orma_status st = yaml_parse(path, view, &documents, err);
    if (st != ORMA_OK)
        return st;
    if (json_object_array_length(documents) != 1)
        return error_set(err, ORMA_E_INVALID, "inputs", 0,
                         "\"%s\": one value is set at a time", path);
    *out = json_object_get(json_object_array_get_idx(documents, 0));
    return ORMA_OK;
}

/* Sets a dotted path, making namespaces on the way; takes over value. */
static orma_status set_path(json_object *tree, const char *path,
                            json_object *value, orma_error **err)
{
    char name[MAX_KEY + 1];
    const char *rest = path;

    for (;;) {
        const size_t len = strcspn(rest, ".");
        if (len == 0 || len > MAX_KEY) {
            json_object_put(value);
            return error_set(err, ORMA_E_INVALID, "inputs", 0,
                             "\"%s\" is no path of an input: names joined "
                             "by dots are",
                             path);
        }
        memcpy(name, rest, len);
        name[len] = '\0';
        if (rest[len] == '\0')
            return json_set(tree, name, value) ? ORMA_OK
                                               : error_no_memory(err);
        json_object *below = json_get(tree, name);
        if (below == NULL) {
            below = json_object_new_object();
            if (below == NULL || !json_set(tree, name, below)) {
                json_object_put(value);
                return error_no_memory(err);
            }
        } else if (!json_object_is_type(below, json_type_object)) {
            json_object_put(value);
            return error_set(err, ORMA_E_INVALID, "inputs", 0,
                             "\"%s\": \"%s\" is a value, nothing can be set "
                             "below it",
                             path, name);
        }
        tree = below;
        rest += len + 1;
    }
}

orma_status orma_document_set(orma_str document, const char *path,
                              const char *text, char **json, orma_error **err)
{
    json_object *tree = NULL, *value = NULL;
    orma_status st = take_in(document, "inputs", &tree, err);

    if (st != ORMA_OK)
        return st;
    st = read_value(path, text, &value, err);
    if (st == ORMA_OK)
        st = set_path(tree, path, value, err);
    if (st != ORMA_OK) {
        json_object_put(tree);
        return st;
    }
    return hand_out(tree, json, err);
}

orma_status orma_yaml(orma_str json, char **yaml, orma_error **err)
{
    AUTO_JSON json_object *value = NULL;
    AUTO_BUF buf text = {0};
    orma_status st = json_parse(json, &value, err);

    if (st == ORMA_OK)
        st = yaml_write(&text, value, err);
    if (st == ORMA_OK)
        st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    char *handed = buf_take(&text);
    if (handed == NULL)
        return error_no_memory(err);
    *yaml = handed;
    return ORMA_OK;
}
