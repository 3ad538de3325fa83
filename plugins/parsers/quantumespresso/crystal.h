/* Cell, atoms and species, as an output file or an input node tells them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QEP_CRYSTAL_H
#define QEP_CRYSTAL_H

#include "dict.h"
#include "numbers.h"

#define MAX_NAME 64

typedef char kind_name[MAX_NAME];

/* Names in the making. */
typedef struct name_list {
    kind_name *names;
    size_t count;
    size_t capacity;
    bool has_failed;
} name_list;

typedef struct crystal {
    double cell_angstrom[3][3];
    bool has_cell;
    bool pbc[3];
    reals positions_angstrom; /* three for each atom */
    name_list atoms;          /* kind names in the order of the atoms */
    name_list species;
    reals masses_amu; /* one for each species */
} crystal;

void crystal_init(crystal *c);
void crystal_finish(crystal *c);
bool crystal_has_failed(const crystal *c);

void name_list_add(name_list *list, const char *name);

/* A position for each atom, and a cell. */
bool crystal_is_complete(const crystal *c);

double crystal_volume(const double cell[3][3]);

/* Rows of the inverse; false for a flat cell. */
bool invert_matrix(const double m[3][3], double out[3][3]);

/* Reads a core.structure's attributes. False when they are damaged. */
bool crystal_from_attributes(crystal *c, json_object *attributes);

/* Attributes of a core.structure: the kinds of `kinds` (an input structure's
 * attributes) or, when that is NULL, of the species' names and masses.
 * NULL when memory ran out or the atoms do not fit `kinds`. */
json_object *crystal_attributes(const crystal *c, json_object *kinds);

#endif
