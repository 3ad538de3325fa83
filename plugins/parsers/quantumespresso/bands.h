/* Eigenvalues and occupations by k-point.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_BANDS_H
#define QEP_BANDS_H

#include "crystal.h"
#include "numbers.h"

/* Collected point by point. With two spins a point's values are those of spin
 * up followed by those of spin down. */
typedef struct band_data {
    reals points_per_alat; /* three a point, in 2 pi / alat */
    reals weights;
    reals energies_ev;
    reals occupations;
    double alat_angstrom;
    size_t bands; /* of one spin */
    bool has_two_spins;
} band_data;

void bands_finish(band_data *b);
bool bands_has_failed(const band_data *b);

/* Every point has its weight and as many values as there are bands. */
bool bands_is_consistent(const band_data *b);

/* The cell that the points are fractions of, and the one to store with them:
 * the same but for the value of the bohr that the program has. */
typedef struct band_cells {
    const crystal *own;    /* as the output file has it */
    const crystal *stored; /* of the input or output structure */
} band_cells;

/* Attaches output_band, or output_kpoints when there are no eigenvalues and
 * `input_kpoints` is a mesh or not given. */
orma_status bands_attach(const job *j, const band_data *b,
                         const band_cells *cells,
                         const orma_node *input_kpoints, orma_error **err);

#endif
