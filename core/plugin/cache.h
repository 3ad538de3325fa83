/* The compiled cache: manifests as they were read the last time.
 *
 * One file for each search path in ${XDG_CACHE_HOME:-$HOME/.cache}/orma. It is
 * believed only when it belongs to the user, is of this version of orma and its
 * checksum holds; a record only when path, inode, size and times of its
 * manifest agree. Folders are listed anew each time, so an added bundle is seen
 * at once. ORMA_NO_CACHE=1 does without.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_CACHE_H
#define CORE_PLUGIN_CACHE_H

#include <plugin/manifest.h>
#include <plugin/search.h>

typedef struct cache cache;

/* The cache of this search path; an unreadable or foreign one is empty.
 * Errors: NO_MEMORY. */
orma_status cache_open(const char *const *folders, size_t folder_count,
                       cache **out, orma_error **err);

/* Accepts NULL. Manifests that cache_find() gave point into the cache. */
void cache_close(cache *c);

/* Fills *out from the record of this place; false: not there, or outdated.
 * Arrays are allocated in memory, texts point into the cache. */
bool cache_find(cache *c, arena *memory, const bundle_place *place,
                manifest *out);

typedef struct cache_record {
    const bundle_place *place;
    const manifest *manifest;
} cache_record;

/* Replaces the file by these records. What cannot be written is not an error:
 * the next start reads the manifests again. */
void cache_write(cache *c, const cache_record *records, size_t count);

/* Is there a file to remember things in? */
bool cache_is_usable(const cache *c);

/* What tells a file from another, or from what it was. */
void cache_module_key(const struct stat *info, module_key *key);

#endif
