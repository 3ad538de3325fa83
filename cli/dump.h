/* The dump commands of the groups process, group and profile.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_DUMP_H
#define CLI_DUMP_H

#include "command.h"

extern const command dump_process_command;
extern const command dump_group_command;
extern const command dump_profile_command;

#endif
