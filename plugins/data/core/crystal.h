/* A structure in memory: cell, periodic directions, kinds and sites, between
 * the attributes of a core.structure and the file formats.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_CRYSTAL_H
#define DATA_CORE_CRYSTAL_H

#include <stdbool.h>

#include <json-c/json.h>

#include "cell.h"
#include "elements.h"
#include "text.h"

#define CRYSTAL_MAX_SITES 1000000u

/* One element of a kind; its weights sum to 1, to less with vacancies. */
typedef struct crystal_part {
    const element *element;
    double weight;
} crystal_part;

typedef struct crystal_kind {
    const char *name;          /* owned by the crystal once added */
    const crystal_part *parts; /* the same */
    size_t part_count;
    double mass; /* amu; NAN: none (no part has a weight) */
} crystal_kind;

typedef struct crystal_site {
    size_t kind;
    double position[3]; /* Å, Cartesian */
} crystal_site;

/* What finds a kind among many: chains of kinds of equal hash, each in the
 * order of the kinds. NO_KIND ends them. */
typedef struct kind_chains {
    size_t *first, *last; /* of each bucket */
} kind_chains;

typedef struct kind_links {
    size_t next_of_name, next_of_parts;
    unsigned
        next_number; /* to try for a name that is this kind's and a number */
} kind_links;

typedef struct crystal {
    matrix cell;
    bool pbc[3];
    crystal_kind *kinds;
    kind_links *links; /* of each kind */
    size_t kind_count, kind_capacity;
    kind_chains by_name, by_parts;
    size_t bucket_count; /* of both, a power of two */
    crystal_site *sites;
    size_t site_count, site_capacity;
} crystal;

void crystal_init(crystal *c);   /* no cell, periodic in all directions */
void crystal_finish(crystal *c); /* accepts a zeroed crystal */

/* Mass of the parts, each with its share of the weights; NAN without any. */
double crystal_default_mass(const crystal_part *parts, size_t count);

/* Copies the kind. Errors: INVALID (name taken, weights out of range). */
orma_status crystal_add_kind(crystal *c, const crystal_kind *kind,
                             orma_error **err);

/* kind_count when there is none. */
size_t crystal_find_kind(const crystal *c, const char *name);

orma_status crystal_add_site(crystal *c, size_t kind, const double position[3],
                             orma_error **err);

/* Adds a site and, where needed, its kind, by AiiDA's rules: without a name an
 * equal kind is used, else one named after its symbols ("Si", "Si1", …) is
 * made; a kind of the given name must be equal. Equal are kinds of the same
 * symbols and weights whose masses differ by less than 0.001.
 * Errors: INVALID. */
orma_status crystal_add_atom(crystal *c, const crystal_kind *kind,
                             const double position[3], orma_error **err);

/* The same for a single element with its default mass; name may be NULL. */
orma_status crystal_add_element(crystal *c, const element *e, const char *name,
                                const double position[3], orma_error **err);

/* One element with weight 1. */
bool crystal_kind_is_pure(const crystal_kind *kind);
bool crystal_is_pure(const crystal *c);

/* For formats that know atoms only. Errors: INVALID, naming the kind. */
orma_status crystal_need_pure(const crystal *c, const char *format,
                              orma_error **err);

/* A box 10 Å wider than the molecule, which is moved to the origin, not
 * periodic: what AiiDA gives a file without a cell. */
void crystal_put_in_box(crystal *c);

/* Everything AiiDA demands of a stored structure. Errors: INVALID. */
orma_status crystal_validate(const crystal *c, orma_error **err);

/* Formula in Hill's order: "BaO3Ti", "{Ti0.70X0.10Zr0.20}". */
void crystal_formula(const crystal *c, text *out);

/* The attributes of a core.structure. */
void crystal_attributes(const crystal *c, text *out);

/* From such attributes as AiiDA stores them, and from a literal: the same with
 * less in it,
 *   {cell: [[…], […], […]], pbc: true or [true, true, false],
 *    sites: [{symbol: Si, position: [x, y, z]},
 *            {symbols: [Ga, In], weights: [0.7, 0.3], fractional: [u, v, w]},
 *            {kind_name: Fe1, position: […]}],
 *    kinds: [{name: Fe1, symbol: Fe, mass: 56.0}]}
 * where kinds, pbc (true), weights, mass and, without periodic directions, the
 * cell may be left out. The caller finishes *c. Errors: INVALID. */
orma_status crystal_from_attributes(const json_object *attributes, crystal *c,
                                    orma_error **err);
orma_status crystal_from_literal(const json_object *literal, crystal *c,
                                 orma_error **err);

#endif
