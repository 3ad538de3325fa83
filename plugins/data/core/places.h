/* Places of atoms in a cell, found by where they are.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_PLACES_H
#define DATA_CORE_PLACES_H

#include <stdbool.h>

#include "cell.h"

#define NO_PLACE SIZE_MAX

typedef struct place {
    double f[3]; /* fractional */
    size_t orbit;
    size_t next; /* in the chain of its bin */
} place;

/* The cell is divided into bins; those of one hash share a chain of places, of
 * which there are as many as there is room for places. */
typedef struct places {
    matrix cell;
    double apart;   /* Å: nearer ones are the same */
    double near[3]; /* the same along each axis, in fractions */
    int64_t bins[3];
    place *items;
    size_t count, capacity;
    size_t *chains;
} places;

void places_init(places *p, const matrix *cell, const matrix *inverse,
                 double apart);
void places_finish(places *p); /* accepts zeroed ones */

/* Same place in the crystal, whatever lattice vector lies between. */
bool places_are_near(const places *p, const double f[3], const double g[3]);

/* The first of the places that is the same as f; NO_PLACE: there is none. */
size_t places_find(const places *p, const double f[3]);

/* One more. false without memory. */
bool places_add(places *p, const double f[3], size_t orbit);

#endif
