/* Places of atoms in a cell, found by where they are.
 *
 * SPDX-License-Identifier: MIT */
#include "places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Width of a bin in units of `apart`: few places in each, few bins around
 * one. */
#define BIN_WIDTH 5.0
#define MAX_BINS 1e6  /* along an axis */
#define ROUNDING 1e-9 /* of fractional coordinates up to a million */
/* Fibonacci hashing: 2^64 over the golden ratio. */
#define HASH_FACTOR UINT64_C(0x9e3779b97f4a7c15)

void places_init(places *p, const matrix *cell, const matrix *inverse,
                 double apart)
{
    *p = (places){.cell = *cell, .apart = apart};
    for (size_t k = 0; k < 3; k++) {
        const double column[3] = {inverse->row[0][k], inverse->row[1][k],
                                  inverse->row[2][k]};
        p->near[k] = apart * vector_length(column);
        p->bins[k] = (int64_t)fmax(
            1, fmin(MAX_BINS, floor(1 / (BIN_WIDTH * p->near[k]))));
    }
}

void places_finish(places *p)
{
    free(p->items);
    free(p->chains);
    *p = (places){.items = NULL};
}

bool places_are_near(const places *p, const double f[3], const double g[3])
{
    double apart[3], cartesian[3];

    for (size_t k = 0; k < 3; k++) {
        apart[k] = f[k] - g[k];
        apart[k] -= round(apart[k]);
        if (!(fabs(apart[k]) <= p->near[k]))
            return false;
    }
    cell_apply(&p->cell, apart, cartesian);
    return vector_length(cartesian) <= p->apart;
}

/* The chain of a bin; indices beyond the cell are those of its images. */
static size_t chain_of(const places *p, const int64_t bin[3])
{
    uint64_t hash = 0;

    for (size_t k = 0; k < 3; k++) {
        const int64_t n = p->bins[k];
        hash = (hash + (uint64_t)((bin[k] % n + n) % n)) * HASH_FACTOR;
    }
    return (size_t)(hash >> 32) & (p->capacity - 1);
}

/* Of a coordinate inside of the cell or a little outside; 0 for one that is no
 * number, as an operation may make it. */
static int64_t bin_of(const places *p, size_t axis, double f)
{
    const double n = (double)p->bins[axis], bin = floor(f * n);
    return bin >= -1 && bin <= n ? (int64_t)bin : 0;
}

size_t places_find(const places *p, const double f[3])
{
    int64_t low[3], high[3], bin[3];
    size_t found = NO_PLACE;

    if (p->count == 0)
        return NO_PLACE;
    for (size_t k = 0; k < 3; k++) {
        const double inside = f[k] - floor(f[k]);
        const bool is_thin = p->bins[k] < 3;
        low[k] = is_thin ? 0 : bin_of(p, k, inside - p->near[k] - ROUNDING);
        high[k] = is_thin ? p->bins[k] - 1
                          : bin_of(p, k, inside + p->near[k] + ROUNDING);
    }
    for (bin[0] = low[0]; bin[0] <= high[0]; bin[0]++)
        for (bin[1] = low[1]; bin[1] <= high[1]; bin[1]++)
            for (bin[2] = low[2]; bin[2] <= high[2]; bin[2]++)
                for (size_t i = p->chains[chain_of(p, bin)]; i != NO_PLACE;
                     i = p->items[i].next)
                    if (i < found && places_are_near(p, p->items[i].f, f))
                        found = i;
    return found;
}

static void chain(places *p, size_t number)
{
    place *item = &p->items[number];
    int64_t bin[3];

    for (size_t k = 0; k < 3; k++)
        bin[k] = bin_of(p, k, item->f[k] - floor(item->f[k]));
    size_t *first = &p->chains[chain_of(p, bin)];
    item->next = *first;
    *first = number;
}

static bool make_room(places *p)
{
    if (p->count < p->capacity)
        return true;
    const size_t more = p->capacity == 0 ? 64 : p->capacity * 2;
    place *items = realloc(p->items, more * sizeof *items);
    if (items == NULL)
        return false;
    p->items = items;
    size_t *chains = realloc(p->chains, more * sizeof *chains);
    if (chains == NULL)
        return false;
    p->chains = chains;
    p->capacity = more;
    for (size_t i = 0; i < more; i++)
        chains[i] = NO_PLACE;
    for (size_t i = 0; i < p->count; i++)
        chain(p, i);
    return true;
}

bool places_add(places *p, const double f[3], size_t orbit)
{
    if (!make_room(p))
        return false;
    place *item = &p->items[p->count];
    memcpy(item->f, f, sizeof item->f);
    item->orbit = orbit;
    chain(p, p->count++);
    return true;
}
