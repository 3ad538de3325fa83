/* K-points: what core.array.kpoints and core.array.bands share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_KPOINTS_H
#define DATA_CORE_KPOINTS_H

#include "json.h"
#include "text.h"

/* The part of a literal that is about a list of k-points: attributes `cell`,
 * `pbc1` to `pbc3`, `label_numbers` and `labels` are appended to the object
 * being written in `attributes`. */
orma_status kpoints_write_attributes(const json_object *literal,
                                     text *attributes, orma_error **err);

/* Arrays `kpoints` and `weights`, after the attributes were set. */
orma_status kpoints_set_arrays(const json_object *literal,
                               const orma_node_ops *ops, orma_node *node,
                               orma_error **err);

/* Attributes and arrays of a list of k-points. *count: how many. */
orma_status kpoints_check_list(const orma_node_ops *ops, const orma_node *node,
                               const json_object *attributes, int64_t *count,
                               orma_error **err);

#endif
