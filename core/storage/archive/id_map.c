/* From the ids of an archive's rows to those of a profile.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/archive/id_map.h>

#include <stdlib.h>

enum id_map_added id_map_add(id_map *map, int64_t from)
{
    if (from < 1 || from > INT32_MAX ||
        (map->count > 0 && from <= map->items[map->count - 1].from))
        return ID_MAP_DISORDER;
    if (map->count == map->capacity) {
        const size_t capacity =
            map->capacity == 0 ? 256 : map->capacity + map->capacity / 2;
        id_map_item *grown = reallocarray(map->items, capacity, sizeof *grown);
        if (grown == NULL)
            return ID_MAP_NO_MEMORY;
        map->items = grown;
        map->capacity = capacity;
    }
    map->items[map->count++] = (id_map_item){(int32_t)from, 0};
    return ID_MAP_ADDED;
}

id_map_item *id_map_find(const id_map *map, int64_t from)
{
    size_t low = 0, high = map->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (map->items[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->count && map->items[low].from == from ? &map->items[low]
                                                            : NULL;
}

int64_t id_map_get(const id_map *map, int64_t from)
{
    const id_map_item *item = id_map_find(map, from);
    if (item == NULL)
        return 0;
    return item->to < 0 ? -(int64_t)item->to : item->to;
}

void id_map_free(id_map *map)
{
    free(map->items);
    *map = (id_map){0};
}
