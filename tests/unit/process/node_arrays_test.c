/* Arrays of nodes through the node table.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <string.h>

#include <orma/node.h>
#include <process/inputs.h>

static const double numbers[] = {1, 2, 3, 4, 5, 6};
static const int64_t two_by_three[] = {2, 3};

static orma_array_view view_of(void)
{
    return (orma_array_view){.size = sizeof(orma_array_view),
                             .dtype = ORMA_DTYPE_F64,
                             .ndim = 2,
                             .shape = two_by_three,
                             .data = numbers,
                             .unit = "angstrom"};
}

static node *with_array(const char *name)
{
    node *n = node_create("data.core.array.ArrayData.");
    const orma_array_view view = view_of();

    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    CU_ASSERT_EQUAL_FATAL(node_ops()->set_array(n, name, &view, NULL),
                          ORMA_OK);
    return n;
}

static void arrays_come_back(void)
{
    node *n = with_array("cells");
    orma_array_view got = {0};

    CU_ASSERT_EQUAL_FATAL(node_ops()->array(n, "cells", &got, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(got.size, sizeof got);
    CU_ASSERT_EQUAL(got.dtype, ORMA_DTYPE_F64);
    CU_ASSERT_EQUAL(got.ndim, 2);
    CU_ASSERT_EQUAL(got.shape[0], 2);
    CU_ASSERT_EQUAL(got.shape[1], 3);
    CU_ASSERT_PTR_NULL(got.strides);
    CU_ASSERT_EQUAL(memcmp(got.data, numbers, sizeof numbers), 0);
    CU_ASSERT_STRING_EQUAL(got.unit, "1");
    node_free(n);
}

/* aiida-storage: file `<name>.npy`, attribute `array|<name>` = shape. */
static void lies_where_aiida_puts_it(void)
{
    node *n = with_array("cells");
    orma_str text = {0};

    CU_ASSERT_EQUAL(node_ops()->attributes(n, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "{\"array|cells\":[2,3]}");
    CU_ASSERT_EQUAL(node_ops()->files(n, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "[\"cells.npy\"]");
    node_free(n);
}

static void reads_the_unit_that_trajectories_keep(void)
{
    node *n = with_array("positions");
    orma_array_view got = {0};

    node_ops()->set_attributes(
        n, ORMA_LITERAL("{\"units|positions\": \"bohr\"}"), NULL);
    CU_ASSERT_EQUAL(node_ops()->array(n, "positions", &got, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(got.unit, "bohr");
    node_free(n);
}

static void attributes_do_not_remove_arrays(void)
{
    node *n = with_array("a");
    const orma_array_view view = view_of();
    orma_str text = {0};

    CU_ASSERT_EQUAL(node_ops()->set_attributes(
                        n, ORMA_LITERAL("{\"x\": 1, \"array|a\": [9]}"), NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(node_ops()->set_array(n, "b", &view, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(
        node_ops()->set_attributes(n, ORMA_LITERAL("{\"y\": 2}"), NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(node_ops()->attributes(n, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr,
                           "{\"array|a\":[2,3],\"array|b\":[2,3],\"y\":2}");
    CU_ASSERT_EQUAL(node_ops()->array_names(n, &text, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(text.ptr, "[\"a\",\"b\"]");
    node_free(n);
}

static void refuses_names_that_are_no_file_names(void)
{
    static const char *const names[] = {"", "a b", "a/b", "../a", "a.b", "é"};
    node *n = with_array("a");
    const orma_array_view view = view_of();
    orma_array_view got = {0};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CU_ASSERT_EQUAL(node_ops()->set_array(n, names[i], &view, NULL),
                        ORMA_E_INVALID);
        CU_ASSERT_EQUAL(node_ops()->array(n, names[i], &got, NULL),
                        ORMA_E_INVALID);
    }
    CU_ASSERT_EQUAL(node_ops()->array(n, "absent", &got, NULL),
                    ORMA_E_NOT_FOUND);
    node_free(n);
}

static void refuses_arrays_without_unit(void)
{
    node *n = with_array("a");
    orma_array_view view = view_of();
    orma_error *error = NULL;

    view.unit = NULL;
    CU_ASSERT_EQUAL(node_ops()->set_array(n, "b", &view, &error),
                    ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(error), "b"));
    orma_error_free(error);
    node_free(n);
}

static void tells_which_array_is_damaged(void)
{
    node *n = with_array("a");
    orma_array_view got = {0};
    orma_error *error = NULL;

    node_ops()->write(n, "a.npy", ORMA_LITERAL("nonsense and more"), NULL);
    CU_ASSERT_EQUAL(node_ops()->array(n, "a", &got, &error), ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(orma_error_message(error), "\"a\""));
    orma_error_free(error);
    node_free(n);
}

static const unit_test tests[] = {
    {"arrays_come_back", arrays_come_back},
    {"lies_where_aiida_puts_it", lies_where_aiida_puts_it},
    {"reads_the_unit_that_trajectories_keep",
     reads_the_unit_that_trajectories_keep},
    {"attributes_do_not_remove_arrays", attributes_do_not_remove_arrays},
    {"refuses_names_that_are_no_file_names",
     refuses_names_that_are_no_file_names},
    {"refuses_arrays_without_unit", refuses_arrays_without_unit},
    {"tells_which_array_is_damaged", tells_which_array_is_damaged},
    {NULL, NULL},
};
const unit_suite node_arrays_suite = {"node_arrays", NULL, NULL, tests};
