/* Tests of core.array.xy, core.orbital and core.array.projection.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

#define XY "core.array.xy"
#define ORBITAL "core.orbital"
#define PROJECTION "core.array.projection"

static const char dos[] =
    "{'x_array': [-1.0, 0.0, 1.0], 'x_name': 'energy', 'x_units': 'eV', "
    "'y_arrays': [[0.5, 1.5, 2.5], [1, 2, 3]], 'y_names': ['dos', 'n'], "
    "'y_units': ['states/eV', '1']}";

static void columns_have_aiidas_names(void)
{
    node *n = types_literal(XY, dos);
    types_has_attributes(
        n, "{'x_name': 'energy', 'x_units': 'eV', 'y_names': ['dos', 'n'], "
           "'y_units': ['states/eV', '1'], 'array|x_array': [3], "
           "'array|y_array_0': [3], 'array|y_array_1': [3]}");
    types_has_summary(n, "energy (eV): dos (states/eV), n (1), 3 points");
    node_free(n);
}

static void one_column_needs_no_lists(void)
{
    node *n = types_literal(
        XY, "{'x_array': [1, 2], 'x_name': 'x', 'x_units': 'm', "
            "'y_arrays': [3, 4], 'y_names': 'y', 'y_units': 's'}");
    types_has_attributes(n, "{'x_name': 'x', 'x_units': 'm', "
                            "'y_names': ['y'], 'y_units': ['s'], "
                            "'array|x_array': [2], 'array|y_array_0': [2]}");
    node_free(n);
}

static void columns_are_exported(void)
{
    node *n = types_literal(XY, dos);
    char *written = types_export(n, "dat");
    CU_ASSERT_STRING_EQUAL(written, "# energy (eV)\tdos (states/eV)\tn (1)\n"
                                    "-1\t0.5\t1\n0\t1.5\t2\n1\t2.5\t3\n");
    free(written);
    written = types_export(n, "gnuplot");
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "$data << END\n-1\t0.5\t1\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        written, "plot $data using 1:2 with lines title \"dos (states/eV)\""));
    free(written);
    written = types_export(n, "svg");
    CU_ASSERT_PTR_NOT_NULL(strstr(written, "<svg xmlns="));
    CU_ASSERT_PTR_NOT_NULL(strstr(written, ">energy (eV)</text>"));
    free(written);
    node_free(n);
}

static void columns_must_fit(void)
{
    types_literal_refused(XY, "[1, 2]", "a mapping of x_array");
    types_literal_refused(XY, "{'x_array': [1]}", "x_name and x_units");
    types_literal_refused(XY,
                          "{'x_array': [1], 'x_name': 'x', 'x_units': '', "
                          "'y_arrays': [[1, 2]], 'y_names': ['y'], "
                          "'y_units': ['']}",
                          "has not the shape of x_array");
    types_literal_refused(XY,
                          "{'x_array': [1], 'x_name': 'x', 'x_units': '', "
                          "'y_arrays': [[1], [2]], 'y_names': ['y'], "
                          "'y_units': ['']}",
                          "\"y_array_1\" has no name");
    types_literal_refused(XY,
                          "{'x_array': [1], 'x_name': 'x', 'x_units': '', "
                          "'y_arrays': [[1]], 'y_names': ['y', 'z'], "
                          "'y_units': ['', '']}",
                          "\"y_array_1\" is missing");
    types_literal_refused(XY,
                          "{'x_array': [1], 'x_name': 'x', 'x_units': '', "
                          "'y_arrays': [], 'y_names': [], 'y_units': ['a']}",
                          "0 y_names and 1 y_units");
    types_literal_refused(XY,
                          "{'x_array': [true], 'x_name': 'x', 'x_units': '', "
                          "'y_arrays': [], 'y_names': [], 'y_units': []}",
                          "x_array must hold numbers");
    types_literal_refused(XY, "{'z': 1}", "no key \"z\"");
}

/* Quantum numbers: Wannier90 user guide, tables 3.1 and 3.2. */
static void orbitals_are_named_or_numbered(void)
{
    node *n = types_literal(
        ORBITAL, "[{'orbital': 'DX2-Y2', 'position': [0, 0, 1], "
                 "'kind_name': 'Fe', 'spin': -1, 'z_orientation': [0, 0, 1]}]");
    types_has_attributes(
        n, "{'orbital_dicts': [{'_orbital_type': 'core.realhydrogen', "
           "'position': [0.0, 0.0, 1.0], 'angular_momentum': 2, "
           "'magnetic_number': 3, 'radial_nodes': 0, 'kind_name': 'Fe', "
           "'spin': -1, 'x_orientation': null, "
           "'z_orientation': [0.0, 0.0, 1.0], 'spin_orientation': null, "
           "'diffusivity': null}]}");
    types_has_summary(n, "1 orbital: Fe dx2-y2");
    node_free(n);
    n = types_literal(
        ORBITAL, "{'orbital_dicts': [{'angular_momentum': -3, "
                 "'magnetic_number': 3, 'position': [0, 0, 0]}, "
                 "{'_orbital_type': 'core.orbital', 'position': [1, 2, 3]}]}");
    types_has_summary(n, "2 orbitals: sp3-4, ?");
    node_free(n);
}

static void a_shell_is_all_its_members(void)
{
    node *n = types_literal(
        ORBITAL, "[{'orbital': 'p', 'position': [0, 0, 0], 'kind_name': 'O'}]");
    types_has_summary(n, "3 orbitals: O pz, O px, O py");
    char *json = types_export(n, "json");
    node *back = types_literal(ORBITAL, json);
    types_has_summary(back, "3 orbitals: O pz, O px, O py");
    free(json);
    node_free(back);
    node_free(n);
}

static void wrong_orbitals_are_refused(void)
{
    static const struct {
        const char *literal, *why;
    } wrong[] = {
        {"1", "a list of mappings"},
        {"[1]", "an orbital is a mapping"},
        {"[{'orbital': 'px'}]", "position"},
        {"[{'orbital': 'pw', 'position': [0, 0, 0]}]", "\"pw\" is no orbital"},
        {"[{'position': [0, 0, 0]}]", "from -5 to 3"},
        {"[{'angular_momentum': 1, 'magnetic_number': 3, "
         "'position': [0, 0, 0]}]",
         "from 0 to 2"},
        {"[{'orbital': 's', 'position': [0, 0, 0], 'spin': 2}]",
         "between -1 and 1"},
        {"[{'orbital': 's', 'position': [0, 0, 0], 'radial_nodes': 3}]",
         "between 0 and 2"},
        {"[{'orbital': 's', 'position': [0, 0, 0], 'x_orientation': [1]}]",
         "x_orientation"},
        {"[{'orbital': 's', 'position': [0, 0, 0], 'kind_name': 1}]",
         "kind_name"},
        {"[{'orbital': 's', 'position': [0, 0, 0], 'colour': 1}]", "colour"},
        {"[{'_orbital_type': 'core.none', 'position': [0, 0, 0]}]",
         "core.none"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        types_literal_refused(ORBITAL, wrong[i].literal, wrong[i].why);
    types_invalid(ORBITAL, "{}", "orbital_dicts");
    types_invalid(ORBITAL, "{'orbital_dicts': [{}]}", "_orbital_type");
    /* types of other packages keep what they have */
    types_valid(ORBITAL, "{'orbital_dicts': [{'_orbital_type': 'my.own', "
                         "'position': [0, 0, 0], 'colour': 1}]}");
}

static const char projected[] =
    "{'orbital_dicts': [{'orbital': 'sp', 'position': [0, 0, 0]}], "
    "'projections': [[[0.1, 0.2]], [[0.3, 0.4]]], "
    "'pdos': [[1.0, 2.0], [3.0, 4.0]], 'energy': [[0.0, 1.0], [0.0, 1.0]], "
    "'tags': ['a', 'b']}";

static void projections_belong_to_orbitals(void)
{
    node *n = types_literal(PROJECTION, projected);
    types_has_summary(n, "2 orbitals, projections, pdos");
    char *json = types_export(n, "json");
    node *back = types_literal(PROJECTION, json);
    types_has_summary(back, "2 orbitals, projections, pdos");
    CU_ASSERT_STRING_EQUAL(json_object_get_string(json_get(
                               back->attributes, "array|energy_array_1")),
                           "[ 2 ]");
    free(json);
    node_free(back);
    node_free(n);
}

static void wrong_projections_are_refused(void)
{
    types_literal_refused(PROJECTION, "[]", "a mapping");
    types_literal_refused(PROJECTION, "{}", "a list of mappings");
    types_literal_refused(PROJECTION,
                          "{'orbital_dicts': [{'orbital': 'sp', "
                          "'position': [0, 0, 0]}], 'projections': [[[1.0]]]}",
                          "a list of 2 arrays");
    types_literal_refused(PROJECTION,
                          "{'orbital_dicts': [{'orbital': 's', "
                          "'position': [0, 0, 0]}], 'pdos': [[1.0]]}",
                          "go together");
    types_literal_refused(PROJECTION,
                          "{'orbital_dicts': [{'orbital': 's', "
                          "'position': [0, 0, 0]}], 'pdos': [[1.0]], "
                          "'energy': [[1.0, 2.0]]}",
                          "the shape of its energies");
    types_literal_refused(PROJECTION,
                          "{'orbital_dicts': [{'orbital': 's', "
                          "'position': [0, 0, 0]}], 'tags': ['a', 'b']}",
                          "1 orbitals and 2 tags");
    types_literal_refused(PROJECTION,
                          "{'orbital_dicts': [], 'proj_array_0': [1.0], "
                          "'other': 1}",
                          "no key \"other\"");
}

static const unit_test tests[] = {
    {"columns_have_aiidas_names", columns_have_aiidas_names},
    {"one_column_needs_no_lists", one_column_needs_no_lists},
    {"columns_are_exported", columns_are_exported},
    {"columns_must_fit", columns_must_fit},
    {"orbitals_are_named_or_numbered", orbitals_are_named_or_numbered},
    {"a_shell_is_all_its_members", a_shell_is_all_its_members},
    {"wrong_orbitals_are_refused", wrong_orbitals_are_refused},
    {"projections_belong_to_orbitals", projections_belong_to_orbitals},
    {"wrong_projections_are_refused", wrong_projections_are_refused},
    {NULL, NULL},
};

const unit_suite spectra_suite = {"spectra", NULL, NULL, tests};
