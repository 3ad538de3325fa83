/* The conformance test of plugins: TAP, one line for each promise.
 *
 * Four parts: the manifest, the module's file, loading, the contract of each
 * entry's table. Whatever runs a module's code runs in a child process with a
 * time limit, so a crash is a line of the report.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_CHECK_H
#define CORE_PLUGIN_CHECK_H

#include <base/buf.h>

/* folder: the bundle, or NULL; entry: "name" or "group:name", or NULL; both
 * NULL: all that is installed. Appends the report; *failed counts "not ok".
 * Errors: NOT_FOUND, NO_MEMORY. */
orma_status plugin_check(const char *folder, const char *entry, buf *tap,
                         int32_t *failed, orma_error **err);

#endif
