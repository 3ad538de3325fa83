/* Commands about the cache, for the groups that they belong to.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_CACHING_H
#define CLI_CACHING_H

#include "command.h"

/* Of `orma process`. */
extern const command why_not_cached_command;
extern const command invalidate_command;
extern const command validate_command;

/* Of `orma node`. */
extern const command rehash_command;

#endif
