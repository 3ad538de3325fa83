/* Fortran namelists: values, arrays and values by species.
 *
 * SPDX-License-Identifier: MIT */
#include "namelist.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INDICES 8

/* Where a refusal points to. */
typedef struct place {
    const char *namelist;
    const char *keyword;
    const species *kinds;
} place;

int species_index(const species *s, const char *name)
{
    if (s == NULL)
        return 0;
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return (int)i + 1;
    return 0;
}

static orma_status write_real(text *out, double value, const place *where,
                              orma_error **err)
{
    char number[64];

    if (!isfinite(value))
        return refuse(err, "keyword \"%s\" of namelist %s is not a finite "
                      "number", where->keyword, where->namelist);
    snprintf(number, sizeof number, "%18.10e", value);
    char *exponent = strchr(number, 'e');
    if (exponent != NULL)
        *exponent = 'd';
    text_add(out, "%s", number);
    return ORMA_OK;
}

/* Fortran doubles a quote inside a quoted text. */
static orma_status write_string(text *out, const char *value,
                                const place *where, orma_error **err)
{
    if (strpbrk(value, "\r\n") != NULL)
        return refuse(err, "keyword \"%s\" of namelist %s holds a line break; "
                      "give it on one line", where->keyword, where->namelist);
    text_add(out, "'");
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\'')
            text_add(out, "'");
        text_add(out, "%c", *c);
    }
    text_add(out, "'");
    return ORMA_OK;
}

static orma_status write_value(text *out, json_object *value,
                               const place *where, orma_error **err)
{
    orma_status st = ORMA_OK;

    switch (json_object_get_type(value)) {
    case json_type_boolean:
        text_add(out, json_object_get_boolean(value) ? ".true." : ".false.");
        break;
    case json_type_int:
        text_add(out, "%lld", (long long)json_object_get_int64(value));
        break;
    case json_type_double:
        st = write_real(out, json_object_get_double(value), where, err);
        break;
    case json_type_string:
        st = write_string(out, json_object_get_string(value), where, err);
        break;
    case json_type_null:
    case json_type_object:
    case json_type_array:
        st = refuse(err, "keyword \"%s\" of namelist %s has a value that is "
                    "no boolean, number or text", where->keyword,
                    where->namelist);
        break;
    }
    text_add(out, "\n");
    return st;
}

static orma_status unknown_kind(const place *where, const char *name,
                                orma_error **err)
{
    return refuse(err, "keyword \"%s\" of namelist %s names the kind \"%s\", "
                  "which the structure does not have", where->keyword,
                  where->namelist, name);
}

/* One of the numbers in parentheses: an integer, or a kind for its index. */
static orma_status read_index(json_object *item, const place *where, int *index,
                              orma_error **err)
{
    if (json_object_is_type(item, json_type_int)) {
        *index = json_object_get_int(item);
        return ORMA_OK;
    }
    if (!json_object_is_type(item, json_type_string))
        return refuse(err, "keyword \"%s\" of namelist %s has an index that is "
                      "neither an integer nor a kind", where->keyword,
                      where->namelist);
    *index = species_index(where->kinds, json_object_get_string(item));
    if (*index == 0)
        return unknown_kind(where, json_object_get_string(item), err);
    return ORMA_OK;
}

/* [2, "Fe", 4.0] becomes `key(2,1) = 4.0`. */
static orma_status write_indexed(text *out, json_object *row,
                                 const place *where, orma_error **err)
{
    const size_t count = json_object_array_length(row);

    if (count < 2 || count > MAX_INDICES + 1)
        return refuse(err, "keyword \"%s\" of namelist %s holds a list of %zu "
                      "items; give indices and a value", where->keyword,
                      where->namelist, count);
    text_add(out, "  %s(", where->keyword);
    for (size_t i = 0; i + 1 < count; i++) {
        int index = 0;
        const orma_status st = read_index(json_object_array_get_idx(row, i),
                                          where, &index, err);
        if (st != ORMA_OK)
            return st;
        text_add(out, "%s%d", i == 0 ? "" : ",", index);
    }
    text_add(out, ") = ");
    return write_value(out, json_object_array_get_idx(row, count - 1), where,
                       err);
}

static orma_status write_list(text *out, json_object *list, const place *where,
                              orma_error **err)
{
    const size_t count = json_object_array_length(list);
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        json_object *item = json_object_array_get_idx(list, i);
        if (json_object_is_type(item, json_type_array)) {
            st = write_indexed(out, item, where, err);
        } else {
            text_add(out, "  %s(%zu) = ", where->keyword, i + 1);
            st = write_value(out, item, where, err);
        }
    }
    return st;
}

/* {kind: value}, in the order of the kinds' indices. */
static orma_status write_by_kind(text *out, json_object *map,
                                 const place *where, orma_error **err)
{
    json_object_object_foreach(map, name, ignored) {
        (void)ignored;
        if (species_index(where->kinds, name) == 0)
            return unknown_kind(where, name, err);
    }
    orma_status st = ORMA_OK;
    for (size_t i = 0; where->kinds != NULL && i < where->kinds->count; i++) {
        json_object *value;
        if (st != ORMA_OK ||
            !json_object_object_get_ex(map, where->kinds->names[i], &value))
            continue;
        text_add(out, "  %s(%zu) = ", where->keyword, i + 1);
        st = write_value(out, value, where, err);
    }
    return st;
}

/* A name that cannot break out of its line. */
static bool is_keyword(const char *name)
{
    if (!isalpha((unsigned char)name[0]))
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_(),%", *c) == NULL)
            return false;
    return true;
}

static orma_status write_keyword(text *out, json_object *value,
                                 const place *where, orma_error **err)
{
    if (!is_keyword(where->keyword))
        return refuse(err, "\"%s\" is no keyword for namelist %s",
                      where->keyword, where->namelist);
    if (json_object_is_type(value, json_type_object))
        return write_by_kind(out, value, where, err);
    if (json_object_is_type(value, json_type_array))
        return write_list(out, value, where, err);
    text_add(out, "  %s = ", where->keyword);
    return write_value(out, value, where, err);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

orma_status namelist_write(text *out, const char *name, json_object *keywords,
                           const species *kinds, orma_error **err)
{
    const size_t count =
        keywords != NULL ? (size_t)json_object_object_length(keywords) : 0;
    const char **names = calloc(count + 1, sizeof *names);
    size_t n = 0;
    orma_status st = ORMA_OK;

    if (names == NULL)
        return no_memory(err);
    if (keywords != NULL) {
        json_object_object_foreach(keywords, keyword, ignored) {
            (void)ignored;
            names[n++] = keyword;
        }
    }
    qsort(names, n, sizeof *names, compare_names);
    text_add(out, "&%s\n", name);
    for (size_t i = 0; i < n && st == ORMA_OK; i++) {
        const place where = {name, names[i], kinds};
        st = write_keyword(out, json_object_object_get(keywords, names[i]),
                           &where, err);
    }
    text_add(out, "/\n");
    free(names);
    return st;
}
