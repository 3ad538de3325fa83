/* Where an object lies.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/archive/place.h>

#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <storage/archive/archive_file.h>
#include <storage/container_internal.h>

orma_status object_find_place(container *c, const char *key, object_place *out,
                              bool *found, orma_error **err)
{
    packed_object where;
    struct stat info;

    *found = false;
    if (c->archive != NULL) {
        uint64_t index = 0, size = 0;
        *found = archive_file_find(c->archive, key, &index, &size);
        *out = (object_place){0, (int64_t)index, (int64_t)size};
        return ORMA_OK;
    }
    const orma_status st = index_find(c, key, &where, found, err);
    if (st != ORMA_OK)
        return st;
    if (*found) {
        *out = (object_place){where.pack_id, where.offset, where.size};
        return ORMA_OK;
    }
    AUTO_FREE char *path = container_loose_path(c, key);
    if (path == NULL)
        return error_no_memory(err);
    *found = stat(path, &info) == 0 && S_ISREG(info.st_mode);
    *out = (object_place){INT64_MAX, 0, *found ? info.st_size : 0};
    return ORMA_OK;
}
