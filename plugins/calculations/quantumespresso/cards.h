/* Cards that describe the atoms: species, positions, cell.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_CARDS_H
#define QE_CARDS_H

#include "structure.h"
#include "text.h"

/* pseudo_files: one file name for each of s->kinds, in their order. */
void card_atomic_species(text *out, const structure *s,
                         char *const *pseudo_files);

/* With the flags of the setting FIXED_COORDS, and the cards ATOMIC_FORCES and
 * ATOMIC_VELOCITIES when set. settings: normalised and checked. */
void card_atomic_positions(text *out, const structure *s,
                           json_object *settings);

void card_cell_parameters(text *out, const structure *s);

/* HUBBARD, when the structure carries Hubbard data; QE 7.1 and later.
 * Errors: INVALID (damaged data, a formulation other than dudarev). */
orma_status card_hubbard(text *out, const orma_node_ops *ops,
                         const orma_node *node, const structure *s,
                         orma_error **err);

#endif
