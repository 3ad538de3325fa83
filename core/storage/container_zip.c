/* An archive in the place of a container: its objects can be read, and nothing
 * be written.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

/* Archives have no id. */
static const char no_id[] = "00000000000000000000000000000000";

orma_status container_open_zip(const char *path, container **out,
                               orma_error **err)
{
    container *c = calloc(1, sizeof *c);
    if (c == NULL)
        return error_no_memory(err);
    c->lock_fd = -1;
    memcpy(c->id, no_id, sizeof c->id);
    c->folder = text_copy(path);
    const orma_status st = c->folder == NULL
                               ? error_no_memory(err)
                               : archive_file_open(path, &c->archive, err);
    if (st != ORMA_OK) {
        container_close(c);
        return st;
    }
    *out = c;
    return ORMA_OK;
}

bool container_is_archive(const container *c)
{
    return c->archive != NULL;
}

archive_file *container_archive(const container *c)
{
    return c->archive;
}

orma_status container_zip_refuse(const container *c, orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_REFUSED, "storage", 0,
                  "the profile is an archive, \"%s\": read-only", c->folder);
    error_hint(err,
               "import it into another profile: orma -p PROFILE archive "
               "import %s",
               c->folder);
    return st;
}

orma_status container_zip_counts(const container *c, container_count *out)
{
    archive_totals totals;

    archive_file_totals(c->archive, &totals);
    *out = (container_count){.packed = totals.objects,
                             .bytes = totals.object_bytes};
    return ORMA_OK;
}

orma_status container_zip_size(const container *c, container_sizes *out)
{
    archive_totals totals;

    archive_file_totals(c->archive, &totals);
    *out = (container_sizes){.packed = totals.object_bytes,
                             .packed_stored = totals.object_bytes,
                             .pack_files = totals.file_bytes,
                             .pack_count = 1};
    return ORMA_OK;
}

orma_status container_zip_each(container *c, container_visit *visit, void *user,
                               orma_error **err)
{
    char key[DIGEST_SHA256_HEX];
    bool is_object = false;
    uint64_t size = 0;
    orma_status st = ORMA_OK;

    for (uint64_t i = 0;
         st == ORMA_OK &&
         archive_file_object(c->archive, i, &is_object, key, &size);
         i++) {
        const container_entry entry = {.key = key,
                                       .id = (int64_t)i + 1,
                                       .offset = (int64_t)i,
                                       .length = (int64_t)size,
                                       .size = (int64_t)size};
        if (is_object)
            st = visit(user, &entry, err);
    }
    return st;
}

typedef struct zip_check {
    container *c;
    container_progress *progress;
    container_fault *fault;
    void *user;
    int64_t done, total;
    char *chunk;
} zip_check;

/* Reads it as everybody would; what stops that is a fault. */
static orma_status check_entry(void *user, const container_entry *entry,
                               orma_error **err)
{
    zip_check *k = user;
    object_reader *r = NULL;
    size_t n = 1;
    AUTO_ERROR orma_error *why = NULL;

    orma_status st = container_open_object(k->c, entry->key, &r, &why);
    while (st == ORMA_OK && n > 0)
        st = object_read(r, k->chunk, CONTAINER_CHUNK, &n, &why);
    object_close(r);
    if (st == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    st = st == ORMA_OK
             ? ORMA_OK
             : k->fault(k->user, entry->key, orma_error_message(why), err);
    k->done++;
    if (st != ORMA_OK || k->progress == NULL || k->done % 256 != 0 ||
        k->progress(k->user, k->done, k->total))
        return st;
    return error_set(err, ORMA_E_CANCELLED, "storage", 0, "stopped");
}

orma_status container_zip_check(container *c, bool is_quick,
                                container_progress *progress,
                                container_fault *fault, void *user,
                                orma_error **err)
{
    archive_totals totals;
    AUTO_FREE char *chunk = malloc(CONTAINER_CHUNK);
    if (chunk == NULL)
        return error_no_memory(err);
    if (is_quick) /* names and sizes were checked when it was opened */
        return ORMA_OK;
    archive_file_totals(c->archive, &totals);
    zip_check k = {c, progress, fault, user, 0, totals.objects, chunk};
    return container_zip_each(c, check_entry, &k, err);
}
