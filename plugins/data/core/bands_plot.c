/* Bands along a path, as they are drawn: distances, energies, labels.
 *
 * SPDX-License-Identifier: MIT */
#include "bands_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reals.h"

#define TWO_PI 6.28318530717958647693
/* Labels nearer than this are at the same place. */
#define SAME_PLACE 1e-6

/* Greek letters by the names that SeeK-path gives them. */
static const struct greek {
    const char *name, *grace, *letter;
} greeks[] = {
    {"GAMMA", "\\xG\\f{}", "\316\223"},
    {"DELTA", "\\xD\\f{}", "\316\224"},
    {"LAMBDA", "\\xL\\f{}", "\316\233"},
    {"SIGMA", "\\xS\\f{}", "\316\243"},
};

void bands_plot_finish(bands_plot *plot)
{
    json_object_put(plot->attributes);
    free(plot->x);
    free(plot->y);
    free(plot->labels);
    *plot = (bands_plot){0};
}

static orma_status read_labels(bands_plot *plot, orma_error **err)
{
    const json_object *names = json_get(plot->attributes, "labels");
    const json_object *points = json_get(plot->attributes, "label_numbers");

    if (!json_object_is_type(names, json_type_array) ||
        !json_object_is_type(points, json_type_array))
        return ORMA_OK;
    const size_t n = json_object_array_length(names);
    plot->labels = calloc(n + 1, sizeof *plot->labels);
    if (plot->labels == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *name = json_text(json_object_array_get_idx(names, i));
        const json_object *point = json_object_array_get_idx(points, i);
        const int64_t index = json_object_get_int64(point);
        if (name == NULL || !json_object_is_type(point, json_type_int) ||
            index < 0 || (size_t)index >= plot->points)
            return refuse(err, "label %zu is that of no point", i);
        plot->labels[plot->label_count++] = (plot_label){(size_t)index, name};
    }
    return ORMA_OK;
}

static bool has_label(const bands_plot *plot, size_t point)
{
    for (size_t i = 0; i < plot->label_count; i++)
        if (plot->labels[i].point == point)
            return true;
    return false;
}

bool bands_plot_jumps(const bands_plot *plot, size_t point)
{
    return point > 0 && has_label(plot, point) && has_label(plot, point - 1);
}

/* Rows are the reciprocal vectors in 1/Å; the unit matrix without a cell. */
static void read_reciprocal(const bands_plot *plot, matrix *out)
{
    matrix cell, inverse;

    *out = (matrix){{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    if (json_matrix(json_get(plot->attributes, "cell"), "cell", &cell, NULL) !=
            ORMA_OK ||
        !cell_inverse(&cell, &inverse))
        return;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            out->row[i][k] = TWO_PI * inverse.row[k][i];
}

static orma_status read_distances(bands_plot *plot, const reals *kpoints,
                                  orma_error **err)
{
    matrix reciprocal;
    double sum = 0;

    plot->x = calloc(plot->points + 1, sizeof *plot->x);
    if (plot->x == NULL)
        return refuse_memory(err);
    read_reciprocal(plot, &reciprocal);
    for (size_t i = 1; i < plot->points; i++) {
        const double *k = kpoints->at + 3 * i;
        const double step[3] = {k[0] - k[-3], k[1] - k[-2], k[2] - k[-1]};
        double cartesian[3];
        cell_apply(&reciprocal, step, cartesian);
        if (!bands_plot_jumps(plot, i))
            sum += vector_length(cartesian);
        plot->x[i] = sum;
    }
    plot->x_max = sum;
    return ORMA_OK;
}

/* From spins × points × bands to bands × points. */
static orma_status read_energies(bands_plot *plot, const reals *bands,
                                 orma_error **err)
{
    const size_t per_spin = plot->bands / plot->spins;

    plot->y = calloc(plot->bands * plot->points + 1, sizeof *plot->y);
    if (plot->y == NULL)
        return refuse_memory(err);
    plot->y_min = INFINITY;
    plot->y_max = -INFINITY;
    for (size_t s = 0; s < plot->spins; s++)
        for (size_t p = 0; p < plot->points; p++)
            for (size_t b = 0; b < per_spin; b++) {
                const double e =
                    bands->at[(s * plot->points + p) * per_spin + b];
                plot->y[(s * per_spin + b) * plot->points + p] = e;
                if (!isfinite(e))
                    continue;
                plot->y_min = fmin(plot->y_min, e);
                plot->y_max = fmax(plot->y_max, e);
            }
    return ORMA_OK;
}

static orma_status read_arrays(bands_plot *plot, const reals *kpoints,
                               const reals *bands, orma_error **err)
{
    const int32_t d = bands->ndim;
    const bool fits =
        kpoints->ndim == 2 && kpoints->shape[1] == 3 && (d == 2 || d == 3) &&
        bands->shape[d - 2] == kpoints->shape[0] && bands->count > 0;

    if (!fits)
        return refuse(err, "the bands do not fit their k-points");
    plot->points = (size_t)kpoints->shape[0];
    plot->spins = d == 3 ? (size_t)bands->shape[0] : 1;
    plot->bands = plot->spins * (size_t)bands->shape[d - 1];
    orma_status st = read_labels(plot, err);
    if (st == ORMA_OK)
        st = read_distances(plot, kpoints, err);
    return st == ORMA_OK ? read_energies(plot, bands, err) : st;
}

orma_status bands_plot_read(const orma_node_ops *ops, const orma_node *node,
                            bands_plot *plot, orma_error **err)
{
    reals kpoints = {0}, bands = {0};

    *plot = (bands_plot){.units = ""};
    orma_status st = json_attributes(ops, node, &plot->attributes, err);
    if (st == ORMA_OK)
        st = reals_read(ops, node, "kpoints", &kpoints, err);
    if (st == ORMA_OK)
        st = reals_read(ops, node, "bands", &bands, err);
    if (st == ORMA_OK)
        st = read_arrays(plot, &kpoints, &bands, err);
    const char *units = json_text(json_get(plot->attributes, "units"));
    if (units != NULL)
        plot->units = units;
    reals_finish(&kpoints);
    reals_finish(&bands);
    return st;
}

/* The Greek name that `at` begins with; NULL: none. */
static const struct greek *greek_at(const char *at)
{
    for (size_t i = 0; i < sizeof greeks / sizeof *greeks; i++)
        if (strncmp(at, greeks[i].name, strlen(greeks[i].name)) == 0)
            return &greeks[i];
    return NULL;
}

/* The character after "_" as a subscript. */
static void add_subscript(const char *c, enum label_style style, text *out)
{
    switch (style) {
    case LABEL_GRACE:
        text_format(out, "\\s%.1s\\N", c);
        break;
    case LABEL_GNUPLOT:
        text_format(out, "_{%.1s}", c);
        break;
    case LABEL_UNICODE: /* U+2080 to U+2089 */
        if (*c >= '0' && *c <= '9')
            text_format(out, "\342\202%c", (char)(0x80 + (*c - '0')));
        else
            text_bytes(out, c, *c != '\0');
        break;
    case LABEL_PLAIN:
        text_format(out, "_%.1s", c);
        break;
    }
}

static void add_name(const char *name, enum label_style style, text *out)
{
    while (*name != '\0') {
        const struct greek *g = style == LABEL_PLAIN ? NULL : greek_at(name);
        if (g != NULL) {
            text_add(out, style == LABEL_GRACE ? g->grace : g->letter);
            name += strlen(g->name);
        } else if (*name == '_') {
            add_subscript(name + 1, style, out);
            name += name[1] != '\0' ? 2 : 1;
        } else {
            /* neither quotes nor line ends break out of a script */
            text_bytes(out, *name == '"' || *name == '\n' ? "'" : name, 1);
            name++;
        }
    }
}

size_t bands_plot_tick(const bands_plot *plot, size_t first,
                       enum label_style style, text *out)
{
    size_t i = first;

    do {
        if (i > first)
            text_add(out, "|");
        add_name(plot->labels[i].name, style, out);
        i++;
    } while (i < plot->label_count &&
             fabs(plot->x[plot->labels[i].point] -
                  plot->x[plot->labels[i - 1].point]) < SAME_PLACE);
    return i;
}
