/* Arrays from and to NumPy's files: .npy of one, .npz of several.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_ARRAY_FILES_H
#define DATA_CORE_ARRAY_FILES_H

#include "json.h"

/* import_file() of core.array. */
orma_status array_files_import(const orma_data *self, const orma_node_ops *ops,
                               orma_node *node, const char *format,
                               const char *path, orma_error **err);

/* attributes: the node's. Errors: UNSUPPORTED (neither npy nor npz), INVALID
 * (npy of a node that has not exactly one array). */
orma_status array_files_export(const orma_node_ops *ops, const orma_node *node,
                               const json_object *attributes,
                               const char *format, orma_writer *out,
                               orma_error **err);

#endif
