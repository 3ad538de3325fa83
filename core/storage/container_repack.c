/* Rewriting packs without the bytes that no object needs any more.
 *
 * The steps are disk-objectstore's, so that AiiDA can go on after any of them:
 *   1 live objects in the order of their offsets into packs/-1; synced
 *   2 their rows say pack -1; committed
 *   3 packs/N is deleted
 *   4 packs/-1 is linked to packs/N as well; synced
 *   5 the rows say pack N; committed
 *   6 packs/-1 is deleted
 * Who is interrupted after 2 leaves rows of pack -1; before 2 or after 5, only
 * a packs/-1 that nobody needs.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define REPACK_ID (-1)

static orma_status sync_packs(container *c, orma_error **err)
{
    AUTO_FREE char *folder = container_path(c, "packs");
    return folder == NULL ? error_no_memory(err)
                          : container_sync_folder(folder, err);
}

static orma_status count_rows(container *c, int64_t pack_id, int64_t *rows,
                              int64_t *bytes, orma_error **err)
{
    AUTO_FREE char *sql =
        text_printf("SELECT COUNT(*) FROM db_object WHERE pack_id = %lld",
                    (long long)pack_id);
    AUTO_FREE char *sum = text_printf(
        "SELECT COALESCE(SUM(length), 0) FROM db_object WHERE pack_id = %lld",
        (long long)pack_id);
    if (sql == NULL || sum == NULL)
        return error_no_memory(err);
    const orma_status st = index_number(c, sql, rows, err);
    return st == ORMA_OK ? index_number(c, sum, bytes, err) : st;
}

static orma_status unlink_pack(container *c, int64_t pack_id, int64_t *freed,
                               orma_error **err)
{
    struct stat info;
    AUTO_FREE char *path = container_pack_path(c, pack_id, "");
    if (path == NULL)
        return error_no_memory(err);
    if (stat(path, &info) != 0)
        return ORMA_OK;
    if (unlink(path) != 0 && errno != ENOENT)
        return container_errno(err, errno, "cannot delete", path);
    if (info.st_nlink == 1)
        *freed += info.st_size;
    return sync_packs(c, err);
}

/* Step 4 to 6 for packs/-1, whose rows are committed. */
static orma_status adopt_as(container *c, int64_t pack_id, orma_error **err)
{
    int64_t ignored = 0;
    AUTO_FREE char *from = container_pack_path(c, REPACK_ID, "");
    AUTO_FREE char *to = container_pack_path(c, pack_id, "");
    AUTO_FREE char *sql =
        text_printf("UPDATE db_object SET pack_id = %lld WHERE pack_id = %d",
                    (long long)pack_id, REPACK_ID);
    if (from == NULL || to == NULL || sql == NULL)
        return error_no_memory(err);

    if (link(from, to) != 0 && errno != EEXIST)
        return container_errno(err, errno, "cannot link the pack to", to);
    orma_status st = sync_packs(c, err);
    if (st == ORMA_OK)
        st = index_begin(c, err);
    if (st == ORMA_OK)
        st = index_run(c, sql, err);
    if (st == ORMA_OK)
        st = index_commit(c, err);
    if (st != ORMA_OK) {
        index_rollback(c);
        return st;
    }
    return unlink_pack(c, REPACK_ID, &ignored, err);
}

/* Is packs/<id> free for packs/-1, or the same file already? */
static orma_status may_become(container *c, int64_t id, const struct stat *made,
                              bool *yes, orma_error **err)
{
    struct stat info;
    int64_t rows = 0, bytes = 0;
    AUTO_FREE char *path = container_pack_path(c, id, "");
    AUTO_FREE char *lock = container_pack_path(c, id, ".lock");
    if (path == NULL || lock == NULL)
        return error_no_memory(err);
    const bool exists = stat(path, &info) == 0;
    *yes = exists && info.st_ino == made->st_ino && info.st_dev == made->st_dev;
    if (exists || access(lock, F_OK) == 0)
        return ORMA_OK;
    const orma_status st = count_rows(c, id, &rows, &bytes, err);
    *yes = st == ORMA_OK && rows == 0;
    return st;
}

/* Finishes what an interrupted repack left, whosever it was. */
static orma_status recover(container *c, int64_t *freed, orma_error **err)
{
    struct stat made;
    int64_t rows = 0, bytes = 0;
    bool yes = false;
    AUTO_FREE char *path = container_pack_path(c, REPACK_ID, "");
    AUTO_FREE char *lock = container_pack_path(c, REPACK_ID, ".lock");
    if (path == NULL || lock == NULL)
        return error_no_memory(err);
    container_drop_stale_lock(lock);
    const bool exists = stat(path, &made) == 0;
    orma_status st = count_rows(c, REPACK_ID, &rows, &bytes, err);
    if (st != ORMA_OK || rows == 0)
        return st != ORMA_OK || !exists ? st
                                        : unlink_pack(c, REPACK_ID, freed, err);
    if (!exists)
        return error_set(err, ORMA_E_PERMANENT, "storage", 0,
                         "\"%s\" is missing, and %lld objects lie in it", path,
                         (long long)rows);

    /* The pack that it is linked to, else a place where none is. */
    if (made.st_nlink > 1)
        for (int64_t id = 0; st == ORMA_OK && id < 100000; id++) {
            struct stat info;
            AUTO_FREE char *other = container_pack_path(c, id, "");
            if (other != NULL && stat(other, &info) == 0 &&
                info.st_ino == made.st_ino && info.st_dev == made.st_dev)
                return adopt_as(c, id, err);
        }
    for (int64_t id = 0; st == ORMA_OK; id++) {
        st = may_become(c, id, &made, &yes, err);
        if (st == ORMA_OK && yes)
            return adopt_as(c, id, err);
    }
    return st;
}

/* ---- one pack ---------------------------------------------------- */

typedef struct repacker {
    container *c;
    container_upkeep *u;
    appender into; /* packs/-1 */
    int from_fd;
    int64_t pack_id;
    int64_t done, total;
} repacker;

typedef struct moved_row {
    int64_t id;
    char key[DIGEST_SHA256_HEX];
    packed_object from, to;
} moved_row;

/* Reads the whole object, which compares it with its key. */
static orma_status check_object(repacker *r, const char *key, char *chunk,
                                orma_error **err)
{
    object_reader *reader = NULL;
    size_t n = 1;
    orma_status st = container_open_object(r->c, key, &reader, err);
    while (st == ORMA_OK && n > 0)
        st = object_read(reader, chunk, CONTAINER_CHUNK, &n, err);
    object_close(reader);
    return st;
}

static orma_status copy_raw(repacker *r, moved_row *row, char *chunk,
                            orma_error **err)
{
    int64_t at = row->from.offset, left = row->from.length;

    row->to = row->from;
    row->to.pack_id = REPACK_ID;
    row->to.offset = r->into.end;
    while (left > 0) {
        const ssize_t n =
            pread(r->from_fd, chunk,
                  left < CONTAINER_CHUNK ? (size_t)left : CONTAINER_CHUNK, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return container_errno(err, n == 0 ? EIO : errno,
                                   "cannot read the pack of", row->key);
        const orma_status st = appender_bytes(&r->into, chunk, (size_t)n, err);
        if (st != ORMA_OK)
            return st;
        at += n;
        left -= n;
    }
    return ORMA_OK;
}

/* An object into the pack in the making, compressed anew when that is wanted
 * and it was not. */
static orma_status move_object(repacker *r, moved_row *row, char *chunk,
                               orma_error **err)
{
    orma_status st = check_object(r, row->key, chunk, err);
    if (st != ORMA_OK)
        return st;
    if (r->u->compression != CONTAINER_AUTO || row->from.is_compressed)
        return copy_raw(r, row, chunk, err);
    return appender_move(&r->into, r->from_fd, &row->from, &row->to, err);
}

static orma_status read_rows(repacker *r, moved_row **out, size_t *count,
                             orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    int64_t rows = 0, bytes = 0;
    size_t n = 0;
    int rc = SQLITE_ROW;
    orma_status st = count_rows(r->c, r->pack_id, &rows, &bytes, err);
    moved_row *made =
        st == ORMA_OK ? calloc((size_t)rows + 1, sizeof *made) : NULL;
    if (st == ORMA_OK && made == NULL)
        st = error_no_memory(err);
    if (st == ORMA_OK)
        st = index_prepare(r->c,
                           "SELECT id, hashkey, \"offset\", length, size, "
                           "compressed FROM db_object WHERE pack_id = ?1 ORDER "
                           "BY \"offset\"",
                           &stmt, err);
    if (st != ORMA_OK) {
        free(made);
        return st;
    }
    sqlite3_bind_int64(stmt, 1, r->pack_id);
    while (n < (size_t)rows && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        moved_row *row = &made[n++];
        row->id = sqlite3_column_int64(stmt, 0);
        snprintf(row->key, sizeof row->key, "%s",
                 (const char *)sqlite3_column_text(stmt, 1));
        row->from = (packed_object){
            .pack_id = r->pack_id,
            .offset = sqlite3_column_int64(stmt, 2),
            .length = sqlite3_column_int64(stmt, 3),
            .size = sqlite3_column_int64(stmt, 4),
            .is_compressed = sqlite3_column_int(stmt, 5) != 0,
        };
    }
    sqlite3_finalize(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        free(made);
        return index_fail(r->c, rc, err);
    }
    *out = made;
    *count = n;
    return ORMA_OK;
}

/* The pack goes: no row may name it any more. */
static orma_status check_left(repacker *r, orma_error **err)
{
    int64_t rows = 0, bytes = 0;
    const orma_status st = count_rows(r->c, r->pack_id, &rows, &bytes, err);
    if (st != ORMA_OK || rows == 0)
        return st;
    return error_set(err, ORMA_E_TRANSIENT, "storage", 0,
                     "pack %lld was appended to while it was rewritten",
                     (long long)r->pack_id);
}

static orma_status write_rows(repacker *r, const moved_row *rows, size_t count,
                              orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    orma_status st = index_begin(r->c, err);
    if (st == ORMA_OK)
        st = index_prepare(r->c,
                           "UPDATE db_object SET pack_id = -1, \"offset\" = "
                           "?2, length = ?3, compressed = ?4 WHERE id = ?1",
                           &stmt, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        sqlite3_bind_int64(stmt, 1, rows[i].id);
        sqlite3_bind_int64(stmt, 2, rows[i].to.offset);
        sqlite3_bind_int64(stmt, 3, rows[i].to.length);
        sqlite3_bind_int(stmt, 4, rows[i].to.is_compressed);
        const int rc = sqlite3_step(stmt);
        sqlite3_reset(stmt);
        if (rc != SQLITE_DONE)
            st = index_fail(r->c, rc, err);
    }
    sqlite3_finalize(stmt);
    if (st == ORMA_OK)
        st = index_commit(r->c, err);
    if (st != ORMA_OK)
        index_rollback(r->c);
    return st;
}

static orma_status fill_new_pack(repacker *r, moved_row *rows, size_t count,
                                 orma_error **err)
{
    AUTO_FREE char *chunk = malloc(CONTAINER_CHUNK);
    orma_status st = chunk == NULL
                         ? error_no_memory(err)
                         : appender_open_new(&r->into, REPACK_ID, err);
    for (size_t i = 0; st == ORMA_OK && i < count; i++) {
        st = move_object(r, &rows[i], chunk, err);
        r->done += rows[i].from.length;
        if (st == ORMA_OK && r->u->progress != NULL && i % 100 == 0 &&
            !r->u->progress(r->u->user, r->done, r->total))
            st = error_set(err, ORMA_E_CANCELLED, "storage", 0,
                           "stopped; what was done so far is kept");
    }
    return st == ORMA_OK ? appender_sync(&r->into, err) : st;
}

static orma_status rewrite(repacker *r, orma_error **err)
{
    moved_row *rows = NULL;
    size_t count = 0;
    int64_t freed = 0;
    AUTO_FREE char *path = container_pack_path(r->c, r->pack_id, "");
    if (path == NULL)
        return error_no_memory(err);
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return container_errno(err, errno, "cannot open", path);
    r->from_fd = fd;

    orma_status st = read_rows(r, &rows, &count, err);
    if (st != ORMA_OK)
        return st;
    st = appender_init(&r->into, r->c, err);
    if (st == ORMA_OK) {
        r->into.compression = r->u->compression;
        st = fill_new_pack(r, rows, count, err);
        if (st == ORMA_OK)
            st = write_rows(r, rows, count, err);
        const int64_t new_size = r->into.end;
        appender_finish(&r->into);
        if (st == ORMA_OK)
            st = check_left(r, err);
        if (st == ORMA_OK)
            st = unlink_pack(r->c, r->pack_id, &freed, err);
        if (st == ORMA_OK)
            st = adopt_as(r->c, r->pack_id, err);
        if (st == ORMA_OK) {
            r->u->freed += freed - new_size;
            r->u->objects += (int64_t)count;
        }
    }
    free(rows);
    return st;
}

/* A pack that another program is appending to is left alone. */
static orma_status repack_one(repacker *r, orma_error **err)
{
    struct stat info;
    int64_t rows = 0, bytes = 0;
    bool taken = false;
    AUTO_FREE char *path = container_pack_path(r->c, r->pack_id, "");
    AUTO_FREE char *lock = container_pack_path(r->c, r->pack_id, ".lock");
    if (path == NULL || lock == NULL)
        return error_no_memory(err);

    orma_status st = container_lock(r->c, LOCK_BYTE_PACKS, F_WRLCK, err);
    if (st == ORMA_OK)
        st = container_take_pack_lock(r->c, lock, &taken, err);
    if (st == ORMA_OK && taken && stat(path, &info) == 0) {
        st = recover(r->c, &r->u->freed, err);
        if (st == ORMA_OK)
            st = count_rows(r->c, r->pack_id, &rows, &bytes, err);
        if (st == ORMA_OK && rows == 0)
            st = unlink_pack(r->c, r->pack_id, &r->u->freed, err);
        else if (st == ORMA_OK &&
                 (bytes < info.st_size || r->u->compression == CONTAINER_AUTO))
            st = rewrite(r, err);
    }
    if (taken)
        unlink(lock);
    container_unlock_byte(r->c, LOCK_BYTE_PACKS);
    return st;
}

static int by_id(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef struct pack_list {
    int64_t *ids;
    size_t count;
    int64_t bytes;
} pack_list;

static orma_status add_pack(void *user, const char *name, const char *path,
                            const struct stat *info, orma_error **err)
{
    pack_list *list = user;
    (void)path;
    if (strspn(name, "0123456789") != strlen(name))
        return ORMA_OK;
    int64_t *grown =
        reallocarray(list->ids, list->count + 1, sizeof *list->ids);
    if (grown == NULL)
        return error_no_memory(err);
    list->ids = grown;
    list->ids[list->count++] = strtoll(name, NULL, 10);
    list->bytes += info->st_size;
    return ORMA_OK;
}

/* Ids of the packs that there are, ascending. */
static orma_status list_packs(container *c, pack_list *list, orma_error **err)
{
    const orma_status st = container_each_file(c, "packs", add_pack, list, err);
    if (list->count > 1)
        qsort(list->ids, list->count, sizeof *list->ids, by_id);
    return st;
}

static orma_status begin_repack(container *c, orma_error **err)
{
    const orma_status st = container_check_owner(c, err);
    return st == ORMA_OK ? container_lock(c, LOCK_BYTE_REPACK, F_WRLCK, err)
                         : st;
}

static orma_status recover_locked(container *c, int64_t *freed,
                                  orma_error **err)
{
    orma_status st = container_lock(c, LOCK_BYTE_PACKS, F_WRLCK, err);
    if (st != ORMA_OK)
        return st;
    st = recover(c, freed, err);
    container_unlock_byte(c, LOCK_BYTE_PACKS);
    return st;
}

orma_status container_recover(container *c, orma_error **err)
{
    int64_t freed = 0;
    orma_status st = begin_repack(c, err);
    if (st != ORMA_OK)
        return st;
    st = recover_locked(c, &freed, err);
    container_unlock_byte(c, LOCK_BYTE_REPACK);
    return st;
}

orma_status container_repack(container *c, container_upkeep *u,
                             orma_error **err)
{
    repacker r = {.c = c, .u = u, .from_fd = -1};
    pack_list list = {0};

    orma_status st = begin_repack(c, err);
    if (st != ORMA_OK)
        return st;
    /* Nothing is deleted while it is copied. */
    st = container_lock(c, LOCK_BYTE_OBJECTS, F_RDLCK, err);
    if (st == ORMA_OK)
        st = recover_locked(c, &u->freed, err);
    if (st == ORMA_OK)
        st = list_packs(c, &list, err);
    r.total = list.bytes;
    for (size_t i = 0; st == ORMA_OK && i < list.count; i++) {
        r.pack_id = list.ids[i];
        st = repack_one(&r, err);
    }
    container_unlock_byte(c, LOCK_BYTE_OBJECTS);
    container_unlock_byte(c, LOCK_BYTE_REPACK);
    free(list.ids);
    return st;
}
