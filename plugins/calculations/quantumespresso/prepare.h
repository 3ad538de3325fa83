/* The two calls of the calculation quantumespresso.pw.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_PREPARE_H
#define QE_PREPARE_H

#include "module.h"

orma_status pw_prepare(const orma_calculation *self, const orma_calc_ops *ops,
                       orma_calc_ctx *ctx, orma_error **err);

orma_status pw_validate(const orma_calculation *self, const orma_calc_ops *ops,
                        orma_calc_ctx *ctx, const char *label,
                        const char *port, orma_error **err);

#endif
