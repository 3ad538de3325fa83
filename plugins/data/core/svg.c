/* Pictures of curves as SVG: a frame, ticks, axis labels and lines.
 *
 * SPDX-License-Identifier: MIT */
#include "svg.h"

#include <math.h>
#include <string.h>

/* Pixels: the picture, and the frame in it. */
#define WIDTH 720.0
#define HEIGHT 540.0
#define LEFT 80.0
#define RIGHT 20.0
#define TOP 40.0
#define BOTTOM 60.0
#define LEGEND_STEP 18.0
#define TICKS 6 /* about so many round numbers along an axis */

static double x_pixel(const svg_plot *p, double x)
{
    return LEFT +
           (x - p->x_min) / (p->x_max - p->x_min) * (WIDTH - LEFT - RIGHT);
}

static double y_pixel(const svg_plot *p, double y)
{
    return HEIGHT - BOTTOM -
           (y - p->y_min) / (p->y_max - p->y_min) * (HEIGHT - TOP - BOTTOM);
}

/* Text of an XML element; control characters have no place in XML. */
static void add_escaped(text *out, const char *s)
{
    for (; *s != '\0'; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c == '<')
            text_add(out, "&lt;");
        else if (c == '>')
            text_add(out, "&gt;");
        else if (c == '&')
            text_add(out, "&amp;");
        else if (c >= 0x20)
            text_bytes(out, s, 1);
    }
}

static void add_label(text *out, double x, double y, const char *attributes,
                      const char *label)
{
    if (label == NULL || label[0] == '\0')
        return;
    text_format(out, "<text x=\"%.2f\" y=\"%.2f\" %s>", x, y, attributes);
    add_escaped(out, label);
    text_add(out, "</text>\n");
}

static void add_line(text *out, double x1, double y1, double x2, double y2,
                     const char *color)
{
    text_format(out,
                "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" "
                "stroke=\"%s\"/>\n",
                x1, y1, x2, y2, color);
}

/* 1, 2 or 5 times a power of ten that divides the range into about TICKS. */
static double round_step(double range)
{
    const double rough = range / TICKS;
    const double power = pow(10, floor(log10(rough)));
    const double digit = rough / power;

    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

static void add_y_ticks(const svg_plot *p, text *out)
{
    const double step = round_step(p->y_max - p->y_min);

    for (double n = ceil(p->y_min / step); n * step <= p->y_max; n++) {
        text label = {0};
        const double y = y_pixel(p, n * step);
        text_format(&label, "%g", n * step + 0.0);
        add_line(out, LEFT, y, LEFT + 6, y, "black");
        add_label(out, LEFT - 8, y + 5, "text-anchor=\"end\"",
                  text_str(&label).ptr);
        text_finish(&label);
    }
}

static void add_x_numbers(const svg_plot *p, text *out)
{
    const double step = round_step(p->x_max - p->x_min);

    for (double n = ceil(p->x_min / step); n * step <= p->x_max; n++) {
        text label = {0};
        const double x = x_pixel(p, n * step);
        text_format(&label, "%g", n * step + 0.0);
        add_line(out, x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM - 6, "black");
        add_label(out, x, HEIGHT - BOTTOM + 20, "text-anchor=\"middle\"",
                  text_str(&label).ptr);
        text_finish(&label);
    }
}

static void add_x_ticks(const svg_plot *p, text *out)
{
    for (size_t i = 0; i < p->x_tick_count; i++) {
        const double x = x_pixel(p, p->x_ticks[i].at);
        add_line(out, x, TOP, x, HEIGHT - BOTTOM, "#888888");
        add_label(out, x, HEIGHT - BOTTOM + 20, "text-anchor=\"middle\"",
                  p->x_ticks[i].label);
    }
}

/* Limits with room between them, so that nothing is divided by zero. */
static void spread(double *low, double *high)
{
    if (!isfinite(*low) || !isfinite(*high)) {
        *low = 0;
        *high = 1;
    }
    const double least = fmax(1e-9, 1e-9 * fmax(fabs(*low), fabs(*high)));
    if (*high - *low < least) {
        const double middle = (*low + *high) / 2;
        const double half = fmax(0.5, fabs(middle) * 1e-3);
        *low = middle - half;
        *high = middle + half;
    }
}

void svg_begin(svg_plot *plot, text *out)
{
    spread(&plot->x_min, &plot->x_max);
    spread(&plot->y_min, &plot->y_max);
    text_format(out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" "
                "height=\"%g\" viewBox=\"0 0 %g %g\" "
                "font-family=\"sans-serif\" font-size=\"14\">\n"
                "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
                "<clipPath id=\"frame\"><rect x=\"%g\" y=\"%g\" width=\"%g\" "
                "height=\"%g\"/></clipPath>\n",
                WIDTH, HEIGHT, WIDTH, HEIGHT, LEFT, TOP, WIDTH - LEFT - RIGHT,
                HEIGHT - TOP - BOTTOM);
    if (plot->x_ticks != NULL)
        add_x_ticks(plot, out);
    else
        add_x_numbers(plot, out);
    add_y_ticks(plot, out);
    text_format(out,
                "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" "
                "fill=\"none\" stroke=\"black\"/>\n",
                LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    add_label(out, WIDTH / 2, TOP - 15, "text-anchor=\"middle\"", plot->title);
    add_label(out, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 15,
              "text-anchor=\"middle\"", plot->x_label);
    text rotated = {0};
    const double middle = (TOP + HEIGHT - BOTTOM) / 2;
    text_format(&rotated,
                "text-anchor=\"middle\" transform=\"rotate(-90 20 %.2f)\"",
                middle);
    add_label(out, 20, middle, text_str(&rotated).ptr, plot->y_label);
    text_finish(&rotated);
}

void svg_curve(const svg_plot *plot, const double *x, const double *y,
               size_t count, const char *color, text *out)
{
    text_format(out,
                "<polyline clip-path=\"url(#frame)\" fill=\"none\" "
                "stroke=\"%s\" points=\"",
                color);
    for (size_t i = 0; i < count; i++)
        if (isfinite(x[i]) && isfinite(y[i]))
            text_format(out, "%s%.2f,%.2f", i > 0 ? " " : "",
                        x_pixel(plot, x[i]), y_pixel(plot, y[i]));
    if (count == 1 && isfinite(x[0]) && isfinite(y[0]))
        text_format(out, " %.2f,%.2f", x_pixel(plot, x[0]) + 20,
                    y_pixel(plot, y[0]));
    text_add(out, "\"/>\n");
}

void svg_legend(size_t i, const char *color, const char *label, text *out)
{
    const double y = TOP + LEGEND_STEP * (double)(i + 1);

    add_line(out, WIDTH - RIGHT - 40, y - 5, WIDTH - RIGHT - 10, y - 5, color);
    add_label(out, WIDTH - RIGHT - 46, y, "text-anchor=\"end\"", label);
}

void svg_end(text *out)
{
    text_add(out, "</svg>\n");
}
