/* Orbitals: the items of the attribute `orbital_dicts`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_ORBITAL_H
#define DATA_CORE_ORBITAL_H

#include "json.h"
#include "text.h"

/* Attribute `orbital_dicts`: a list of orbitals. Those of types that are not
 * the core's need a type and a position only. *count: how many. */
orma_status orbitals_check(const json_object *attributes, size_t *count,
                           orma_error **err);

/* The list that a literal's orbitals become, as AiiDA writes it. orbitals: a
 * list of mappings, see orbital.c. *count: how many are written. */
orma_status orbitals_write(const json_object *orbitals, text *out,
                           size_t *count, orma_error **err);

#endif
