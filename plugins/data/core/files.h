/* Files of nodes: of exactly one, whose name is the attribute `filename`, and
 * of whole folders.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_FILES_H
#define DATA_CORE_FILES_H

#include "json.h"

const char *single_base_name(const char *path);

/* NULL is the format that there is. Errors: UNSUPPORTED. */
orma_status single_need_format(const char *format, const char *only,
                               orma_error **err);

/* {filename, content} of a literal; borrowed. known: the keys that the type
 * has, ended by NULL. */
extern const char *const single_keys[];
orma_status single_literal(const json_object *literal, const char *const *known,
                           const char **name, orma_str *content,
                           orma_error **err);

/* One file, at the root, of the name that the attribute tells. */
orma_status single_check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, const char **name,
                         orma_error **err);

/* The file's bytes. */
orma_status single_export(const orma_node_ops *ops, const orma_node *node,
                          orma_writer *out, orma_error **err);

/* All files below a local folder, links followed. Errors: NOT_FOUND, INVALID.
 */
orma_status folder_add(const char *path, const orma_node_ops *ops,
                       orma_node *node, orma_error **err);

#endif
