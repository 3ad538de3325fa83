/* Tables for people: aligned columns that fit the terminal.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/linkhash.h>

#include "output.h"
#include "scope.h"
#include "terminal.h"

#define MAX_COLUMNS 64
#define GAP 2
#define LEAST_COLUMN 6

/* Characters of UTF-8 text: bytes that do not continue one. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Bytes of the first n characters. */
static size_t bytes_of(const char *text, size_t n)
{
    size_t i = 0;
    for (size_t seen = 0; text[i] != '\0'; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80 && seen++ == n)
            break;
    }
    return i;
}

/* Seconds since the epoch of "YYYY-MM-DDTHH:MM:SS…" in UTC; -1: no time. */
static int64_t iso_seconds(const char *text)
{
    struct tm t = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &t);
    return rest != NULL ? (int64_t)timegm(&t) : -1;
}

static void ago(const char *iso, char *out, size_t size)
{
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = {{86400, 'D'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    const int64_t then = iso_seconds(iso);
    const int64_t passed = (int64_t)time(NULL) - then;

    if (then < 0 || passed < 0) {
        snprintf(out, size, "%s", then < 0 ? iso : "0s ago");
        return;
    }
    size_t i = 0;
    while (i < 3 && passed < units[i].seconds)
        i++;
    snprintf(out, size, "%lld%c ago", (long long)(passed / units[i].seconds),
             units[i].unit);
}

/* One line: newlines are blanks, other control characters '?'. */
static void clean(char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '\n' || c == '\t' || c == '\r')
            *text = ' ';
        else if (c < 0x20 || c == 0x7f)
            *text = '?';
    }
}

void cell_text(json_object *value, cell_style style, char *out, size_t size)
{
    const char *text = "";
    if (value != NULL)
        text = json_object_is_type(value, json_type_string)
                   ? json_object_get_string(value)
                   : json_object_to_json_string_ext(
                         value, JSON_C_TO_STRING_SPACED |
                                    JSON_C_TO_STRING_NOSLASHESCAPE);
    switch (style) {
    case CELL_AGO:
        if (text[0] != '\0') {
            ago(text, out, size);
            break;
        }
        snprintf(out, size, "%s", text);
        break;
    case CELL_TIME:
        snprintf(out, size, "%.19s", text);
        if (iso_seconds(text) >= 0)
            out[10] = ' ';
        break;
    case CELL_TICK:
        snprintf(out, size, "%s",
                 json_object_get_boolean(value) ? "\u2714" : "\u2718");
        break;
    case CELL_PLAIN:
        snprintf(out, size, "%s", text);
        break;
    }
    clean(out);
}

/* Cells of a table as texts, row by row. */
struct grid {
    char **cells;
    size_t rows, columns;
    size_t widths[MAX_COLUMNS];
    bool is_number[MAX_COLUMNS];
};

static void fill_row(struct grid *g, size_t row, json_object *object,
                     const column *columns)
{
    char text[4096];
    for (size_t k = 0; k < g->columns; k++) {
        json_object *value = NULL;
        json_object_object_get_ex(object, columns[k].key, &value);
        cell_text(value, columns[k].style, text, sizeof text);
        if (value != NULL && !json_object_is_type(value, json_type_int) &&
            !json_object_is_type(value, json_type_double))
            g->is_number[k] = false;
        const size_t width = width_of(text);
        if (width > g->widths[k])
            g->widths[k] = width;
        g->cells[row * g->columns + k] = strdup(text);
    }
}

/* The widest columns give way until all fit. */
static void fit(struct grid *g, size_t available)
{
    size_t total = GAP * (g->columns - 1);
    for (size_t k = 0; k < g->columns; k++)
        total += g->widths[k];
    while (total > available) {
        size_t widest = 0;
        for (size_t k = 1; k < g->columns; k++)
            if (g->widths[k] > g->widths[widest])
                widest = k;
        if (g->widths[widest] <= LEAST_COLUMN)
            return;
        g->widths[widest]--;
        total--;
    }
}

static void print_cell(const char *text, size_t width, bool right, bool last)
{
    const size_t wide = width_of(text);
    if (wide > width) {
        printf("%.*s\u2026", (int)bytes_of(text, width - 1), text);
    } else {
        const int pad = (int)(width - wide);
        printf("%*s%s%*s", right ? pad : 0, "", text, right || last ? 0 : pad,
               "");
    }
    if (!last)
        printf("%*s", GAP, "");
}

static void print_headings(const struct grid *g, const column *columns,
                           const char *indent)
{
    const bool bold = terminal_has_colour(stdout);
    fputs(indent, stdout);
    fputs(bold ? "\033[1m" : "", stdout);
    for (size_t k = 0; k < g->columns; k++)
        print_cell(columns[k].heading, g->widths[k], g->is_number[k],
                   k + 1 == g->columns);
    printf("%s\n%s", bold ? "\033[0m" : "", indent);
    for (size_t k = 0; k < g->columns; k++) {
        for (size_t i = 0; i < g->widths[k]; i++)
            putchar('-');
        printf("%*s", k + 1 < g->columns ? GAP : 0, "");
    }
    putchar('\n');
}

static void print_grid(struct grid *g, const column *columns,
                       const char *indent)
{
    const size_t width = terminal_width();
    if (width > 0)
        fit(g, width > strlen(indent) ? width - strlen(indent) : 0);
    print_headings(g, columns, indent);
    for (size_t i = 0; i < g->rows; i++) {
        fputs(indent, stdout);
        for (size_t k = 0; k < g->columns; k++) {
            const char *text = g->cells[i * g->columns + k];
            print_cell(text != NULL ? text : "", g->widths[k], g->is_number[k],
                       k + 1 == g->columns);
        }
        putchar('\n');
    }
}

/* Without columns, the members of the first row. */
static size_t columns_of(json_object *rows, column *columns)
{
    size_t n = 0;
    json_object *first = json_object_array_get_idx(rows, 0);
    if (!json_object_is_type(first, json_type_object))
        return 0;
    json_object_object_foreach(first, key, value)
    {
        (void)value;
        if (n < MAX_COLUMNS)
            columns[n++] = (column){key, key, CELL_PLAIN};
    }
    return n;
}

void table_rows(json_object *rows, const column *columns, const char *indent)
{
    column own[MAX_COLUMNS];
    struct grid g = {.rows = json_object_array_length(rows)};

    if (columns == NULL) {
        g.columns = columns_of(rows, own);
        columns = own;
    } else {
        while (columns[g.columns].key != NULL && g.columns < MAX_COLUMNS)
            g.columns++;
    }
    if (g.columns == 0)
        return;
    g.cells = calloc(g.rows * g.columns + 1, sizeof *g.cells);
    if (g.cells == NULL)
        return;
    for (size_t k = 0; k < g.columns; k++) {
        g.widths[k] = width_of(columns[k].heading);
        g.is_number[k] = g.rows > 0;
    }
    for (size_t i = 0; i < g.rows; i++)
        fill_row(&g, i, json_object_array_get_idx(rows, i), columns);
    print_grid(&g, columns, indent);
    for (size_t i = 0; i < g.rows * g.columns; i++)
        free(g.cells[i]);
    free(g.cells);
}

static void print_member(const char *name, size_t width, json_object *value,
                         cell_style style)
{
    char text[65536];
    const size_t available = terminal_width();
    cell_text(value, style, text, sizeof text);
    if (value == NULL)
        snprintf(text, sizeof text, "null");
    printf("%s%*s", name, (int)(width - width_of(name)) + GAP, "");
    if (available > width + GAP + LEAST_COLUMN &&
        width_of(text) > available - width - GAP)
        printf("%.*s\u2026\n", (int)bytes_of(text, available - width - GAP - 1),
               text);
    else
        printf("%s\n", text);
}

void table_object(json_object *object, const column *columns)
{
    size_t width = 0;
    if (columns == NULL) {
        json_object_object_foreach(object, name, unused)
        {
            (void)unused;
            width = width_of(name) > width ? width_of(name) : width;
        }
        json_object_object_foreach(object, key, value) {
            print_member(key, width, value, CELL_PLAIN);
        }
        return;
    }
    for (const column *c = columns; c->key != NULL; c++)
        width = width_of(c->heading) > width ? width_of(c->heading) : width;
    for (const column *c = columns; c->key != NULL; c++) {
        json_object *value = NULL;
        if (json_object_object_get_ex(object, c->key, &value))
            print_member(c->heading, width, value, c->style);
    }
}
