/* Which processes are taken from the cache, by AiiDA's three options.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_CACHING_H
#define CORE_CONFIG_CACHING_H

#include <config/config.h>

/* Could the pattern be of a process type: "GROUP:NAME", or a dotted Python
 * name, with "*" for any text? Errors: INVALID. */
orma_status caching_check_pattern(const char *pattern, orma_error **err);

/* Does the whole text match the pattern? */
bool caching_match(const char *pattern, const char *text);

/* Is caching on for the process type? Of patterns on both lists that match it
 * the most specific one wins: that which all the others match too.
 * Errors: INVALID (a pattern; none or several are most specific). */
orma_status caching_is_enabled(const config *c, const char *profile,
                               const char *process_type, bool *enabled,
                               orma_error **err);

#endif
