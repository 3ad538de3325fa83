/* Symmetry operations of crystals: as coordinate triplets, and generated from
 * a space group's Hall symbol.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_SYMMETRY_H
#define DATA_CORE_SYMMETRY_H

#include "cell.h"

/* x' = R·x + t, in fractional coordinates. */
typedef struct symmetry_operation {
    matrix rotation;
    double shift[3];
} symmetry_operation;

/* No space group has more in its conventional cell. */
#define SYMMETRY_MAX 192

/* "1/2+x, -y, z". false: it is none. */
bool symmetry_parse(orma_str written, symmetry_operation *out);

/* All operations of "-P 4n 2n", at most SYMMETRY_MAX; 0: it is no Hall symbol.
 * Source: S. R. Hall, Acta Cryst. A37 (1981) 517; International Tables for
 * Crystallography B, 1.4, appendix A1.4.2. */
size_t symmetry_from_hall(orma_str symbol, symmetry_operation *out);

#endif
