/* Structures as XYZ and extended XYZ: of several frames the last is read.
 *
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "structure_formats.h"

/* Columns of a frame's lines, from `Properties=`; SIZE_MAX: there is none. */
typedef struct frame_columns {
    size_t species, position, kind_name;
} frame_columns;

/* What closes a value opened by this character; 0: a bare value. */
static char closing(char open)
{
    switch (open) {
    case '"':
    case '\'':
        return open;
    case '{':
        return '}';
    case '[':
        return ']';
    default:
        return 0;
    }
}

/* The value of `key=` on a comment line without its quotes or brackets; ptr is
 * NULL when there is none. */
static orma_str comment_value(orma_str comment, const char *key)
{
    const size_t key_len = strlen(key);
    orma_str value = {NULL, 0};

    for (size_t i = 0; i + key_len + 1 < comment.len && value.ptr == NULL;
         i++) {
        const orma_str here = {comment.ptr + i, comment.len - i};
        const bool is_start =
            i == 0 || comment.ptr[i - 1] == ' ' || comment.ptr[i - 1] == '\t';
        if (is_start && word_begins(here, key) && here.ptr[key_len] == '=')
            value = (orma_str){here.ptr + key_len + 1, here.len - key_len - 1};
    }
    if (value.ptr == NULL)
        return value;
    const char close = closing(value.ptr[0]);
    if (close != 0) {
        value.ptr++;
        value.len--;
    }
    size_t n = 0;
    while (n < value.len &&
           (close != 0 ? value.ptr[n] != close
                       : value.ptr[n] != ' ' && value.ptr[n] != '\t'))
        n++;
    value.len = n;
    return value;
}

/* The next field of "species:S:1:pos:R:3". */
static orma_str next_field(orma_str *list)
{
    size_t n = 0;

    while (n < list->len && list->ptr[n] != ':')
        n++;
    const orma_str field = {list->ptr, n};
    list->ptr += n < list->len ? n + 1 : n;
    list->len -= n < list->len ? n + 1 : n;
    return field;
}

static orma_status read_columns(const scan *s, orma_str properties,
                                frame_columns *columns, orma_error **err)
{
    size_t column = 0;

    *columns = (frame_columns){SIZE_MAX, SIZE_MAX, SIZE_MAX};
    if (properties.ptr == NULL)
        properties = ORMA_LITERAL("species:S:1:pos:R:3");
    while (properties.len > 0) {
        const orma_str name = next_field(&properties);
        next_field(&properties); /* the type: told by the name */
        long width;
        if (!word_integer(next_field(&properties), &width) || width < 1 ||
            width > 1000)
            return scan_refuse(s, err,
                               "Properties are not of the form "
                               "name:type:columns");
        if (word_is(name, "species"))
            columns->species = column;
        else if (word_is(name, "pos") && width == 3)
            columns->position = column;
        else if (word_is(name, "kind_name"))
            columns->kind_name = column;
        column += (size_t)width;
    }
    if (columns->species == SIZE_MAX || columns->position == SIZE_MAX)
        return scan_refuse(s, err, "Properties name no species or no pos");
    return ORMA_OK;
}

/* Nine numbers "a1 a2 a3 b1 …", also with commas and inner brackets. */
static orma_status read_lattice(const scan *s, orma_str lattice, crystal *c,
                                orma_error **err)
{
    char buffer[512];
    scan numbers;
    double values[9];

    for (size_t i = 0; i < lattice.len && i < sizeof buffer; i++)
        buffer[i] =
            strchr(",[]", lattice.ptr[i]) != NULL ? ' ' : lattice.ptr[i];
    scan_init(
        &numbers, s->name,
        (orma_str){buffer, lattice.len < sizeof buffer ? lattice.len : 0});
    if (!scan_line(&numbers) || !scan_reals(&numbers, values, 9))
        return scan_refuse(s, err, "Lattice does not hold nine numbers");
    memcpy(c->cell.row, values, sizeof values);
    return ORMA_OK;
}

static orma_status read_pbc(const scan *s, orma_str value, crystal *c,
                            orma_error **err)
{
    scan words;
    orma_str word;

    scan_init(&words, s->name, value);
    scan_line(&words);
    for (size_t i = 0; i < 3; i++) {
        if (!scan_word(&words, &word))
            return scan_refuse(s, err, "pbc does not hold three of T and F");
        c->pbc[i] = word_begins(word, "T") || word_is(word, "1");
        if (!c->pbc[i] && !word_begins(word, "F") && !word_is(word, "0"))
            return scan_refuse(s, err, "pbc does not hold three of T and F");
    }
    return ORMA_OK;
}

/* Second line of a frame. *has_cell: it gives a lattice. */
static orma_status read_comment(const scan *s, crystal *c,
                                frame_columns *columns, bool *has_cell,
                                orma_error **err)
{
    const orma_str lattice = comment_value(s->line, "Lattice");
    const orma_str pbc = comment_value(s->line, "pbc");
    const orma_str properties = comment_value(s->line, "Properties");
    orma_status st = read_columns(s, properties, columns, err);

    *has_cell = lattice.ptr != NULL;
    for (size_t i = 0; i < 3; i++)
        c->pbc[i] = *has_cell;
    if (st == ORMA_OK && *has_cell)
        st = read_lattice(s, lattice, c, err);
    if (st == ORMA_OK && pbc.ptr != NULL)
        st = read_pbc(s, pbc, c, err);
    return st;
}

/* A species column: symbol, atomic number, or a label such as "C12". */
static const element *species_element(orma_str word)
{
    long number;

    if (word_integer(word, &number))
        return element_by_number(number);
    return element_of_label(word.ptr, word.len);
}

static orma_status read_atom(scan *s, const frame_columns *columns, crystal *c,
                             orma_error **err)
{
    const element *e = NULL;
    orma_str word;
    char kind_name[64], shown[64];
    double position[3];
    size_t found = 0;

    kind_name[0] = '\0';
    for (size_t column = 0; scan_word(s, &word); column++) {
        if (column == columns->species) {
            e = species_element(word);
            if (e == NULL)
                return scan_refuse(s, err, "\"%s\" is no chemical symbol",
                                   word_text(word, shown, sizeof shown));
        } else if (column == columns->kind_name) {
            word_text(word, kind_name, sizeof kind_name);
        } else if (column >= columns->position &&
                   column < columns->position + 3) {
            if (!word_real(word, &position[column - columns->position]))
                return scan_refuse(s, err, "\"%s\" is no number",
                                   word_text(word, shown, sizeof shown));
            found++;
        }
    }
    if (e == NULL || found != 3)
        return scan_refuse(s, err, "an atom needs a symbol and three numbers");
    return crystal_add_element(c, e, kind_name[0] != '\0' ? kind_name : NULL,
                               position, err);
}

/* One frame; the scan stands on its first line. */
static orma_status read_frame(scan *s, crystal *c, bool *has_cell,
                              orma_error **err)
{
    orma_str word;
    frame_columns columns;
    long count;

    if (!scan_word(s, &word) || !word_integer(word, &count) || count < 1)
        return scan_refuse(s, err, "the number of atoms is expected here");
    if (!scan_line(s))
        return scan_refuse(s, err, "the comment line is missing");
    orma_status st = read_comment(s, c, &columns, has_cell, err);
    for (long i = 0; i < count && st == ORMA_OK; i++) {
        if (!scan_line(s))
            return scan_refuse(s, err, "%ld atoms are announced, %ld found",
                               count, i);
        st = read_atom(s, &columns, c, err);
    }
    return st;
}

orma_status xyz_frames(const char *name, orma_str content, frame_visit *visit,
                       void *user, orma_error **err)
{
    scan s;
    orma_status st = ORMA_OK;
    bool is_empty = true;

    scan_init(&s, name, content);
    while (st == ORMA_OK && scan_filled_line(&s)) {
        crystal frame;
        bool has_cell = false;
        crystal_init(&frame);
        is_empty = false;
        st = read_frame(&s, &frame, &has_cell, err);
        if (st == ORMA_OK)
            st = visit(user, &frame, has_cell, err);
        crystal_finish(&frame);
    }
    if (st == ORMA_OK && is_empty)
        return refuse(err, "%s: the file is empty", name);
    return st;
}

orma_status frame_keep(void *user, crystal *frame, bool has_cell,
                       orma_error **err)
{
    last_frame *last = user;

    (void)err;
    crystal_finish(last->kept);
    *last->kept = *frame;
    *frame = (crystal){0};
    last->has_cell = has_cell;
    return ORMA_OK;
}

orma_status xyz_read(const char *name, orma_str content, crystal *c,
                     orma_error **err)
{
    last_frame last = {c, false};
    const orma_status st = xyz_frames(name, content, frame_keep, &last, err);

    if (st == ORMA_OK && !last.has_cell)
        crystal_put_in_box(c);
    return st;
}

orma_status xyz_write_frame(const crystal *c, bool has_cell, text *out,
                            orma_error **err)
{
    const orma_status st = crystal_need_pure(c, "xyz", err);
    bool has_names = false;

    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < c->kind_count; i++)
        has_names = has_names || strcmp(c->kinds[i].name,
                                        c->kinds[i].parts[0].element->symbol);
    text_format(out, "%zu\n%s", c->site_count, has_cell ? "Lattice=\"" : "");
    for (size_t i = 0; i < 9 && has_cell; i++)
        text_format(out, "%s%.12f", i > 0 ? " " : "",
                    c->cell.row[i / 3][i % 3]);
    text_format(out, "%sProperties=species:S:1:pos:R:3%s pbc=\"%c %c %c\"\n",
                has_cell ? "\" " : "", has_names ? ":kind_name:S:1" : "",
                c->pbc[0] ? 'T' : 'F', c->pbc[1] ? 'T' : 'F',
                c->pbc[2] ? 'T' : 'F');
    for (size_t i = 0; i < c->site_count; i++) {
        const crystal_kind *kind = &c->kinds[c->sites[i].kind];
        const double *r = c->sites[i].position;
        text_format(out, "%-3s %20.12f %20.12f %20.12f",
                    kind->parts[0].element->symbol, r[0], r[1], r[2]);
        if (has_names)
            text_format(out, " %s", kind->name);
        text_add(out, "\n");
    }
    return text_status(out, err);
}

orma_status xyz_write(const crystal *c, text *out, orma_error **err)
{
    return xyz_write_frame(c, true, out, err);
}
