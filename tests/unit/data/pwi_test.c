/* Tests of structures from pw.x inputs.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static const double bohr = 0.52917720859; /* Å, AiiDA's (CODATA 2006) */

static bool near_to(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* INPUT_PW, ibrav 2: v1 = (a/2)(-1,0,1), v2 = (a/2)(0,1,1), … */
static void silicon_of_the_first_tutorial_is_read(void)
{
    static structure_view s;
    const double a = 10.20 * bohr;
    node *n =
        types_import("core.structure", NULL, types_data("silicon_alat.pwi"));
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT(near_to(s.cell[0][0], -a / 2) && near_to(s.cell[0][2], a / 2));
    CU_ASSERT(near_to(s.cell[1][1], a / 2) && near_to(s.cell[2][0], -a / 2));
    CU_ASSERT(near_to(s.positions[1][0], a / 4));
    CU_ASSERT(near_to(s.positions[1][2], a / 4));
    /* the input's mass, not the table's 28.0855 */
    types_has_summary(n, "Si2, 2 sites, 39.31 A^3");
    const json_object *kind =
        json_object_array_get_idx(json_get(n->attributes, "kinds"), 0);
    CU_ASSERT_EQUAL(json_object_get_double(json_get(kind, "mass")), 28.086);
    node_free(n);
}

static void species_are_kinds(void)
{
    static structure_view s;
    node *n =
        types_import("core.structure", NULL, types_data("magnetic_iron.pwi"));
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "Fe1");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "Fe2");
    CU_ASSERT(near_to(s.cell[0][0], 5 * bohr));
    CU_ASSERT(near_to(s.positions[1][0], 2.5 * bohr));
    /* oxygen has no atom, a mass of 0 is the table's */
    const json_object *kinds = json_get(n->attributes, "kinds");
    CU_ASSERT_EQUAL(json_object_array_length(kinds), 2);
    CU_ASSERT_EQUAL(json_object_get_double(
                        json_get(json_object_array_get_idx(kinds, 1), "mass")),
                    55.845);
    node_free(n);
}

static void write_input(char *out, size_t size, const char *cell)
{
    snprintf(out, size,
             "&system\n nat=1, ntyp=1, %s\n/\nATOMIC_SPECIES\nSi 28 Si.upf\n"
             "ATOMIC_POSITIONS crystal\nSi 0 0 0\n",
             cell);
}

/* Volumes by the textbook formula of each lattice: a 3, b 4, c 5 Å, cosine
 * 0.2 where there is an angle. */
static void every_lattice_has_its_volume(void)
{
    const double a = 3, b = 4, c = 5, k = 0.2, s = sqrt(1 - 0.2 * 0.2);
    const struct {
        int ibrav;
        double volume;
    } lattices[] = {
        {1, a * a * a},
        {2, a * a * a / 4},
        {3, a * a * a / 2},
        {-3, a * a * a / 2},
        {4, a * a * c * sqrt(3) / 2},
        {5, a * a * a * sqrt(1 - 3 * k * k + 2 * k * k * k)},
        {-5, a * a * a * sqrt(1 - 3 * k * k + 2 * k * k * k)},
        {6, a * a * c},
        {7, a * a * c / 2},
        {8, a * b * c},
        {9, a * b * c / 2},
        {-9, a * b * c / 2},
        {91, a * b * c / 2},
        {10, a * b * c / 4},
        {11, a * b * c / 2},
        {12, a * b * c * s},
        {-12, a * b * c * s},
        {13, a * b * c * s / 2},
        {-13, a * b * c * s / 2},
        {14, a * b * c * sqrt(1 - 3 * k * k + 2 * k * k * k)},
    };
    for (size_t i = 0; i < sizeof lattices / sizeof *lattices; i++) {
        static structure_view view;
        char cell[256], input[512];
        snprintf(cell, sizeof cell,
                 "ibrav=%d, A=3, B=4, C=5, cosAB=0.2, cosAC=0.2, cosBC=0.2",
                 lattices[i].ibrav);
        write_input(input, sizeof input, cell);
        node *n = types_import_text("core.structure", "pwi", "l.pwi", input);
        types_structure(n, &view);
        CU_ASSERT(near_to(types_volume(&view), lattices[i].volume));
        node_free(n);
    }
}

/* INPUT_PW, ibrav -13 since version 6.4.2. */
static void monoclinic_axes_are_those_of_the_manual(void)
{
    static structure_view s;
    char input[512];
    write_input(input, sizeof input,
                "ibrav=-13, celldm = 10, 1.5, 2.0, 0.0, -0.25");
    node *n = types_import_text("core.structure", "pwi", "m.pwi", input);
    types_structure(n, &s);
    CU_ASSERT(near_to(s.cell[0][0], 5 * bohr));
    CU_ASSERT(near_to(s.cell[0][1], 7.5 * bohr));
    CU_ASSERT(near_to(s.cell[1][0], -5 * bohr));
    CU_ASSERT(near_to(s.cell[2][0], 20 * bohr * -0.25));
    CU_ASSERT(near_to(s.cell[2][2], 20 * bohr * sqrt(1 - 0.0625)));
    node_free(n);
}

static double first_length(const char *cell_card, const char *celldm)
{
    static structure_view s;
    char input[1024];
    snprintf(input, sizeof input,
             "&system\nibrav=0 nat=1 ntyp=1 %s\n&end\nATOMIC_SPECIES\nSi 28 x\n"
             "%s\n2 0 0\n0 2 0\n0 0 2\nATOMIC_POSITIONS {alat}\nSi 0 0 0\n",
             celldm, cell_card);
    node *n = types_import_text("core.structure", NULL, "u.in", input);
    types_structure(n, &s);
    node_free(n);
    return s.cell[0][0];
}

static void units_of_the_cell_are_understood(void)
{
    CU_ASSERT(near_to(first_length("CELL_PARAMETERS angstrom", ""), 2));
    CU_ASSERT(near_to(first_length("CELL_PARAMETERS (bohr)", ""), 2 * bohr));
    CU_ASSERT(near_to(first_length("CELL_PARAMETERS", ""), 2 * bohr));
    CU_ASSERT(near_to(first_length("CELL_PARAMETERS", "A=1.5"), 3));
    CU_ASSERT(near_to(first_length("CELL_PARAMETERS {alat}", "celldm(1)=3"),
                      6 * bohr));
    CU_ASSERT(
        near_to(first_length("CELL_PARAMETERS (alat= 4.0)", ""), 8 * bohr));
}

static void refuse(const char *file, const char *why)
{
    char name[256];
    snprintf(name, sizeof name, "malformed/%s", file);
    types_import_refused("core.structure", NULL, types_data(name), why);
}

static void damage_is_told(void)
{
    char input[512];
    refuse("open_namelist.pwi", "not ended by \"/\"");
    refuse("no_axis_ratio.pwi", "needs celldm(3) or C");
    refuse("both_lengths.pwi", "both celldm(1) and A");
    write_input(input, sizeof input, "ibrav=15, A=3");
    types_import_text_refused("core.structure", "a.pwi", input,
                              "ibrav 15 is no Bravais lattice");
    write_input(input, sizeof input, "ibrav=1, A=three");
    types_import_text_refused("core.structure", "a.pwi", input,
                              "a.pwi:2: A is \"three\"");
    write_input(input, sizeof input, "ibrav=12, A=3, B=4, C=5, cosAB=1.2");
    types_import_text_refused("core.structure", "a.pwi", input, "cosine");
    write_input(input, sizeof input, "ibrav=1, A=3, space_group=225");
    types_import_text_refused("core.structure", "a.pwi", input, "space_group");
    types_import_text_refused("core.structure", "b.pwi", "&control\n/\n",
                              "no namelist SYSTEM");
}

static const unit_test tests[] = {
    {"silicon_of_the_first_tutorial_is_read",
     silicon_of_the_first_tutorial_is_read},
    {"species_are_kinds", species_are_kinds},
    {"every_lattice_has_its_volume", every_lattice_has_its_volume},
    {"monoclinic_axes_are_those_of_the_manual",
     monoclinic_axes_are_those_of_the_manual},
    {"units_of_the_cell_are_understood", units_of_the_cell_are_understood},
    {"damage_is_told", damage_is_told},
    {NULL, NULL},
};

const unit_suite pwi_suite = {"pwi", NULL, NULL, tests};
