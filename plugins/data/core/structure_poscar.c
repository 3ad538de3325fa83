/* Structures as VASP's POSCAR and CONTCAR.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "structure_formats.h"

#define MAX_SPECIES 256

/* Line 2 and lines 3 to 5: a common factor, a factor per axis, or, negative,
 * the volume in Å^3. */
static orma_status read_cell(scan *s, crystal *c, double scale[3],
                             orma_error **err)
{
    if (!scan_line(s) || !scan_reals(s, scale, 1))
        return scan_refuse(s, err, "the scaling factor is expected here");
    if (scan_reals(s, scale + 1, 2)) {
        if (!(scale[0] > 0 && scale[1] > 0 && scale[2] > 0))
            return scan_refuse(s, err, "three factors must be positive");
    } else {
        scale[1] = scale[2] = scale[0];
    }
    for (size_t i = 0; i < 3; i++)
        if (!scan_line(s) || !scan_reals(s, c->cell.row[i], 3))
            return scan_refuse(s, err,
                               "three numbers of lattice vector %zu "
                               "are expected here",
                               i + 1);
    if (!cell_is_regular(&c->cell, c->pbc) || scale[0] == 0)
        return scan_refuse(s, err, "the lattice vectors span no volume");
    if (scale[0] < 0) {
        const double factor = cbrt(-scale[0] / cell_volume(&c->cell));
        scale[0] = scale[1] = scale[2] = factor;
    }
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            c->cell.row[i][j] *= scale[j];
    return ORMA_OK;
}

/* The element of a name: "Fe_pv" and "Fe/1a2b" are forms that VASP itself
 * writes. */
static const element *species_element(orma_str word)
{
    size_t len = 0;

    while (len < word.len && strchr("_/.", word.ptr[len]) == NULL)
        len++;
    return element_by_symbol(word.ptr, len);
}

typedef struct species {
    const element *elements[MAX_SPECIES];
    long counts[MAX_SPECIES];
    size_t count;
} species;

/* Numbers up to a comment or the end of the line. */
static orma_status read_counts(scan *s, species *kinds, size_t wanted,
                               orma_error **err)
{
    orma_str word;
    size_t n = 0;

    while (n < wanted && scan_word(s, &word) &&
           word_integer(word, &kinds->counts[n]) && kinds->counts[n] >= 0 &&
           kinds->counts[n] <= (long)CRYSTAL_MAX_SITES)
        n++;
    if (n < kinds->count || n == 0)
        return scan_refuse(s, err, "%zu atom counts are expected here",
                           kinds->count);
    kinds->count = n;
    return ORMA_OK;
}

/* VASP 4 has no line of names: they are those of the first line, as VASP's own
 * tools write it, or unknown. */
static orma_status read_unnamed(scan *s, orma_str title, species *kinds,
                                orma_error **err)
{
    scan names;
    orma_str word;
    orma_status st = read_counts(s, kinds, MAX_SPECIES, err);

    scan_init(&names, s->name, title);
    scan_line(&names);
    for (size_t i = 0; i < kinds->count && st == ORMA_OK; i++) {
        kinds->elements[i] =
            scan_word(&names, &word) ? species_element(word) : NULL;
        if (kinds->elements[i] == NULL)
            st = scan_refuse(s, err,
                             "a line of element names is missing (VASP 4 "
                             "form); insert one here, such as \"Ga As\"");
    }
    return st;
}

/* Line 6 of VASP 5: names, here as elements, and line 7: how many of each. */
static orma_status read_species(scan *s, orma_str title, species *kinds,
                                orma_error **err)
{
    orma_str word;
    char shown[64];
    long number;

    if (!scan_filled_line(s))
        return scan_refuse(s, err, "the file ends before the element names");
    scan ahead = *s;
    if (scan_word(&ahead, &word) && word_integer(word, &number))
        return read_unnamed(s, title, kinds, err);
    while (scan_word(s, &word)) {
        if (word.ptr[0] == '!' || word.ptr[0] == '#')
            break;
        if (kinds->count == MAX_SPECIES)
            return scan_refuse(s, err, "more than %d species", MAX_SPECIES);
        const element *e = species_element(word);
        if (e == NULL)
            return scan_refuse(s, err, "\"%s\" is no chemical symbol",
                               word_text(word, shown, sizeof shown));
        kinds->elements[kinds->count++] = e;
    }
    if (!scan_line(s))
        return scan_refuse(s, err, "the file ends before the atom counts");
    return read_counts(s, kinds, kinds->count, err);
}

/* "Selective dynamics" and "Direct" or "Cartesian": first letters decide. */
static orma_status read_mode(scan *s, bool *is_cartesian, orma_error **err)
{
    orma_str word;
    bool has_line = scan_filled_line(s) && scan_word(s, &word);

    if (has_line && word_begins(word, "s"))
        has_line = scan_filled_line(s) && scan_word(s, &word);
    if (!has_line)
        return scan_refuse(s, err, "the file ends before the coordinates");
    *is_cartesian = word_begins(word, "c") || word_begins(word, "k");
    if (!*is_cartesian && !word_begins(word, "d"))
        return scan_refuse(s, err,
                           "\"Direct\" or \"Cartesian\" is expected "
                           "here");
    return ORMA_OK;
}

static orma_status read_atom(scan *s, crystal *c, const element *e,
                             const double *scale, orma_error **err)
{
    double given[3], position[3];

    if (!scan_line(s))
        return scan_refuse(s, err, "the file ends after %zu coordinates",
                           c->site_count);
    if (!scan_reals(s, given, 3))
        return scan_refuse(s, err, "three coordinates are expected here");
    if (scale == NULL)
        cell_apply(&c->cell, given, position);
    else
        for (size_t i = 0; i < 3; i++)
            position[i] = given[i] * scale[i];
    return crystal_add_element(c, e, NULL, position, err);
}

orma_status poscar_read(const char *name, orma_str content, crystal *c,
                        orma_error **err)
{
    species kinds = {.count = 0};
    double scale[3];
    bool is_cartesian = false;
    scan s;

    scan_init(&s, name, content);
    if (!scan_line(&s))
        return refuse(err, "%s: the file is empty", name);
    const orma_str title = s.line;
    orma_status st = read_cell(&s, c, scale, err);
    if (st == ORMA_OK)
        st = read_species(&s, title, &kinds, err);
    if (st == ORMA_OK)
        st = read_mode(&s, &is_cartesian, err);
    for (size_t i = 0; st == ORMA_OK && i < kinds.count; i++)
        for (long j = 0; st == ORMA_OK && j < kinds.counts[i]; j++)
            st = read_atom(&s, c, kinds.elements[i],
                           is_cartesian ? scale : NULL, err);
    if (st == ORMA_OK && c->site_count == 0)
        return scan_refuse(&s, err, "the file holds no atoms");
    return st;
}

/* Index of the first site that is not of the kind at `i`. VASP takes a symbol
 * more than once, and runs keep the order of the sites. */
static size_t run_end(const crystal *c, size_t i)
{
    const size_t kind = c->sites[i].kind;

    while (i < c->site_count && c->sites[i].kind == kind)
        i++;
    return i;
}

orma_status poscar_write(const crystal *c, text *out, orma_error **err)
{
    matrix inverse;
    const orma_status st = crystal_need_pure(c, "poscar", err);

    if (st != ORMA_OK)
        return st;
    if (!cell_inverse(&c->cell, &inverse))
        return refuse(err, "poscar needs a cell with a volume");
    crystal_formula(c, out);
    text_add(out, "\n1.0\n");
    for (size_t i = 0; i < 3; i++)
        text_format(out, "%20.12f %20.12f %20.12f\n", c->cell.row[i][0],
                    c->cell.row[i][1], c->cell.row[i][2]);
    for (size_t i = 0; i < c->site_count; i = run_end(c, i))
        text_format(out, "%s%s", i > 0 ? " " : "",
                    c->kinds[c->sites[i].kind].parts[0].element->symbol);
    text_add(out, "\n");
    for (size_t i = 0; i < c->site_count; i = run_end(c, i))
        text_format(out, "%s%zu", i > 0 ? " " : "", run_end(c, i) - i);
    text_add(out, "\nDirect\n");
    for (size_t i = 0; i < c->site_count; i++) {
        double f[3];
        cell_apply(&inverse, c->sites[i].position, f);
        text_format(out, "%20.16f %20.16f %20.16f\n", f[0], f[1], f[2]);
    }
    return text_status(out, err);
}
