/* Fortran namelists, as all programs of Quantum ESPRESSO read them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_NAMELIST_H
#define QE_NAMELIST_H

#include "module.h"
#include "text.h"

/* Kind names in alphabetical order: a kind's index in the input file is its
 * place here, from 1. NULL where a program has no species. */
typedef struct species {
    const char **names;
    size_t count;
} species;

/* Index of a kind, from 1; 0 when there is none of that name. */
int species_index(const species *s, const char *name);

/* Writes `&NAME`, the keywords in alphabetical order and `/`. keywords: an
 * object, or NULL for an empty namelist.
 * Errors: INVALID, naming keyword and namelist. */
orma_status namelist_write(text *out, const char *name, json_object *keywords,
                           const species *kinds, orma_error **err);

#endif
