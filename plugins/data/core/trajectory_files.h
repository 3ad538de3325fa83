/* Trajectories from and to files of several structures.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DATA_CORE_TRAJECTORY_FILES_H
#define DATA_CORE_TRAJECTORY_FILES_H

#include "module.h"

/* import_file() of core.array.trajectory. */
orma_status trajectory_import(const orma_data *self, const orma_node_ops *ops,
                              orma_node *node, const char *format,
                              const char *path, orma_error **err);

/* export_file() of core.array.trajectory. */
orma_status trajectory_export(const orma_data *self, const orma_node_ops *ops,
                              const orma_node *node, const char *format,
                              orma_writer *out, orma_error **err);

#endif
