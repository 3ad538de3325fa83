/* Literals and attributes: JSON values read with checks that name the place.
 *
 * SPDX-License-Identifier: MIT */
#include "json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 200

orma_status json_read(orma_str text, json_object **out, orma_error **err)
{
    if (text.len > INT_MAX)
        return refuse(err, "a value of %zu bytes is too large", text.len);
    json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
    if (tokener == NULL)
        return refuse_memory(err);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    json_object *value =
        json_tokener_parse_ex(tokener, text.ptr, (int)text.len);
    enum json_tokener_error why = json_tokener_get_error(tokener);
    /* A bare number ends only where something follows it. */
    if (why == json_tokener_continue) {
        value = json_tokener_parse_ex(tokener, "", 1);
        why = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (why != json_tokener_success) {
        json_object_put(value);
        return refuse(err, "the value is not JSON: %s",
                      json_tokener_error_desc(why));
    }
    *out = value;
    return ORMA_OK;
}

orma_status json_attributes(const orma_node_ops *ops, const orma_node *node,
                            json_object **out, orma_error **err)
{
    orma_str text;
    json_object *object = NULL;
    orma_status st = ops->attributes(node, &text, err);
    if (st != ORMA_OK)
        return st;
    st = json_read(text, &object, err);
    if (st != ORMA_OK)
        return st;
    if (!json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        return refuse(err, "the attributes are no object");
    }
    *out = object;
    return ORMA_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

orma_str json_trim(orma_str text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Index after the string that starts at `i`. */
static size_t after_string(orma_str text, size_t i)
{
    for (i++; i < text.len && text.ptr[i] != '"'; i++)
        if (text.ptr[i] == '\\')
            i++;
    return i < text.len ? i + 1 : text.len;
}

/* Index of the ',' or '}' that ends the member value starting at `i`. */
static size_t after_value(orma_str text, size_t i)
{
    int depth = 0;

    while (i < text.len) {
        const char c = text.ptr[i];
        if (c == '"') {
            i = after_string(text, i);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}'))
            return i;
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        i++;
    }
    return i;
}

orma_str json_member(orma_str text, const char *key)
{
    const orma_str none = {NULL, 0};
    const size_t key_len = strlen(key);

    text = json_trim(text);
    if (text.len == 0 || text.ptr[0] != '{')
        return none;
    for (size_t i = 1; i < text.len;) {
        while (i < text.len && (is_blank(text.ptr[i]) || text.ptr[i] == ','))
            i++;
        if (i >= text.len || text.ptr[i] != '"')
            return none;
        const size_t name = i + 1;
        i = after_string(text, i);
        const size_t name_len = i - 1 - name;
        while (i < text.len && (is_blank(text.ptr[i]) || text.ptr[i] == ':'))
            i++;
        const size_t value = i;
        i = after_value(text, i);
        if (name_len == key_len && memcmp(text.ptr + name, key, key_len) == 0)
            return json_trim((orma_str){text.ptr + value, i - value});
    }
    return none;
}

const char *json_type_word(const json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        return "null";
    case json_type_boolean:
        return "a boolean";
    case json_type_double:
        return "a float";
    case json_type_int:
        return "an integer";
    case json_type_object:
        return "a mapping";
    case json_type_array:
        return "a list";
    case json_type_string:
        return "a string";
    }
    return "a value";
}

json_object *json_get(const json_object *object, const char *key)
{
    json_object *value = NULL;

    if (json_object_is_type(object, json_type_object))
        json_object_object_get_ex(object, key, &value);
    return value;
}

bool json_has(const json_object *object, const char *key)
{
    return json_object_is_type(object, json_type_object) &&
           json_object_object_get_ex(object, key, NULL);
}

const char *json_text(const json_object *value)
{
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string((json_object *)value)
               : NULL;
}

static bool is_number(const json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

orma_status json_reals(const json_object *value, const char *what, size_t count,
                       double *out, orma_error **err)
{
    if (!json_object_is_type(value, json_type_array) ||
        json_object_array_length(value) != count)
        return refuse(err, "%s must be a list of %zu numbers", what, count);
    for (size_t i = 0; i < count; i++) {
        const json_object *item = json_object_array_get_idx(value, i);
        if (!is_number(item))
            return refuse(err, "%s must be numbers, item %zu is %s", what, i,
                          json_type_word(item));
        out[i] = json_object_get_double(item);
    }
    return ORMA_OK;
}

orma_status json_matrix(const json_object *value, const char *what, matrix *out,
                        orma_error **err)
{
    if (!json_object_is_type(value, json_type_array) ||
        json_object_array_length(value) != 3)
        return refuse(err, "%s must be three vectors of three numbers", what);
    for (size_t i = 0; i < 3; i++) {
        char row[64];
        snprintf(row, sizeof row, "%s[%zu]", what, i);
        const orma_status st = json_reals(json_object_array_get_idx(value, i),
                                          row, 3, out->row[i], err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

orma_status json_strings(const json_object *value, const char *what,
                         orma_error **err)
{
    if (!json_object_is_type(value, json_type_array))
        return refuse(err, "%s must be a list of strings, not %s", what,
                      json_type_word(value));
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        const json_object *item = json_object_array_get_idx(value, i);
        if (!json_object_is_type(item, json_type_string))
            return refuse(err, "%s must be strings, item %zu is %s", what, i,
                          json_type_word(item));
    }
    return ORMA_OK;
}

orma_status json_boolean(const json_object *value, const char *what, bool *out,
                         orma_error **err)
{
    if (!json_object_is_type(value, json_type_boolean))
        return refuse(err, "%s must be true or false, not %s", what,
                      json_type_word(value));
    *out = json_object_get_boolean(value) != 0;
    return ORMA_OK;
}

orma_status json_only(const json_object *object, const char *what,
                      const char *const *known, orma_error **err)
{
    json_object_object_foreach((json_object *)object, key, value)
    {
        (void)value;
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return refuse(err, "%s knows no key \"%s\"", what, key);
    }
    return ORMA_OK;
}

orma_status json_pbc(const json_object *object, bool pbc[3], bool *given,
                     orma_error **err)
{
    static const char *const single[] = {"pbc1", "pbc2", "pbc3"};
    const json_object *all = json_get(object, "pbc");
    orma_status st = ORMA_OK;

    *given = all != NULL;
    if (json_object_is_type(all, json_type_array)) {
        if (json_object_array_length(all) != 3)
            return refuse(err, "pbc must be one or three booleans");
        for (size_t i = 0; i < 3 && st == ORMA_OK; i++)
            st = json_boolean(json_object_array_get_idx(all, i), "pbc", &pbc[i],
                              err);
    } else if (all != NULL) {
        st = json_boolean(all, "pbc", &pbc[0], err);
        pbc[1] = pbc[2] = pbc[0];
    }
    for (size_t i = 0; i < 3 && st == ORMA_OK; i++)
        if (json_has(object, single[i])) {
            *given = true;
            st = json_boolean(json_get(object, single[i]), single[i], &pbc[i],
                              err);
        }
    return st;
}
