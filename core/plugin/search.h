/* Where bundles are looked for, and which of them may be trusted.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_SEARCH_H
#define CORE_PLUGIN_SEARCH_H

#include <stdbool.h>

#include <sys/stat.h>

#include <base/arena.h>

/* One folder that has an orma-plugin.yaml. */
typedef struct bundle_place {
    const char *folder;   /* absolute */
    const char *manifest; /* its orma-plugin.yaml */
    const char *kind;     /* of <dir>/<kind>/<bundle>, else "" */
    const char *name;     /* the folder's own name */
    size_t rank;          /* which folder of the search path: 0 is first */
    struct stat folder_info, manifest_info;
} bundle_place;

/* The folders of the search path, in order, absolute, each once.
 * Errors: NO_MEMORY. */
orma_status search_path(arena *memory, const char ***folders, size_t *count,
                        orma_error **err);

/* All bundles in these folders, by rank, then kind and name.
 * Errors: NO_MEMORY. */
orma_status search_bundles(arena *memory, const char *const *folders,
                           size_t folder_count, bundle_place **places,
                           size_t *count, orma_error **err);

/* One bundle by its folder, as if alone in the search path.
 * Errors: NOT_FOUND (no manifest in it), NO_MEMORY. */
orma_status search_one(arena *memory, const char *folder, bundle_place *place,
                       orma_error **err);

/* Why a file or folder is not trusted, with the remedy, as "<what> is writable
 * by everybody; run chmod o-w"; NULL when it is. */
const char *search_distrust(arena *memory, const char *what,
                            const struct stat *info);

/* A set-user-ID or otherwise privileged run believes no environment. */
bool search_is_privileged(void);

#endif
