/* Arrays of nodes as doubles, whatever numbers they hold.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_REALS_H
#define DATA_CORE_REALS_H

#include "module.h"

typedef struct reals {
    int32_t ndim;
    int64_t shape[ORMA_ARRAY_MAX_NDIM];
    size_t count;
    double *at; /* C order, never NULL */
} reals;

/* The caller finishes *out. Errors: NOT_FOUND, INVALID (complex numbers). */
orma_status reals_read(const orma_node_ops *ops, const orma_node *node,
                       const char *name, reals *out, orma_error **err);
void reals_finish(reals *r); /* accepts zeroed ones */

#endif
