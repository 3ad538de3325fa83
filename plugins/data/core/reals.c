/* Arrays of nodes as doubles, whatever numbers they hold.
 *
 * SPDX-License-Identifier: MIT */
#include "reals.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Element `i`; false: no real number. */
static bool element(const orma_array_view *view, size_t i, double *out)
{
    switch (view->dtype) {
    case ORMA_DTYPE_F64:
        *out = ((const double *)view->data)[i];
        return true;
    case ORMA_DTYPE_F32:
        *out = (double)((const float *)view->data)[i];
        return true;
    case ORMA_DTYPE_I64:
        *out = (double)((const int64_t *)view->data)[i];
        return true;
    case ORMA_DTYPE_I32:
        *out = ((const int32_t *)view->data)[i];
        return true;
    case ORMA_DTYPE_BOOL:
        *out = ((const uint8_t *)view->data)[i];
        return true;
    default:
        return false;
    }
}

orma_status reals_read(const orma_node_ops *ops, const orma_node *node,
                       const char *name, reals *out, orma_error **err)
{
    orma_array_view view;
    const orma_status st = ops->array(node, name, &view, err);

    *out = (reals){0};
    if (st != ORMA_OK)
        return st;
    out->ndim = view.ndim;
    out->count = 1;
    for (int32_t d = 0; d < view.ndim; d++) {
        out->shape[d] = view.shape[d];
        /* no overflow: the elements are in memory */
        out->count *= (size_t)view.shape[d];
    }
    out->at = calloc(out->count + 1, sizeof *out->at);
    if (out->at == NULL)
        return refuse_memory(err);
    for (size_t i = 0; i < out->count; i++)
        if (!element(&view, i, &out->at[i]))
            return refuse(err, "array \"%s\" holds no real numbers", name);
    return ORMA_OK;
}

void reals_finish(reals *r)
{
    free(r->at);
    *r = (reals){0};
}
