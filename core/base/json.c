/* Questions about JSON values, copies and members.
 *
 * SPDX-License-Identifier: MIT */
#include <base/json.h>

#include <limits.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/json_internal.h>
#include <base/text.h>

/* What becomes of every number and string in a rebuilt value. */
typedef orma_status scalar_rule(const json_object *value, json_object **out,
                                orma_error **err);

static scalar_rule clean_scalar;

static orma_status rebuild(const json_object *value, scalar_rule *rule,
                           json_object **out, orma_error **err);

static orma_status refuse_key(const char *key, orma_error **err)
{
    AUTO_FREE char *shown = text_show_bytes((orma_str){key, strlen(key)});
    const orma_status st =
        error_set(err, ORMA_E_INVALID, "json", 0,
                  "key \"%.200s\" is not valid UTF-8, so it cannot be stored",
                  shown != NULL ? shown : "");
    error_hint(err, "write it in UTF-8");
    return st;
}

static orma_status rebuild_object(const json_object *value, scalar_rule *rule,
                                  json_object *made, orma_error **err)
{
    const struct lh_entry *entry = json_object_get_object(value)->head;

    for (; entry != NULL; entry = entry->next) {
        const char *key = lh_entry_k(entry);
        json_object *member = NULL;
        /* Mended, two keys could become one. */
        if (rule == clean_scalar &&
            json_utf8_valid(key, strlen(key)) < strlen(key))
            return refuse_key(key, err);
        const orma_status st = rebuild(lh_entry_v(entry), rule, &member, err);
        if (st == ORMA_E_INVALID)
            error_set(err, st, "json", 0, "in '%s'", key);
        if (st != ORMA_OK)
            return st;
        if (!json_set(made, key, member))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status rebuild_array(const json_object *value, scalar_rule *rule,
                                 json_object *made, orma_error **err)
{
    const size_t n = json_object_array_length(value);

    for (size_t i = 0; i < n; i++) {
        json_object *item = NULL;
        const orma_status st =
            rebuild(json_object_array_get_idx(value, i), rule, &item, err);
        if (st != ORMA_OK)
            return st;
        if (json_object_array_add(made, item) != 0) {
            json_object_put(item);
            return error_no_memory(err);
        }
    }
    return ORMA_OK;
}

static orma_status rebuild_container(const json_object *value,
                                     scalar_rule *rule, json_object **out,
                                     orma_error **err)
{
    const bool is_object = json_object_is_type(value, json_type_object);
    json_object *made =
        is_object ? json_object_new_object() : json_object_new_array();

    if (made == NULL)
        return error_no_memory(err);
    const orma_status st = is_object ? rebuild_object(value, rule, made, err)
                                     : rebuild_array(value, rule, made, err);
    if (st != ORMA_OK) {
        json_object_put(made);
        return st;
    }
    *out = made;
    return ORMA_OK;
}

static orma_status rebuild(const json_object *value, scalar_rule *rule,
                           json_object **out, orma_error **err)
{
    json_object *truth;

    switch (json_object_get_type(value)) {
    case json_type_null:
        *out = NULL;
        return ORMA_OK;
    case json_type_int:
    case json_type_double:
    case json_type_string:
        return rule(value, out, err);
    case json_type_array:
    case json_type_object:
        return rebuild_container(value, rule, out, err);
    case json_type_boolean:
        break;
    }
    truth = json_object_new_boolean(json_object_get_boolean(value));
    if (truth == NULL)
        return error_no_memory(err);
    *out = truth;
    return ORMA_OK;
}

static orma_str string_of(const json_object *value)
{
    return (orma_str){json_object_get_string((json_object *)(uintptr_t)value),
                      (size_t)json_object_get_string_len(value)};
}

static orma_status keep_scalar(const json_object *value, json_object **out,
                               orma_error **err)
{
    json_object *copy = NULL;

    if (json_object_is_type(value, json_type_string)) {
        const orma_str text = string_of(value);
        copy = json_object_new_string_len(text.ptr, (int)text.len);
    } else {
        copy = json_copy_number(value);
    }
    if (copy == NULL)
        return error_no_memory(err);
    *out = copy;
    return ORMA_OK;
}

/* As json_write() would write it, so that what is hashed is what is stored. */
static orma_status mend_string(orma_str text, json_object **out,
                               orma_error **err)
{
    AUTO_BUF buf mended = {0};
    size_t used = 0;

    for (size_t at = 0; at < text.len; at += used)
        json_utf8_encode(&mended,
                         json_utf8_decode(text.ptr + at, text.len - at, &used));
    const orma_status st = buf_status(&mended, err);
    if (st != ORMA_OK)
        return st;
    json_object *made =
        mended.len > INT_MAX
            ? NULL
            : json_object_new_string_len(mended.ptr, (int)mended.len);
    if (made == NULL)
        return error_no_memory(err);
    *out = made;
    return ORMA_OK;
}

static orma_status clean_scalar(const json_object *value, json_object **out,
                                orma_error **err)
{
    if (!json_object_is_type(value, json_type_string))
        return json_clean_number(value, out, err);
    const orma_str text = string_of(value);
    return json_utf8_valid(text.ptr, text.len) == text.len
               ? keep_scalar(value, out, err)
               : mend_string(text, out, err);
}

orma_status json_clean(const json_object *value, json_object **out,
                       orma_error **err)
{
    return rebuild(value, clean_scalar, out, err);
}

static bool is_clean_object(const json_object *value)
{
    const struct lh_entry *entry = json_object_get_object(value)->head;
    for (; entry != NULL; entry = entry->next) {
        const char *key = lh_entry_k(entry);
        const size_t len = strlen(key);
        if (json_utf8_valid(key, len) < len ||
            !json_is_clean(lh_entry_v(entry)))
            return false;
    }
    return true;
}

static bool is_clean_array(const json_object *value)
{
    const size_t n = json_object_array_length(value);
    for (size_t i = 0; i < n; i++)
        if (!json_is_clean(json_object_array_get_idx(value, i)))
            return false;
    return true;
}

bool json_is_clean(const json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
    case json_type_boolean:
    case json_type_int:
        return true;
    case json_type_double:
        break;
    case json_type_string: {
        const orma_str text = string_of(value);
        return json_utf8_valid(text.ptr, text.len) == text.len;
    }
    case json_type_array:
        return is_clean_array(value);
    case json_type_object:
        return is_clean_object(value);
    }
    return false;
}

json_object *json_copy(const json_object *value)
{
    json_object *copy = NULL;

    return rebuild(value, keep_scalar, &copy, NULL) == ORMA_OK ? copy : NULL;
}

static bool equal_objects(const json_object *a, const json_object *b)
{
    const struct lh_entry *entry = json_object_get_object(a)->head;

    if (json_object_object_length(a) != json_object_object_length(b))
        return false;
    for (; entry != NULL; entry = entry->next) {
        json_object *other;
        if (!json_object_object_get_ex(b, lh_entry_k(entry), &other) ||
            !json_equal(lh_entry_v(entry), other))
            return false;
    }
    return true;
}

static bool equal_arrays(const json_object *a, const json_object *b)
{
    const size_t n = json_object_array_length(a);

    if (n != json_object_array_length(b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!json_equal(json_object_array_get_idx(a, i),
                        json_object_array_get_idx(b, i)))
            return false;
    return true;
}

static bool equal_strings(const json_object *a, const json_object *b)
{
    const int len = json_object_get_string_len(a);

    return len == json_object_get_string_len(b) &&
           memcmp(json_object_get_string((json_object *)a),
                  json_object_get_string((json_object *)b), (size_t)len) == 0;
}

bool json_equal(const json_object *a, const json_object *b)
{
    const json_type type = json_object_get_type(a);

    if (type != json_object_get_type(b))
        return false;
    switch (type) {
    case json_type_null:
        return true;
    case json_type_boolean:
        return json_object_get_boolean(a) == json_object_get_boolean(b);
    case json_type_int:
    case json_type_double:
        return json_equal_numbers(a, b);
    case json_type_string:
        return equal_strings(a, b);
    case json_type_array:
        return equal_arrays(a, b);
    case json_type_object:
        return equal_objects(a, b);
    }
    return false;
}

json_object *json_get(const json_object *object, const char *key)
{
    json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object))
        return NULL;
    json_object_object_get_ex(object, key, &value);
    return value;
}

json_object *json_get_path(const json_object *object, const char *path)
{
    char key[256];

    for (;;) {
        const size_t len = strcspn(path, ".");
        if (len >= sizeof key)
            return NULL;
        memcpy(key, path, len);
        key[len] = '\0';
        json_object *value = json_get(object, key);
        if (path[len] == '\0' || value == NULL)
            return value;
        object = value;
        path += len + 1;
    }
}

const char *json_get_text(const json_object *object, const char *key,
                          const char *fallback)
{
    json_object *value = json_get(object, key);

    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : fallback;
}

int64_t json_get_int(const json_object *object, const char *key,
                     int64_t fallback)
{
    const json_object *value = json_get(object, key);

    return json_object_is_type(value, json_type_int)
               ? json_object_get_int64(value)
               : fallback;
}

bool json_get_bool(const json_object *object, const char *key, bool fallback)
{
    const json_object *value = json_get(object, key);

    return json_object_is_type(value, json_type_boolean)
               ? json_object_get_boolean(value) != 0
               : fallback;
}

bool json_set(json_object *object, const char *key, json_object *value)
{
    if (json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

/* A scalar that could not be made must not become null. */
static bool set_made(json_object *object, const char *key, json_object *value)
{
    return value != NULL && json_set(object, key, value);
}

bool json_set_text(json_object *object, const char *key, const char *text)
{
    if (text == NULL)
        return json_set(object, key, NULL);
    return set_made(object, key, json_object_new_string(text));
}

bool json_set_int(json_object *object, const char *key, int64_t value)
{
    return set_made(object, key, json_object_new_int64(value));
}

bool json_set_bool(json_object *object, const char *key, bool value)
{
    return set_made(object, key, json_object_new_boolean(value));
}
