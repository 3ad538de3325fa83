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
#define INT_ROOM 24

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

static void copy(const char *text, char *out, size_t size)
{
    const size_t len = strnlen(text, size - 1);
    memcpy(out, text, len);
    out[len] = '\0';
}

/* The value as text, which is its own or in `digits`. */
static const char *text_of(json_object *value, char digits[INT_ROOM])
{
    if (value == NULL)
        return "";
    if (json_object_is_type(value, json_type_string))
        return json_object_get_string(value);
    if (!json_object_is_type(value, json_type_int))
        return json_object_to_json_string_ext(
            value, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    snprintf(digits, INT_ROOM, "%lld",
             (long long)json_object_get_int64(value));
    return digits;
}

void cell_text(json_object *value, cell_style style, char *out, size_t size)
{
    char digits[INT_ROOM];
    const char *text = text_of(value, digits);
    switch (style) {
    case CELL_AGO:
        if (text[0] != '\0')
            ago(text, out, size);
        else
            copy(text, out, size);
        break;
    case CELL_TIME:
        snprintf(out, size, "%.19s", text);
        if (iso_seconds(text) >= 0)
            out[10] = ' ';
        break;
    case CELL_TICK:
        copy(json_object_get_boolean(value) ? "\u2714" : "\u2718", out, size);
        break;
    case CELL_PLAIN:
        copy(text, out, size);
        break;
    }
    clean(out);
}

struct cell {
    size_t at; /* of its text */
    size_t width;
};

/* Cells row by row, their texts one behind the other. */
struct table {
    const column *columns;
    size_t column_count;
    size_t row_count;
    size_t widths[MAX_COLUMNS];
    bool is_number[MAX_COLUMNS];
    struct cell *cells;
    size_t cell_count, cell_capacity;
    char *texts;
    size_t text_len, text_capacity;
    bool failed; /* no memory */
};

table *table_create(const column *columns)
{
    table *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->columns = columns;
    while (columns[t->column_count].key != NULL &&
           t->column_count < MAX_COLUMNS)
        t->column_count++;
    for (size_t k = 0; k < t->column_count; k++)
        t->widths[k] = width_of(columns[k].heading);
    return t;
}

void table_destroy(table *t)
{
    if (t == NULL)
        return;
    free(t->cells);
    free(t->texts);
    free(t);
}

size_t table_row_count(const table *t)
{
    return t->row_count;
}

/* Room for `more` items behind `count`; the items, NULL without memory. */
static void *grow(void *items, size_t count, size_t more, size_t *capacity,
                  size_t size)
{
    if (count + more <= *capacity)
        return items;
    const size_t wanted = 2 * (count + more) + 64;
    void *grown = reallocarray(items, wanted, size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

static void add_cell(table *t, const char *text, size_t width)
{
    const size_t size = strlen(text) + 1;
    char *texts =
        grow(t->texts, t->text_len, size, &t->text_capacity, sizeof *texts);
    t->failed = t->failed || texts == NULL;
    if (t->failed)
        return;
    t->texts = texts;
    memcpy(texts + t->text_len, text, size);
    t->cells[t->cell_count++] = (struct cell){t->text_len, width};
    t->text_len += size;
}

void table_add(table *t, json_object *row)
{
    char text[4096];
    struct cell *cells = grow(t->cells, t->cell_count, t->column_count,
                              &t->cell_capacity, sizeof *cells);
    t->failed = t->failed || cells == NULL;
    if (t->failed)
        return;
    t->cells = cells;
    for (size_t k = 0; k < t->column_count; k++) {
        json_object *value = NULL;
        json_object_object_get_ex(row, t->columns[k].key, &value);
        cell_text(value, t->columns[k].style, text, sizeof text);
        const bool is_number = value == NULL ||
                               json_object_is_type(value, json_type_int) ||
                               json_object_is_type(value, json_type_double);
        t->is_number[k] = is_number && (t->is_number[k] || t->row_count == 0);
        const size_t width = width_of(text);
        if (width > t->widths[k])
            t->widths[k] = width;
        add_cell(t, text, width);
    }
    t->row_count++;
}

static size_t total_width(const table *t)
{
    size_t total = GAP * (t->column_count - 1);
    for (size_t k = 0; k < t->column_count; k++)
        total += t->widths[k];
    return total;
}

bool table_fits(const table *t, const char *indent)
{
    const size_t width = terminal_width();
    return t->column_count == 0 || width == 0 ||
           total_width(t) + strlen(indent) <= width;
}

/* The widest columns give way until all fit; the first one, which names the
 * row, only when it is alone. */
static void fit(table *t, size_t available)
{
    size_t total = total_width(t);
    while (total > available) {
        size_t widest = t->column_count > 1 ? 1 : 0;
        for (size_t k = widest + 1; k < t->column_count; k++)
            if (t->widths[k] > t->widths[widest])
                widest = k;
        if (t->widths[widest] <= LEAST_COLUMN)
            return;
        t->widths[widest]--;
        total--;
    }
}

static void pad(size_t width)
{
    for (; width > 0; width--)
        putchar(' ');
}

static void print_cell(const char *text, size_t wide, size_t width, bool right,
                       bool last)
{
    const size_t gap = last ? 0 : GAP;
    if (wide > width) {
        fwrite(text, 1, bytes_of(text, width - 1), stdout);
        fputs("\u2026", stdout);
        pad(gap);
        return;
    }
    pad(right ? width - wide : 0);
    fputs(text, stdout);
    pad((right || last ? 0 : width - wide) + gap);
}

static void print_headings(const table *t, const char *indent)
{
    const bool bold = terminal_has_colour(stdout);
    fputs(indent, stdout);
    fputs(bold ? "\033[1m" : "", stdout);
    for (size_t k = 0; k < t->column_count; k++) {
        const char *heading = t->columns[k].heading;
        print_cell(heading, width_of(heading), t->widths[k], t->is_number[k],
                   k + 1 == t->column_count);
    }
    printf("%s\n%s", bold ? "\033[0m" : "", indent);
    for (size_t k = 0; k < t->column_count; k++) {
        for (size_t i = 0; i < t->widths[k]; i++)
            putchar('-');
        pad(k + 1 < t->column_count ? GAP : 0);
    }
    putchar('\n');
}

bool table_print(table *t, const char *indent)
{
    const size_t width = terminal_width();
    if (t->failed || t->column_count == 0)
        return !t->failed;
    if (width > 0)
        fit(t, width > strlen(indent) ? width - strlen(indent) : 0);
    print_headings(t, indent);
    for (size_t i = 0; i < t->row_count; i++) {
        const struct cell *cells = &t->cells[i * t->column_count];
        fputs(indent, stdout);
        for (size_t k = 0; k < t->column_count; k++)
            print_cell(t->texts + cells[k].at, cells[k].width, t->widths[k],
                       t->is_number[k], k + 1 == t->column_count);
        putchar('\n');
    }
    return true;
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
    column own[MAX_COLUMNS + 1] = {{0}};

    if (columns == NULL) {
        if (columns_of(rows, own) == 0)
            return;
        columns = own;
    }
    table *t = table_create(columns);
    const size_t n = t != NULL ? json_object_array_length(rows) : 0;
    for (size_t i = 0; i < n; i++)
        table_add(t, json_object_array_get_idx(rows, i));
    if (t == NULL || !table_print(t, indent))
        fputs("orma: there is no memory for a table\n", stderr);
    table_destroy(t);
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
