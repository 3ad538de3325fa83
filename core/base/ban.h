/* Functions that do not merge: unbounded, stateful or silent about errors.
 * Included on the compiler's command line for core/ and cli/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_BAN_H
#define CORE_BASE_BAN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat atoi atol
#pragma GCC poison atof strtok gets

#endif
