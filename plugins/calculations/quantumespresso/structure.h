/* The port `structure`, read once: cell, kinds, sites.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_STRUCTURE_H
#define QE_STRUCTURE_H

#include "module.h"
#include "namelist.h"

typedef struct kind {
    const char *name;
    double mass_amu;
} kind;

typedef struct site {
    const char *kind;
    double position_angstrom[3];
} site;

typedef struct structure {
    json_object *attributes; /* owns the names */
    double cell_angstrom[3][3];
    kind *kinds; /* in alphabetical order of their names */
    size_t kind_count;
    site *sites;
    size_t site_count;
    species order; /* names of `kinds` */
} structure;

/* Errors: INVALID (an alloy, a vacancy, a kind without mass, not a structure),
 * naming the port. s is finished by structure_finish() in either case. */
orma_status structure_read(const orma_node_ops *ops, const orma_node *node,
                           structure *s, orma_error **err);
void structure_finish(structure *s);

#endif
