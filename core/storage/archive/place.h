/* Where an object lies, so that many can be read in the order of the disk.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_PLACE_H
#define CORE_STORAGE_ARCHIVE_PLACE_H

#include <stdbool.h>

#include <storage/container.h>

typedef struct object_place {
    int64_t pack, offset; /* loose ones come last */
    int64_t size;         /* of the content */
} object_place;

orma_status object_find_place(container *c, const char *key, object_place *out,
                              bool *found, orma_error **err);

#endif
