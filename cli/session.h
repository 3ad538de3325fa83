/* The profile that a command works on.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <orma/api/profile.h>

#include "command.h"

/* Opens -p's profile. EXIT_DONE, or an exit status with the reason printed. */
int session_open(const invocation *inv, orma_profile **profile);

#endif
