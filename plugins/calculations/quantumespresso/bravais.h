/* A cell as the parameters of one of Quantum ESPRESSO's Bravais lattices.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_BRAVAIS_H
#define QE_BRAVAIS_H

#include "module.h"

/* Adds the keywords a, b, c, cosab, cosac, cosbc that lattice `ibrav` takes to
 * the namelist SYSTEM, so that pw.x builds the cell (rows, angstrom) itself.
 * Errors: INVALID (unknown ibrav; the lattice's cell differs from this one by
 * more than the tolerance in some element). */
orma_status bravais_parameters(int ibrav, const double cell[3][3],
                               double tolerance_angstrom, json_object *system,
                               orma_error **err);

#endif
