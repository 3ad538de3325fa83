/* Pictures of curves as SVG: a frame, ticks, axis labels and lines.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_SVG_H
#define DATA_CORE_SVG_H

#include "text.h"

typedef struct svg_tick {
    double at;
    const char *label;
} svg_tick;

typedef struct svg_plot {
    double x_min, x_max, y_min, y_max;
    const char *title, *x_label, *y_label; /* NULL or "": none */
    const svg_tick *x_ticks; /* drawn as grid lines; NULL: round numbers */
    size_t x_tick_count;
} svg_plot;

/* Frame, ticks and labels. Limits that are equal are moved apart in *plot. */
void svg_begin(svg_plot *plot, text *out);

/* Points that are not finite are left out. A single point is a short line. */
void svg_curve(const svg_plot *plot, const double *x, const double *y,
               size_t count, const char *color, text *out);

/* A line of the legend, the i-th from the top. */
void svg_legend(size_t i, const char *color, const char *label, text *out);

void svg_end(text *out);

#endif
