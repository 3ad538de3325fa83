/* Is every object what its key says?
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

typedef struct checker {
    container *c;
    bool is_quick;
    container_progress *progress;
    container_fault *fault;
    void *user;
    int64_t done, total;
    int64_t pack_id, pack_size; /* of the pack being checked */
    bool has_pack;
    int64_t end; /* where the object before ends */
    char *chunk;
} checker;

static orma_status report(checker *k, const char *key, orma_error **err,
                          const char *fmt, ...) ORMA_PRINTF(4, 5);

static orma_status report(checker *k, const char *key, orma_error **err,
                          const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    va_list args;
    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    const orma_status st = buf_status(&text, err);
    return st == ORMA_OK ? k->fault(k->user, key, buf_c_str(&text), err) : st;
}

/* Reads the object as everybody would; what stops that is a fault. */
static orma_status check_bytes(checker *k, object_reader *r, const char *key,
                               orma_error **err)
{
    size_t n = 1;
    AUTO_ERROR orma_error *why = NULL;
    orma_status st = ORMA_OK;
    while (st == ORMA_OK && n > 0)
        st = object_read(r, k->chunk, CONTAINER_CHUNK, &n, &why);
    if (st == ORMA_OK || st == ORMA_E_NO_MEMORY)
        return st;
    return report(k, key, err, "%s", orma_error_message(why));
}

static orma_status step(checker *k, orma_error **err)
{
    k->done++;
    if (k->progress == NULL || k->done % 256 != 0 ||
        k->progress(k->user, k->done, k->total))
        return ORMA_OK;
    return error_set(err, ORMA_E_CANCELLED, "storage", 0, "stopped");
}

/* ---- packed ------------------------------------------------------ */

static orma_status enter_pack(checker *k, int64_t pack_id, orma_error **err)
{
    struct stat info;
    AUTO_FREE char *path = container_pack_path(k->c, pack_id, "");
    if (path == NULL)
        return error_no_memory(err);
    k->has_pack = stat(path, &info) == 0;
    k->pack_id = pack_id;
    k->pack_size = k->has_pack ? info.st_size : 0;
    k->end = 0;
    return k->has_pack
               ? ORMA_OK
               : report(k, "", err,
                        "pack \"%s\" is missing, and objects lie in it", path);
}

static orma_status check_row(checker *k, const char *key,
                             const packed_object *o, orma_error **err)
{
    orma_status st = ORMA_OK;

    if (!container_key_is_valid(key))
        return report(k, key, err, "is no valid key of the index");
    if (!k->has_pack)
        return report(k, key, err, "lies in pack %lld, which is missing",
                      (long long)o->pack_id);
    if (o->offset < 0 || o->length < 0 || o->size < 0 ||
        o->offset > k->pack_size || o->length > k->pack_size - o->offset)
        return report(k, key, err,
                      "reaches beyond the end of pack %lld (%lld bytes)",
                      (long long)o->pack_id, (long long)k->pack_size);
    if (!o->is_compressed && o->size != o->length)
        st = report(k, key, err,
                    "is not compressed, but its size %lld differs from its "
                    "length %lld",
                    (long long)o->size, (long long)o->length);
    if (st == ORMA_OK && o->offset < k->end && o->length > 0)
        st = report(k, key, err, "overlaps the object before it in pack %lld",
                    (long long)o->pack_id);
    if (o->offset + o->length > k->end)
        k->end = o->offset + o->length;
    if (st != ORMA_OK || k->is_quick)
        return st;

    object_reader *r = NULL;
    AUTO_ERROR orma_error *why = NULL;
    st = container_open_packed(k->c, key, o, &r, &why);
    if (st != ORMA_OK || r == NULL)
        return report(k, key, err, "%s",
                      why != NULL ? orma_error_message(why)
                                  : "cannot be opened");
    st = check_bytes(k, r, key, err);
    object_close(r);
    return st;
}

/* In the order of the packs' bytes, so that the disk is read from front to
 * back. Under LOCK_BYTE_PACKS nothing would be gained: appending changes no
 * byte that a row refers to. */
static orma_status check_packed(checker *k, orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = SQLITE_ROW;
    orma_status st = index_prepare(
        k->c,
        "SELECT hashkey, pack_id, \"offset\", length, size, compressed FROM "
        "db_object ORDER BY pack_id, \"offset\", length",
        &stmt, err);

    k->pack_id = INT64_MIN;
    while (st == ORMA_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(stmt, 0);
        const packed_object o = {
            .pack_id = sqlite3_column_int64(stmt, 1),
            .offset = sqlite3_column_int64(stmt, 2),
            .length = sqlite3_column_int64(stmt, 3),
            .size = sqlite3_column_int64(stmt, 4),
            .is_compressed = sqlite3_column_int(stmt, 5) != 0,
        };
        if (o.pack_id != k->pack_id)
            st = enter_pack(k, o.pack_id, err);
        if (st == ORMA_OK)
            st = check_row(k, key == NULL ? "" : key, &o, err);
        if (st == ORMA_OK)
            st = step(k, err);
    }
    if (st == ORMA_OK && rc != SQLITE_DONE)
        st = report(k, "", err, "the index cannot be read to its end: %s",
                    sqlite3_errmsg(k->c->index));
    sqlite3_finalize(stmt);
    return st;
}

static orma_status check_index_file(checker *k, orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = SQLITE_ROW;
    AUTO_ERROR orma_error *why = NULL;
    orma_status st = index_prepare(
        k->c, k->is_quick ? "PRAGMA quick_check" : "PRAGMA integrity_check",
        &stmt, &why);
    if (st != ORMA_OK)
        return report(k, "", err, "%s", orma_error_message(why));
    while (st == ORMA_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(stmt, 0);
        if (line != NULL && !text_equal(line, "ok"))
            st = report(k, "", err, "index packs.idx: %s", line);
    }
    if (st == ORMA_OK && rc != SQLITE_DONE)
        st = report(k, "", err, "index packs.idx: %s",
                    sqlite3_errmsg(k->c->index));
    sqlite3_finalize(stmt);
    return st;
}

/* ---- loose ------------------------------------------------------- */

static orma_status check_loose(void *user, const container_entry *e,
                               orma_error **err)
{
    checker *k = user;
    object_reader *r = NULL;
    AUTO_ERROR orma_error *why = NULL;
    if (k->is_quick)
        return step(k, err);
    orma_status st = container_open_loose(k->c, e->key, &r, &why);
    if (st != ORMA_OK)
        st = report(k, e->key, err, "%s", orma_error_message(why));
    else if (r != NULL) /* else a packer was here */
        st = check_bytes(k, r, e->key, err);
    object_close(r);
    return st == ORMA_OK ? step(k, err) : st;
}

orma_status container_check(container *c, bool is_quick,
                            container_progress *progress,
                            container_fault *fault, void *user,
                            orma_error **err)
{
    if (c->archive != NULL)
        return container_zip_check(c, is_quick, progress, fault, user, err);
    int64_t bytes = 0;
    checker k = {.c = c,
                 .is_quick = is_quick,
                 .progress = progress,
                 .fault = fault,
                 .user = user,
                 .chunk = malloc(CONTAINER_CHUNK)};
    if (k.chunk == NULL)
        return error_no_memory(err);
    orma_status st = check_index_file(&k, err);
    if (st == ORMA_OK && progress != NULL)
        st = index_counts(c, &k.total, &bytes, err);
    if (st == ORMA_OK)
        st = container_each_loose(c, check_loose, &k, err);
    if (st == ORMA_OK)
        st = check_packed(&k, err);
    free(k.chunk);
    return st;
}
