/* Structures as CIF: the listed atoms and their images under the listed
 * symmetry operations.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cif.h"
#include "places.h"
#include "structure_formats.h"
#include "symmetry.h"

/* Images nearer than this (Å) are one atom: coordinates such as 0.333 put the
 * images of one special position up to a hundredth of an Å apart. */
#define SAME_PLACE 0.02
/* Rounded occupancies of a full site may exceed 1 by so much. */
#define OCCUPANCY_EXCESS 5e-3
#define MAX_OPERATIONS 1024
#define MAX_PARTS 16

/* The elements that share the places of one orbit. */
typedef struct orbit {
    crystal_part parts[MAX_PARTS];
    size_t part_count;
} orbit;

/* The structure being put together. */
typedef struct assembly {
    const char *name; /* of the file */
    cif_block block;
    matrix cell, inverse;
    symmetry_operation *operations;
    size_t operation_count;
    orbit *orbits;
    size_t orbit_count;
    places places;
} assembly;

static void assembly_finish(assembly *a)
{
    cif_finish(&a->block);
    free(a->operations);
    free(a->orbits);
    places_finish(&a->places);
}

static orma_status fail_at(const assembly *a, const cif_value *value,
                           const char *what, orma_error **err)
{
    char shown[64];
    return refuse(err, "%s:%zu: \"%s\" %s", a->name, value->line,
                  word_text(value->text, shown, sizeof shown), what);
}

static orma_status read_cell(assembly *a, orma_error **err)
{
    static const char *const tags[6] = {
        "_cell_length_a",    "_cell_length_b",   "_cell_length_c",
        "_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma"};
    double values[6] = {0, 0, 0, 90, 90, 90};

    for (size_t i = 0; i < 6; i++) {
        const cif_item *item = cif_find(&a->block, tags[i]);
        const cif_value *value =
            item != NULL && item->count > 0 ? cif_at(&a->block, item, 0) : NULL;
        if (value != NULL && cif_is_known(value)) {
            if (!cif_real(value, &values[i]))
                return fail_at(a, value, "is no number", err);
        } else if (i < 3) {
            return refuse(err, "%s: %s is missing", a->name, tags[i]);
        }
    }
    const orma_status st = cell_from_lengths(values, values + 3, &a->cell, err);
    if (st != ORMA_OK)
        return st;
    if (!cell_inverse(&a->cell, &a->inverse))
        return refuse(err, "%s: the cell has no volume", a->name);
    places_init(&a->places, &a->cell, &a->inverse, SAME_PLACE);
    return ORMA_OK;
}

/* A Hall symbol says all that a list of operations would. *found: there is
 * one. */
static orma_status expand_hall(assembly *a, bool *found, orma_error **err)
{
    static const char *const tags[] = {"_space_group_name_Hall",
                                       "_symmetry_space_group_name_Hall"};

    *found = false;
    for (size_t i = 0; i < sizeof tags / sizeof *tags && !*found; i++) {
        const cif_item *item = cif_find(&a->block, tags[i]);
        const cif_value *value =
            item != NULL && item->count > 0 ? cif_at(&a->block, item, 0) : NULL;
        if (value == NULL || !cif_is_known(value) ||
            word_is(value->text, "?") || value->text.len == 0)
            continue;
        *found = true;
        a->operations = calloc(SYMMETRY_MAX, sizeof *a->operations);
        if (a->operations == NULL)
            return refuse_memory(err);
        a->operation_count = symmetry_from_hall(value->text, a->operations);
        if (a->operation_count == 0)
            return fail_at(a, value, "is no Hall symbol", err);
    }
    return ORMA_OK;
}

/* Without operations only the space group P 1 can be read. */
static orma_status need_p1(const assembly *a, orma_error **err)
{
    static const char *const tags[] = {
        "_space_group_IT_number", "_symmetry_Int_Tables_number",
        "_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M"};

    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const cif_item *item = cif_find(&a->block, tags[i]);
        if (item == NULL || item->count == 0)
            continue;
        const cif_value *value = cif_at(&a->block, item, 0);
        const orma_str group = value->text;
        if (cif_is_known(value) && group.len > 0 && !word_is(group, "1") &&
            !word_is(group, "P1") && !word_is(group, "P 1"))
            return fail_at(a, value,
                           "is the space group, but the file lists "
                           "no symmetry operations; export it with "
                           "them, or as P 1",
                           err);
    }
    return ORMA_OK;
}

static orma_status read_operations(assembly *a, orma_error **err)
{
    const cif_item *item = cif_find(&a->block, "_symmetry_equiv_pos_as_xyz");

    if (item == NULL)
        item = cif_find(&a->block, "_space_group_symop_operation_xyz");
    if (item == NULL || item->count == 0) {
        bool found;
        const orma_status st = expand_hall(a, &found, err);
        return st == ORMA_OK && !found ? need_p1(a, err) : st;
    }
    if (item->count > MAX_OPERATIONS)
        return refuse(err, "%s: more than %d symmetry operations", a->name,
                      MAX_OPERATIONS);
    a->operations = calloc(item->count, sizeof *a->operations);
    if (a->operations == NULL)
        return refuse_memory(err);
    a->operation_count = item->count;
    for (size_t i = 0; i < item->count; i++) {
        const cif_value *value = cif_at(&a->block, item, i);
        if (!symmetry_parse(value->text, &a->operations[i]))
            return fail_at(a, value, "is no symmetry operation", err);
    }
    return ORMA_OK;
}

static orma_status add_place(assembly *a, const double f[3], orma_error **err)
{
    if (a->places.count == CRYSTAL_MAX_SITES)
        return refuse(err, "%s: more than %u atoms in the cell", a->name,
                      CRYSTAL_MAX_SITES);
    return places_add(&a->places, f, a->orbit_count) ? ORMA_OK
                                                     : refuse_memory(err);
}

/* The images of f as a new orbit. The listed place itself stays as written,
 * its images are moved into the cell. */
static orma_status add_orbit(assembly *a, const double f[3], orma_error **err)
{
    const size_t first = a->places.count;
    orma_status st = add_place(a, f, err);

    for (size_t i = 0; i < a->operation_count && st == ORMA_OK; i++) {
        const symmetry_operation *o = &a->operations[i];
        double image[3];
        size_t p = first;
        for (size_t k = 0; k < 3; k++) {
            image[k] = vector_dot(o->rotation.row[k], f) + o->shift[k];
            image[k] -= floor(image[k]);
        }
        while (p < a->places.count &&
               !places_are_near(&a->places, a->places.items[p].f, image))
            p++;
        if (p == a->places.count)
            st = add_place(a, image, err);
    }
    a->orbit_count++;
    return st;
}

/* One more element in an orbit's places. */
static orma_status add_part(assembly *a, size_t number, crystal_part part,
                            const cif_value *where, orma_error **err)
{
    orbit *o = &a->orbits[number];
    double sum = part.weight;
    size_t i = 0;

    for (size_t k = 0; k < o->part_count; k++)
        sum += o->parts[k].weight;
    if (sum > 1 + OCCUPANCY_EXCESS)
        return fail_at(a, where,
                       "is at the place of an atom before it, and "
                       "their occupancies exceed 1",
                       err);
    while (i < o->part_count && o->parts[i].element != part.element)
        i++;
    if (i == MAX_PARTS)
        return fail_at(a, where, "is one of too many elements on one site",
                       err);
    if (i == o->part_count)
        o->parts[o->part_count++] = (crystal_part){part.element, 0};
    o->parts[i].weight += part.weight;
    return ORMA_OK;
}

/* "Fe3+" by its letters; a label without a type symbol, "OW1", by as many of
 * its first letters as make a symbol. */
static const element *atom_element(orma_str label, bool is_label)
{
    const element *e = element_of_label(label.ptr, label.len);

    for (size_t len = 2; e == NULL && is_label && len > 0; len--)
        if (label.len > len)
            e = element_of_label(label.ptr, len);
    return e;
}

/* Columns of the loop of atoms; NULL: not given. */
typedef struct atom_columns {
    const cif_item *label, *symbol, *occupancy, *flag;
    const cif_item *coordinates[3];
    bool is_cartesian;
} atom_columns;

static orma_status find_columns(const assembly *a, atom_columns *columns,
                                orma_error **err)
{
    static const char *const fract[] = {
        "_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z"};
    static const char *const cartn[] = {
        "_atom_site_Cartn_x", "_atom_site_Cartn_y", "_atom_site_Cartn_z"};
    const cif_block *b = &a->block;

    columns->is_cartesian = cif_find(b, fract[0]) == NULL;
    for (size_t i = 0; i < 3; i++)
        columns->coordinates[i] =
            cif_find(b, columns->is_cartesian ? cartn[i] : fract[i]);
    columns->label = cif_find(b, "_atom_site_label");
    columns->symbol = cif_find(b, "_atom_site_type_symbol");
    columns->occupancy = cif_find(b, "_atom_site_occupancy");
    columns->flag = cif_find(b, "_atom_site_calc_flag");
    const cif_item *needed[] = {
        columns->coordinates[0], columns->coordinates[1],
        columns->coordinates[2],
        columns->symbol != NULL ? columns->symbol : columns->label};
    for (size_t i = 0; i < 4; i++)
        if (needed[i] == NULL || needed[i]->count != needed[0]->count)
            return refuse(err,
                          "%s: no loop lists the atoms with coordinates "
                          "and symbols or labels",
                          a->name);
    const cif_item *optional[] = {columns->label, columns->occupancy,
                                  columns->flag};
    for (size_t i = 0; i < 3; i++)
        if (optional[i] != NULL && optional[i]->count != needed[0]->count)
            return refuse(err, "%s: the columns of the atoms differ in length",
                          a->name);
    return ORMA_OK;
}

static orma_status read_coordinates(const assembly *a,
                                    const atom_columns *columns, size_t row,
                                    double f[3], orma_error **err)
{
    double given[3];

    for (size_t i = 0; i < 3; i++) {
        const cif_value *value =
            cif_at(&a->block, columns->coordinates[i], row);
        if (!cif_is_known(value))
            return fail_at(a, value,
                           "is the coordinate of an atom without a "
                           "known place; remove the atom or complete "
                           "it",
                           err);
        if (!cif_real(value, &given[i]) || fabs(given[i]) > 1e6)
            return fail_at(a, value, "is no coordinate", err);
    }
    if (columns->is_cartesian)
        cell_apply(&a->inverse, given, f);
    else
        memcpy(f, given, sizeof given);
    return ORMA_OK;
}

/* *occupancy 0: the row is no atom. */
static orma_status read_occupancy(const assembly *a,
                                  const atom_columns *columns, size_t row,
                                  double *occupancy, orma_error **err)
{
    *occupancy = 1;
    if (columns->flag != NULL &&
        word_is(cif_at(&a->block, columns->flag, row)->text, "dum")) {
        *occupancy = 0;
        return ORMA_OK;
    }
    if (columns->occupancy == NULL)
        return ORMA_OK;
    const cif_value *value = cif_at(&a->block, columns->occupancy, row);
    if (cif_is_known(value) && (!cif_real(value, occupancy) || *occupancy < 0 ||
                                *occupancy > 1 + OCCUPANCY_EXCESS))
        return fail_at(a, value, "is no occupancy between 0 and 1", err);
    return ORMA_OK;
}

static orma_status read_atom(assembly *a, const atom_columns *columns,
                             size_t row, orma_error **err)
{
    const cif_item *named =
        columns->symbol != NULL ? columns->symbol : columns->label;
    const cif_value *value = cif_at(&a->block, named, row);
    double f[3], occupancy;

    if (!cif_is_known(value) && columns->label != NULL) {
        named = columns->label;
        value = cif_at(&a->block, named, row);
    }
    orma_status st = read_occupancy(a, columns, row, &occupancy, err);
    if (st != ORMA_OK || occupancy == 0)
        return st;
    const element *e = atom_element(value->text, named == columns->label);
    if (e == NULL && word_is(value->text, "D"))
        return fail_at(a, value,
                       "is deuterium, which has no symbol here; "
                       "write H",
                       err);
    if (e == NULL)
        return fail_at(a, value, "is no chemical symbol", err);
    st = read_coordinates(a, columns, row, f, err);
    if (st != ORMA_OK)
        return st;
    const size_t p = places_find(&a->places, f);
    const size_t number =
        p != NO_PLACE ? a->places.items[p].orbit : a->orbit_count;
    st = add_part(a, number, (crystal_part){e, occupancy}, value, err);
    return st == ORMA_OK && p == NO_PLACE ? add_orbit(a, f, err) : st;
}

static orma_status read_atoms(assembly *a, orma_error **err)
{
    atom_columns columns;
    orma_status st = find_columns(a, &columns, err);

    if (st != ORMA_OK)
        return st;
    const size_t rows = columns.coordinates[0]->count;
    if (rows == 0 || rows > CRYSTAL_MAX_SITES)
        return refuse(err, "%s: %zu atoms are listed", a->name, rows);
    a->orbits = calloc(rows, sizeof *a->orbits);
    if (a->orbits == NULL)
        return refuse_memory(err);
    for (size_t row = 0; row < rows && st == ORMA_OK; row++)
        st = read_atom(a, &columns, row, err);
    if (st == ORMA_OK && a->places.count == 0)
        return refuse(err, "%s: no atoms are listed", a->name);
    return st;
}

static orma_status assemble(assembly *a, crystal *c, orma_error **err)
{
    orma_status st = ORMA_OK;

    c->cell = a->cell;
    for (size_t i = 0; i < a->orbit_count; i++) {
        double sum = 0;
        for (size_t k = 0; k < a->orbits[i].part_count; k++)
            sum += a->orbits[i].parts[k].weight;
        for (size_t k = 0; k < a->orbits[i].part_count && sum > 1; k++)
            a->orbits[i].parts[k].weight /= sum;
    }
    for (size_t i = 0; i < a->places.count && st == ORMA_OK; i++) {
        const orbit *o = &a->orbits[a->places.items[i].orbit];
        const crystal_kind kind = {
            NULL, o->parts, o->part_count,
            crystal_default_mass(o->parts, o->part_count)};
        double position[3];
        cell_apply(&a->cell, a->places.items[i].f, position);
        st = crystal_add_atom(c, &kind, position, err);
    }
    return st;
}

orma_status cif_read(const char *name, orma_str content, crystal *c,
                     orma_error **err)
{
    assembly a = {.name = name};
    orma_status st = cif_parse(name, content, "_atom_site_", &a.block, err);

    if (st == ORMA_OK)
        st = read_cell(&a, err);
    if (st == ORMA_OK)
        st = read_operations(&a, err);
    if (st == ORMA_OK)
        st = read_atoms(&a, err);
    if (st == ORMA_OK)
        st = assemble(&a, c, err);
    assembly_finish(&a);
    return st;
}

static void write_header(const crystal *c, const char *name, text *out)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const angles_of[] = {"alpha", "beta", "gamma"};
    double lengths[3], angles[3];

    cell_to_lengths(&c->cell, lengths, angles);
    text_format(out, "data_%s\n", name);
    for (size_t i = 0; i < 3; i++)
        text_format(out, "_cell_length_%s %.12f\n", names[i], lengths[i]);
    for (size_t i = 0; i < 3; i++)
        text_format(out, "_cell_angle_%s %.12f\n", angles_of[i], angles[i]);
    text_format(out,
                "_cell_volume %.8f\n"
                "_symmetry_space_group_name_H-M 'P 1'\n"
                "_symmetry_Int_Tables_number 1\n"
                "loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n"
                "loop_\n_atom_site_label\n_atom_site_type_symbol\n"
                "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
                "_atom_site_occupancy\n",
                cell_volume(&c->cell));
}

orma_status cif_write_block(const crystal *c, const char *name, text *out,
                            orma_error **err)
{
    matrix inverse;

    if (!cell_inverse(&c->cell, &inverse))
        return refuse(err, "cif needs a cell with a volume");
    write_header(c, name, out);
    for (size_t i = 0; i < c->site_count; i++) {
        const crystal_kind *kind = &c->kinds[c->sites[i].kind];
        double f[3];
        cell_apply(&inverse, c->sites[i].position, f);
        for (size_t k = 0; k < kind->part_count; k++) {
            const char *symbol = kind->parts[k].element->symbol;
            text_format(out, "%s%zu %s %.16f %.16f %.16f %.10g\n", symbol,
                        i + 1, symbol, f[0], f[1], f[2], kind->parts[k].weight);
        }
    }
    return text_status(out, err);
}

orma_status cif_write(const crystal *c, text *out, orma_error **err)
{
    return cif_write_block(c, "orma", out, err);
}
