/* SQL functions on JSON that SQLite lacks, with the meaning of PostgreSQL's.
 *
 * json_at(json, keys)        the value at an array of keys, as it is written
 * json_equal(a, b)           jsonb's =
 * json_contains(a, b)        jsonb's @>, which AiiDA registers, too
 * json_has_key(json, key)    jsonb's ?
 * All are NULL when an argument is, and for damaged JSON.
 *
 * SPDX-License-Identifier: MIT */
#include "json_functions.h"

#include <limits.h>
#include <string.h>

#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>

#include "json_text.h"

static struct json_object *parse(const char *text, int len)
{
    struct json_tokener *tok = json_tokener_new_ex(1000);
    struct json_object *value =
        tok == NULL ? NULL : json_tokener_parse_ex(tok, text, len);
    /* A number alone is only ended by what follows it. */
    if (tok != NULL && json_tokener_get_error(tok) == json_tokener_continue)
        value = json_tokener_parse_ex(tok, "", 1);
    const bool failed =
        tok == NULL || json_tokener_get_error(tok) != json_tokener_success;
    json_tokener_free(tok);
    if (!failed)
        return value;
    json_object_put(value);
    return NULL;
}

/* The argument as JSON, kept by SQLite while it is a parameter. false: NULL or
 * damaged. *owned: to be put. */
static bool argument(sqlite3_context *context, sqlite3_value **values, int i,
                     struct json_object **out, bool *owned)
{
    struct json_object *kept = sqlite3_get_auxdata(context, i);
    const char *text = (const char *)sqlite3_value_text(values[i]);
    const int len = sqlite3_value_bytes(values[i]);

    *owned = false;
    *out = kept;
    if (kept != NULL)
        return true;
    if (text == NULL)
        return false;
    *out = parse(text, len);
    *owned = true;
    return *out != NULL || (len == 4 && memcmp(text, "null", 4) == 0);
}

static void put(void *value)
{
    json_object_put(value);
}

/* ---- relations --------------------------------------------------- */

static bool is_number(const struct json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

static bool is_container(const struct json_object *value)
{
    return json_object_is_type(value, json_type_array) ||
           json_object_is_type(value, json_type_object);
}

static bool equal(struct json_object *a, struct json_object *b);

static bool equal_arrays(struct json_object *a, struct json_object *b)
{
    const size_t count = json_object_array_length(a);
    if (count != json_object_array_length(b))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!equal(json_object_array_get_idx(a, i),
                   json_object_array_get_idx(b, i)))
            return false;
    return true;
}

static bool equal_objects(struct json_object *a, struct json_object *b)
{
    if (json_object_object_length(a) != json_object_object_length(b))
        return false;
    json_object_object_foreach(a, key, value)
    {
        struct json_object *other = NULL;
        if (!json_object_object_get_ex(b, key, &other) || !equal(value, other))
            return false;
    }
    return true;
}

static bool equal(struct json_object *a, struct json_object *b)
{
    if (json_object_is_type(a, json_type_int) &&
        json_object_is_type(b, json_type_int))
        return json_object_get_int64(a) == json_object_get_int64(b);
    if (is_number(a) && is_number(b))
        return !(json_object_get_double(a) < json_object_get_double(b)) &&
               !(json_object_get_double(a) > json_object_get_double(b));
    if (json_object_get_type(a) != json_object_get_type(b))
        return false;
    switch (json_object_get_type(a)) {
    case json_type_boolean:
        return json_object_get_boolean(a) == json_object_get_boolean(b);
    case json_type_string:
        return json_object_get_string_len(a) == json_object_get_string_len(b) &&
               memcmp(json_object_get_string(a), json_object_get_string(b),
                      (size_t)json_object_get_string_len(a)) == 0;
    case json_type_array:
        return equal_arrays(a, b);
    case json_type_object:
        return equal_objects(a, b);
    case json_type_null:
    case json_type_int:
    case json_type_double:
        break;
    }
    return true;
}

/* Inside: containers contain containers of their kind, all else equals. */
static bool contains(struct json_object *a, struct json_object *b)
{
    if (!is_container(b) || json_object_get_type(a) != json_object_get_type(b))
        return !is_container(b) && equal(a, b);
    if (json_object_is_type(b, json_type_object)) {
        json_object_object_foreach(b, key, wanted)
        {
            struct json_object *found = NULL;
            if (!json_object_object_get_ex(a, key, &found) ||
                !contains(found, wanted))
                return false;
        }
        return true;
    }
    for (size_t i = 0; i < json_object_array_length(b); i++) {
        bool found = false;
        for (size_t k = 0; !found && k < json_object_array_length(a); k++)
            found = contains(json_object_array_get_idx(a, k),
                             json_object_array_get_idx(b, i));
        if (!found)
            return false;
    }
    return true;
}

/* At the top, and only there, an array contains its plain items. */
static bool contains_at_top(struct json_object *a, struct json_object *b)
{
    if (!json_object_is_type(a, json_type_array) || is_container(b))
        return contains(a, b);
    for (size_t i = 0; i < json_object_array_length(a); i++)
        if (equal(json_object_array_get_idx(a, i), b))
            return true;
    return false;
}

typedef bool relation(struct json_object *a, struct json_object *b);

static void relate(sqlite3_context *context, sqlite3_value **values,
                   relation *holds)
{
    struct json_object *a = NULL, *b = NULL;
    bool owns_a = false, owns_b = false;

    if (argument(context, values, 0, &a, &owns_a) &&
        argument(context, values, 1, &b, &owns_b))
        sqlite3_result_int(context, holds(a, b));
    if (owns_a)
        json_object_put(a);
    if (owns_b)
        sqlite3_set_auxdata(context, 1, b, put);
}

/* ---- functions --------------------------------------------------- */

static void json_equal(sqlite3_context *context, int count,
                       sqlite3_value **values)
{
    (void)count;
    relate(context, values, equal);
}

static void json_contains(sqlite3_context *context, int count,
                          sqlite3_value **values)
{
    (void)count;
    relate(context, values, contains_at_top);
}

static bool has_key(struct json_object *value, const char *key)
{
    if (json_object_is_type(value, json_type_object))
        return json_object_object_get_ex(value, key, NULL);
    if (json_object_is_type(value, json_type_string))
        return strcmp(json_object_get_string(value), key) == 0;
    if (!json_object_is_type(value, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *item = json_object_array_get_idx(value, i);
        if (json_object_is_type(item, json_type_string) &&
            strcmp(json_object_get_string(item), key) == 0)
            return true;
    }
    return false;
}

static void json_has_key(sqlite3_context *context, int count,
                         sqlite3_value **values)
{
    const char *key = (const char *)sqlite3_value_text(values[1]);
    struct json_object *value = NULL;
    bool is_owned = false;

    (void)count;
    if (key != NULL && argument(context, values, 0, &value, &is_owned))
        sqlite3_result_int(context, has_key(value, key));
    if (is_owned)
        json_object_put(value);
}

static void json_at(sqlite3_context *context, int count, sqlite3_value **values)
{
    orma_str json = {(const char *)sqlite3_value_text(values[0]), 0};
    struct json_object *keys = NULL;
    bool is_owned = false;

    (void)count;
    json.len = (size_t)sqlite3_value_bytes(values[0]);
    if (json.ptr != NULL && argument(context, values, 1, &keys, &is_owned) &&
        json_object_is_type(keys, json_type_array) && json_text_at(&json, keys))
        sqlite3_result_text64(context, json.ptr, json.len, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
    if (is_owned)
        sqlite3_set_auxdata(context, 1, keys, put);
}

int json_functions_register(sqlite3 *db)
{
    static const struct {
        const char *name;
        void (*run)(sqlite3_context *context, int count,
                    sqlite3_value **values);
    } functions[] = {
        {"json_at", json_at},
        {"json_equal", json_equal},
        {"json_contains", json_contains},
        {"json_has_key", json_has_key},
    };
    int rc = SQLITE_OK;
    for (size_t i = 0;
         rc == SQLITE_OK && i < sizeof functions / sizeof *functions; i++)
        rc = sqlite3_create_function_v2(
            db, functions[i].name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
            functions[i].run, NULL, NULL, NULL);
    return rc;
}
