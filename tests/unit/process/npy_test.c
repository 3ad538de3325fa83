/* .npy files: bytes that numpy.save() wrote for AiiDA, and damaged ones.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/process/suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/digest.h>
#include <process/npy.h>

/* SHA-256 of what numpy wrote: object keys of the container in
 * sqlite_dos_profile_types.tar.gz, written by AiiDA 2.9.0rc1. */
static void check_key(int32_t dtype, int32_t ndim, const int64_t *shape,
                      const void *data, const char *key)
{
    const orma_array_view view = {.size = sizeof view,
                                  .dtype = dtype,
                                  .ndim = ndim,
                                  .shape = shape,
                                  .data = data,
                                  .unit = "1"};
    buf bytes = {0};
    char hex[DIGEST_SHA256_HEX];

    CU_ASSERT_EQUAL(npy_write(&view, &bytes, NULL), ORMA_OK);
    digest_sha256(buf_view(&bytes), hex);
    CU_ASSERT_STRING_EQUAL(hex, key);
    buf_free(&bytes);
}

static void writes_the_bytes_of_numpy(void)
{
    double range[12], zero[18] = {0};
    const double complex_one[2] = {1.0, 2.0};
    const double weights[3] = {1.0, 2.0, 3.0};
    const int32_t integers[3] = {1, 2, 3};

    for (int i = 0; i < 12; i++)
        range[i] = i;
    check_key(
        ORMA_DTYPE_F64, 2, (int64_t[]){3, 4}, range,
        "d4527f6b3061eb636796c8343fa55690843b423063c32c4506be611a678d9fc2");
    check_key(
        ORMA_DTYPE_I32, 1, (int64_t[]){3}, integers,
        "0398209604f3b7330658ab31021254f5e931e0680b450547a1513414acb1a4d3");
    check_key(
        ORMA_DTYPE_C128, 1, (int64_t[]){1}, complex_one,
        "c37655c113e41c32d62106b99b9a611cb5fed92f087844f4a80086a7885bdbd0");
    check_key(
        ORMA_DTYPE_F64, 3, (int64_t[]){3, 2, 3}, zero,
        "62f686861dc8d5233b7544a98436801c7dc5b755083982fcdf7a782a7e681fa3");
    check_key(
        ORMA_DTYPE_F64, 1, (int64_t[]){3}, weights,
        "fb4c2491227ec690639b93fe3f45b1a1d70c0931cb555b6d518cf5c8f4c10bf0");
}

static void writes_strided_views_in_c_order(void)
{
    double column_major[12]; /* element (i, j) at j * 3 + i */
    const int64_t shape[] = {3, 4}, strides[] = {8, 24};
    const orma_array_view view = {.size = sizeof view,
                                  .dtype = ORMA_DTYPE_F64,
                                  .ndim = 2,
                                  .shape = shape,
                                  .strides = strides,
                                  .data = column_major,
                                  .unit = "eV"};
    buf bytes = {0};
    char hex[DIGEST_SHA256_HEX];

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            column_major[j * 3 + i] = i * 4 + j;
    CU_ASSERT_EQUAL(npy_write(&view, &bytes, NULL), ORMA_OK);
    digest_sha256(buf_view(&bytes), hex);
    CU_ASSERT_STRING_EQUAL(
        hex,
        "d4527f6b3061eb636796c8343fa55690843b423063c32c4506be611a678d9fc2");
    buf_free(&bytes);
}

/* numpy 1.26: np.save of np.array(5.0) and np.zeros((0, 3)); the header is
 * 118 bytes long in both. */
static void writes_scalars_and_empty_arrays(void)
{
    static const char scalar[] =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (), }";
    static const char empty[] =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }";
    const double five = 5.0;
    const int64_t shape[] = {0, 3};
    orma_array_view view = {.size = sizeof view,
                            .dtype = ORMA_DTYPE_F64,
                            .data = &five,
                            .unit = "1"};
    buf bytes = {0};

    CU_ASSERT_EQUAL(npy_write(&view, &bytes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(bytes.len, 128 + 8);
    CU_ASSERT_EQUAL(memcmp(bytes.ptr + 10, scalar, sizeof scalar - 1), 0);
    CU_ASSERT_EQUAL(bytes.ptr[127], '\n');
    buf_clear(&bytes);
    view.ndim = 2;
    view.shape = shape;
    CU_ASSERT_EQUAL(npy_write(&view, &bytes, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(bytes.len, 128);
    CU_ASSERT_EQUAL(memcmp(bytes.ptr + 10, empty, sizeof empty - 1), 0);
    buf_free(&bytes);
}

static void refuses_views_that_say_too_little(void)
{
    const double one = 1.0;
    const int64_t negative[] = {-1}, huge[] = {1LL << 40, 1LL << 40};
    const orma_array_view good = {.size = sizeof good,
                                  .dtype = ORMA_DTYPE_F64,
                                  .data = &one,
                                  .unit = "1"};
    orma_array_view views[7];
    buf bytes = {0};

    for (size_t i = 0; i < 7; i++)
        views[i] = good;
    views[0].unit = NULL;
    views[1].dtype = 17;
    views[2].ndim = 9;
    views[3].ndim = 1, views[3].shape = negative;
    views[4].ndim = 2, views[4].shape = huge;
    views[5].data = NULL;
    views[6].size = 8;
    for (size_t i = 0; i < 7; i++) {
        orma_error *error = NULL;
        CU_ASSERT_EQUAL(npy_write(&views[i], &bytes, &error), ORMA_E_INVALID);
        CU_ASSERT_PTR_NOT_NULL(error);
        orma_error_free(error);
    }
    CU_ASSERT_EQUAL(bytes.len, 0);
    buf_free(&bytes);
}

/* A file of format `major` with this header and these elements. */
static orma_str file_of(buf *out, char major, const char *header,
                        const void *data, size_t len)
{
    const size_t n = strlen(header) + 1;

    buf_clear(out);
    buf_append(out, "\x93NUMPY", 6);
    buf_char(out, major);
    buf_char(out, 0);
    buf_char(out, (char)(n & 0xff));
    buf_char(out, (char)(n >> 8));
    if (major > 1) {
        buf_char(out, 0);
        buf_char(out, 0);
    }
    buf_text(out, header);
    buf_char(out, '\n');
    buf_append(out, data, len);
    return buf_view(out);
}

static void reads_fortran_order(void)
{
    const double stored[] = {1, 4, 2, 5, 3, 6}; /* [[1 2 3] [4 5 6]] */
    buf file = {0};
    npy_array a = {0};
    const orma_str bytes = file_of(
        &file, 1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }",
        stored, sizeof stored);

    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(a.ndim, 2);
    CU_ASSERT_EQUAL(a.shape[0], 2);
    CU_ASSERT_EQUAL(a.shape[1], 3);
    for (int i = 0; i < 6; i++)
        CU_ASSERT_DOUBLE_EQUAL(((double *)a.data)[i], i + 1, 0.0);
    npy_array_finish(&a);
    buf_free(&file);
}

static void reads_big_endian_and_later_formats(void)
{
    static const unsigned char two[] = {0x40, 0, 0, 0, 0, 0, 0, 0};
    static const unsigned char seven[] = {0, 0, 0, 7};
    buf file = {0};
    npy_array a = {0};
    orma_str bytes = file_of(
        &file, 2, "{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }",
        two, sizeof two);

    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_DOUBLE_EQUAL(((double *)a.data)[0], 2.0, 0.0);
    npy_array_finish(&a);
    /* Python 2 wrote lengths as long integers; keys come in any order */
    bytes = file_of(&file, 3,
                    "{\"shape\": (1L,), \"fortran_order\": False, "
                    "\"descr\": \">i4\"}",
                    seven, sizeof seven);
    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(a.dtype, ORMA_DTYPE_I32);
    CU_ASSERT_EQUAL(((int32_t *)a.data)[0], 7);
    npy_array_finish(&a);
    buf_free(&file);
}

static void widens_narrow_numbers(void)
{
    const int16_t shorts[] = {-3, 300};
    const float single[] = {1.5f, -2.5f};
    const unsigned char flags[] = {1, 0};
    buf file = {0};
    npy_array a = {0};
    orma_str bytes = file_of(
        &file, 1, "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }",
        shorts, sizeof shorts);

    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(a.dtype, ORMA_DTYPE_I32);
    CU_ASSERT_EQUAL(((int32_t *)a.data)[0], -3);
    CU_ASSERT_EQUAL(((int32_t *)a.data)[1], 300);
    npy_array_finish(&a);
    bytes = file_of(&file, 1,
                    "{'descr': '<c8', 'fortran_order': False, 'shape': (), }",
                    single, sizeof single);
    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(a.dtype, ORMA_DTYPE_C128);
    CU_ASSERT_DOUBLE_EQUAL(((double *)a.data)[1], -2.5, 0.0);
    npy_array_finish(&a);
    bytes = file_of(&file, 1,
                    "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }",
                    flags, sizeof flags);
    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(a.dtype, ORMA_DTYPE_BOOL);
    CU_ASSERT_EQUAL(((unsigned char *)a.data)[0], 1);
    npy_array_finish(&a);
    buf_free(&file);
}

/* Values and bits by Python's struct.pack("<e", …). */
static void reads_half_precision(void)
{
    static const struct {
        uint16_t bits;
        float value;
    } halves[] = {
        {0x3e00, 1.5f},     {0xc000, -2.0f},           {0x7bff, 65504.0f},
        {0x0001, 0x1p-24f}, {0x8000, -0.0f},           {0x0400, 0x1p-14f},
        {0x7c00, INFINITY}, {0x3555, 0.333251953125f},
    };
    uint16_t bits[8];
    buf file = {0};
    npy_array a = {0};

    for (size_t i = 0; i < 8; i++)
        bits[i] = halves[i].bits;
    const orma_str bytes = file_of(
        &file, 1, "{'descr': '<f2', 'fortran_order': False, 'shape': (8,), }",
        bits, sizeof bits);
    CU_ASSERT_EQUAL_FATAL(npy_read(bytes, &a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(a.dtype, ORMA_DTYPE_F32);
    for (size_t i = 0; i < 8; i++)
        CU_ASSERT(((float *)a.data)[i] == halves[i].value);
    npy_array_finish(&a);
    buf_free(&file);
}

static void refuses_damaged_files(void)
{
    static const char *const headers[] = {
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f8', 'fortran_order': Perhaps, 'shape': (1,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': "
        "(99999999999, 99999999999), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': "
        "(99999999999999999999,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': "
        "(1,1,1,1,1,1,1,1,1), }",
        "{'descr': '<f8', 'fortran_order': False, }",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, "
        "'shape': (1,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } more",
        "{'descr': '<f8",
        "",
    };
    const double one = 1.0;
    buf file = {0};

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        npy_array a = {0};
        orma_error *error = NULL;
        const orma_str bytes = file_of(&file, 1, headers[i], &one, sizeof one);
        CU_ASSERT_EQUAL(npy_read(bytes, &a, &error), ORMA_E_INVALID);
        CU_ASSERT_PTR_NULL(a.data);
        orma_error_free(error);
    }
    buf_free(&file);
}

/* Every beginning of a good file is refused, none is read beyond its end. */
static void refuses_every_cut(void)
{
    const double data[] = {1, 2, 3};
    buf file = {0};
    const orma_str whole = file_of(
        &file, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
        data, sizeof data);

    for (size_t n = 0; n < whole.len; n++) {
        npy_array a = {0};
        char *cut = malloc(n + 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
        memcpy(cut, whole.ptr, n);
        CU_ASSERT_EQUAL(npy_read((orma_str){cut, n}, &a, NULL), ORMA_E_INVALID);
        free(cut);
    }
    buf_free(&file);
}

static const unit_test tests[] = {
    {"writes_the_bytes_of_numpy", writes_the_bytes_of_numpy},
    {"writes_strided_views_in_c_order", writes_strided_views_in_c_order},
    {"writes_scalars_and_empty_arrays", writes_scalars_and_empty_arrays},
    {"refuses_views_that_say_too_little", refuses_views_that_say_too_little},
    {"reads_fortran_order", reads_fortran_order},
    {"reads_big_endian_and_later_formats", reads_big_endian_and_later_formats},
    {"widens_narrow_numbers", widens_narrow_numbers},
    {"reads_half_precision", reads_half_precision},
    {"refuses_damaged_files", refuses_damaged_files},
    {"refuses_every_cut", refuses_every_cut},
    {NULL, NULL},
};
const unit_suite npy_suite = {"npy", NULL, NULL, tests};
