/* The port `kpoints` and its card K_POINTS.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_KPOINTS_H
#define QE_KPOINTS_H

#include "module.h"
#include "text.h"

/* Writes the card, as the settings FORCE_KPOINTS_LIST and GAMMA_ONLY say.
 * settings: normalised.
 * Errors: INVALID (an offset that pw.x has no word for, no points, GAMMA_ONLY
 * with other points), naming the port. */
orma_status kpoints_write(const orma_node_ops *ops, const orma_node *node,
                          json_object *settings, text *out, orma_error **err);

#endif
