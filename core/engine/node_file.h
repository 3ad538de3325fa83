/* Files of nodes, carried to local files.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_NODE_FILE_H
#define CORE_ENGINE_NODE_FILE_H

#include <graph/node.h>

/* Copies the node's file `path` to the local file `to`, streamed.
 * Errors: INVALID (the node holds no such file), TRANSIENT (disk). */
orma_status node_file_copy(const node *n, const char *path, const char *to,
                           orma_error **err);

#endif
