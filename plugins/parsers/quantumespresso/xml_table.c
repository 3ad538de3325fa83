/* Single values: where they are in the file, their keys, forms and units.
 *
 * SPDX-License-Identifier: MIT */
#include "xml_table.h"

#include "numbers.h"
#include "units.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum form { INT, REAL, FLAG, WORD, LOWER, TRIPLE };

/* What a key has when the file does not tell. */
enum absent { LEFT_OUT, NULL_VALUE, FALSE_VALUE, ZERO };

typedef struct row {
    const char *key;  /* internal when it begins with a dot */
    const char *path; /* element, or element@attribute[ attribute…] */
    enum form form;
    enum absent absent;
    double factor; /* of a REAL; 0 means 1 */
} row;

/* Two rows of one key are alternatives: the first that the file has counts. */
static const row rows[] = {
    {"format_name", "general_info/xml_format@NAME", WORD, LEFT_OUT, 0},
    {"format_version", "general_info/xml_format@VERSION", WORD, LEFT_OUT, 0},
    {"creator_name", "general_info/creator@NAME", LOWER, LEFT_OUT, 0},
    {"creator_version", "general_info/creator@VERSION", WORD, LEFT_OUT, 0},

    {".calculation", "input/control_variables/calculation", WORD, LEFT_OUT, 0},
    {".forc_conv_thr", "input/control_variables/forc_conv_thr", REAL, LEFT_OUT,
     2}, /* Ry/bohr */
    {".press_conv_thr", "input/control_variables/press_conv_thr", REAL,
     LEFT_OUT, 0},
    {".pressure", "input/cell_control/pressure", REAL, LEFT_OUT, 0},
    {".cell_do_free", "input/cell_control/cell_do_free", WORD, LEFT_OUT, 0},
    {".fix_volume", "input/cell_control/fix_volume", FLAG, LEFT_OUT, 0},
    {".fix_area", "input/cell_control/fix_area", FLAG, LEFT_OUT, 0},
    {".isotropic", "input/cell_control/isotropic", FLAG, LEFT_OUT, 0},
    {".max_nstep", "input/electron_control/max_nstep", INT, LEFT_OUT, 0},
    {".must_converge", "input/electron_control/scf_must_converge", FLAG,
     LEFT_OUT, 0},
    {".spin_constraints", "input/spin_constraints/spin_constraints", WORD,
     LEFT_OUT, 0},
    {"number_of_atoms", "input/atomic_structure@nat", INT, NULL_VALUE, 0},
    {"number_of_species", "input/atomic_species@ntyp", INT, NULL_VALUE, 0},
    {"dft_exchange_correlation", "input/dft/functional", WORD, NULL_VALUE, 0},
    {"lsda", "input/spin/lsda", FLAG, FALSE_VALUE, 0},
    {"spin_orbit_calculation", "input/spin/spinorbit", FLAG, FALSE_VALUE, 0},
    {"occupations", "input/bands/occupations", WORD, LEFT_OUT, 0},
    {"wfc_cutoff", "input/basis/ecutwfc", REAL, LEFT_OUT, HARTREE_EV},
    {"wfc_cutoff", "output/basis_set/ecutwfc", REAL, LEFT_OUT, HARTREE_EV},
    {"do_not_use_time_reversal", "input/symmetry_flags/noinv", FLAG,
     NULL_VALUE, 0},
    {"no_time_rev_operations", "input/symmetry_flags/no_t_rev", FLAG,
     NULL_VALUE, 0},
    {"has_dipole_correction", "input/electric_field/dipole_correction", FLAG,
     FALSE_VALUE, 0},
    {"monkhorst_pack_grid", "input/k_points_IBZ/monkhorst_pack@nk1 nk2 nk3",
     TRIPLE, LEFT_OUT, 0},
    {"monkhorst_pack_offset", "input/k_points_IBZ/monkhorst_pack@k1 k2 k3",
     TRIPLE, LEFT_OUT, 0},

    {".scf_converged",
     "output/convergence_info/scf_conv/convergence_achieved", FLAG, LEFT_OUT,
     0},
    {".scf_steps", "output/convergence_info/scf_conv/n_scf_steps", INT,
     LEFT_OUT, 0},
    {".scf_error", "output/convergence_info/scf_conv/scf_error", REAL,
     LEFT_OUT, 0},
    {".opt_converged",
     "output/convergence_info/opt_conv/convergence_achieved", FLAG, LEFT_OUT,
     0},
    {".opt_steps", "output/convergence_info/opt_conv/n_opt_steps", INT,
     LEFT_OUT, 0},
    {".grad_norm", "output/convergence_info/opt_conv/grad_norm", REAL,
     LEFT_OUT, 0},
    {"q_real_space", "output/algorithmic_info/real_space_q", FLAG, NULL_VALUE,
     0},
    {"beta_real_space", "output/algorithmic_info/real_space_beta", FLAG,
     LEFT_OUT, 0},
    {".alat", "output/atomic_structure@alat", REAL, LEFT_OUT, BOHR_ANGSTROM},
    {"number_of_symmetries", "output/symmetries/nsym", INT, NULL_VALUE, 0},
    {"number_of_bravais_symmetries", "output/symmetries/nrot", INT, NULL_VALUE,
     0},
    {"rho_cutoff", "output/basis_set/ecutrho", REAL, LEFT_OUT, HARTREE_EV},
    {"fft_grid", "output/basis_set/fft_grid@nr1 nr2 nr3", TRIPLE, LEFT_OUT, 0},
    {"smooth_fft_grid", "output/basis_set/fft_smooth@nr1 nr2 nr3", TRIPLE,
     LEFT_OUT, 0},
    {"non_colinear_calculation", "output/magnetization/noncolin", FLAG,
     FALSE_VALUE, 0},
    {"do_magnetization", "output/magnetization/do_magnetization", FLAG,
     FALSE_VALUE, 0},
    {"spin_orbit_domag", "output/magnetization/do_magnetization", FLAG,
     FALSE_VALUE, 0},
    {"total_magnetization", "output/magnetization/total", REAL, ZERO, 0},
    {"absolute_magnetization", "output/magnetization/absolute", REAL, ZERO, 0},
    {"assume_isolated", "output/boundary_conditions/assume_isolated", WORD,
     LEFT_OUT, 0},
    {"number_of_k_points", "output/band_structure/nks", INT, LEFT_OUT, 0},
    {"number_of_electrons", "output/band_structure/nelec", REAL, LEFT_OUT, 0},
    {"number_of_atomic_wfc", "output/band_structure/num_of_atomic_wfc", INT,
     NULL_VALUE, 0},
    {"number_of_atomic_wfc", "output/atomic_structure@num_of_atomic_wfc", INT,
     NULL_VALUE, 0},
    {".nbnd", "output/band_structure/nbnd", INT, LEFT_OUT, 0},
    {"number_of_bands_up", "output/band_structure/nbnd_up", INT, LEFT_OUT, 0},
    {"number_of_bands_down", "output/band_structure/nbnd_dw", INT, LEFT_OUT,
     0},
    {"fermi_energy", "output/band_structure/fermi_energy", REAL, LEFT_OUT,
     HARTREE_EV},
    {".two_fermi_energies", "output/band_structure/two_fermi_energies", WORD,
     LEFT_OUT, 0},
    {"smearing_type", "output/band_structure/smearing", WORD, LEFT_OUT, 0},
    {"smearing_type", "input/bands/smearing", WORD, LEFT_OUT, 0},
    {".degauss", "output/band_structure/smearing@degauss", REAL, LEFT_OUT, 0},
    {".degauss", "input/bands/smearing@degauss", REAL, LEFT_OUT, 0},

    {".polarization",
     "output/electric_field/BerryPhase/totalPolarization/polarization", REAL,
     LEFT_OUT, 0},
    {".polarization_units",
     "output/electric_field/BerryPhase/totalPolarization/polarization@Units",
     WORD, LEFT_OUT, 0},
    {".polarization_modulus",
     "output/electric_field/BerryPhase/totalPolarization/modulus", REAL,
     LEFT_OUT, 0},
    {".polarization_direction",
     "output/electric_field/BerryPhase/totalPolarization/direction", WORD,
     LEFT_OUT, 0},
    {"total_phase", "output/electric_field/BerryPhase/totalPhase", REAL,
     LEFT_OUT, 0},
    {"ionic_phase", "output/electric_field/BerryPhase/totalPhase@ionic", REAL,
     LEFT_OUT, 0},
    {"electronic_phase",
     "output/electric_field/BerryPhase/totalPhase@electronic", REAL, LEFT_OUT,
     0},

    {"exit_status", "status", INT, LEFT_OUT, 0},
    {"wall_time_seconds", "timing_info/total/wall", REAL, LEFT_OUT, 0},
};

#define ROWS (sizeof rows / sizeof *rows)

struct xml_values {
    char *texts[ROWS];
    bool has_failed;
};

xml_values *xml_values_create(void)
{
    return calloc(1, sizeof(xml_values));
}

void xml_values_destroy(xml_values *v)
{
    for (size_t i = 0; v != NULL && i < ROWS; i++)
        free(v->texts[i]);
    free(v);
}

/* Without the blanks and line breaks around it. */
static char *trimmed(const char *text)
{
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return strndup(text, len);
}

static void keep(xml_values *v, size_t index, const char *text)
{
    if (v->texts[index] != NULL)
        return;
    v->texts[index] = trimmed(text);
    if (v->texts[index] == NULL)
        v->has_failed = true;
}

/* The values of blank-separated attributes, themselves separated by blanks. */
static void keep_attributes(xml_values *v, size_t index,
                            xmlTextReaderPtr element, const char *names)
{
    char joined[256] = "";

    while (*names != '\0') {
        char name[64];
        const size_t len = strcspn(names, " ");
        if (len >= sizeof name)
            return;
        memcpy(name, names, len);
        name[len] = '\0';
        char *value = xml_attribute(element, name);
        if (value == NULL)
            return;
        const size_t used = strlen(joined);
        if (used + strlen(value) + 2 < sizeof joined) {
            memcpy(joined + used, value, strlen(value) + 1);
            memcpy(joined + strlen(joined), " ", 2);
        }
        xmlFree(value);
        names += len + strspn(names + len, " ");
    }
    keep(v, index, joined);
}

void xml_values_open(xml_values *v, const char *path, xmlTextReaderPtr element)
{
    const size_t len = strlen(path);

    for (size_t i = 0; i < ROWS; i++)
        if (strncmp(rows[i].path, path, len) == 0 && rows[i].path[len] == '@')
            keep_attributes(v, i, element, rows[i].path + len + 1);
}

void xml_values_close(xml_values *v, const char *path, const char *text)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].path, path) == 0)
            keep(v, i, text);
}

static bool is_true(const char *text)
{
    return strcmp(text, "true") == 0 || strcmp(text, "1") == 0 ||
           strcmp(text, ".true.") == 0 || strcmp(text, "T") == 0;
}

static size_t find_row(const xml_values *v, const char *key)
{
    for (size_t i = 0; i < ROWS; i++)
        if (v->texts[i] != NULL && strcmp(rows[i].key, key) == 0)
            return i;
    return ROWS;
}

const char *xml_values_text(const xml_values *v, const char *key)
{
    const size_t index = find_row(v, key);

    return index < ROWS ? v->texts[index] : NULL;
}

bool xml_values_int(const xml_values *v, const char *key, int64_t *out)
{
    const char *text = xml_values_text(v, key);

    return text != NULL && read_int(&text, out);
}

bool xml_values_real(const xml_values *v, const char *key, double *out)
{
    const size_t index = find_row(v, key);
    const char *text = index < ROWS ? v->texts[index] : NULL;

    if (text == NULL || !read_real(&text, out))
        return false;
    if (rows[index].factor > 0)
        *out *= rows[index].factor;
    return true;
}

bool xml_values_flag(const xml_values *v, const char *key)
{
    const char *text = xml_values_text(v, key);

    return text != NULL && is_true(text);
}

static void write_lower(dict *out, const char *key, const char *text)
{
    char lower[64];
    size_t len = 0;

    for (; text[len] != '\0' && len + 1 < sizeof lower; len++)
        lower[len] = (char)tolower((unsigned char)text[len]);
    lower[len] = '\0';
    dict_set_text(out, key, lower);
}

static void write_triple(dict *out, const char *key, const char *text)
{
    int64_t values[3];

    for (size_t i = 0; i < 3; i++)
        if (!read_int(&text, &values[i]))
            return;
    dict_set(out, key, json_ints(values, 3));
}

static void write_row(const xml_values *v, const row *r, const char *text,
                      dict *out)
{
    int64_t integer;
    double real;

    switch (r->form) {
    case INT:
        if (read_int(&text, &integer))
            dict_set_int(out, r->key, integer);
        break;
    case REAL:
        if (xml_values_real(v, r->key, &real))
            dict_set_real(out, r->key, real);
        break;
    case FLAG:
        dict_set_flag(out, r->key, is_true(text));
        break;
    case WORD:
        dict_set_text(out, r->key, text);
        break;
    case LOWER:
        write_lower(out, r->key, text);
        break;
    case TRIPLE:
        write_triple(out, r->key, text);
        break;
    }
}

static void write_absent(const row *r, dict *out)
{
    switch (r->absent) {
    case LEFT_OUT:
        break;
    case NULL_VALUE:
        dict_set_null(out, r->key);
        break;
    case FALSE_VALUE:
        dict_set_flag(out, r->key, false);
        break;
    case ZERO:
        dict_set_real(out, r->key, 0.0);
        break;
    }
}

void xml_values_write(const xml_values *v, dict *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].key[0] == '.')
            continue;
        const size_t found = find_row(v, rows[i].key);
        if (found == i)
            write_row(v, &rows[i], v->texts[i], out);
        else if (found == ROWS)
            write_absent(&rows[i], out);
    }
}

bool xml_values_has_failed(const xml_values *v)
{
    return v->has_failed;
}
