/* NumPy's .npy files: how arrays lie in the repository.
 *
 * Written as numpy.save() does: format 1.0, C order, little-endian, the header
 * padded to 64 bytes after room for a growing first axis. Read: formats 1.0 to
 * 3.0, both byte orders, both memory orders; no pickled objects, no records.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_NPY_H
#define CORE_PROCESS_NPY_H

#include <base/buf.h>

typedef struct npy_array {
    int32_t dtype; /* ORMA_DTYPE_* */
    int32_t ndim;
    int64_t shape[ORMA_ARRAY_MAX_NDIM];
    void *data; /* C order, aligned, never NULL */
} npy_array;

/* Bytes of one element, 0 for an unknown type. */
size_t npy_item_bytes(int32_t dtype);

/* Appends the file's bytes. Errors: INVALID (type, shape, no unit). */
orma_status npy_write(const orma_array_view *view, buf *out, orma_error **err);

/* Reads a whole file. Narrow integers, half-precision floats and
 * single-precision complex numbers come as the next wider element type of the
 * ABI.
 * Errors: INVALID (damaged, or an element type orma has none for). */
orma_status npy_read(orma_str bytes, npy_array *out, orma_error **err);
void npy_array_finish(npy_array *array); /* accepts zeroed */

#endif
