/* The card HUBBARD of a structure with Hubbard parameters.
 *
 * SPDX-License-Identifier: MIT */
#include "cards.h"

#include <stdlib.h>
#include <string.h>

#define HUBBARD_FILE "hubbard.json"

/* One row of hubbard.json; index_j counts in pw.x's 3x3x3 supercell. */
typedef struct interaction {
    int64_t index_i, index_j;
    const char *kind_i, *kind_j;
    const char *manifold_i, *manifold_j;
    const char *type;
    double value_ev;
} interaction;

static orma_status damaged(orma_error **err)
{
    return refuse(err, "port \"structure\": file \"%s\" is damaged",
                  HUBBARD_FILE);
}

static const char *get_text(json_object *object, const char *key)
{
    json_object *value = json_object_object_get(object, key);

    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

/* Site number in the supercell of the 27 cells around: the home cell first,
 * then the others with the last direction running fastest. */
static int64_t supercell_index(int64_t atom, json_object *translation,
                               size_t sites)
{
    int64_t cell = 0;

    for (size_t i = 0; i < 3; i++) {
        const int64_t t = json_object_get_int64(
            json_object_array_get_idx(translation, i));
        if (t < -1 || t > 1)
            return -1;
        cell = 3 * cell + t + 1;
    }
    if (cell == 13)
        cell = 0;
    else if (cell < 13)
        cell++;
    return atom + cell * (int64_t)sites + 1;
}

static orma_status read_interaction(json_object *row, const structure *s,
                                    interaction *out, orma_error **err)
{
    json_object *translation = json_object_object_get(row, "translation");
    const int64_t i =
        json_object_get_int64(json_object_object_get(row, "atom_index"));
    const int64_t j =
        json_object_get_int64(json_object_object_get(row, "neighbour_index"));

    *out = (interaction){.manifold_i = get_text(row, "atom_manifold"),
                         .manifold_j = get_text(row, "neighbour_manifold"),
                         .type = get_text(row, "hubbard_type"),
                         .value_ev = json_object_get_double(
                             json_object_object_get(row, "value"))};
    if (i < 0 || j < 0 || (size_t)i >= s->site_count ||
        (size_t)j >= s->site_count || out->manifold_i == NULL ||
        out->manifold_j == NULL || out->type == NULL ||
        !json_object_is_type(translation, json_type_array) ||
        json_object_array_length(translation) != 3)
        return damaged(err);
    out->kind_i = s->sites[i].kind;
    out->kind_j = s->sites[j].kind;
    out->index_i = i + 1;
    out->index_j = supercell_index(j, translation, s->site_count);
    return out->index_j < 0 ? damaged(err) : ORMA_OK;
}

/* pw.x labels on-site rows in another way once there are intersite ones, so
 * that then all rows are written as V. */
static void write_row(text *out, const interaction *x, bool has_intersite)
{
    char value[32];
    const char *word = "V";

    if (x->type[0] == 'J')
        word = x->type;
    else if (!has_intersite && strcmp(x->kind_i, x->kind_j) == 0 &&
             strcmp(x->manifold_i, x->manifold_j) == 0)
        word = "U";
    shortest(x->value_ev, value);
    if (strcmp(word, "V") == 0)
        text_add(out, " V\t%s-%s\t%s-%s\t%lld\t%lld\t%s\n", x->kind_i,
                 x->manifold_i, x->kind_j, x->manifold_j,
                 (long long)x->index_i, (long long)x->index_j, value);
    else
        text_add(out, " %s\t%s-%s\t%s\n", word, x->kind_i, x->manifold_i,
                 value);
}

static orma_status write_rows(text *out, json_object *rows, const structure *s,
                              orma_error **err)
{
    const size_t count = json_object_array_length(rows);
    bool has_intersite = false;
    interaction x;

    for (size_t i = 0; i < count; i++) {
        const orma_status st = read_interaction(
            json_object_array_get_idx(rows, i), s, &x, err);
        if (st != ORMA_OK)
            return st;
        has_intersite = has_intersite || x.index_i != x.index_j;
    }
    for (size_t i = 0; i < count; i++) {
        text row = {0};
        if (read_interaction(json_object_array_get_idx(rows, i), s, &x, err) !=
            ORMA_OK)
            return ORMA_E_INVALID;
        write_row(&row, &x, has_intersite);
        if (row.ptr == NULL)
            return no_memory(err);
        if (out->ptr == NULL || strstr(out->ptr, row.ptr) == NULL)
            text_add(out, "%s", row.ptr);
        text_finish(&row);
    }
    return ORMA_OK;
}

static orma_status write_card(text *out, json_object *hubbard,
                              const structure *s, orma_error **err)
{
    json_object *rows = json_object_object_get(hubbard, "parameters");
    const char *formulation = get_text(hubbard, "formulation");
    const char *projectors = get_text(hubbard, "projectors");
    text lines = {0};

    if (!json_object_is_type(rows, json_type_array))
        return damaged(err);
    if (formulation != NULL && strcmp(formulation, "dudarev") != 0)
        return refuse(err, "port \"structure\": the Hubbard formulation is "
                      "\"%s\"; only dudarev is written", formulation);
    const orma_status st = write_rows(&lines, rows, s, err);
    if (st == ORMA_OK)
        text_add(out, "HUBBARD\t%s\n%s",
                 projectors != NULL ? projectors : "ortho-atomic",
                 lines.ptr != NULL ? lines.ptr : "");
    text_finish(&lines);
    return st;
}

orma_status card_hubbard(text *out, const orma_node_ops *ops,
                         const orma_node *node, const structure *s,
                         orma_error **err)
{
    orma_str bytes;
    orma_status st = ops->read(node, HUBBARD_FILE, &bytes, err);

    if (st != ORMA_OK || bytes.ptr == NULL)
        return st;
    json_object *hubbard = json_tokener_parse(bytes.ptr);
    st = json_object_is_type(hubbard, json_type_object)
             ? write_card(out, hubbard, s, err)
             : damaged(err);
    json_object_put(hubbard);
    return st;
}
