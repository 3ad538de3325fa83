/* Bands as tables, scripts of plotting programs and pictures.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bands_plot.h"
#include "svg.h"

static void add_header(const bands_plot *plot, text *out)
{
    text_format(out, "# %zu points, %zu bands\n", plot->points, plot->bands);
    for (size_t i = 0; i < plot->label_count;) {
        const double x = plot->x[plot->labels[i].point];
        text label = {0};
        i = bands_plot_tick(plot, i, LABEL_PLAIN, &label);
        text_format(out, "# %s at %.8f\n", text_str(&label).ptr, x);
        text_finish(&label);
    }
}

orma_status bands_write_multicolumn(const bands_plot *plot, text *out,
                                    orma_error **err)
{
    add_header(plot, out);
    for (size_t p = 0; p < plot->points; p++) {
        text_format(out, "%.8f", plot->x[p]);
        for (size_t b = 0; b < plot->bands; b++)
            text_format(out, "\t%.8f", plot->y[b * plot->points + p]);
        text_add(out, "\n");
    }
    return text_status(out, err);
}

static void add_points(const bands_plot *plot, size_t band, text *out)
{
    for (size_t p = 0; p < plot->points; p++)
        text_format(out, "%.8f\t%.8f\n", plot->x[p],
                    plot->y[band * plot->points + p]);
}

/* Bands apart by two empty lines: gnuplot's `index`. */
static void add_blocks(const bands_plot *plot, text *out)
{
    for (size_t b = 0; b < plot->bands; b++) {
        add_points(plot, b, out);
        text_add(out, b + 1 < plot->bands ? "\n\n" : "");
    }
}

orma_status bands_write_blocks(const bands_plot *plot, text *out,
                               orma_error **err)
{
    add_header(plot, out);
    add_blocks(plot, out);
    return text_status(out, err);
}

/* Text between double quotes of a script. */
static void add_units(const bands_plot *plot, text *out)
{
    for (const char *c = plot->units; *c != '\0'; c++)
        text_bytes(out, *c == '"' || *c == '\n' || *c == '\\' ? "'" : c, 1);
}

/* One file: the data are in the script. */
orma_status bands_write_gnuplot(const bands_plot *plot, text *out,
                                orma_error **err)
{
    add_header(plot, out);
    text_add(out, "$bands << END\n");
    add_blocks(plot, out);
    text_add(out, "END\nset encoding utf8\nset termoption enhanced\n"
                  "unset key\nset xtics (");
    for (size_t i = 0; i < plot->label_count;) {
        const double x = plot->x[plot->labels[i].point];
        text_add(out, i > 0 ? ", \"" : "\"");
        i = bands_plot_tick(plot, i, LABEL_GNUPLOT, out);
        text_format(out, "\" %.8f", x);
    }
    text_add(out, ")\nset grid xtics lt 1 lc rgb \"#888888\"\n"
                  "set ylabel \"Dispersion (");
    add_units(plot, out);
    text_format(out, ")\"\nset yrange [%.8f:%.8f]\n", plot->y_min, plot->y_max);
    if (plot->points > 1)
        text_format(out,
                    "set xrange [%.8f:%.8f]\n"
                    "plot $bands with lines lc rgb \"#000000\"\n",
                    plot->x_min, plot->x_max);
    else
        text_add(out, "set xrange [-1:1]\nplot $bands using ($1-0.25):2:(0.5):"
                      "(0) with vectors nohead lc rgb \"#000000\"\n");
    return text_status(out, err);
}

/* 10, 1, 0.1, …: below the range of the energies. */
static double tick_spacing(const bands_plot *plot)
{
    const double range = plot->y_max - plot->y_min;

    return range > 0 && isfinite(range) ? pow(10, floor(log10(range))) : 1;
}

static void add_agr_ticks(const bands_plot *plot, text *out)
{
    size_t count = 0;
    text ticks = {0};

    for (size_t i = 0; i < plot->label_count; count++) {
        text_format(&ticks, "@    xaxis  tick major %zu, %.8f\n", count,
                    plot->x[plot->labels[i].point]);
        text_format(&ticks, "@    xaxis  ticklabel %zu, \"", count);
        i = bands_plot_tick(plot, i, LABEL_GRACE, &ticks);
        text_add(&ticks, "\"\n");
    }
    text_format(out,
                "@    xaxis  tick major grid on\n"
                "@    xaxis  tick minor ticks 0\n"
                "@    xaxis  tick spec type both\n"
                "@    xaxis  tick spec %zu\n%s",
                count, text_str(&ticks).ptr);
    text_finish(&ticks);
}

/* A project of Grace 5.1. */
orma_status bands_write_agr(const bands_plot *plot, text *out, orma_error **err)
{
    const size_t per_spin = plot->bands / plot->spins;

    text_add(out, "# Grace project file\n#\n");
    add_header(plot, out);
    text_format(out,
                "@version 50122\n"
                "@map color 0 to (255, 255, 255), \"white\"\n"
                "@map color 1 to (0, 0, 0), \"black\"\n"
                "@map color 2 to (255, 0, 0), \"red\"\n"
                "@g0 on\n@g0 type XY\n@with g0\n"
                "@    world %.8f, %.8f, %.8f, %.8f\n",
                plot->x_min, plot->y_min, plot->x_max, plot->y_max);
    add_agr_ticks(plot, out);
    text_add(out, "@    yaxis  label \"Dispersion (");
    add_units(plot, out);
    text_format(out, ")\"\n@    yaxis  tick major %g\n", tick_spacing(plot));
    for (size_t b = 0; b < plot->bands; b++)
        text_format(out,
                    "@    s%zu type xy\n@    s%zu symbol 0\n"
                    "@    s%zu line type 1\n@    s%zu line linewidth 2.0\n"
                    "@    s%zu line color %d\n",
                    b, b, b, b, b, b / per_spin % 2 == 0 ? 1 : 2);
    for (size_t b = 0; b < plot->bands; b++) {
        text_format(out, "@target G0.S%zu\n@type xy\n", b);
        add_points(plot, b, out);
        text_add(out, "&\n");
    }
    return text_status(out, err);
}

/* Pieces of a band between the places where the path jumps. */
static void add_band(const bands_plot *plot, const svg_plot *frame, size_t band,
                     const char *color, text *out)
{
    const double *y = plot->y + band * plot->points;
    size_t first = 0;

    for (size_t p = 1; p <= plot->points; p++) {
        if (p < plot->points && !bands_plot_jumps(plot, p))
            continue;
        if (p - first > 1 || plot->points == 1)
            svg_curve(frame, plot->x + first, y + first, p - first, color, out);
        first = p;
    }
}

static void add_legend(const bands_plot *plot, const char *const *colors,
                       text *out)
{
    const json_object *names = json_get(plot->attributes, "array_labels");

    for (size_t s = 0; s < plot->spins && s < 2 &&
                       json_object_is_type(names, json_type_array);
         s++)
        svg_legend(s, colors[s], json_text(json_object_array_get_idx(names, s)),
                   out);
}

/* Ticks and the texts of their labels, one NUL-terminated after the other. */
static orma_status make_ticks(const bands_plot *plot, svg_tick **ticks,
                              size_t *count, text *names, orma_error **err)
{
    size_t *starts = calloc(plot->label_count + 1, sizeof *starts);

    *ticks = calloc(plot->label_count + 1, sizeof **ticks);
    if (starts == NULL || *ticks == NULL) {
        free(starts);
        return refuse_memory(err);
    }
    for (size_t i = 0; i < plot->label_count; ++*count) {
        starts[*count] = names->len;
        (*ticks)[*count].at = plot->x[plot->labels[i].point];
        i = bands_plot_tick(plot, i, LABEL_UNICODE, names);
        text_bytes(names, "", 1);
    }
    const orma_status st = text_status(names, err);
    for (size_t i = 0; i < *count && st == ORMA_OK; i++)
        (*ticks)[i].label = names->ptr + starts[i];
    free(starts);
    return st;
}

orma_status bands_write_svg(const bands_plot *plot, text *out, orma_error **err)
{
    static const char *const colors[] = {"#000000", "#d62728"};
    const size_t per_spin = plot->bands / plot->spins;
    text names = {0}, y_label = {0};
    svg_tick *ticks = NULL;
    size_t count = 0;
    orma_status st = make_ticks(plot, &ticks, &count, &names, err);

    text_format(&y_label, "Dispersion (%s)", plot->units);
    svg_plot frame = {.x_min = plot->x_min,
                      .x_max = plot->x_max,
                      .y_min = plot->y_min,
                      .y_max = plot->y_max,
                      .y_label = text_str(&y_label).ptr,
                      .x_ticks = ticks,
                      .x_tick_count = count};
    if (st == ORMA_OK) {
        svg_begin(&frame, out);
        for (size_t b = 0; b < plot->bands; b++)
            add_band(plot, &frame, b, colors[b / per_spin % 2], out);
        add_legend(plot, colors, out);
        svg_end(out);
        st = text_status(out, err);
    }
    text_finish(&names);
    text_finish(&y_label);
    free(ticks);
    return st;
}

/* A piece of the path from point `first` to point `last`. */
static void add_segment(const bands_plot *plot, size_t first, size_t last,
                        const char *from, const char *to, text *out)
{
    text_format(out, "{\"length\": %zu, \"from\": ", last - first);
    text_string(out, from, strlen(from));
    text_add(out, ", \"to\": ");
    text_string(out, to, strlen(to));
    text_add(out, ", \"values\": [");
    for (size_t b = 0; b < plot->bands; b++) {
        text_add(out, b > 0 ? ", " : "");
        text_reals(out, plot->y + b * plot->points + first, last - first + 1);
    }
    text_add(out, "], \"x\": ");
    text_reals(out, plot->x + first, last - first + 1);
    text_format(out, ", \"two_band_types\": %s}",
                plot->spins > 1 ? "true" : "false");
}

/* The i-th of the labels, with nameless ones at the ends of the path where
 * there are none. *count: how many these are. */
static plot_label end_label(const bands_plot *plot, size_t i, size_t *count)
{
    const plot_label *l = plot->labels;
    const size_t n = plot->label_count;
    const size_t before = l[0].point != 0;
    const size_t behind = l[n - 1].point != plot->points - 1;

    *count = n + before + behind;
    if (i < before)
        return (plot_label){0, ""};
    return i - before < n ? l[i - before] : (plot_label){plot->points - 1, ""};
}

void bands_write_segments(const bands_plot *plot, text *out)
{
    text path = {0}, paths = {0};
    size_t count = 2;

    if (plot->label_count < 2) {
        text_add(&path, "[\"0\", \"1\"]");
        add_segment(plot, 0, plot->points - 1, "0", "1", &paths);
    }
    for (size_t i = 1; plot->label_count >= 2 && i < count; i++) {
        const plot_label from = end_label(plot, i - 1, &count);
        const plot_label to = end_label(plot, i, &count);
        if (to.point < from.point)
            continue;
        if (to.point - from.point > 1) {
            text_add(&path, path.len > 0 ? ", [" : "[");
            text_string(&path, from.name, strlen(from.name));
            text_add(&path, ", ");
            text_string(&path, to.name, strlen(to.name));
            text_add(&path, "]");
        }
        text_add(&paths, paths.len > 0 ? ",\n  " : "");
        add_segment(plot, from.point, to.point, from.name, to.name, &paths);
    }
    text_format(out, "\"path\": [%s],\n \"paths\": [", text_str(&path).ptr);
    text_bytes(out, text_str(&paths).ptr, paths.len);
    text_add(out, "]");
    out->no_memory = out->no_memory || path.no_memory || paths.no_memory;
    out->not_finite = out->not_finite || paths.not_finite;
    text_finish(&path);
    text_finish(&paths);
}
