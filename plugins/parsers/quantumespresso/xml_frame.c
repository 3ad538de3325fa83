/* Frames: positions, cell, energies, forces, stress.
 *
 * SPDX-License-Identifier: MIT */
#include "xml_frame.h"

#include "units.h"

#include <string.h>

static const struct {
    const char *path;
    const char *name;
} energies[FRAME_ENERGIES] = {
    {"total_energy/etot", "energy"},
    {"total_energy/ehart", "energy_hartree"},
    {"total_energy/ewald", "energy_ewald"},
    {"total_energy/etxc", "energy_xc"},
};

static const struct {
    const char *path;
    const char *name;
} dipoles[2] = {
    {"electric_field/finiteElectricFieldInfo/electronicDipole",
     "electronic_dipole_cartesian_axes"},
    {"electric_field/finiteElectricFieldInfo/ionicDipole",
     "ionic_dipole_cartesian_axes"},
};

static const char *const cell_rows[3] = {"atomic_structure/cell/a1",
                                         "atomic_structure/cell/a2",
                                         "atomic_structure/cell/a3"};

void xml_frame_clear(xml_frame *f)
{
    reals_clear(&f->positions_angstrom);
    reals_clear(&f->forces);
    reals_clear(&f->stress);
    f->cell_rows = f->energies = f->dipole_rows = 0;
    f->scf_iterations = 0;
}

void xml_frame_finish(xml_frame *f)
{
    reals_finish(&f->positions_angstrom);
    reals_finish(&f->forces);
    reals_finish(&f->stress);
    *f = (xml_frame){0};
}

static void scale(double *values, size_t count, double factor)
{
    for (size_t i = 0; i < count; i++)
        values[i] *= factor;
}

static void take_position(xml_frame *f, const char *text)
{
    double position[3];

    if (!read_reals(text, position, 3)) {
        f->is_damaged = true;
        return;
    }
    for (size_t i = 0; i < 3; i++)
        reals_add(&f->positions_angstrom, position[i] * BOHR_ANGSTROM);
}

/* Lists in one element: `forces`, `stress`. */
static void take_list(xml_frame *f, reals *list, const char *text, double unit)
{
    reals_clear(list);
    if (!append_reals(text, list))
        f->is_damaged = true;
    scale(list->values, list->count, unit);
}

static void take_scf_steps(xml_frame *f, const char *text)
{
    if (!read_int(&text, &f->scf_iterations))
        f->is_damaged = true;
}

/* Rows of three, and single energies. */
static void take_small(xml_frame *f, const char *path, const char *text)
{
    for (unsigned i = 0; i < 3; i++)
        if (strcmp(path, cell_rows[i]) == 0) {
            if (!read_reals(text, f->cell_angstrom[i], 3))
                f->is_damaged = true;
            scale(f->cell_angstrom[i], 3, BOHR_ANGSTROM);
            f->cell_rows |= 1u << i;
        }
    for (unsigned i = 0; i < FRAME_ENERGIES; i++)
        if (strcmp(path, energies[i].path) == 0) {
            if (!read_reals(text, &f->energies_ev[i], 1))
                f->is_damaged = true;
            f->energies_ev[i] *= HARTREE_EV;
            f->energies |= 1u << i;
        }
    for (unsigned i = 0; i < 2; i++)
        if (strcmp(path, dipoles[i].path) == 0) {
            if (!read_reals(text, f->dipoles[i], 3))
                f->is_damaged = true;
            f->dipole_rows |= 1u << i;
        }
}

void xml_frame_take(xml_frame *f, const char *path, const char *text)
{
    if (strcmp(path, "atomic_structure/atomic_positions/atom") == 0)
        take_position(f, text);
    else if (strcmp(path, "forces") == 0)
        take_list(f, &f->forces, text, HARTREE_PER_BOHR_EV_ANGSTROM);
    else if (strcmp(path, "stress") == 0)
        take_list(f, &f->stress, text, HARTREE_PER_BOHR3_GPA);
    else if (strcmp(path, "scf_conv/n_scf_steps") == 0 ||
             strcmp(path, "convergence_info/scf_conv/n_scf_steps") == 0)
        take_scf_steps(f, text);
    else
        take_small(f, path, text);
}

static void append_matrix(const reals *list, const char *name, const char *unit,
                          trajectory *t)
{
    const int64_t shape[2] = {(int64_t)(list->count / 3), 3};

    if (list->count > 0 && list->count % 3 == 0)
        trajectory_add_array(t, name, unit, list->values, shape);
}

void xml_frame_append(const xml_frame *f, bool with_structure, trajectory *t)
{
    static const int64_t square[2] = {3, 3}, vector[2] = {0, 3};

    if (f->scf_iterations > 0)
        trajectory_add_int(t, "scf_iterations", f->scf_iterations);
    if (with_structure)
        append_matrix(&f->positions_angstrom, "positions", "angstrom", t);
    if (with_structure && f->cell_rows == 7)
        trajectory_add_array(t, "cells", "angstrom", f->cell_angstrom[0],
                             square);
    for (unsigned i = 0; i < FRAME_ENERGIES; i++)
        if ((f->energies & (1u << i)) != 0)
            trajectory_add(t, energies[i].name, "eV", f->energies_ev[i]);
    append_matrix(&f->forces, "forces", "eV/angstrom", t);
    if (f->stress.count == 9)
        append_matrix(&f->stress, "stress", "GPa", t);
    for (unsigned i = 0; i < 2; i++)
        if ((f->dipole_rows & (1u << i)) != 0)
            trajectory_add_array(t, dipoles[i].name, "e bohr", f->dipoles[i],
                                 vector);
}

bool xml_frame_has_failed(const xml_frame *f)
{
    return f->positions_angstrom.has_failed || f->forces.has_failed ||
           f->stress.has_failed;
}
