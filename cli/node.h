/* What the commands on nodes share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_NODE_H
#define CLI_NODE_H

#include <json-c/json_object.h>

#include <orma/api/profile.h>

#include "command.h"

typedef orma_status (*node_call)(orma_profile *profile, const char *node,
                                 char **json, orma_error **err);

/* Is the node described by json one for the command? EXIT_DONE, or an exit
 * status with the reason printed. */
typedef int node_accept(const invocation *inv, orma_profile *profile,
                        const char *node, const char *json);

/* orma node show, orma process show, orma data TYPE show. accept: NULL for
 * any node. */
int node_show(invocation *inv, node_accept *accept);

/* Writes bytes to standard output; a sink for the library. */
orma_status node_write_stdout(void *user, orma_str bytes);

/* Table and printing of a list of files. */
int node_print_files(const invocation *inv, const char *json);

extern const command repo_commands[];
extern const command graph_commands[];

#endif
