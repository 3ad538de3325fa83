/* Tests of core.array.trajectory from and to files.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

#define TYPE "core.array.trajectory"

static const double *reals(const node *n, const char *name)
{
    orma_array_view view;

    CU_ASSERT_EQUAL_FATAL(node_ops()->array(n, name, &view, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(view.dtype, ORMA_DTYPE_F64);
    return view.data;
}

/* CP2K's comments; a molecule has no cells. */
static const char xyz[] = "2\n i = 0, time = 0.000, E = -1.1\n"
                          "H 0.0 0.0 0.0\nH 0.0 0.0 0.74\n"
                          "2\n i = 1, time = 0.500, E = -1.2\n"
                          "H 0.0 0.0 0.0\nH 0.0 0.0 0.75\n";

static void frames_of_xyz_are_steps(void)
{
    node *n = types_import_text(TYPE, NULL, "h2.xyz", xyz);
    types_has_attributes(n, "{'symbols': ['H', 'H'], "
                            "'pbc': [false, false, false], "
                            "'array|positions': [2, 2, 3], "
                            "'array|steps': [2]}");
    CU_ASSERT_EQUAL(reals(n, "positions")[5], 0.74);
    CU_ASSERT_EQUAL(reals(n, "positions")[11], 0.75);
    node_free(n);
}

/* A variable cell as in XCrySDen's description of animated XSF. */
static const char axsf[] =
    "ANIMSTEPS 2\nCRYSTAL\nPRIMVEC 1\n3 0 0\n0 3 0\n0 0 3\nPRIMCOORD 1\n2 1\n"
    "30 0 0 0\n16 0.7 0.7 0.7 0.1 0.2 0.3\nPRIMVEC 2\n4 0 0\n0 4 0\n0 0 4\n"
    "PRIMCOORD 2\n2 1\nZn 0 0 0\nS 1 1 1\n";

static void steps_of_xsf_have_their_cells(void)
{
    node *n = types_import_text(TYPE, NULL, "zns.axsf", axsf);
    types_has_attributes(n, "{'symbols': ['Zn', 'S'], "
                            "'pbc': [true, true, true], "
                            "'array|positions': [2, 2, 3], "
                            "'array|steps': [2], 'array|cells': [2, 3, 3]}");
    CU_ASSERT_EQUAL(reals(n, "cells")[0], 3.0);
    CU_ASSERT_EQUAL(reals(n, "cells")[17], 4.0);
    CU_ASSERT_EQUAL(reals(n, "positions")[3], 0.7);
    node_free(n);
}

/* One cell for all steps. */
static void a_fixed_cell_is_that_of_all_steps(void)
{
    node *n = types_import_text(
        TYPE, "xsf", "fixed",
        "ANIMSTEPS 2\nSLAB\nPRIMVEC\n3 0 0\n0 3 0\n0 0 9\nPRIMCOORD 1\n1 1\n"
        "6 0 0 0\nPRIMCOORD 2\n1 1\n6 0 0 1\n");
    CU_ASSERT_EQUAL(reals(n, "cells")[17], 9.0);
    types_has_summary(n, "2 steps, 1 atom");
    node_free(n);
}

static void exports_are_read_back(void)
{
    static const char *const formats[] = {"xsf", "xyz"};

    for (size_t i = 0; i < 2; i++) {
        node *n = types_import_text(TYPE, NULL, "zns.axsf", axsf);
        char *written = types_export(n, formats[i]);
        node *back = types_import_text(TYPE, formats[i], "back", written);
        CU_ASSERT_EQUAL(memcmp(reals(n, "cells"), reals(back, "cells"),
                               18 * sizeof(double)),
                        0);
        CU_ASSERT_EQUAL(memcmp(reals(n, "positions"), reals(back, "positions"),
                               12 * sizeof(double)),
                        0);
        free(written);
        node_free(back);
        node_free(n);
    }
    node *molecule = types_import_text(TYPE, NULL, "h2.xyz", xyz);
    char *written = types_export(molecule, "xsf");
    CU_ASSERT_EQUAL(strncmp(written, "ANIMSTEPS 2\nATOMS 1\n", 20), 0);
    node *back = types_import_text(TYPE, "xsf", "back", written);
    CU_ASSERT_EQUAL(reals(back, "positions")[11], 0.75);
    free(written);
    node_free(back);
    node_free(molecule);
}

static void cif_has_a_block_for_each_step(void)
{
    node *n = types_import_text(TYPE, NULL, "zns.axsf", axsf);
    char *written = types_export(n, "cif");
    CU_ASSERT_EQUAL(strncmp(written, "data_0\n", 7), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "\ndata_1\n_cell_length_a 4.0"));
    free(written);
    node_free(n);
}

static void steps_must_be_of_the_same_atoms(void)
{
    types_import_text_refused(TYPE, "a.xyz",
                              "1\n\nH 0 0 0\n2\n\nH 0 0 0\nH 0 0 1\n",
                              "a.xyz: frame 2 has 2 atoms, the first has 1");
    types_import_text_refused(TYPE, "b.xyz", "1\n\nH 0 0 0\n1\n\nO 0 0 0\n",
                              "b.xyz: atom 1 of frame 2 is O, in the first H");
    types_import_text_refused(
        TYPE, "c.xyz",
        "1\n\nH 0 0 0\n1\nLattice=\"9 0 0 0 9 0 0 0 9\"\nH 0 0 0\n",
        "frame 2 has a cell");
    types_import_text_refused(TYPE, "d.xyz", "1\n\nH 0 0\n", "d.xyz:3:");
    types_import_text_refused(TYPE, "e.xyz", "\n", "e.xyz: the file is empty");
    types_import_text_refused(TYPE, "f.axsf", "ANIMSTEPS 2\n", "no atoms");
}

/* What parsers add to AiiDA's own arrays. */
static void further_arrays_and_units_are_kept(void)
{
    node *n =
        types_literal(TYPE, "{'symbols': ['H'], 'positions': [[[1.0, 0, 0]]], "
                            "'units|positions': 'bohr', 'energies': [1.5]}");
    types_has_attributes(n, "{'symbols': ['H'], "
                            "'pbc': [false, false, false], "
                            "'units|positions': 'bohr', "
                            "'array|positions': [1, 1, 3], "
                            "'array|steps': [1], 'array|energies': [1]}");
    char *written = types_export(n, "xyz");
    CU_ASSERT_PTR_NOT_NULL(strstr(written, " 0.529177208590 "));
    free(written);
    node_free(n);
}

static const unit_test tests[] = {
    {"frames_of_xyz_are_steps", frames_of_xyz_are_steps},
    {"steps_of_xsf_have_their_cells", steps_of_xsf_have_their_cells},
    {"a_fixed_cell_is_that_of_all_steps", a_fixed_cell_is_that_of_all_steps},
    {"exports_are_read_back", exports_are_read_back},
    {"cif_has_a_block_for_each_step", cif_has_a_block_for_each_step},
    {"steps_must_be_of_the_same_atoms", steps_must_be_of_the_same_atoms},
    {"further_arrays_and_units_are_kept", further_arrays_and_units_are_kept},
    {NULL, NULL},
};

const unit_suite trajectory_files_suite = {"trajectory_files", NULL, NULL,
                                           tests};
