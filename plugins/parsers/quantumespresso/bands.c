/* The outputs output_band and output_kpoints.
 *
 * SPDX-License-Identifier: MIT */
#include "bands.h"

#include <stdlib.h>

void bands_finish(band_data *b)
{
    reals_finish(&b->points_per_alat);
    reals_finish(&b->weights);
    reals_finish(&b->energies_ev);
    reals_finish(&b->occupations);
    *b = (band_data){0};
}

bool bands_has_failed(const band_data *b)
{
    return b->points_per_alat.has_failed || b->weights.has_failed ||
           b->energies_ev.has_failed || b->occupations.has_failed;
}

bool bands_is_consistent(const band_data *b)
{
    const size_t points = b->weights.count;
    const size_t values = points * b->bands * (b->has_two_spins ? 2 : 1);

    return b->points_per_alat.count == 3 * points &&
           b->energies_ev.count == values && b->occupations.count == values;
}

static orma_status set_array(const job *j, orma_node *node, const char *name,
                             const orma_array_view *view, orma_error **err)
{
    return j->ops->node->set_array(node, name, view, err);
}

/* k in 2 pi / alat times a lattice vector in alat is a fraction. */
static orma_status set_points(const job *j, orma_node *node, const band_data *b,
                              const crystal *c, orma_error **err)
{
    const size_t points = b->weights.count;
    const int64_t shape[2] = {(int64_t)points, 3};
    double *fractions = calloc(points * 3 + 1, sizeof *fractions);
    orma_array_view view = {.size = sizeof view,
                            .dtype = ORMA_DTYPE_F64,
                            .ndim = 2,
                            .shape = shape,
                            .data = fractions,
                            .unit = "1"};

    if (fractions == NULL)
        return no_memory(err);
    for (size_t i = 0; i < points; i++) {
        const double *k = b->points_per_alat.values + 3 * i;
        for (size_t axis = 0; axis < 3; axis++) {
            const double *a = c->cell_angstrom[axis];
            fractions[3 * i + axis] =
                (k[0] * a[0] + k[1] * a[1] + k[2] * a[2]) / b->alat_angstrom;
        }
    }
    orma_status st = set_array(j, node, "kpoints", &view, err);
    free(fractions);
    if (st != ORMA_OK)
        return st;
    view.ndim = 1;
    view.data = b->weights.values;
    return set_array(j, node, "weights", &view, err);
}

/* Labels of the input list, when it has as many points. */
static orma_status copy_labels(const job *j, const orma_node *input,
                               const band_data *b, dict *out, orma_error **err)
{
    json_object *attributes, *shape, *labels, *numbers;
    const orma_status st = node_attributes(j, input, &attributes, err);

    if (st != ORMA_OK)
        return st;
    if (json_object_object_get_ex(attributes, "array|kpoints", &shape) &&
        json_object_is_type(shape, json_type_array) &&
        json_object_get_int64(json_object_array_get_idx(shape, 0)) ==
            (int64_t)b->weights.count &&
        json_object_object_get_ex(attributes, "labels", &labels) &&
        json_object_object_get_ex(attributes, "label_numbers", &numbers)) {
        dict_set(out, "labels", json_object_get(labels));
        dict_set(out, "label_numbers", json_object_get(numbers));
    }
    json_object_put(attributes);
    return ORMA_OK;
}

static orma_status set_attributes(const job *j, orma_node *node, dict *d,
                                  orma_error **err)
{
    const char *json = d->object == NULL
                           ? NULL
                           : json_object_to_json_string_ext(
                                 d->object, JSON_C_TO_STRING_PLAIN);

    if (json == NULL || d->has_failed)
        return no_memory(err);
    size_t len = 0;
    while (json[len] != '\0')
        len++;
    return j->ops->node->set_attributes(node, (orma_str){json, len}, err);
}

static void describe_cell(dict *d, const crystal *c)
{
    static const char *const pbc[] = {"pbc1", "pbc2", "pbc3"};
    json_object *cell = json_object_new_array();

    for (size_t i = 0; i < 3; i++) {
        dict_set_flag(d, pbc[i], c->pbc[i]);
        if (cell != NULL)
            json_object_array_add(cell, json_reals(c->cell_angstrom[i], 3));
    }
    dict_set(d, "cell", cell);
}

/* The node to fill, and with what. */
typedef struct target {
    const job *j;
    orma_node *node;
    const band_data *bands;
} target;

/* Values come point by point; with two spins they are put spin by spin. For one
 * spin pw.x fills a band with one electron, which stand for two. */
static orma_status set_values(const target *to, const char *name,
                              const orma_array_view *values, orma_error **err)
{
    const band_data *b = to->bands;
    const int64_t points = (int64_t)b->weights.count, bands = (int64_t)b->bands;
    const int64_t width = (int64_t)sizeof(double);
    const int64_t shape[3] = {2, points, bands};
    const int64_t strides[3] = {bands * width, 2 * bands * width, width};
    orma_array_view view = *values;

    view.size = sizeof view;
    view.dtype = ORMA_DTYPE_F64;
    view.ndim = b->has_two_spins ? 3 : 2;
    view.shape = b->has_two_spins ? shape : shape + 1;
    view.strides = b->has_two_spins ? strides : NULL;
    return set_array(to->j, to->node, name, &view, err);
}

static orma_status set_bands(const target *to, orma_error **err)
{
    const band_data *b = to->bands;
    const double factor = b->has_two_spins ? 1 : 2;
    double *filling = calloc(b->occupations.count + 1, sizeof *filling);
    const orma_array_view energies = {.data = b->energies_ev.values,
                                      .unit = "eV"};
    const orma_array_view occupations = {.data = filling, .unit = "1"};

    if (filling == NULL)
        return no_memory(err);
    for (size_t i = 0; i < b->occupations.count; i++)
        filling[i] = factor * b->occupations.values[i];
    orma_status st = set_values(to, "bands", &energies, err);
    if (st == ORMA_OK)
        st = set_values(to, "occupations", &occupations, err);
    free(filling);
    return st;
}

static orma_status has_mesh(const job *j, const orma_node *input, bool *answer,
                            orma_error **err)
{
    json_object *attributes;
    const orma_status st = node_attributes(j, input, &attributes, err);

    if (st != ORMA_OK)
        return st;
    *answer = attributes == NULL ||
              json_object_object_get_ex(attributes, "mesh", NULL);
    json_object_put(attributes);
    return ORMA_OK;
}

orma_status bands_attach(const job *j, const band_data *b,
                         const band_cells *cells,
                         const orma_node *input_kpoints, orma_error **err)
{
    const bool has_bands = b->energies_ev.count > 0;
    bool is_mesh = false;
    orma_node *node;
    dict d;

    if (b->weights.count == 0 || !cells->own->has_cell ||
        !cells->stored->has_cell || !(b->alat_angstrom > 0))
        return ORMA_OK;
    orma_status st = has_mesh(j, input_kpoints, &is_mesh, err);
    if (st != ORMA_OK || (!has_bands && !is_mesh))
        return st;
    st = j->ops->output_node(
        j->ctx, has_bands ? "output_band" : "output_kpoints",
        has_bands ? "core.array.bands" : "core.array.kpoints", &node, err);
    if (st != ORMA_OK)
        return st;
    dict_init(&d);
    describe_cell(&d, cells->stored);
    if (has_bands)
        dict_set_text(&d, "units", "eV");
    st = copy_labels(j, input_kpoints, b, &d, err);
    if (st == ORMA_OK)
        st = set_attributes(j, node, &d, err);
    dict_finish(&d);
    if (st == ORMA_OK)
        st = set_points(j, node, b, cells->own, err);
    const target to = {j, node, b};
    if (st == ORMA_OK && has_bands)
        st = set_bands(&to, err);
    return st;
}
