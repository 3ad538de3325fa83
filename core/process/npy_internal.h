/* What reading and writing .npy files share: walking an array in C order.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PROCESS_NPY_INTERNAL_H
#define CORE_PROCESS_NPY_INTERNAL_H

#include <process/npy.h>

/* No array of the repository is larger: 64 GiB. */
#define NPY_MAX_BYTES ((uint64_t)1 << 36)

/* Walks all elements in C order; offset is in bytes from the first. */
struct npy_walk {
    int32_t ndim;
    const int64_t *shape, *strides;
    int64_t index[ORMA_ARRAY_MAX_NDIM];
    int64_t offset;
};
void npy_walk_next(struct npy_walk *walk);

/* Number of elements, or false when a length is negative or it is too much. */
bool npy_count(const int64_t *shape, int32_t ndim, size_t item_bytes,
               size_t *count);

/* Strides in bytes of a packed array. */
void npy_strides(const int64_t *shape, int32_t ndim, size_t item_bytes,
                 bool fortran_order, int64_t *strides);

/* Reverses the bytes of `n` numbers of `bytes` each, in place. */
void npy_swap(unsigned char *data, size_t n, size_t bytes);

bool npy_host_is_little(void);

#endif
