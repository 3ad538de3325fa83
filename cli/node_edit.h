/* The commands of `orma node` that change nodes.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_NODE_EDIT_H
#define CLI_NODE_EDIT_H

#include "command.h"

extern const command node_label_command;
extern const command node_description_command;
extern const command node_delete_command;
extern const command node_set_extra_command;
extern const command node_unset_extra_command;
extern const command node_comment_command;

#endif
