/* Unit cells: rows are the vectors a, b, c in Å.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_CELL_H
#define DATA_CORE_CELL_H

#include <stdbool.h>

#include "module.h"

/* Bohr radius in Å as AiiDA uses it for pw.x (CODATA 2006), so that the same
 * input gives the same structure here and there. */
#define BOHR_ANGSTROM 0.52917720859

/* Three rows; a cell, its inverse, a rotation. */
typedef struct matrix {
    double row[3][3];
} matrix;

double vector_dot(const double a[3], const double b[3]);
void vector_cross(const double a[3], const double b[3], double out[3]);
double vector_length(const double a[3]);

double cell_volume(const matrix *cell); /* Å^3, never negative */

/* Length, area or volume of the periodic directions is not zero: always true
 * without periodic directions. */
bool cell_is_regular(const matrix *cell, const bool pbc[3]);

/* false when the three vectors lie in a plane. */
bool cell_inverse(const matrix *cell, matrix *out);

/* Fractional coordinates to Cartesian ones: f·cell. With the inverse of the
 * cell it is the way back. */
void cell_apply(const matrix *cell, const double f[3], double out[3]);

/* Lengths in Å and angles in degrees to vectors: a along x, b in the xy plane.
 * Errors: INVALID (no such cell). */
orma_status cell_from_lengths(const double lengths[3], const double angles[3],
                              matrix *out, orma_error **err);

/* The reverse. Angles with a vector of length zero are 90. */
void cell_to_lengths(const matrix *cell, double lengths[3], double angles[3]);

/* pw.x's Bravais lattices other than 0. celldm: as in the input, the first in
 * Å. Formulae: INPUT_PW, variable `ibrav`.
 * Errors: INVALID (unknown index, value out of range). */
orma_status cell_from_ibrav(long ibrav, const double celldm[6], matrix *out,
                            orma_error **err);

#endif
