/* AiiDA's repository tree, {"o": {"name": {"k": key} or {"o": …}}}.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_REPOSITORY_H
#define CORE_STORAGE_REPOSITORY_H

#include <storage/store.h>

/* Adds a file (key) or an empty folder (key NULL), with its parent folders,
 * after what is there; a file of the same path is replaced.
 * Errors: INVALID (a file lies where a folder is needed, or the reverse). */
orma_status repository_put(json_object *tree, const char *path, const char *key,
                           orma_error **err);

#endif
