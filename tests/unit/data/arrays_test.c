/* Tests of core.array and the types derived from it. Attributes are those of
 * nodes that AiiDA stored.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <orma/error.h>
#include <process/inputs.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

/* The array's elements; NULL and a failed assertion when it is no f64. */
static const double *reals(const node *n, const char *name)
{
    orma_array_view view;

    if (n == NULL || node_ops()->array(n, name, &view, NULL) != ORMA_OK ||
        view.dtype != ORMA_DTYPE_F64) {
        CU_FAIL("no such array of floats");
        return NULL;
    }
    return view.data;
}

static void array_types_follow_the_values(void)
{
    node *n = types_literal("core.array",
                            "{'x': [[0, 1, 2.5], [3, 4, 5]], 'i': [1, 2, 3], "
                            "'b': [true, false]}");
    orma_array_view view;
    types_has_attributes(n, "{'array|x': [2, 3], 'array|i': [3], "
                            "'array|b': [2]}");
    const double *x = reals(n, "x");
    CU_ASSERT(x != NULL && x[2] == 2.5 && x[3] == 3.0);
    CU_ASSERT_EQUAL(node_ops()->array(n, "i", &view, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(view.dtype, ORMA_DTYPE_I64);
    CU_ASSERT_EQUAL(node_ops()->array(n, "b", &view, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(view.dtype, ORMA_DTYPE_BOOL);
    types_has_summary(n, "x [2,3], i [3], b [2]");
    node_free(n);
}

static void a_list_alone_is_the_default_array(void)
{
    node *n = types_literal("core.array", "[1.5, 2.5]");
    types_has_attributes(n, "{'array|default': [2]}");
    node_free(n);
}

static void ragged_and_mixed_lists_are_refused(void)
{
    types_literal_refused("core.array", "[[1, 2], [3]]", "ragged");
    types_literal_refused("core.array", "[[1, 2], 3]", "ragged");
    types_literal_refused("core.array", "[1, 'a']", "a string");
    types_literal_refused("core.array", "[true, 1]", "mixes");
    types_literal_refused("core.array", "{'a b': [1]}", "a b");
    types_literal_refused("core.array", "[99999999999999999999]", "64 bits");
    types_literal_refused("core.array", "[[[[[[[[[1]]]]]]]]]", "dimensions");
    types_literal_refused("core.array", "3", "nested lists");
}

static void files_and_attributes_must_agree(void)
{
    node *n = types_literal("core.array", "{'x': [1.0]}");
    orma_error *error = NULL;
    json_object_object_del(n->attributes, "array|x");
    CU_ASSERT_EQUAL(data_validate(types_registry(), n, &error), ORMA_E_INVALID);
    CU_ASSERT(types_says(error, "x.npy"));
    orma_error_free(error);
    node_free(n);
    types_invalid("core.array", "{'array|y': [1]}", "\"y\"");
}

static void exports_read_back(void)
{
    node *n = types_literal("core.array", "{'x': [[0.25, 1.0]], 'i': [3]}");
    char *json = types_export(n, "json");
    node *back = json != NULL ? types_literal("core.array", json) : NULL;
    types_has_attributes(back, "{'array|x': [1, 2], 'array|i': [1]}");
    const double *x = reals(back, "x");
    CU_ASSERT(x != NULL && x[0] == 0.25 && x[1] == 1.0);
    free(json);
    node_free(back);
    node_free(n);
}

static void mesh_has_aiidas_attributes(void)
{
    node *n = types_literal("core.array.kpoints",
                            "{'mesh': [4, 4, 2], 'offset': [0.5, 0.5, 0]}");
    types_has_attributes(n, "{'mesh': [4, 4, 2], 'offset': [0.5, 0.5, 0.0]}");
    types_has_summary(n, "4x4x2 mesh, offset 0.5 0.5 0");
    node_free(n);
    n = types_literal("core.array.kpoints", "[2, 2, 2]");
    types_has_attributes(n, "{'mesh': [2, 2, 2], 'offset': [0.0, 0.0, 0.0]}");
    types_has_summary(n, "2x2x2 mesh");
    node_free(n);
}

static void list_of_points_has_aiidas_attributes(void)
{
    node *n = types_literal(
        "core.array.kpoints",
        "{'kpoints': [[0,0,0],[0.5,0,0],[0.5,0.5,0]], 'weights': [1,2,3], "
        "'labels': [[0, 'G'], [1, 'X']], "
        "'cell': [[1,0,0],[0,2,0],[0,0,3]]}");
    types_has_attributes(
        n, "{'cell': [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]], "
           "'pbc1': true, 'pbc2': true, 'pbc3': true, "
           "'label_numbers': [0, 1], 'labels': ['G', 'X'], "
           "'array|kpoints': [3, 3], 'array|weights': [3]}");
    types_has_summary(n, "3 points, G-X");
    char *json = types_export(n, "json");
    node *back =
        json != NULL ? types_literal("core.array.kpoints", json) : NULL;
    const double *points = reals(back, "kpoints");
    CU_ASSERT(points != NULL && points[3] == 0.5 && points[7] == 0.5);
    types_has_summary(back, "3 points, G-X");
    free(json);
    node_free(back);
    node_free(n);
}

static void labels_may_be_a_mapping(void)
{
    node *n = types_literal(
        "core.array.kpoints",
        "{'points': [[0,0,0],[0.5,0,0]], 'labels': {'G': 0, 'X': [1]}}");
    types_has_attributes(n, "{'label_numbers': [0, 1], 'labels': ['G', 'X'], "
                            "'array|kpoints': [2, 3]}");
    node_free(n);
}

/* In a cubic cell of 2 Å b is pi/Å: k = pi/2 is half of b. */
static void cartesian_points_become_crystal_ones(void)
{
    node *n = types_literal(
        "core.array.kpoints",
        "{'points': [[1.5707963267948966, 0, 0]], 'cartesian': true, "
        "'cell': [[2,0,0],[0,2,0],[0,0,2]]}");
    const double *k = reals(n, "kpoints");
    CU_ASSERT(k != NULL && fabs(k[0] - 0.5) < 1e-15 && k[1] == 0);
    node_free(n);
}

static void wrong_points_are_refused(void)
{
    static const char t[] = "core.array.kpoints";
    types_literal_refused(t, "[2, 2]", "3 numbers");
    types_literal_refused(t, "[2, 2, 0]", "positive");
    types_literal_refused(t, "[2, 2, 1.5]", "positive");
    types_literal_refused(t, "{}", "either");
    types_literal_refused(t, "{'mesh': [1,1,1], 'kpoints': [[0,0,0]]}",
                          "either");
    types_literal_refused(t, "{'mesh': [1,1,1], 'weights': [1]}", "neither");
    types_literal_refused(t, "{'kpoints': [[0,0]]}", "three");
    types_literal_refused(t, "{'kpoints': [[0,0,0]], 'weights': [1,2]}",
                          "one for each");
    types_literal_refused(t, "{'kpoints': [[0,0,0]], 'labels': [[1,'X']]}",
                          "index 1");
    types_literal_refused(t, "{'kpoints': [[0,0,0]], 'path': 1}", "path");
    types_literal_refused(t, "'gamma'", "mesh");
    types_invalid(t, "{}", "kpoints");
    types_invalid(t, "{'mesh': [1, 1, 1]}", "offset");
}

static void bands_have_aiidas_attributes(void)
{
    node *n = types_literal(
        "core.array.bands",
        "{'kpoints': [[0,0,0],[0.5,0,0],[0.5,0.5,0]], "
        "'bands': [[0,1,2,3],[4,5,6,7],[8,9,10,11]], 'units': 'eV', "
        "'occupations': [[2,2,0,0],[2,2,0,0],[2,2,0,0]]}");
    types_has_attributes(n, "{'units': 'eV', 'array|kpoints': [3, 3], "
                            "'array|bands': [3, 4], "
                            "'array|occupations': [3, 4]}");
    types_has_summary(n, "3 k-points, 4 bands, eV");
    node_free(n);
    n = types_literal("core.array.bands",
                      "{'kpoints': [[0,0,0]], 'bands': [[[1,2]],[[3,4]]], "
                      "'array_labels': ['up', 'down']}");
    types_has_attributes(n,
                         "{'units': 'None', 'array_labels': ['up', 'down'], "
                         "'array|kpoints': [1, 3], 'array|bands': [2, 1, 2]}");
    types_has_summary(n, "2 spins, 1 k-points, 2 bands");
    node_free(n);
}

static void bands_must_fit_the_points(void)
{
    static const char t[] = "core.array.bands";
    types_literal_refused(t, "{'kpoints': [[0,0,0]], 'bands': [[1],[2]]}",
                          "shape");
    types_literal_refused(t, "{'kpoints': [[0,0,0]], 'bands': [1]}", "shape");
    types_literal_refused(t,
                          "{'kpoints': [[0,0,0]], 'bands': [[1, 2]], "
                          "'occupations': [[1]]}",
                          "occupations");
    types_literal_refused(t,
                          "{'kpoints': [[0,0,0]], 'bands': [[1]], "
                          "'array_labels': ['a', 'b']}",
                          "array_labels");
    types_literal_refused(t, "{'kpoints': [[0,0,0]]}", "bands");
}

static void trajectory_has_aiidas_attributes(void)
{
    static const char trajectory[] =
        "{'symbols': ['H', 'O'], "
        "'positions': [[[0,0,0],[1,1,1]],[[0,0,0],[1,1,2]]], "
        "'cells': [[[9,0,0],[0,9,0],[0,0,9]],[[9,0,0],[0,9,0],[0,0,9]]], "
        "'times': [0.0, 0.5]}";
    node *n = types_literal("core.array.trajectory", trajectory);
    types_has_attributes(n,
                         "{'symbols': ['H', 'O'], 'pbc': [true, true, true], "
                         "'array|positions': [2, 2, 3], 'array|steps': [2], "
                         "'array|cells': [2, 3, 3], 'array|times': [2]}");
    types_has_summary(n, "2 steps, 2 atoms");
    char *json = types_export(n, "json");
    node *back =
        json != NULL ? types_literal("core.array.trajectory", json) : NULL;
    types_has_summary(back, "2 steps, 2 atoms");
    free(json);
    node_free(back);
    node_free(n);
}

static void trajectory_shapes_must_agree(void)
{
    static const char t[] = "core.array.trajectory";
    types_literal_refused(
        t, "{'symbols': ['H'], 'positions': [[[0,0,0],[1,1,1]]]}", "positions");
    types_literal_refused(t,
                          "{'symbols': ['H'], 'positions': [[[0,0,0]]], "
                          "'steps': [1, 2]}",
                          "steps");
    types_literal_refused(t,
                          "{'symbols': ['H'], 'positions': [[[0,0,0]]], "
                          "'steps': [0.5]}",
                          "integers");
    types_literal_refused(t,
                          "{'symbols': ['H'], 'positions': [[[0,0,0]]], "
                          "'velocities': [[[0,0]]]}",
                          "velocities");
    types_literal_refused(t, "{'symbols': [1], 'positions': [[[0,0,0]]]}",
                          "strings");
    types_literal_refused(t, "{}", "positions");
}

static const unit_test tests[] = {
    {"array_types_follow_the_values", array_types_follow_the_values},
    {"a_list_alone_is_the_default_array", a_list_alone_is_the_default_array},
    {"ragged_and_mixed_lists_are_refused", ragged_and_mixed_lists_are_refused},
    {"files_and_attributes_must_agree", files_and_attributes_must_agree},
    {"exports_read_back", exports_read_back},
    {"mesh_has_aiidas_attributes", mesh_has_aiidas_attributes},
    {"list_of_points_has_aiidas_attributes",
     list_of_points_has_aiidas_attributes},
    {"labels_may_be_a_mapping", labels_may_be_a_mapping},
    {"cartesian_points_become_crystal_ones",
     cartesian_points_become_crystal_ones},
    {"wrong_points_are_refused", wrong_points_are_refused},
    {"bands_have_aiidas_attributes", bands_have_aiidas_attributes},
    {"bands_must_fit_the_points", bands_must_fit_the_points},
    {"trajectory_has_aiidas_attributes", trajectory_has_aiidas_attributes},
    {"trajectory_shapes_must_agree", trajectory_shapes_must_agree},
    {NULL, NULL},
};

const unit_suite arrays_suite = {"arrays", NULL, NULL, tests};
