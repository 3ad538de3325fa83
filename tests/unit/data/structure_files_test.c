/* Tests of structures from XYZ, POSCAR and XSF files.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static void read_file(const char *name, structure_view *s)
{
    node *n = types_import("core.structure", NULL, types_data(name));
    types_structure(n, s);
    node_free(n);
}

static void refuse(const char *file, const char *why)
{
    char name[256];
    snprintf(name, sizeof name, "malformed/%s", file);
    types_import_refused("core.structure", NULL, types_data(name), why);
}

static bool near_to(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* AiiDA: an orthorhombic box 10 Å wider than the molecule, at the origin. */
static void a_molecule_gets_a_box(void)
{
    static structure_view s;

    read_file("water.xyz", &s);
    CU_ASSERT_EQUAL(s.n, 3);
    CU_ASSERT(!s.pbc[0] && !s.pbc[1] && !s.pbc[2]);
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "H");
    CU_ASSERT(near_to(s.cell[0][0], 10));
    CU_ASSERT(near_to(s.cell[1][1], 10 + 2 * 0.763239));
    CU_ASSERT(near_to(s.cell[2][2], 10 + 0.119262 + 0.477047));
    CU_ASSERT(near_to(s.positions[0][2], 0.119262 + 0.477047));
    CU_ASSERT(near_to(s.positions[2][1], 0));
}

static void the_last_frame_counts(void)
{
    static structure_view s;

    read_file("silicon.extxyz", &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT(s.pbc[0] && s.pbc[1] && !s.pbc[2]);
    CU_ASSERT(near_to(s.cell[0][1], 2.715));
    CU_ASSERT(near_to(s.positions[1][0], 1.3575));
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "Si");
}

static void damaged_xyz_is_told_with_its_line(void)
{
    refuse("too_few_atoms.xyz", "3 atoms are announced, 2 found");
    refuse("no_element.xyz", "no_element.xyz:3: \"Qq\" is no chemical symbol");
    refuse("short_lattice.xyz", "short_lattice.xyz:2: Lattice");
    types_import_text_refused("core.structure", "n.xyz", "x\n",
                              "n.xyz:1: the "
                              "number of atoms");
    types_import_text_refused("core.structure", "e.xyz", "\n", "empty");
}

static void poscar_with_names_is_read(void)
{
    static structure_view s;

    read_file("boron_nitride.poscar", &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "B");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "N");
    CU_ASSERT(near_to(s.cell[0][1], 3.57 / 2));
    /* a quarter of the cube's diagonal */
    CU_ASSERT(near_to(s.positions[1][0], 3.57 / 4));
    CU_ASSERT(near_to(s.positions[1][2], 3.57 / 4));
}

/* A negative factor is the volume: here of a cube. */
static void poscar_scales_to_a_volume(void)
{
    static structure_view s;

    read_file("iron_selective.poscar", &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT(near_to(types_volume(&s), 23.5));
    CU_ASSERT(near_to(s.positions[1][1], cbrt(23.5) / 2));
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "Fe");
}

static void poscar_without_names_names_the_remedy(void)
{
    types_import_refused("core.structure", NULL,
                         types_data("boron_nitride_vasp4.poscar"),
                         ":6: a line of element names is missing");
}

/* VASP 4's own form: the first line names the species. */
static void poscar_takes_names_from_its_title(void)
{
    static structure_view s;
    node *n = types_import_text("core.structure", "poscar", "vasp4",
                                "B N cubic\n3.57\n0 .5 .5\n.5 0 .5\n.5 .5 0\n"
                                "1 1\nDirect\n0 0 0\n.25 .25 .25\n");
    types_structure(n, &s);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "B");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "N");
    CU_ASSERT(near_to(s.positions[1][0], 3.57 / 4));
    node_free(n);
}

/* One factor for each axis, as VASP 6 takes them. */
static void poscar_scales_each_axis(void)
{
    static structure_view s;
    node *n = types_import_text("core.structure", "poscar", "scaled",
                                "title\n2.0 3.0 4.0\n1 0 0\n0 1 0\n0 0 1\nSi\n"
                                "1\nCartesian\n0.5 0.5 0.5\n");
    types_structure(n, &s);
    CU_ASSERT(near_to(s.cell[2][2], 4));
    CU_ASSERT(near_to(s.positions[0][1], 1.5));
    node_free(n);
}

static void damaged_poscar_is_told_with_its_line(void)
{
    refuse("flat_cell.poscar", "span no volume");
    refuse("too_few_atoms.poscar", "ends after 1 coordinates");
    types_import_text_refused("core.structure", "POSCAR_x", "x\n1.0\n1 0 0\n",
                              "POSCAR_x:3: three numbers of lattice vector 2");
}

static void xsf_is_read(void)
{
    static structure_view s;

    read_file("zinc_sulfide.xsf", &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "S");
    CU_ASSERT_STRING_EQUAL(s.kinds[1], "Zn");
    CU_ASSERT(s.pbc[0] && s.pbc[2]);
    CU_ASSERT(near_to(s.cell[0][0], 0) && near_to(s.cell[0][1], 2.71));
    CU_ASSERT(near_to(s.positions[1][2], -1.355));
}

static void xsf_dimensions_are_periodic_directions(void)
{
    static structure_view s;
    node *n = types_import_text("core.structure", NULL, "slab.xsf",
                                "SLAB\nPRIMVEC\n3 0 0\n0 3 0\n0 0 20\n"
                                "PRIMCOORD\n1 1\nC 0 0 5\n");
    types_structure(n, &s);
    CU_ASSERT(s.pbc[0] && s.pbc[1] && !s.pbc[2]);
    node_free(n);
    n = types_import_text("core.structure", NULL, "atoms.xsf",
                          "ATOMS\n 8 0 0 0\n 1 0 0 1 0.1 0.2 0.3\n");
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT(!s.pbc[0] && near_to(s.cell[2][2], 11));
    node_free(n);
    refuse("no_cell.xsf", "PRIMVEC is missing");
    types_import_text_refused("core.structure", "w.xsf", "CRYSTALS\n",
                              "w.xsf:1: \"CRYSTALS\" is no keyword");
}

/* Blocks of other things before and behind the structure are passed over. */
static void xsf_blocks_are_passed_over(void)
{
    static structure_view s;
    node *n = types_import_text(
        "core.structure", NULL, "grid.xsf",
        "BEGIN_INFO\n Fermi Energy: 1.0\nEND_INFO\nCRYSTAL\nPRIMVEC\n3 0 0\n"
        "0 3 0\n0 0 3\nCONVCOORD\n1 1\n6 1 1 1\nPRIMCOORD\n1 1\n14 0 0 1\n"
        "BEGIN_BLOCK_DATAGRID_3D\nx\nBEGIN_DATAGRID_3D_y\n2 2 2\n0 0 0\n"
        "END_DATAGRID_3D\nEND_BLOCK_DATAGRID_3D\n");
    types_structure(n, &s);
    CU_ASSERT_EQUAL(s.n, 1);
    CU_ASSERT_STRING_EQUAL(s.kinds[0], "Si");
    CU_ASSERT(near_to(s.positions[0][2], 1));
    node_free(n);
}

static void json_is_the_literal(void)
{
    node *n = types_import("core.structure", NULL, types_data("alloy.cif"));
    char *written = types_export(n, "json");
    node *back = types_import_text("core.structure", NULL, "s.json", written);
    CU_ASSERT(types_same_structure(n, back));
    free(written);
    node_free(back);
    node_free(n);
    back = types_import_text("core.structure", NULL, "s.yaml",
                             "cell: [[3, 0, 0], [0, 3, 0], [0, 0, 3]]\n"
                             "sites: [{symbol: No, position: [0, 0, 0]}]\n");
    types_has_summary(back, "No, 1 site, 27.00 A^3");
    node_free(back);
}

static const unit_test tests[] = {
    {"a_molecule_gets_a_box", a_molecule_gets_a_box},
    {"the_last_frame_counts", the_last_frame_counts},
    {"damaged_xyz_is_told_with_its_line", damaged_xyz_is_told_with_its_line},
    {"poscar_with_names_is_read", poscar_with_names_is_read},
    {"poscar_scales_to_a_volume", poscar_scales_to_a_volume},
    {"poscar_without_names_names_the_remedy",
     poscar_without_names_names_the_remedy},
    {"poscar_takes_names_from_its_title", poscar_takes_names_from_its_title},
    {"poscar_scales_each_axis", poscar_scales_each_axis},
    {"damaged_poscar_is_told_with_its_line",
     damaged_poscar_is_told_with_its_line},
    {"xsf_is_read", xsf_is_read},
    {"xsf_blocks_are_passed_over", xsf_blocks_are_passed_over},
    {"json_is_the_literal", json_is_the_literal},
    {"xsf_dimensions_are_periodic_directions",
     xsf_dimensions_are_periodic_directions},
    {NULL, NULL},
};

const unit_suite structure_files_suite = {"structure_files", NULL, NULL, tests};
