/* Settings against the program's table.
 *
 * SPDX-License-Identifier: MIT */
#include "settings.h"

#include "case.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const setting *find_setting(const program *p, const char *name)
{
    for (const setting *s = p->settings; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static const char *type_word(json_type type)
{
    switch (type) {
    case json_type_boolean: return "true or false";
    case json_type_double: return "a number";
    case json_type_int: return "an integer";
    case json_type_object: return "a mapping";
    case json_type_array: return "a list";
    case json_type_string: return "a text";
    case json_type_null: return "null";
    }
    return "of another type";
}

static orma_status check_type(const setting *s, json_object *value,
                              orma_error **err)
{
    const json_type type = json_object_get_type(value);

    if (type == s->type || (s->type == json_type_double &&
                            type == json_type_int))
        return ORMA_OK;
    return refuse(err, "port \"settings\": %s must be %s", s->name,
                  type_word(s->type));
}

static orma_status check_keys(const program *p, json_object *settings,
                              orma_error **err)
{
    text unknown = {0};
    orma_status st = ORMA_OK;

    json_object_object_foreach(settings, name, value) {
        const setting *known = find_setting(p, name);
        if (known == NULL)
            text_add(&unknown, "%s%s", unknown.len > 0 ? ", " : "", name);
        else if (st == ORMA_OK)
            st = check_type(known, value, err);
    }
    if (st == ORMA_OK && unknown.len > 0)
        st = refuse(err, "port \"settings\": unexpected keys: %s; remove them",
                    unknown.ptr);
    text_finish(&unknown);
    return st;
}

orma_status settings_normalise(const program *p, json_object *raw,
                               json_object **out, orma_error **err)
{
    json_object *copy = NULL;
    orma_status st = ORMA_OK;

    if (raw == NULL) {
        copy = json_object_new_object();
        st = copy == NULL ? no_memory(err) : ORMA_OK;
    } else {
        const case_rule rule = {UPPER_CASE, "port \"settings\"", NULL};
        st = keys_in_case(raw, &rule, &copy, err);
    }
    if (st == ORMA_OK)
        st = check_keys(p, copy, err);
    if (st != ORMA_OK) {
        json_object_put(copy);
        return st;
    }
    *out = copy;
    return ORMA_OK;
}

/* The three lists that have a row of three for every site. */
static const struct {
    const char *name;
    bool holds_truth;
} site_lists[] = {
    {"FIXED_COORDS", true},
    {"ATOMIC_FORCES", false},
    {"ATOMIC_VELOCITIES", false},
};

static bool is_row(json_object *row, bool holds_truth)
{
    if (!json_object_is_type(row, json_type_array) ||
        json_object_array_length(row) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        const json_type type =
            json_object_get_type(json_object_array_get_idx(row, i));
        const bool fits =
            holds_truth ? type == json_type_boolean
                        : type == json_type_double || type == json_type_int;
        if (!fits)
            return false;
    }
    return true;
}

static orma_status check_rows(const char *name, bool holds_truth,
                              json_object *rows, size_t sites,
                              orma_error **err)
{
    const size_t count = json_object_array_length(rows);

    if (count != sites)
        return refuse(err, "port \"settings\": %s has %zu rows, the structure "
                      "%zu sites; give one row for each site", name, count,
                      sites);
    for (size_t i = 0; i < count; i++)
        if (!is_row(json_object_array_get_idx(rows, i), holds_truth))
            return refuse(err, "port \"settings\": row %zu of %s is not a list "
                          "of three %s", i + 1, name,
                          holds_truth ? "truth values" : "numbers");
    return ORMA_OK;
}

orma_status settings_check_sites(json_object *settings, const structure *s,
                                 orma_error **err)
{
    for (size_t i = 0; i < sizeof site_lists / sizeof *site_lists; i++) {
        json_object *rows;
        if (!json_object_object_get_ex(settings, site_lists[i].name, &rows))
            continue;
        const orma_status st =
            check_rows(site_lists[i].name, site_lists[i].holds_truth, rows,
                       s->site_count, err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

bool settings_is_true(json_object *settings, const char *name, bool otherwise)
{
    json_object *value;

    if (!json_object_object_get_ex(settings, name, &value))
        return otherwise;
    return json_object_get_boolean(value);
}
