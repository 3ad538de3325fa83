/* core.array.xy: columns of numbers over one common column.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "nested.h"
#include "reals.h"
#include "svg.h"

#define MAX_COLUMNS 10000

/* Name of the i-th array of values. */
static const char *y_name(size_t i, char out[32])
{
    snprintf(out, 32, "y_array_%zu", i);
    return out;
}

/* Attributes y_names and y_units: as many strings as there are columns. */
static orma_status check_names(const json_object *attributes, size_t *columns,
                               orma_error **err)
{
    const json_object *names = json_get(attributes, "y_names");
    const json_object *units = json_get(attributes, "y_units");
    orma_status st = json_strings(names, "y_names", err);

    if (json_text(json_get(attributes, "x_name")) == NULL ||
        json_text(json_get(attributes, "x_units")) == NULL)
        return st != ORMA_OK
                   ? st
                   : refuse(err, "x_name and x_units must be strings");
    if (st == ORMA_OK)
        st = json_strings(units, "y_units", err);
    if (st != ORMA_OK)
        return st;
    *columns = json_object_array_length(names);
    if (json_object_array_length(units) != *columns)
        return refuse(err, "there are %zu y_names and %zu y_units", *columns,
                      json_object_array_length(units));
    return ORMA_OK;
}

static bool is_same_shape(const orma_array_view *a, const orma_array_view *b)
{
    return a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) == 0;
}

static orma_status need_array(const orma_node_ops *ops, const orma_node *node,
                              const char *name, orma_array_view *view,
                              orma_error **err)
{
    const orma_status st = ops->array(node, name, view, err);

    if (st == ORMA_E_NOT_FOUND)
        return refuse(err, "array \"%s\" is missing", name);
    if (st == ORMA_OK && view->dtype == ORMA_DTYPE_C128)
        return refuse(err, "array \"%s\" holds complex numbers", name);
    return st;
}

static orma_status check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err)
{
    size_t columns = 0;
    orma_array_view x, y;
    char name[32];
    orma_status st = check_names(attributes, &columns, err);

    if (st == ORMA_OK)
        st = need_array(ops, node, "x_array", &x, err);
    for (size_t i = 0; i < columns && st == ORMA_OK; i++) {
        st = need_array(ops, node, y_name(i, name), &y, err);
        if (st == ORMA_OK && !is_same_shape(&x, &y))
            st = refuse(err, "array \"%s\" has not the shape of x_array", name);
    }
    if (st == ORMA_OK && arrays_has(attributes, y_name(columns, name)))
        st = refuse(err, "array \"%s\" has no name in y_names", name);
    return st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = arrays_check(ops, node, attributes, err);
    if (st == ORMA_OK)
        st = check(ops, node, attributes, err);
    json_object_put(attributes);
    return st;
}

/* A string, or a list of them, as a list. */
static void write_strings(const char *key, const json_object *value, text *out)
{
    const bool is_list = json_object_is_type(value, json_type_array);

    text_format(out, ", \"%s\": %s%s%s", key, is_list ? "" : "[",
                json_object_to_json_string((json_object *)value),
                is_list ? "" : "]");
}

static bool is_name_or_names(const json_object *value)
{
    return json_text(value) != NULL || json_strings(value, "", NULL) == ORMA_OK;
}

static orma_status set_attributes(const json_object *literal,
                                  const orma_node_ops *ops, orma_node *node,
                                  orma_error **err)
{
    static const char *const keys[] = {"y_names", "y_units"};
    const char *name = json_text(json_get(literal, "x_name"));
    const char *units = json_text(json_get(literal, "x_units"));
    text attributes = {0};

    if (name == NULL || units == NULL)
        return refuse(err, "x_name and x_units must be strings");
    text_add(&attributes, "{\"x_name\": ");
    text_string(&attributes, name, strlen(name));
    text_add(&attributes, ", \"x_units\": ");
    text_string(&attributes, units, strlen(units));
    orma_status st = ORMA_OK;
    for (size_t i = 0; i < 2 && st == ORMA_OK; i++) {
        const json_object *value = json_get(literal, keys[i]);
        if (is_name_or_names(value))
            write_strings(keys[i], value, &attributes);
        else
            st = refuse(err, "%s must be a string or a list of strings",
                        keys[i]);
    }
    text_add(&attributes, "}");
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    return st;
}

static orma_status set_column(const json_object *values, const char *name,
                              const char *unit, const orma_node_ops *ops,
                              orma_node *node, orma_error **err)
{
    const nested_slot slot = {name, ORMA_DTYPE_UNKNOWN,
                              unit != NULL && unit[0] != '\0' ? unit : "1"};
    nested n;
    orma_status st = nested_read(values, name, slot.dtype, &n, err);

    if (st == ORMA_OK && n.dtype == ORMA_DTYPE_BOOL)
        st = refuse(err, "%s must hold numbers", name);
    if (st == ORMA_OK)
        st = nested_set(&n, &slot, ops, node, err);
    nested_finish(&n);
    return st;
}

/* y_arrays: one list of numbers, or a list of such lists; or the members
 * y_array_0, y_array_1, … that the JSON export writes. */
static orma_status set_columns(const json_object *literal,
                               const orma_node_ops *ops, orma_node *node,
                               orma_error **err)
{
    const json_object *all = json_get(literal, "y_arrays");
    const json_object *units = json_get(literal, "y_units");
    const bool is_single =
        json_object_is_type(all, json_type_array) &&
        !json_object_is_type(json_object_array_get_idx(all, 0),
                             json_type_array);
    const size_t n = is_single ? 1
                     : json_object_is_type(all, json_type_array)
                         ? json_object_array_length(all)
                         : MAX_COLUMNS;
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < n && st == ORMA_OK; i++) {
        char name[32];
        const json_object *values = is_single ? all
                                    : all != NULL
                                        ? json_object_array_get_idx(all, i)
                                        : json_get(literal, y_name(i, name));
        if (all == NULL && values == NULL)
            break;
        const json_object *unit = json_object_is_type(units, json_type_array)
                                      ? json_object_array_get_idx(units, i)
                                      : units;
        st = set_column(values, y_name(i, name), json_text(unit), ops, node,
                        err);
    }
    return st;
}

static orma_status check_keys(const json_object *literal, orma_error **err)
{
    static const char *const known[] = {"x_array", "x_name",   "x_units",
                                        "y_names", "y_arrays", "y_units"};

    json_object_object_foreach((json_object *)literal, key, value)
    {
        size_t i = 0;
        (void)value;
        while (i < 6 && strcmp(known[i], key) != 0)
            i++;
        if (i == 6 && strncmp(key, "y_array_", 8) != 0)
            return refuse(err, "xy data know no key \"%s\"", key);
    }
    return json_has(literal, "y_arrays") &&
                   !json_object_is_type(json_get(literal, "y_arrays"),
                                        json_type_array)
               ? refuse(err, "y_arrays must be a list")
               : ORMA_OK;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    json_object *literal = NULL;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK && !json_object_is_type(literal, json_type_object))
        st = refuse(err, "xy data are a mapping of x_array, x_name, x_units, "
                         "y_arrays, y_names and y_units");
    if (st == ORMA_OK)
        st = check_keys(literal, err);
    if (st == ORMA_OK)
        st = set_attributes(literal, ops, node, err);
    if (st == ORMA_OK)
        st =
            set_column(json_get(literal, "x_array"), "x_array",
                       json_text(json_get(literal, "x_units")), ops, node, err);
    if (st == ORMA_OK)
        st = set_columns(literal, ops, node, err);
    json_object_put(literal);
    return st;
}

/* All columns of a node; the first is x. */
typedef struct table {
    const json_object *attributes;
    size_t count; /* of the columns */
    reals *columns;
} table;

static void table_finish(table *t)
{
    for (size_t i = 0; i < t->count && t->columns != NULL; i++)
        reals_finish(&t->columns[i]);
    free(t->columns);
}

static orma_status table_read(const orma_node_ops *ops, const orma_node *node,
                              table *t, orma_error **err)
{
    size_t n = 0;
    char name[32];
    orma_status st = check(ops, node, t->attributes, err);

    if (st == ORMA_OK)
        st = check_names(t->attributes, &n, err);
    if (st != ORMA_OK)
        return st;
    t->columns = calloc(n + 1, sizeof *t->columns);
    if (t->columns == NULL)
        return refuse_memory(err);
    t->count = n + 1;
    for (size_t i = 0; i <= n && st == ORMA_OK; i++)
        st = reals_read(ops, node, i == 0 ? "x_array" : y_name(i - 1, name),
                        &t->columns[i], err);
    return st;
}

/* "energy (eV)" of column `i`. */
static void add_heading(const table *t, size_t i, text *out)
{
    const json_object *names = json_get(t->attributes, "y_names");
    const json_object *units = json_get(t->attributes, "y_units");
    const char *name =
        json_text(i == 0 ? json_get(t->attributes, "x_name")
                         : json_object_array_get_idx(names, i - 1));
    const char *unit =
        json_text(i == 0 ? json_get(t->attributes, "x_units")
                         : json_object_array_get_idx(units, i - 1));

    for (const char *c = name; *c != '\0'; c++)
        text_bytes(out, *c == '\n' || *c == '"' ? " " : c, 1);
    text_add(out, " (");
    for (const char *c = unit; *c != '\0'; c++)
        text_bytes(out, *c == '\n' || *c == '"' ? " " : c, 1);
    text_add(out, ")");
}

/* Lines of all columns, separated by tabs. */
static void write_rows(const table *t, text *out)
{
    for (size_t row = 0; row < t->columns[0].count; row++) {
        for (size_t i = 0; i < t->count; i++)
            text_format(out, "%s%.10g", i > 0 ? "\t" : "",
                        t->columns[i].at[row]);
        text_add(out, "\n");
    }
}

static void write_dat(const table *t, text *out)
{
    text_add(out, "#");
    for (size_t i = 0; i < t->count; i++) {
        text_add(out, i > 0 ? "\t" : " ");
        add_heading(t, i, out);
    }
    text_add(out, "\n");
    write_rows(t, out);
}

/* A script with its data in it, for gnuplot 5 and later. */
static void write_gnuplot(const table *t, text *out)
{
    text_add(out, "$data << END\n");
    write_rows(t, out);
    text_add(out, "END\nset encoding utf8\nset xlabel \"");
    add_heading(t, 0, out);
    text_add(out, "\"\nplot ");
    for (size_t i = 1; i < t->count; i++) {
        text_format(out, "%s$data using 1:%zu with lines title \"",
                    i > 1 ? ", \\\n     " : "", i + 1);
        add_heading(t, i, out);
        text_add(out, "\"");
    }
    if (t->count == 1)
        text_add(out, "$data using 1 with points notitle");
    text_add(out, "\n");
}

static void widen(const reals *r, double *low, double *high)
{
    for (size_t i = 0; i < r->count; i++)
        if (isfinite(r->at[i])) {
            *low = fmin(*low, r->at[i]);
            *high = fmax(*high, r->at[i]);
        }
}

static void write_svg(const table *t, text *out)
{
    static const char *const colors[] = {"#000000", "#d62728", "#1f77b4",
                                         "#2ca02c", "#ff7f0e", "#9467bd"};
    text x_label = {0};
    svg_plot plot = {INFINITY, -INFINITY, INFINITY, -INFINITY, NULL,
                     NULL,     NULL,      NULL,     0};

    widen(&t->columns[0], &plot.x_min, &plot.x_max);
    for (size_t i = 1; i < t->count; i++)
        widen(&t->columns[i], &plot.y_min, &plot.y_max);
    add_heading(t, 0, &x_label);
    plot.x_label = text_str(&x_label).ptr;
    svg_begin(&plot, out);
    for (size_t i = 1; i < t->count; i++) {
        text label = {0};
        svg_curve(&plot, t->columns[0].at, t->columns[i].at,
                  t->columns[i].count, colors[(i - 1) % 6], out);
        add_heading(t, i, &label);
        svg_legend(i - 1, colors[(i - 1) % 6], text_str(&label).ptr, out);
        text_finish(&label);
    }
    svg_end(out);
    text_finish(&x_label);
}

static const struct format {
    const char *name;
    void (*write)(const table *t, text *out);
} formats[] = {
    {"dat", write_dat},
    {"gnuplot", write_gnuplot},
    {"svg", write_svg},
};

static orma_status export_table(const orma_node_ops *ops, const orma_node *node,
                                const struct format *f, orma_writer *out,
                                orma_error **err)
{
    json_object *attributes = NULL;
    text written = {0};
    table t = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    t.attributes = attributes;
    if (st == ORMA_OK)
        st = table_read(ops, node, &t, err);
    if (st == ORMA_OK) {
        f->write(&t, &written);
        st = text_write(&written, out, err);
    }
    table_finish(&t);
    text_finish(&written);
    json_object_put(attributes);
    return st;
}

static orma_status export_file(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (format != NULL && strcmp(format, formats[i].name) == 0)
            return export_table(ops, node, &formats[i], out, err);
    return arrays_export(self, ops, node, format, out, err);
}

/* "energy (eV): dos (states/eV), 100 points" */
static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    size_t columns = 0;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = check_names(attributes, &columns, err);
    if (st == ORMA_OK) {
        const table t = {attributes, columns + 1, NULL};
        const json_object *shape = json_get(attributes, "array|x_array");
        for (size_t i = 0; i <= columns && i < 8; i++) {
            text_add(&line, i == 0 ? "" : i == 1 ? ": " : ", ");
            add_heading(&t, i, &line);
        }
        text_format(&line, ", %lld points",
                    (long long)(json_object_is_type(shape, json_type_array)
                                    ? json_object_get_int64(
                                          json_object_array_get_idx(shape, 0))
                                    : 0));
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data xy_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .export_file = export_file,
    .summary = summary,
};
