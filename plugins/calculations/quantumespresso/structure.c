/* A structure node's attributes as C data.
 *
 * SPDX-License-Identifier: MIT */
#include "structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SITES 10000000u
#define WEIGHT_TOLERANCE 1e-6 /* StructureData's own */

static orma_status damaged(orma_error **err, const char *what)
{
    return refuse(err, "port \"structure\": attribute \"%s\" is damaged", what);
}

static bool read_vector(json_object *list, double *out)
{
    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_double) &&
            !json_object_is_type(item, json_type_int))
            return false;
        out[i] = json_object_get_double(item);
        if (!isfinite(out[i]))
            return false;
    }
    return true;
}

/* pw.x knows neither alloys nor vacancies: one symbol of weight one. */
static orma_status check_weights(json_object *raw, const char *name,
                                 orma_error **err)
{
    json_object *symbols = json_object_object_get(raw, "symbols");
    json_object *weights = json_object_object_get(raw, "weights");
    double sum = 0;

    if (!json_object_is_type(symbols, json_type_array) ||
        !json_object_is_type(weights, json_type_array))
        return damaged(err, "kinds");
    if (json_object_array_length(symbols) != 1)
        return refuse(err, "port \"structure\": kind \"%s\" is an alloy; give "
                      "every kind one element", name);
    for (size_t i = 0; i < json_object_array_length(weights); i++)
        sum += json_object_get_double(json_object_array_get_idx(weights, i));
    if (sum < 1 - WEIGHT_TOLERANCE)
        return refuse(err, "port \"structure\": kind \"%s\" has vacancies; "
                      "give every kind full weight", name);
    return ORMA_OK;
}

static orma_status read_kind(json_object *raw, kind *out, orma_error **err)
{
    json_object *name = json_object_object_get(raw, "name");
    json_object *mass = json_object_object_get(raw, "mass");

    if (!json_object_is_type(name, json_type_string))
        return damaged(err, "kinds");
    out->name = json_object_get_string(name);
    const orma_status st = check_weights(raw, out->name, err);
    if (st != ORMA_OK)
        return st;
    if (strpbrk(out->name, " \t\r\n") != NULL || out->name[0] == '\0')
        return refuse(err, "port \"structure\": kind \"%s\" has a name with "
                      "blanks, which the input file cannot hold", out->name);
    if (!json_object_is_type(mass, json_type_double) &&
        !json_object_is_type(mass, json_type_int))
        return refuse(err, "port \"structure\": kind \"%s\" has no mass; set "
                      "it", out->name);
    out->mass_amu = json_object_get_double(mass);
    return ORMA_OK;
}

static int compare_kinds(const void *a, const void *b)
{
    return strcmp(((const kind *)a)->name, ((const kind *)b)->name);
}

static orma_status read_kinds(structure *s, orma_error **err)
{
    json_object *list = json_object_object_get(s->attributes, "kinds");

    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) == 0)
        return damaged(err, "kinds");
    s->kind_count = json_object_array_length(list);
    s->kinds = calloc(s->kind_count, sizeof *s->kinds);
    s->order.names = calloc(s->kind_count, sizeof *s->order.names);
    if (s->kinds == NULL || s->order.names == NULL)
        return no_memory(err);
    for (size_t i = 0; i < s->kind_count; i++) {
        const orma_status st = read_kind(json_object_array_get_idx(list, i),
                                         &s->kinds[i], err);
        if (st != ORMA_OK)
            return st;
    }
    qsort(s->kinds, s->kind_count, sizeof *s->kinds, compare_kinds);
    s->order.count = s->kind_count;
    for (size_t i = 0; i < s->kind_count; i++)
        s->order.names[i] = s->kinds[i].name;
    return ORMA_OK;
}

static orma_status read_sites(structure *s, orma_error **err)
{
    json_object *list = json_object_object_get(s->attributes, "sites");

    if (!json_object_is_type(list, json_type_array) ||
        json_object_array_length(list) == 0 ||
        json_object_array_length(list) > MAX_SITES)
        return damaged(err, "sites");
    s->site_count = json_object_array_length(list);
    s->sites = calloc(s->site_count, sizeof *s->sites);
    if (s->sites == NULL)
        return no_memory(err);
    for (size_t i = 0; i < s->site_count; i++) {
        json_object *raw = json_object_array_get_idx(list, i);
        json_object *name = json_object_object_get(raw, "kind_name");
        if (!json_object_is_type(name, json_type_string) ||
            species_index(&s->order, json_object_get_string(name)) == 0 ||
            !read_vector(json_object_object_get(raw, "position"),
                         s->sites[i].position_angstrom))
            return damaged(err, "sites");
        s->sites[i].kind = json_object_get_string(name);
    }
    return ORMA_OK;
}

orma_status structure_read(const orma_node_ops *ops, const orma_node *node,
                           structure *s, orma_error **err)
{
    *s = (structure){0};
    orma_status st = node_attributes(ops, node, &s->attributes, err);
    if (st != ORMA_OK)
        return st;

    json_object *cell = json_object_object_get(s->attributes, "cell");
    if (!json_object_is_type(cell, json_type_array) ||
        json_object_array_length(cell) != 3)
        return damaged(err, "cell");
    for (size_t i = 0; i < 3; i++)
        if (!read_vector(json_object_array_get_idx(cell, i),
                         s->cell_angstrom[i]))
            return damaged(err, "cell");
    st = read_kinds(s, err);
    return st == ORMA_OK ? read_sites(s, err) : st;
}

void structure_finish(structure *s)
{
    free(s->kinds);
    free(s->sites);
    free(s->order.names);
    json_object_put(s->attributes);
    *s = (structure){0};
}
