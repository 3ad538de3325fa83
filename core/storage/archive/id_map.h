/* From the ids of an archive's rows to those of a profile: eight bytes each.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_ARCHIVE_ID_MAP_H
#define CORE_STORAGE_ARCHIVE_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct id_map_item {
    int32_t from;
    int32_t to; /* 0: not known yet; below 0: of a row that was there before */
} id_map_item;

typedef struct id_map {
    id_map_item *items; /* by `from` ascending */
    size_t count, capacity;
} id_map;

enum id_map_added { ID_MAP_ADDED, ID_MAP_DISORDER, ID_MAP_NO_MEMORY };

/* from: above all that are there. */
enum id_map_added id_map_add(id_map *map, int64_t from);

/* NULL when it is not there. */
id_map_item *id_map_find(const id_map *map, int64_t from);

/* The profile's id, 0: none. */
int64_t id_map_get(const id_map *map, int64_t from);

void id_map_free(id_map *map); /* accepts a zeroed one; zeroes it */

#endif
