/* What the commands below `orma data TYPE` share that are in files of their
 * own.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_DATA_H
#define CLI_DATA_H

#include <orma/api/profile.h>

#include "command.h"

/* EXIT_DONE when the node is of the command's TYPE, else with the reason
 * printed. */
int data_expect_type(const invocation *inv, orma_profile *profile,
                     const char *node);

/* Folders on computers. */
int run_data_ls(invocation *inv);
int run_data_cat(invocation *inv);
int run_data_size(invocation *inv);

/* Families. */
int run_data_uploadfamily(invocation *inv);
int run_data_listfamilies(invocation *inv);
int run_data_exportfamily(invocation *inv);

#endif
