/* JSON objects in the making.
 *
 * SPDX-License-Identifier: MIT */
#include "dict.h"

#include <stdio.h>

#define MAX_KEY 128

void dict_init(dict *d)
{
    *d = (dict){.object = json_object_new_object()};
    d->has_failed = d->object == NULL;
}

void dict_finish(dict *d)
{
    json_object_put(d->object);
    *d = (dict){0};
}

bool dict_has(const dict *d, const char *key)
{
    return json_object_object_get_ex(d->object, key, NULL);
}

void dict_set(dict *d, const char *key, json_object *value)
{
    if (d->object == NULL || value == NULL ||
        json_object_object_add(d->object, key, value) != 0) {
        json_object_put(value);
        d->has_failed = true;
    }
}

void dict_set_null(dict *d, const char *key)
{
    if (d->object == NULL || json_object_object_add(d->object, key, NULL) != 0)
        d->has_failed = true;
}

void dict_set_int(dict *d, const char *key, int64_t value)
{
    dict_set(d, key, json_object_new_int64(value));
}

json_object *json_real(double value)
{
    char text[64];

    if (host->number(value, text) == NULL)
        return json_object_new_null();
    return json_object_new_double_s(value, text);
}

void dict_set_real(dict *d, const char *key, double value)
{
    char text[64];

    if (host->number(value, text) != NULL)
        dict_set(d, key, json_object_new_double_s(value, text));
}

void dict_set_flag(dict *d, const char *key, bool value)
{
    dict_set(d, key, json_object_new_boolean(value));
}

void dict_set_text(dict *d, const char *key, const char *value)
{
    dict_set(d, key, json_object_new_string(value));
}

void dict_set_units(dict *d, const char *key, const char *units)
{
    char name[MAX_KEY];

    snprintf(name, sizeof name, "%s_units", key);
    dict_set_text(d, name, units);
}

json_object *json_reals(const double *values, size_t count)
{
    json_object *list = json_object_new_array();

    for (size_t i = 0; list != NULL && i < count; i++)
        if (json_object_array_add(list, json_real(values[i])) != 0) {
            json_object_put(list);
            return NULL;
        }
    return list;
}

json_object *json_ints(const int64_t *values, size_t count)
{
    json_object *list = json_object_new_array();

    for (size_t i = 0; list != NULL && i < count; i++)
        if (json_object_array_add(list, json_object_new_int64(values[i])) !=
            0) {
            json_object_put(list);
            return NULL;
        }
    return list;
}
