/* Bands along a path, as they are drawn: distances, energies, labels.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_BANDS_PLOT_H
#define DATA_CORE_BANDS_PLOT_H

#include "json.h"
#include "text.h"

typedef struct plot_label {
    size_t point;
    const char *name; /* of the attributes */
} plot_label;

typedef struct bands_plot {
    json_object *attributes;
    const char *units;           /* never NULL */
    size_t points, bands, spins; /* bands: of all spins together */
    double *x; /* distance along the path, 1/Å; without a cell in crystal
                  coordinates. Points between which the path jumps are at
                  one place. */
    double *y; /* bands × points */
    plot_label *labels;
    size_t label_count;
    double x_min, x_max, y_min, y_max;
} bands_plot;

/* The caller finishes *plot. Errors: INVALID. */
orma_status bands_plot_read(const orma_node_ops *ops, const orma_node *node,
                            bands_plot *plot, orma_error **err);
void bands_plot_finish(bands_plot *plot);

/* Does the path jump between point - 1 and point? Both have labels then. */
bool bands_plot_jumps(const bands_plot *plot, size_t point);

/* How a label is typeset. */
enum label_style { LABEL_PLAIN, LABEL_GRACE, LABEL_GNUPLOT, LABEL_UNICODE };

/* The name of the label `first` and, joined by '|', of those at the same
 * place. Answers the label behind them. */
size_t bands_plot_tick(const bands_plot *plot, size_t first,
                       enum label_style style, text *out);

/* Export formats, each of the whole plot. */
orma_status bands_write_multicolumn(const bands_plot *plot, text *out,
                                    orma_error **err);
orma_status bands_write_blocks(const bands_plot *plot, text *out,
                               orma_error **err);
orma_status bands_write_gnuplot(const bands_plot *plot, text *out,
                                orma_error **err);
orma_status bands_write_agr(const bands_plot *plot, text *out,
                            orma_error **err);
orma_status bands_write_svg(const bands_plot *plot, text *out,
                            orma_error **err);

/* Members "path" and "paths" of an object being written: the segments between
 * labels, as AiiDA's JSON has them. */
void bands_write_segments(const bands_plot *plot, text *out);

#endif
