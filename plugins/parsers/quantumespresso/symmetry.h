/* Symmetry operations, reduced to their numbers in Quantum ESPRESSO's table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_SYMMETRY_H
#define QEP_SYMMETRY_H

#include "dict.h"

/* A copy of `operations` in which each is {"symmetry_number", "t_rev"}, or
 * {"all_symmetries": operation} where the name is unknown or its rotation is
 * not that of the table. operations: objects with "name", "rotation" (3x3, in
 * crystal axes) and "t_rev". cell: rows, any unit.
 * NULL when memory ran out. */
json_object *symmetries_reduce(const job *j, json_object *operations,
                               const double cell[3][3]);

#endif
