/* Objects of an archive into a profile's container, in portions.
 *
 * SPDX-License-Identifier: MIT */
#include "import_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/archive/archive_file.h>
#include <storage/staging.h>

#define PORTION_OBJECTS 2000
#define PORTION_BYTES ((int64_t)16 << 20)
#define LARGE_BYTES ((int64_t)8 << 20) /* goes through a file */
#define RATIO_FROM_BYTES ((int64_t)1 << 30)
#define PIECE_BYTES (256u * 1024u)

/* What is read and not put yet. */
typedef struct portion {
    import *m;
    container_object objects[PORTION_OBJECTS];
    char keys[PORTION_OBJECTS][DIGEST_SHA256_HEX];
    char *contents[PORTION_OBJECTS]; /* NULL: in a file */
    int fds[PORTION_OBJECTS];
    char paths[PORTION_OBJECTS][32]; /* of such files */
    size_t count;
    int64_t bytes;
    int64_t seen; /* objects of the archive so far */
    char *piece;
} portion;

static void forget(portion *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->contents[i]);
        if (p->fds[i] >= 0)
            close(p->fds[i]);
    }
    p->count = 0;
    p->bytes = 0;
}

/* Durable when it returns, but on a host that only stages. */
static orma_status put(portion *p, orma_error **err)
{
    orma_status st = store_put_objects(p->m->to, p->objects, p->count, err);
    if (st == ORMA_OK && p->m->bulk != NULL)
        st = store_stage_objects(p->m->to, p->objects, p->count, err);
    for (size_t i = 0; st == ORMA_OK && i < p->count; i++)
        if (!text_equal(p->objects[i].key, p->keys[i]))
            st = error_set(err, ORMA_E_INVALID, "archive", 0,
                           "object \"%s\" of the archive holds other bytes",
                           p->keys[i]);
    if (st == ORMA_OK)
        p->m->objects.added += (int64_t)p->count;
    forget(p);
    return st == ORMA_OK
               ? import_tell(p->m, "objects", p->seen, p->m->objects.total, err)
               : st;
}

/* ---- reading ----------------------------------------------------- */

static orma_status read_content(object_reader *r, char *content, size_t size,
                                orma_error **err)
{
    size_t at = 0, n = 1;
    char beyond;
    orma_status st = ORMA_OK;
    while (st == ORMA_OK && at < size && n > 0) {
        st = object_read(r, content + at, size - at, &n, err);
        at += n;
    }
    /* The end, where the content is compared with the key. */
    return st == ORMA_OK ? object_read(r, &beyond, 1, &n, err) : st;
}

static orma_status read_to_file(portion *p, object_reader *r, int fd,
                                orma_error **err)
{
    size_t n = 1;
    orma_status st = ORMA_OK;
    while (st == ORMA_OK && n > 0) {
        st = object_read(r, p->piece, PIECE_BYTES, &n, err);
        for (size_t at = 0; st == ORMA_OK && at < n;) {
            const ssize_t done = write(fd, p->piece + at, n - at);
            if (done < 0 && errno != EINTR)
                st = errno == ENOSPC || errno == EDQUOT
                         ? error_set(err, ORMA_E_TRANSIENT, "archive", errno,
                                     "disk is full: cannot copy an object out "
                                     "of the archive")
                         : error_errno(err, errno, "archive",
                                       "cannot copy an object out of the "
                                       "archive");
            at += done > 0 ? (size_t)done : 0;
        }
    }
    return st;
}

/* Reads the object as the next one of the portion. */
static orma_status take(portion *p, const char *key, orma_error **err)
{
    object_reader *r = NULL;
    const size_t i = p->count;
    orma_status st = container_open_object(p->m->from->container, key, &r, err);
    if (st != ORMA_OK)
        return st;
    const int64_t size = object_size(r);
    memcpy(p->keys[i], key, DIGEST_SHA256_HEX);
    p->objects[i] = (container_object){0};
    p->contents[i] = NULL;
    p->fds[i] = -1;
    p->count++;
    if (size <= LARGE_BYTES) {
        p->contents[i] = malloc((size_t)size + 1);
        p->objects[i].bytes = (orma_str){p->contents[i], (size_t)size};
        st = p->contents[i] == NULL
                 ? error_no_memory(err)
                 : read_content(r, p->contents[i], (size_t)size, err);
    } else {
        p->fds[i] = file_unnamed(p->m->to->folder);
        snprintf(p->paths[i], sizeof p->paths[i], "/proc/self/fd/%d",
                 p->fds[i]);
        p->objects[i].local_path = p->paths[i];
        st = p->fds[i] < 0
                 ? error_errno(err, errno, "archive",
                               "cannot write into \"%s\"", p->m->to->folder)
                 : read_to_file(p, r, p->fds[i], err);
    }
    object_close(r);
    p->bytes += size;
    return st == ORMA_E_PERMANENT
               ? error_set(err, ORMA_E_INVALID, "archive", 0,
                           "the archive is refused: an object is damaged")
               : st;
}

static orma_status visit(void *user, const container_entry *entry,
                         orma_error **err)
{
    portion *p = user;
    bool found = false;

    p->seen++;
    orma_status st = store_has_object(p->m->to, entry->key, &found, err);
    if (st == ORMA_OK && !found && p->m->options->is_dry_run)
        p->m->objects.added++;
    else if (st == ORMA_OK && !found)
        st = take(p, entry->key, err);
    if (st == ORMA_OK &&
        (p->count == PORTION_OBJECTS || p->bytes >= PORTION_BYTES))
        return put(p, err);
    return st == ORMA_OK && p->seen % PORTION_OBJECTS == 0
               ? import_tell(p->m, "objects", p->seen, p->m->objects.total, err)
               : st;
}

orma_status import_objects(import *m, orma_error **err)
{
    container_count total;
    portion *p = calloc(1, sizeof *p);
    char *piece = malloc(PIECE_BYTES);
    if (p == NULL || piece == NULL) {
        free(p);
        free(piece);
        return error_no_memory(err);
    }
    p->m = m;
    p->piece = piece;
    orma_status st = container_counts(m->from->container, &total, err);
    if (st == ORMA_OK) {
        m->objects = (import_count){.total = total.packed + total.loose};
        st = container_each(m->from->container, visit, p, NULL, err);
    }
    if (st == ORMA_OK && p->count > 0)
        st = put(p, err);
    forget(p);
    free(p);
    free(piece);
    return st;
}

/* ---- sizes ------------------------------------------------------- */

typedef struct missing {
    import *m;
    int64_t bytes;
} missing;

static orma_status add_missing(void *user, const container_entry *entry,
                               orma_error **err)
{
    missing *w = user;
    bool found = false;
    const orma_status st = store_has_object(w->m->to, entry->key, &found, err);
    if (st == ORMA_OK && !found)
        w->bytes += entry->size;
    return st;
}

/* Only what is missing needs room; to count it takes time, so it is done when
 * it matters. */
static orma_status check_room(import *m, const archive_totals *totals,
                              orma_error **err)
{
    struct statvfs fs;
    missing w = {m, 0};

    if (statvfs(m->to->folder, &fs) != 0)
        return ORMA_OK;
    const uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if ((uint64_t)totals->object_bytes <= room)
        return ORMA_OK;
    const orma_status st =
        container_each(m->from->container, add_missing, &w, NULL, err);
    if (st != ORMA_OK || (uint64_t)w.bytes <= room)
        return st;
    return error_set(err, ORMA_E_TRANSIENT, "archive", ENOSPC,
                     "the archive's objects need %lld bytes, and the disk of "
                     "\"%s\" has room for %lld",
                     (long long)w.bytes, m->to->folder, (long long)room);
}

orma_status import_check_sizes(import *m, orma_error **err)
{
    const archive_import_options *o = m->options;
    archive_file *f = container_archive(m->from->container);
    archive_totals t;

    if (f == NULL)
        return ORMA_OK;
    archive_file_totals(f, &t);
    if (o->max_bytes > 0 && t.content_bytes > o->max_bytes)
        return error_set(err, ORMA_E_REFUSED, "archive", 0,
                         "the archive holds %lld bytes, and %lld are allowed",
                         (long long)t.content_bytes, (long long)o->max_bytes);
    if (o->max_ratio > 0 && t.content_bytes > RATIO_FROM_BYTES &&
        t.content_bytes / o->max_ratio > t.file_bytes) {
        const orma_status st = error_set(
            err, ORMA_E_REFUSED, "archive", 0,
            "the archive of %lld bytes claims to hold %lld, more than %lld "
            "times as many",
            (long long)t.file_bytes, (long long)t.content_bytes,
            (long long)o->max_ratio);
        error_hint(err, "allow it with --max-ratio, if its origin is known");
        return st;
    }
    return check_room(m, &t, err);
}
