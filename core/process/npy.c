/* Writing .npy files, and what reading shares.
 *
 * SPDX-License-Identifier: MIT */
#include <process/npy_internal.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/error.h>

enum {
    HEADER_ALIGN = 64,
    PREFIX_BYTES = 10,    /* magic, version, header length */
    GROWTH_DIGITS = 21    /* numpy's GROWTH_AXIS_MAX_DIGITS: 2^64 has 20 */
};

static const struct {
    int32_t dtype;
    size_t item_bytes;
    size_t number_bytes; /* what a byte order applies to */
    const char *descr;
} dtypes[] = {
    {ORMA_DTYPE_F64, 8, 8, "<f8"},  {ORMA_DTYPE_I64, 8, 8, "<i8"},
    {ORMA_DTYPE_BOOL, 1, 1, "|b1"}, {ORMA_DTYPE_C128, 16, 8, "<c16"},
    {ORMA_DTYPE_F32, 4, 4, "<f4"},  {ORMA_DTYPE_I32, 4, 4, "<i4"},
};

static size_t dtype_row(int32_t dtype)
{
    size_t i = 0;

    while (i < sizeof dtypes / sizeof *dtypes && dtypes[i].dtype != dtype)
        i++;
    return i;
}

size_t npy_item_bytes(int32_t dtype)
{
    const size_t i = dtype_row(dtype);

    return i < sizeof dtypes / sizeof *dtypes ? dtypes[i].item_bytes : 0;
}

bool npy_host_is_little(void)
{
    const uint16_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 1;
}

void npy_swap(unsigned char *data, size_t n, size_t bytes)
{
    for (size_t i = 0; i < n; i++, data += bytes)
        for (size_t a = 0, b = bytes - 1; a < b; a++, b--) {
            const unsigned char kept = data[a];
            data[a] = data[b];
            data[b] = kept;
        }
}

void npy_walk_next(struct npy_walk *walk)
{
    for (int32_t d = walk->ndim - 1; d >= 0; d--) {
        walk->offset += walk->strides[d];
        if (++walk->index[d] < walk->shape[d])
            return;
        walk->offset -= walk->strides[d] * walk->shape[d];
        walk->index[d] = 0;
    }
}

bool npy_count(const int64_t *shape, int32_t ndim, size_t item_bytes,
               size_t *count)
{
    uint64_t n = 1;
    bool empty = false;

    for (int32_t d = 0; d < ndim; d++) {
        if (shape[d] < 0)
            return false;
        if (shape[d] == 0) {
            empty = true;
            continue;
        }
        if ((uint64_t)shape[d] > NPY_MAX_BYTES / n)
            return false;
        n *= (uint64_t)shape[d];
    }
    if (n > NPY_MAX_BYTES / item_bytes)
        return false;
    *count = empty ? 0 : (size_t)n;
    return true;
}

void npy_strides(const int64_t *shape, int32_t ndim, size_t item_bytes,
                 bool fortran_order, int64_t *strides)
{
    int64_t step = (int64_t)item_bytes;

    for (int32_t i = 0; i < ndim; i++) {
        const int32_t d = fortran_order ? i : ndim - 1 - i;
        strides[d] = step;
        step *= shape[d];
    }
}

/* "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }" */
static void header_text(buf *header, const char *descr,
                        const orma_array_view *view)
{
    buf_printf(header, "{'descr': '%s', 'fortran_order': False, 'shape': (",
               descr);
    for (int32_t d = 0; d < view->ndim; d++)
        buf_printf(header, "%s%" PRId64, d > 0 ? ", " : "", view->shape[d]);
    buf_text(header, view->ndim == 1 ? ",), }" : "), }");

    if (view->ndim > 0) {
        char first[32];
        const int digits =
            snprintf(first, sizeof first, "%" PRId64, view->shape[0]);
        for (int i = digits; i < GROWTH_DIGITS; i++)
            buf_char(header, ' ');
    }
    /* numpy adds a whole block where nothing would be needed */
    const size_t used = PREFIX_BYTES + header->len + 1;
    for (size_t i = HEADER_ALIGN - used % HEADER_ALIGN; i > 0; i--)
        buf_char(header, ' ');
    buf_char(header, '\n');
}

static void write_items(const orma_array_view *view, size_t row, size_t count,
                        buf *out)
{
    const size_t item = dtypes[row].item_bytes;
    const size_t number = dtypes[row].number_bytes;
    int64_t packed[ORMA_ARRAY_MAX_NDIM];

    npy_strides(view->shape, view->ndim, item, false, packed);
    struct npy_walk walk = {
        .ndim = view->ndim,
        .shape = view->shape,
        .strides = view->strides != NULL ? view->strides : packed,
    };
    for (size_t i = 0; i < count; i++, npy_walk_next(&walk)) {
        unsigned char bytes[16];
        memcpy(bytes, (const char *)view->data + walk.offset, item);
        if (view->dtype == ORMA_DTYPE_BOOL)
            bytes[0] = bytes[0] != 0;
        else if (!npy_host_is_little())
            npy_swap(bytes, item / number, number);
        buf_append(out, bytes, item);
    }
}

static orma_status check_view(const orma_array_view *view, orma_error **err)
{
    if (view == NULL || !ORMA_HAS(orma_array_view, view, unit))
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "the array's description has no size");
    if (view->ndim < 0 || view->ndim > ORMA_ARRAY_MAX_NDIM ||
        (view->ndim > 0 && view->shape == NULL))
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "an array has 0 to %d dimensions, not %d",
                         ORMA_ARRAY_MAX_NDIM, (int)view->ndim);
    if (npy_item_bytes(view->dtype) == 0)
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "unknown element type %d", (int)view->dtype);
    if (view->unit == NULL || view->unit[0] == '\0')
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "the array has no unit, \"1\" is that of a number");
    return ORMA_OK;
}

orma_status npy_write(const orma_array_view *view, buf *out, orma_error **err)
{
    size_t count = 0;
    orma_status st = check_view(view, err);

    if (st != ORMA_OK)
        return st;
    const size_t row = dtype_row(view->dtype);
    if (!npy_count(view->shape, view->ndim, dtypes[row].item_bytes, &count))
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "the array's shape is negative or too large");
    if (count > 0 && view->data == NULL)
        return error_set(err, ORMA_E_INVALID, "npy", 0, "the array is NULL");

    AUTO_BUF buf header = {0};
    header_text(&header, dtypes[row].descr, view);
    const unsigned char prefix[PREFIX_BYTES] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0,
        (unsigned char)(header.len & 0xff), (unsigned char)(header.len >> 8)};
    st = buf_status(&header, err);
    if (st != ORMA_OK)
        return st;
    buf_append(out, prefix, sizeof prefix);
    buf_append(out, header.ptr, header.len);
    write_items(view, row, count, out);
    return buf_status(out, err);
}

void npy_array_finish(npy_array *array)
{
    free(array->data);
    array->data = NULL;
}
