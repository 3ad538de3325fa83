/* core.array.kpoints: a mesh, or a list of points of the reciprocal space.
 *
 * SPDX-License-Identifier: MIT */
#include "kpoints.h"

#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "cell.h"
#include "nested.h"

#define TWO_PI 6.28318530717958647693
#define MAX_MESH 100000

static const nested_slot kpoints_slot = {"kpoints", ORMA_DTYPE_F64, "1"};
static const nested_slot weights_slot = {"weights", ORMA_DTYPE_F64, "1"};

static const char *const point_keys[] = {"kpoints", "points"};

/* The list of points of a literal; NULL: it has none. */
static const json_object *points_of(const json_object *literal)
{
    for (size_t i = 0; i < 2; i++)
        if (json_has(literal, point_keys[i]))
            return json_get(literal, point_keys[i]);
    return NULL;
}

static void write_key(text *out, const char *key)
{
    text_separate(out, ", ");
    text_format(out, "\"%s\": ", key);
}

static orma_status write_cell(const json_object *literal, text *out,
                              orma_error **err)
{
    static const bool all[3] = {true, true, true};
    bool pbc[3] = {true, true, true};
    bool has_pbc;
    matrix cell;
    orma_status st = json_pbc(literal, pbc, &has_pbc, err);

    if (st != ORMA_OK)
        return st;
    if (json_has(literal, "cell")) {
        st = json_matrix(json_get(literal, "cell"), "cell", &cell, err);
        if (st == ORMA_OK && !cell_is_regular(&cell, all))
            st = refuse(err, "the cell has no volume");
        if (st != ORMA_OK)
            return st;
        write_key(out, "cell");
        for (size_t i = 0; i < 3; i++) {
            text_add(out, i == 0 ? "[" : ", ");
            text_reals(out, cell.row[i], 3);
        }
        text_add(out, "]");
        has_pbc = true; /* AiiDA sets both together */
    }
    for (size_t i = 0; i < 3 && has_pbc; i++) {
        static const char *const keys[] = {"pbc1", "pbc2", "pbc3"};
        write_key(out, keys[i]);
        text_add(out, pbc[i] ? "true" : "false");
    }
    return ORMA_OK;
}

/* The lists that labels become; count: of the points. */
typedef struct label_lists {
    size_t count;
    text numbers, names;
} label_lists;

static orma_status add_label(const json_object *index, const char *name,
                             label_lists *lists, orma_error **err)
{
    const int64_t number = json_object_get_int64(index);

    if (!json_object_is_type(index, json_type_int) || name == NULL)
        return refuse(err, "labels are pairs of an index and a name");
    if (number < 0 || number >= (int64_t)lists->count)
        return refuse(err,
                      "label \"%s\" has the index %lld, there are %zu "
                      "points",
                      name, (long long)number, lists->count);
    text_format(&lists->numbers, "%s%lld", lists->numbers.len > 0 ? ", " : "",
                (long long)number);
    text_add(&lists->names, lists->names.len > 0 ? ", " : "");
    text_string(&lists->names, name, strlen(name));
    return ORMA_OK;
}

/* [[0, "G"], …], or {"G": 0, "X": [10, 20]}. */
static orma_status read_labels(const json_object *labels, label_lists *lists,
                               orma_error **err)
{
    orma_status st = ORMA_OK;

    if (json_object_is_type(labels, json_type_object)) {
        json_object_object_foreach((json_object *)labels, name, index)
        {
            const bool is_list = json_object_is_type(index, json_type_array);
            const size_t n = is_list ? json_object_array_length(index) : 1;
            for (size_t i = 0; i < n && st == ORMA_OK; i++)
                st = add_label(is_list ? json_object_array_get_idx(index, i)
                                       : index,
                               name, lists, err);
        }
        return st;
    }
    if (!json_object_is_type(labels, json_type_array))
        return refuse(err, "labels are a list of pairs or a mapping, not %s",
                      json_type_word(labels));
    for (size_t i = 0; i < json_object_array_length(labels) && st == ORMA_OK;
         i++) {
        const json_object *pair = json_object_array_get_idx(labels, i);
        if (!json_object_is_type(pair, json_type_array) ||
            json_object_array_length(pair) != 2)
            return refuse(err, "labels are pairs of an index and a name");
        st = add_label(json_object_array_get_idx(pair, 0),
                       json_text(json_object_array_get_idx(pair, 1)), lists,
                       err);
    }
    return st;
}

static orma_status write_labels(const json_object *literal, text *out,
                                orma_error **err)
{
    const json_object *points = points_of(literal);
    const json_object *labels = json_get(literal, "labels");
    label_lists lists = {0};

    if (labels == NULL)
        return ORMA_OK;
    if (!json_object_is_type(points, json_type_array))
        return refuse(err, "labels need a list of points");
    lists.count = json_object_array_length(points);
    orma_status st = read_labels(labels, &lists, err);
    if (st == ORMA_OK) {
        write_key(out, "label_numbers");
        text_format(out, "[%s]", text_str(&lists.numbers).ptr);
        write_key(out, "labels");
        text_format(out, "[%s]", text_str(&lists.names).ptr);
        st = text_status(&lists.names, err);
    }
    text_finish(&lists.numbers);
    text_finish(&lists.names);
    return st;
}

orma_status kpoints_write_attributes(const json_object *literal,
                                     text *attributes, orma_error **err)
{
    const orma_status st = write_cell(literal, attributes, err);
    return st == ORMA_OK ? write_labels(literal, attributes, err) : st;
}

/* Cartesian points in 1/Å to crystal ones: f = k·a/2π for each vector a. */
static orma_status to_crystal(const json_object *literal, nested *points,
                              orma_error **err)
{
    matrix cell;
    double *values = points->data;
    const orma_status st =
        json_matrix(json_get(literal, "cell"), "cell", &cell, err);

    if (st != ORMA_OK)
        return st;
    for (int64_t i = 0; i < points->shape[0]; i++) {
        double k[3];
        memcpy(k, values + 3 * i, sizeof k);
        for (size_t j = 0; j < 3; j++)
            values[3 * i + (int64_t)j] = vector_dot(k, cell.row[j]) / TWO_PI;
    }
    return ORMA_OK;
}

static orma_status set_points(const json_object *literal, int64_t *count,
                              const orma_node_ops *ops, orma_node *node,
                              orma_error **err)
{
    nested points;
    bool is_cartesian = false;
    orma_status st = nested_read(points_of(literal), "kpoints", ORMA_DTYPE_F64,
                                 &points, err);

    if (st == ORMA_OK && (points.ndim != 2 || points.shape[1] != 3))
        st = refuse(err, "kpoints must be a list of points of three "
                         "coordinates");
    if (st == ORMA_OK && json_has(literal, "cartesian"))
        st = json_boolean(json_get(literal, "cartesian"), "cartesian",
                          &is_cartesian, err);
    if (st == ORMA_OK && is_cartesian)
        st = to_crystal(literal, &points, err);
    if (st == ORMA_OK)
        st = nested_set(&points, &kpoints_slot, ops, node, err);
    *count = points.ndim > 0 ? points.shape[0] : 0;
    nested_finish(&points);
    return st;
}

orma_status kpoints_set_arrays(const json_object *literal,
                               const orma_node_ops *ops, orma_node *node,
                               orma_error **err)
{
    const json_object *weights = json_get(literal, "weights");
    int64_t count = 0;
    const orma_status st = set_points(literal, &count, ops, node, err);

    if (st != ORMA_OK || weights == NULL)
        return st;
    if (!json_object_is_type(weights, json_type_array) ||
        (int64_t)json_object_array_length(weights) != count)
        return refuse(err, "weights must be %lld numbers, one for each point",
                      (long long)count);
    return nested_set_member(literal, &weights_slot, ops, node, err);
}

static orma_status check_mesh(const json_object *mesh, orma_error **err)
{
    double values[3];
    const orma_status st = json_reals(mesh, "mesh", 3, values, err);

    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < 3; i++) {
        const json_object *n = json_object_array_get_idx(mesh, i);
        if (!json_object_is_type(n, json_type_int) ||
            json_object_get_int64(n) < 1 || json_object_get_int64(n) > MAX_MESH)
            return refuse(err, "mesh must be three positive integers");
    }
    return ORMA_OK;
}

static orma_status write_mesh(const json_object *mesh,
                              const json_object *given_offset, text *out,
                              orma_error **err)
{
    double offset[3] = {0, 0, 0};
    orma_status st = check_mesh(mesh, err);

    if (st == ORMA_OK && given_offset != NULL)
        st = json_reals(given_offset, "offset", 3, offset, err);
    if (st != ORMA_OK)
        return st;
    write_key(out, "mesh");
    for (size_t i = 0; i < 3; i++)
        text_format(out, "%s%lld", i == 0 ? "[" : ", ",
                    (long long)json_object_get_int64(
                        json_object_array_get_idx(mesh, i)));
    text_add(out, "]");
    write_key(out, "offset");
    text_reals(out, offset, 3);
    return ORMA_OK;
}

/* A mapping with `mesh` or with points. */
static orma_status fill(const json_object *literal, const orma_node_ops *ops,
                        orma_node *node, orma_error **err)
{
    static const char *const known[] = {
        "mesh", "offset", "kpoints",   "points", "weights", "labels", "cell",
        "pbc",  "pbc1",   "cartesian", "pbc2",   "pbc3",    NULL};
    const bool has_mesh = json_has(literal, "mesh");
    text attributes = {0};
    orma_status st = json_only(literal, "k-points", known, err);

    if (st == ORMA_OK && has_mesh == (points_of(literal) != NULL))
        st = refuse(err, "k-points need either a mesh or a list of kpoints");
    text_add(&attributes, "{");
    if (st == ORMA_OK && has_mesh) {
        st = write_mesh(json_get(literal, "mesh"), json_get(literal, "offset"),
                        &attributes, err);
        if (st == ORMA_OK &&
            (json_has(literal, "weights") || json_has(literal, "labels")))
            st = refuse(err, "a mesh has neither weights nor labels");
    }
    if (st == ORMA_OK)
        st = kpoints_write_attributes(literal, &attributes, err);
    text_add(&attributes, "}");
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    if (st == ORMA_OK && !has_mesh)
        st = kpoints_set_arrays(literal, ops, node, err);
    text_finish(&attributes);
    return st;
}

/* [n, n, n] is a mesh without offset. */
static orma_status fill_mesh(const json_object *mesh, const orma_node_ops *ops,
                             orma_node *node, orma_error **err)
{
    text attributes = {0};

    text_add(&attributes, "{");
    orma_status st = write_mesh(mesh, NULL, &attributes, err);
    text_add(&attributes, "}");
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && json_object_is_type(literal, json_type_array))
        st = fill_mesh(literal, ops, node, err);
    else if (st == ORMA_OK && json_object_is_type(literal, json_type_object))
        st = fill(literal, ops, node, err);
    else if (st == ORMA_OK)
        st = refuse(err, "k-points are a mesh [n, n, n] or a mapping, not %s",
                    json_type_word(literal));
    json_object_put(literal);
    return st;
}

static orma_status check_cell(const json_object *attributes, orma_error **err)
{
    bool pbc[3], is_given;
    matrix cell;
    orma_status st = json_pbc(attributes, pbc, &is_given, err);

    if (st == ORMA_OK && json_has(attributes, "cell"))
        st = json_matrix(json_get(attributes, "cell"), "cell", &cell, err);
    return st;
}

static orma_status check_labels(const json_object *attributes, int64_t count,
                                orma_error **err)
{
    const json_object *labels = json_get(attributes, "labels");
    const json_object *numbers = json_get(attributes, "label_numbers");

    if (labels == NULL && numbers == NULL)
        return ORMA_OK;
    orma_status st = json_strings(labels, "labels", err);
    if (st == ORMA_OK &&
        (!json_object_is_type(numbers, json_type_array) ||
         json_object_array_length(numbers) != json_object_array_length(labels)))
        st = refuse(err, "there must be as many label_numbers as labels");
    for (size_t i = 0; st == ORMA_OK && i < json_object_array_length(numbers);
         i++) {
        const json_object *number = json_object_array_get_idx(numbers, i);
        const int64_t index = json_object_get_int64(number);
        if (!json_object_is_type(number, json_type_int) || index < 0 ||
            index >= count)
            st = refuse(err, "label_numbers[%zu] is the index of no point", i);
    }
    return st;
}

orma_status kpoints_check_list(const orma_node_ops *ops, const orma_node *node,
                               const json_object *attributes, int64_t *count,
                               orma_error **err)
{
    const array_form points = {"kpoints", ORMA_DTYPE_F64, 2, {-1, 3}};
    orma_array_view view;
    orma_status st = arrays_need(ops, node, &points, &view, err);

    if (st != ORMA_OK)
        return st;
    *count = view.shape[0];
    const array_form weights = {"weights", ORMA_DTYPE_F64, 1, {*count}};
    if (arrays_has(attributes, "weights"))
        st = arrays_need(ops, node, &weights, &view, err);
    if (st == ORMA_OK)
        st = check_cell(attributes, err);
    return st == ORMA_OK ? check_labels(attributes, *count, err) : st;
}

static orma_status check_mesh_node(const json_object *attributes,
                                   orma_error **err)
{
    double offset[3];
    orma_status st = check_mesh(json_get(attributes, "mesh"), err);

    if (st == ORMA_OK)
        st = json_reals(json_get(attributes, "offset"), "offset", 3, offset,
                        err);
    if (st == ORMA_OK && arrays_has(attributes, "kpoints"))
        st = refuse(err, "there are both a mesh and a list of points");
    return st == ORMA_OK ? check_cell(attributes, err) : st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    int64_t count;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = arrays_check(ops, node, attributes, err);
    if (st == ORMA_OK)
        st = json_has(attributes, "mesh")
                 ? check_mesh_node(attributes, err)
                 : kpoints_check_list(ops, node, attributes, &count, err);
    json_object_put(attributes);
    return st;
}

/* "4x4x2 mesh, offset 0.5 0.5 0", "120 points, G-X-M" */
static void write_summary(const json_object *attributes, text *line)
{
    const json_object *mesh = json_get(attributes, "mesh");
    const json_object *labels = json_get(attributes, "labels");
    double n[3], offset[3];

    if (mesh != NULL && json_reals(mesh, "mesh", 3, n, NULL) == ORMA_OK) {
        text_format(line, "%gx%gx%g mesh", n[0], n[1], n[2]);
        if (json_reals(json_get(attributes, "offset"), "offset", 3, offset,
                       NULL) == ORMA_OK &&
            (offset[0] != 0 || offset[1] != 0 || offset[2] != 0))
            text_format(line, ", offset %g %g %g", offset[0], offset[1],
                        offset[2]);
        return;
    }
    const json_object *shape = json_get(attributes, "array|kpoints");
    const int64_t count =
        json_object_is_type(shape, json_type_array)
            ? json_object_get_int64(json_object_array_get_idx(shape, 0))
            : 0;
    text_format(line, "%lld point%s", (long long)count, count == 1 ? "" : "s");
    if (!json_object_is_type(labels, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(labels) && i < 20; i++) {
        const char *label = json_text(json_object_array_get_idx(labels, i));
        text_format(line, "%s%s", i == 0 ? ", " : "-",
                    label != NULL ? label : "");
    }
}

static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        write_summary(attributes, &line);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data kpoints_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .export_file = arrays_export,
    .summary = summary,
};
