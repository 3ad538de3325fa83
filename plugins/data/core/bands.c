/* core.array.bands: energies (or frequencies) on a list of k-points.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "arrays.h"
#include "bands_plot.h"
#include "kpoints.h"
#include "nested.h"

/* Shapes of `bands` and `occupations`: k-points × bands, or spins before.
 * *spins: how many of them. */
static orma_status check_shapes(const orma_node_ops *ops, const orma_node *node,
                                int64_t points, int64_t *spins,
                                orma_error **err)
{
    array_form form = {"bands", ORMA_DTYPE_F64, 2, {-1, -1, -1}};
    orma_array_view view;
    orma_status st = ops->array(node, "bands", &view, err);

    if (st == ORMA_E_NOT_FOUND)
        return refuse(err, "array \"bands\" is missing");
    if (st != ORMA_OK)
        return st;
    if (view.ndim == 3)
        form.ndim = 3;
    form.shape[form.ndim - 2] = points;
    st = arrays_need(ops, node, &form, &view, err);
    if (st == ORMA_OK)
        *spins = form.ndim == 3 ? view.shape[0] : 1;
    return st;
}

static orma_status check_occupations(const orma_node_ops *ops,
                                     const orma_node *node,
                                     const json_object *attributes,
                                     orma_error **err)
{
    array_form form = {.name = "occupations", .dtype = ORMA_DTYPE_F64};
    orma_array_view view;

    if (!arrays_has(attributes, "occupations"))
        return ORMA_OK;
    const orma_status st = ops->array(node, "bands", &view, err);
    if (st != ORMA_OK)
        return st;
    form.ndim = view.ndim;
    memcpy(form.shape, view.shape, (size_t)view.ndim * sizeof *form.shape);
    return arrays_need(ops, node, &form, &view, err);
}

static orma_status check_attributes(const json_object *attributes,
                                    int64_t spins, orma_error **err)
{
    const json_object *labels = json_get(attributes, "array_labels");
    orma_status st = ORMA_OK;

    if (json_text(json_get(attributes, "units")) == NULL)
        return refuse(err, "attribute \"units\" is no string");
    if (labels == NULL)
        return ORMA_OK;
    st = json_strings(labels, "array_labels", err);
    if (st == ORMA_OK && (int64_t)json_object_array_length(labels) != spins)
        st = refuse(err, "array_labels must be %lld, one for each spin",
                    (long long)spins);
    return st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    int64_t points = 0, spins = 0;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = arrays_check(ops, node, attributes, err);
    if (st == ORMA_OK)
        st = kpoints_check_list(ops, node, attributes, &points, err);
    if (st == ORMA_OK)
        st = check_shapes(ops, node, points, &spins, err);
    if (st == ORMA_OK)
        st = check_occupations(ops, node, attributes, err);
    if (st == ORMA_OK)
        st = check_attributes(attributes, spins, err);
    json_object_put(attributes);
    return st;
}

static orma_status write_attributes(const json_object *literal, text *out,
                                    orma_error **err)
{
    const char *units = json_text(json_get(literal, "units"));
    const json_object *labels = json_get(literal, "array_labels");
    orma_status st = ORMA_OK;

    if (units == NULL)
        units = "None"; /* what AiiDA makes of a missing unit */
    text_add(out, "{\"units\": ");
    text_string(out, units, strlen(units));
    if (labels != NULL) {
        st = json_strings(labels, "array_labels", err);
        if (st == ORMA_OK)
            text_format(out, ", \"array_labels\": %s",
                        json_object_to_json_string((json_object *)labels));
    }
    if (st == ORMA_OK)
        st = kpoints_write_attributes(literal, out, err);
    text_add(out, "}");
    return st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    static const char *const known[] = {
        "kpoints", "points", "weights", "labels", "cell", "pbc", "pbc1", "pbc2",
        "pbc3", "cartesian", "bands", "occupations", "units", "array_labels",
        /* what the JSON export adds for programs that draw */
        "label", "path", "paths", "original_uuid", NULL};
    json_object *literal = NULL;
    text attributes = {0};
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && (!json_object_is_type(literal, json_type_object) ||
                          !json_has(literal, "bands")))
        st = refuse(err, "bands are a mapping with kpoints and bands");
    if (st == ORMA_OK)
        st = json_only(literal, "bands", known, err);
    if (st == ORMA_OK)
        st = write_attributes(literal, &attributes, err);
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    if (st == ORMA_OK)
        st = kpoints_set_arrays(literal, ops, node, err);
    const char *units = json_text(json_get(literal, "units"));
    const nested_slot slots[] = {
        {"bands", ORMA_DTYPE_F64, units != NULL ? units : "1"},
        {"occupations", ORMA_DTYPE_F64, "1"},
    };
    for (size_t i = 0; i < 2 && st == ORMA_OK; i++)
        st = nested_set_member(literal, &slots[i], ops, node, err);
    text_finish(&attributes);
    json_object_put(literal);
    return st;
}

/* What from_literal() takes back, and the segments of the path, as AiiDA's own
 * JSON export has them. */
static orma_status write_json(const orma_node_ops *ops, const orma_node *node,
                              const bands_plot *plot, text *out,
                              orma_error **err)
{
    const orma_str label = ops->label(node);
    const orma_uuid uuid = ops->uuid(node);
    orma_str json;
    const orma_status st = ops->attributes(node, &json, err);

    if (st != ORMA_OK)
        return st;
    text_add(out, "{\"label\": ");
    text_string(out, label.ptr, label.len);
    text_add(out, ",\n \"original_uuid\": \"");
    for (size_t i = 0; i < sizeof uuid.bytes; i++)
        text_format(out, "%s%02x",
                    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                    uuid.bytes[i]);
    text_add(out, "\",\n ");
    bands_write_segments(plot, out);
    return arrays_write_members(ops, node, json, plot->attributes, out, err);
}

static const struct format {
    const char *name;
    orma_status (*write)(const bands_plot *plot, text *out, orma_error **err);
} formats[] = {
    {"dat_multicolumn", bands_write_multicolumn},
    {"dat_blocks", bands_write_blocks},
    {"gnuplot", bands_write_gnuplot},
    {"agr", bands_write_agr},
    {"svg", bands_write_svg},
    {"json", NULL},
};

static orma_status export_plot(const orma_node_ops *ops, const orma_node *node,
                               const struct format *f, orma_writer *out,
                               orma_error **err)
{
    bands_plot plot;
    text written = {0};
    orma_status st = bands_plot_read(ops, node, &plot, err);

    if (st == ORMA_OK)
        st = f->write != NULL ? f->write(&plot, &written, err)
                              : write_json(ops, node, &plot, &written, err);
    if (st == ORMA_OK && f->write == NULL)
        text_add(&written, "}\n");
    if (st == ORMA_OK)
        st = text_write(&written, out, err);
    text_finish(&written);
    bands_plot_finish(&plot);
    return st;
}

static orma_status export_file(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (format != NULL && strcmp(formats[i].name, format) == 0)
            return export_plot(ops, node, &formats[i], out, err);
    return arrays_export(self, ops, node, format, out, err);
}

/* "3 k-points, 4 bands, eV", "2 spins, 3 k-points, …" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        static const char *const names[] = {"spins", "k-points", "bands"};
        const json_object *shape = json_get(attributes, "array|bands");
        const char *units = json_text(json_get(attributes, "units"));
        const size_t n = json_object_is_type(shape, json_type_array)
                             ? json_object_array_length(shape)
                             : 0;
        for (size_t i = 0; i < n && n <= 3; i++)
            text_format(&line, "%s%lld %s", i > 0 ? ", " : "",
                        (long long)json_object_get_int64(
                            json_object_array_get_idx(shape, i)),
                        names[3 - n + i]);
        if (units != NULL && strcmp(units, "None") != 0)
            text_format(&line, ", %s", units);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data bands_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .export_file = export_file,
    .summary = summary,
};
