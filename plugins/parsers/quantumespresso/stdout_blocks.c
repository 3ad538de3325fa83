/* Blocks of the standard output: structures, energies, forces, stress.
 *
 * SPDX-License-Identifier: MIT */
#include "stdout_internal.h"

#include "units.h"

#include <stdio.h>
#include <string.h>

/* Lines from the head of a block to what it must contain. */
#define STRESS_SEARCH 15
#define SITES_SEARCH 10
#define ACCURACY_SEARCH 5

void begin_block(stdout_reading *r, block_taker taker)
{
    r->block = taker;
    r->block_line = 0;
    reals_clear(&r->values);
}

static void units_of(stdout_reading *r, const char *key, const char *units)
{
    dict_set_units(&r->o->parameters, key, units);
}

static double alat_angstrom(const stdout_reading *r)
{
    const double alat = r->sizes.celldm1_bohr > 0 ? r->sizes.celldm1_bohr
                                                  : r->sizes.alat_bohr;

    return alat * BOHR_ANGSTROM;
}

/* The text in the parentheses (or braces) behind a card's name. */
static void card_unit(const char *line, char out[16])
{
    const char *at = strpbrk(line, "({");

    out[0] = '\0';
    if (at != NULL)
        sscanf(at + 1, " %15[a-z]", out);
}

/* --- cell ------------------------------------------------------------- */

static bool take_cell_row(stdout_reading *r, const char *line)
{
    static const int64_t square[2] = {3, 3};
    double row[3];

    if (!read_reals(line, row, 3)) {
        job_log(r->j, ORMA_LOG_WARNING,
                "the cell of a relaxation step cannot be read");
        return false;
    }
    for (size_t i = 0; i < 3; i++)
        reals_add(&r->values, row[i] * r->block_unit);
    if (r->values.count < 9)
        return true;
    memcpy(r->cell_angstrom, r->values.values, sizeof r->cell_angstrom);
    r->has_cell = true;
    trajectory_add_array(&r->o->frames, RELAX_CELLS, "angstrom",
                         r->values.values, square);
    return false;
}

static void begin_cell(stdout_reading *r, const char *line)
{
    char unit[16];
    double alat;

    card_unit(line, unit);
    r->moves_cell = true;
    if (strcmp(unit, "alat") == 0)
        r->block_unit = real_after(line, "alat", &alat) ? alat * BOHR_ANGSTROM
                                                        : alat_angstrom(r);
    else if (strcmp(unit, "bohr") == 0)
        r->block_unit = BOHR_ANGSTROM;
    else
        r->block_unit = 1;
    begin_block(r, take_cell_row);
}

/* --- positions -------------------------------------------------------- */

static void add_position(stdout_reading *r, const double *x)
{
    for (size_t i = 0; i < 3; i++) {
        const double crystal_sum = x[0] * r->cell_angstrom[0][i] +
                                   x[1] * r->cell_angstrom[1][i] +
                                   x[2] * r->cell_angstrom[2][i];
        reals_add(&r->values,
                  r->block_unit > 0 ? x[i] * r->block_unit : crystal_sum);
    }
}

static bool take_position(stdout_reading *r, const char *line)
{
    const char *at = line + strspn(line, " ");
    double x[3];

    at += strcspn(at, " ");
    if (!read_reals(at, x, 3)) {
        job_log(r->j, ORMA_LOG_WARNING,
                "the positions of a relaxation step cannot be read");
        return false;
    }
    add_position(r, x);
    if ((int64_t)r->values.count < 3 * r->sizes.atoms)
        return true;
    const int64_t shape[2] = {r->sizes.atoms, 3};
    trajectory_add_array(&r->o->frames, RELAX_POSITIONS, "angstrom",
                         r->values.values, shape);
    r->has_positions = true;
    return false;
}

static void begin_positions(stdout_reading *r, const char *line)
{
    char unit[16];

    card_unit(line, unit);
    if (strcmp(unit, "alat") == 0)
        r->block_unit = alat_angstrom(r);
    else if (strcmp(unit, "bohr") == 0)
        r->block_unit = BOHR_ANGSTROM;
    else
        r->block_unit = strcmp(unit, "crystal") == 0 ? 0 : 1;
    if (r->sizes.atoms > 0 && (r->block_unit > 0 || r->has_cell))
        begin_block(r, take_position);
}

/* --- energies --------------------------------------------------------- */

static const struct {
    const char *text;
    const char *name;
} energy_terms[] = {
    {"one-electron contribution", "energy_one_electron"},
    {"hartree contribution", "energy_hartree"},
    {"xc contribution", "energy_xc"},
    {"ewald contribution", "energy_ewald"},
    {"smearing contrib.", "energy_smearing"},
    {"one-center paw contrib.", "energy_one_center_paw"},
    {"est. exchange err", "energy_est_exchange"},
    {"Fock energy", "energy_fock"},
    {"Hubbard energy", "energy_hubbard"},
    {"solvation energy", "energy_solvation"},
    {"cavitation energy", "energy_cavitation"},
    {"PV energy", "energy_pv"},
    {"periodic energy correct.", "energy_pbc_correction"},
    {"ionic charge energy", "energy_ionic_charge"},
    {"external charges energy", "energy_external_charges"},
};

static bool energy_after(const char *line, double *ev)
{
    const char *at = strchr(line, '=');

    if (at == NULL || !read_real(&(const char *){at + 1}, ev))
        return false;
    *ev *= RYDBERG_EV;
    return true;
}

static void add_energy(stdout_reading *r, const char *name, double ev)
{
    trajectory_add(&r->o->frames, name, "eV", ev);
    units_of(r, name, "eV");
}

/* One number, or three in a non-collinear run. */
static void take_total_magnetization(stdout_reading *r, const char *line)
{
    static const int64_t vector[2] = {0, 3};
    const char *at = strchr(line, '=');
    double m[3];
    size_t count = 0;

    if (at == NULL)
        return;
    at++;
    while (count < 3 && read_real(&at, &m[count]))
        count++;
    if (count == 1)
        trajectory_add(&r->o->frames, "total_magnetization", "mu_B", m[0]);
    else if (count == 3)
        trajectory_add_array(&r->o->frames, "total_magnetization", "mu_B", m,
                             vector);
    units_of(r, "total_magnetization", "Bohrmag / cell");
}

/* Lines from the total energy to the sentence about convergence. */
static bool take_energy_term(stdout_reading *r, const char *line)
{
    double value;

    if (r->block_line < ACCURACY_SEARCH &&
        real_after(line, "estimated scf accuracy", &value)) {
        add_energy(r, "energy_accuracy", value * RYDBERG_EV);
        r->block_line = ACCURACY_SEARCH;
    }
    for (size_t i = 0; i < sizeof energy_terms / sizeof *energy_terms; i++)
        if (strstr(line, energy_terms[i].text) != NULL &&
            energy_after(line, &value))
            add_energy(r, energy_terms[i].name, value);
    if (strstr(line, "total magnetization") != NULL)
        take_total_magnetization(r, line);
    else if (real_after(line, "absolute magnetization", &value)) {
        trajectory_add(&r->o->frames, "absolute_magnetization", "mu_B", value);
        units_of(r, "absolute_magnetization", "Bohrmag / cell");
    }
    return strstr(line, "convergence") == NULL;
}

static void begin_energies(stdout_reading *r, const char *line)
{
    double value;

    if (!energy_after(line, &value)) {
        job_log(r->j, ORMA_LOG_WARNING, "the total energy cannot be read");
        return;
    }
    add_energy(r, "energy", value);
    if (r->part.has_vdw)
        add_energy(r, "energy_vdw", r->part.vdw_ev);
    begin_block(r, take_energy_term);
}

/* --- forces and stress ------------------------------------------------ */

static bool take_force(stdout_reading *r, const char *line)
{
    const char *at = strchr(line, '=');
    double x[3];

    if (strstr(line, "atom ") == NULL || at == NULL)
        return r->block_line < 2 + 2 * r->sizes.atoms;
    if (!read_reals(at + 1, x, 3)) {
        job_log(r->j, ORMA_LOG_WARNING, "the forces cannot be read");
        return false;
    }
    for (size_t i = 0; i < 3; i++)
        reals_add(&r->values, x[i] * RYDBERG_PER_BOHR_EV_ANGSTROM);
    if ((int64_t)r->values.count < 3 * r->sizes.atoms)
        return true;
    const int64_t shape[2] = {r->sizes.atoms, 3};
    trajectory_add_array(&r->o->frames, "forces", "eV/angstrom",
                         r->values.values, shape);
    units_of(r, "forces", "ev / angstrom");
    return false;
}

static void begin_forces(stdout_reading *r, const char *line)
{
    (void)line;
    if (r->sizes.atoms > 0)
        begin_block(r, take_force);
}

static void take_total_force(stdout_reading *r, const char *line)
{
    double value;

    if (!real_after(line, "Total force", &value))
        return;
    trajectory_add(&r->o->frames, "total_force", "eV/angstrom",
                   value * RYDBERG_PER_BOHR_EV_ANGSTROM);
    units_of(r, "total_force", "ev / angstrom");
}

static bool take_stress_row(stdout_reading *r, const char *line)
{
    static const int64_t square[2] = {3, 3};
    double row[3];

    if (!read_reals(line, row, 3)) {
        job_log(r->j, ORMA_LOG_WARNING, "the stress cannot be read");
        return false;
    }
    for (size_t i = 0; i < 3; i++)
        reals_add(&r->values, row[i] * RYDBERG_PER_BOHR3_GPA);
    if (r->values.count < 9)
        return true;
    trajectory_add_array(&r->o->frames, "stress", "GPa", r->values.values,
                         square);
    units_of(r, "stress", "GPascal");
    return false;
}

static bool find_stress(stdout_reading *r, const char *line)
{
    if (strstr(line, "P=") == NULL) {
        if (r->block_line < STRESS_SEARCH)
            return true;
        job_log(r->j, ORMA_LOG_WARNING, "the stress does not follow its head");
        return false;
    }
    if (strstr(line, "(Ry/bohr**3)") == NULL) {
        job_log(r->j, ORMA_LOG_WARNING, "the stress has other units than "
                "Ry/bohr**3");
        return false;
    }
    begin_block(r, take_stress_row);
    return true;
}

static void begin_stress(stdout_reading *r, const char *line)
{
    (void)line;
    begin_block(r, find_stress);
}

/* --- moments and dipoles ---------------------------------------------- */

/* "atom:    1    charge:    7.7600    magn:    1.1765", from 6.8 on
 * "atom   1 (R=0.357)  charge=  7.7600  magn=  1.1765". */
static bool take_moment(stdout_reading *r, const char *line)
{
    double moment, charge;

    if (strstr(line, "atom") == NULL || !real_after(line, "magn", &moment) ||
        !real_after(line, "charge", &charge)) {
        reals_clear(&r->part.moments);
        reals_clear(&r->part.charges);
        return false;
    }
    reals_add(&r->part.moments, moment);
    reals_add(&r->part.charges, charge);
    return (int64_t)r->part.moments.count < r->sizes.atoms;
}

static void begin_moments(stdout_reading *r, const char *line)
{
    (void)line;
    reals_clear(&r->part.moments);
    reals_clear(&r->part.charges);
    if (r->sizes.atoms > 0)
        begin_block(r, take_moment);
}

static bool take_axis_dipole(stdout_reading *r, const char *line)
{
    const char *at = line;
    int64_t axis;
    double value;

    if (!read_int(&at, &axis) || axis < 1 || axis > 3 ||
        !read_real(&at, &value))
        return false;
    r->part.axes_dipoles[r->axes_kind][axis - 1] = value;
    if (axis == 3)
        r->part.field_dipoles |= 4u << r->axes_kind;
    return axis < 3;
}

static void begin_electronic_axes(stdout_reading *r, const char *line)
{
    (void)line;
    r->axes_kind = 0;
    begin_block(r, take_axis_dipole);
}

static void begin_ionic_axes(stdout_reading *r, const char *line)
{
    (void)line;
    r->axes_kind = 1;
    begin_block(r, take_axis_dipole);
}

static void take_cell_dipole(stdout_reading *r, const char *line)
{
    const unsigned kind = strstr(line, "Electronic") != NULL ? 0 : 1;

    if (real_after(line, "(Ry a.u.)", &r->part.cell_dipoles[kind]))
        r->part.field_dipoles |= 1u << kind;
}

static void take_dipole(stdout_reading *r, const char *line)
{
    const char *at = strstr(line, "Ry au,");

    if (at != NULL &&
        read_real(&(const char *){at + 6}, &r->part.dipole_debye))
        r->part.has_dipole = true;
}

/* --- lines of a self-consistent run ----------------------------------- */

static void take_accuracy(stdout_reading *r, const char *line)
{
    double value;

    if (real_after(line, "estimated scf accuracy", &value))
        trajectory_add(&r->o->frames, "scf_accuracy", "eV",
                       value * RYDBERG_EV);
    else
        job_log(r->j, ORMA_LOG_WARNING, "an scf accuracy cannot be read");
}

/* "convergence has been achieved in   4 iterations", "convergence NOT achieved
 * after   2 iterations: stopping", "Calculation stopped in scf loop at
 * iteration #  3". */
static void take_iterations(stdout_reading *r, const char *line)
{
    const char *digits = strpbrk(line, "0123456789");
    int64_t count;

    if (digits != NULL && read_int(&digits, &count))
        trajectory_add_int(&r->o->frames, "scf_iterations", count);
    else
        job_log(r->j, ORMA_LOG_WARNING,
                "a number of scf iterations cannot be read");
}

static void take_end_of_scf(stdout_reading *r, const char *line)
{
    const int64_t shape[2] = {0, r->sizes.atoms};
    scf_part *p = &r->part;
    trajectory *t = &r->o->frames;

    (void)line;
    if (p->has_threshold)
        trajectory_add(t, "energy_threshold", "1", p->threshold);
    if (p->moments.count > 0 && (int64_t)p->moments.count == r->sizes.atoms) {
        trajectory_add_array(t, "atomic_magnetic_moments", "mu_B",
                             p->moments.values, shape);
        trajectory_add_array(t, "atomic_charges", "e", p->charges.values,
                             shape);
        units_of(r, "atomic_magnetic_moments", "Bohrmag / cell");
        units_of(r, "atomic_charges", "e");
    }
    if (p->has_dipole) {
        trajectory_add(t, "dipole", "debye", p->dipole_debye);
        units_of(r, "dipole", "Debye");
    }
}

static void take_fermi(stdout_reading *r, const char *line)
{
    double value;

    if (real_after(line, "the Fermi energy is", &value))
        add_energy(r, "fermi_energy", value);
    else
        job_log(r->j, ORMA_LOG_WARNING, "the Fermi energy cannot be read");
}

static void take_threshold(stdout_reading *r, const char *line)
{
    if (real_after(line, "ethr", &r->part.threshold))
        r->part.has_threshold = true;
    /* "avg # of iterations" ends the line: a report of moments from before it
     * is of an earlier iteration. */
    reals_clear(&r->part.moments);
}

static void take_vdw(stdout_reading *r, const char *line)
{
    if (energy_after(line, &r->part.vdw_ev))
        r->part.has_vdw = true;
}

static const struct {
    const char *text;
    const char *also; /* or NULL */
    void (*take)(stdout_reading *r, const char *line);
} scf_lines[] = {
    {"CELL_PARAMETERS", NULL, begin_cell},
    {"ATOMIC_POSITIONS", NULL, begin_positions},
    {"!", "total energy", begin_energies},
    {"estimated scf accuracy", NULL, take_accuracy},
    {"convergence has been achieved in", NULL, take_iterations},
    {"convergence NOT achieved after", NULL, take_iterations},
    {"Calculation stopped in scf loop at iteration", NULL, take_iterations},
    {"End of self-consistent calculation", NULL, take_end_of_scf},
    {"ethr", "=", take_threshold},
    {"Magnetic moment per site", NULL, begin_moments},
    {"the Fermi energy is", NULL, take_fermi},
    {"Forces acting on atoms", NULL, begin_forces},
    {"Total force =", NULL, take_total_force},
    {"entering subroutine stress ...", NULL, begin_stress},
    {"Computing stress (Cartesian axis) and pressure", NULL, begin_stress},
    {"Non-local correlation energy", NULL, take_vdw},
    {"Dipole", "Debye", take_dipole},
    {"Dipole per cell", NULL, take_cell_dipole},
    {"Electronic Dipole on Cartesian axes", NULL, begin_electronic_axes},
    {"Ionic Dipole on Cartesian axes", NULL, begin_ionic_axes},
};

void scf_take(stdout_reading *r, const char *line)
{
    if (strstr(line, "iteration #") != NULL)
        reals_clear(&r->part.moments);
    for (size_t i = 0; i < sizeof scf_lines / sizeof *scf_lines; i++) {
        if (strstr(line, scf_lines[i].text) == NULL ||
            (scf_lines[i].also != NULL &&
             strstr(line, scf_lines[i].also) == NULL))
            continue;
        scf_lines[i].take(r, line);
        return;
    }
}

void scf_end_part(stdout_reading *r)
{
    static const int64_t vector[2] = {0, 3};
    scf_part *p = &r->part;
    trajectory *t = &r->o->frames;

    if (p->field_dipoles == 15 && r->in->has_field) {
        trajectory_add(t, "electronic_dipole_cell_average", "e bohr",
                       p->cell_dipoles[0]);
        trajectory_add(t, "ionic_dipole_cell_average", "e bohr",
                       p->cell_dipoles[1]);
        trajectory_add_array(t, "electronic_dipole_cartesian_axes", "e bohr",
                             p->axes_dipoles[0], vector);
        trajectory_add_array(t, "ionic_dipole_cartesian_axes", "e bohr",
                             p->axes_dipoles[1], vector);
    }
    reals_clear(&p->moments);
    reals_clear(&p->charges);
    p->has_threshold = p->has_vdw = p->has_dipole = false;
    p->field_dipoles = 0;
}

/* --- before the first self-consistent run ----------------------------- */

/* "               a(1) = (   0.000000   0.707107   0.707107 )" */
static bool take_axis(stdout_reading *r, const char *line)
{
    const char *at = strstr(line, "= (");
    double row[3];

    if (at == NULL || !read_reals(at + 3, row, 3))
        return false;
    for (size_t i = 0; i < 3; i++)
        reals_add(&r->values, row[i] * alat_angstrom(r));
    if (r->values.count < 9)
        return true;
    memcpy(r->o->crystal.cell_angstrom, r->values.values,
           sizeof r->o->crystal.cell_angstrom);
    r->o->crystal.has_cell = true;
    if (!r->has_cell) {
        memcpy(r->cell_angstrom, r->values.values, sizeof r->cell_angstrom);
        r->has_cell = true;
    }
    return false;
}

/* "         1           O   tau(  1) = (   0.34   1.59   0.13  )" */
static bool take_site(stdout_reading *r, const char *line)
{
    crystal *c = &r->o->crystal;
    const char *at = strstr(line, "= (");
    char name[MAX_NAME];
    double x[3];

    if (c->atoms.count == 0 && strstr(line, "site n.") == NULL &&
        !r->has_initial_sites)
        return r->block_line < SITES_SEARCH;
    if (strstr(line, "site n.") != NULL) {
        r->has_initial_sites = true;
        return true;
    }
    if (at == NULL || sscanf(line, "%*d %63s", name) != 1 ||
        !read_reals(at + 3, x, 3))
        return false;
    name_list_add(&c->atoms, name);
    for (size_t i = 0; i < 3; i++)
        reals_add(&c->positions_angstrom, x[i] * alat_angstrom(r));
    return (int64_t)c->atoms.count < r->sizes.atoms;
}

void setup_take(stdout_reading *r, const char *line)
{
    if (!r->o->crystal.has_cell && strstr(line, "crystal axes:") != NULL)
        begin_block(r, take_axis);
    else if (!r->has_initial_sites && r->sizes.atoms > 0 &&
             strstr(line, "Cartesian axes") != NULL)
        begin_block(r, take_site);
}
