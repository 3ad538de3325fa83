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

/* Calls and prints for every argument; several make one array. print: of
 * tables, NULL: a line for each member. */
int node_each(invocation *inv, node_call call, void (*print)(json_object *));

/* orma node show, orma process show. */
int node_show(invocation *inv);

/* Writes bytes to standard output; a sink for the library. */
orma_status node_write_stdout(void *user, orma_str bytes);

/* Table and printing of a list of files. */
int node_print_files(const invocation *inv, const char *json);

extern const command repo_commands[];
extern const command graph_commands[];

#endif
