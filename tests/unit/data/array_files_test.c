/* Tests of core.array from and to NumPy's files.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/buf.h>
#include <base/cleanup.h>
#include <base/file.h>
#include <orma/error.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

#define FOLDER TEST_DATA "/arrays/"

static const double *reals(const node *n, const char *name, size_t count)
{
    orma_array_view view;
    size_t found = 1;

    CU_ASSERT_EQUAL_FATAL(node_ops()->array(n, name, &view, NULL), ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(view.dtype, ORMA_DTYPE_F64);
    for (int32_t d = 0; d < view.ndim; d++)
        found *= (size_t)view.shape[d];
    CU_ASSERT_EQUAL_FATAL(found, count);
    return view.data;
}

static void npy_is_an_array_named_after_it(void)
{
    AUTO_BUF buf whole = {0}, written = {0};
    node *n = types_import("core.array", NULL, FOLDER "x.npy");
    types_has_attributes(n, "{'array|x': [3, 4]}");
    CU_ASSERT_EQUAL(reals(n, "x", 12)[11], 11.0);
    CU_ASSERT_EQUAL(file_read(FOLDER "x.npy", 1 << 20, &whole, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(data_export(types_registry(), n, "npy", &written, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(written.len, whole.len);
    CU_ASSERT_EQUAL(memcmp(written.ptr, whole.ptr, whole.len), 0);
    node_free(n);
}

static void npz_is_all_its_arrays(void)
{
    static const char *const files[] = {FOLDER "savez.npz",
                                        FOLDER "savez_compressed.npz"};

    for (size_t i = 0; i < 2; i++) {
        node *n = types_import("core.array", NULL, files[i]);
        types_has_attributes(n, "{'array|x': [3, 4], 'array|i': [3]}");
        CU_ASSERT_EQUAL(reals(n, "x", 12)[5], 5.0);
        node_free(n);
    }
}

/* Path of a new file; [static]. */
static const char *write_npy(const char *name, int version, const char *header,
                             const void *data, size_t len)
{
    const char *path = types_file(name, "");
    const size_t n = strlen(header);
    FILE *f = fopen(path, "wb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fprintf(f, "\x93NUMPY%c%c%c%c", version, 0, (int)(n & 255), (int)(n >> 8));
    if (version > 1)
        fwrite("\0\0", 1, 2, f);
    fputs(header, f);
    fwrite(data, 1, len, f);
    fclose(f);
    return path;
}

/* Version 2, big-endian, Fortran order: columns 1 3 and 2 4. */
static void other_forms_of_npy_are_read(void)
{
    static const unsigned char bytes[] = {0, 1, 0, 3, 0, 2, 0, 4};
    orma_array_view view;
    node *n = types_import(
        "core.array", "npy",
        write_npy("odd-name.npy", 2,
                  "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }",
                  bytes, sizeof bytes));
    types_has_attributes(n, "{'array|default': [2, 2]}");
    CU_ASSERT_EQUAL_FATAL(node_ops()->array(n, "default", &view, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL(view.dtype, ORMA_DTYPE_I32);
    CU_ASSERT_EQUAL(((const int32_t *)view.data)[1], 2);
    CU_ASSERT_EQUAL(((const int32_t *)view.data)[2], 3);
    node_free(n);
}

static void refuse(const char *path, const char *why)
{
    types_import_refused("core.array", NULL, path, why);
}

static void damaged_files_are_refused(void)
{
    AUTO_BUF buf whole = {0};
    char *path;
    FILE *f;

    refuse(write_npy("object.npy", 1,
                     "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
                     "x", 1),
           "object.npy: it holds no array of numbers");
    refuse(types_file("text.npy", "hello"), "no array of numbers");
    refuse(types_file("cut.npz", "PK\003\004"), "no zip archive");
    CU_ASSERT_EQUAL(file_read(FOLDER "savez.npz", 1 << 20, &whole, NULL),
                    ORMA_OK);
    /* a bit of the first array's last number */
    whole.ptr[20 + 30 + 5 + 128 + 90] ^= 1;
    path = strdup(types_file("flipped.npz", ""));
    f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fwrite(whole.ptr, 1, whole.len, f);
    fclose(f);
    refuse(path, "checksum is wrong");
    free(path);
    node *n = types_literal("core.array", "{'a': [1], 'b': [2]}");
    AUTO_BUF buf written = {0};
    orma_error *error = NULL;
    CU_ASSERT_EQUAL(data_export(types_registry(), n, "npy", &written, &error),
                    ORMA_E_INVALID);
    CU_ASSERT(types_says(error, "the node has 2; export npz"));
    orma_error_free(error);
    node_free(n);
}

static void literals_in_files_are_read_too(void)
{
    node *n = types_import_text("core.array", NULL, "a.yaml", "x: [1, 2]\n");
    types_has_attributes(n, "{'array|x': [2]}");
    node_free(n);
}

static const unit_test tests[] = {
    {"npy_is_an_array_named_after_it", npy_is_an_array_named_after_it},
    {"npz_is_all_its_arrays", npz_is_all_its_arrays},
    {"other_forms_of_npy_are_read", other_forms_of_npy_are_read},
    {"damaged_files_are_refused", damaged_files_are_refused},
    {"literals_in_files_are_read_too", literals_in_files_are_read_too},
    {NULL, NULL},
};

const unit_suite array_files_suite = {"array_files", NULL, NULL, tests};
