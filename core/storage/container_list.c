/* All objects of a container, one by one, and how much room they take.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define PAGE 4096 /* rows of the index that are read at once */

/* ---- packed ------------------------------------------------------ */

typedef struct index_row {
    char key[DIGEST_SHA256_HEX];
    container_entry entry;
} index_row;

/* A page is read before it is visited: no statement stays open, so that no
 * snapshot of the index is pinned and the visitor may write to it. */
static orma_status read_page(container *c, sqlite3_stmt *stmt, int64_t after,
                             index_row *rows, size_t *count, orma_error **err)
{
    size_t n = 0;
    int rc = SQLITE_ROW;

    sqlite3_bind_int64(stmt, 1, after);
    while (n < PAGE && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        index_row *row = &rows[n++];
        const char *key = (const char *)sqlite3_column_text(stmt, 1);
        const size_t len = key == NULL ? 0 : strlen(key);
        memset(row, 0, sizeof *row);
        memcpy(row->key, key == NULL ? "" : key,
               len < sizeof row->key ? len : sizeof row->key - 1);
        row->entry = (container_entry){
            .id = sqlite3_column_int64(stmt, 0),
            .is_compressed = sqlite3_column_int(stmt, 2) != 0,
            .size = sqlite3_column_int64(stmt, 3),
            .offset = sqlite3_column_int64(stmt, 4),
            .length = sqlite3_column_int64(stmt, 5),
            .pack_id = sqlite3_column_int64(stmt, 6),
        };
        row->entry.key = row->key;
    }
    sqlite3_reset(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return index_fail(c, rc, err);
    *count = n;
    return ORMA_OK;
}

static orma_status each_packed(container *c, container_visit *visit, void *user,
                               orma_error **err)
{
    sqlite3_stmt *stmt = NULL;
    size_t count = PAGE;
    int64_t after = 0;
    AUTO_FREE index_row *rows = calloc(PAGE, sizeof *rows);
    if (rows == NULL)
        return error_no_memory(err);

    orma_status st = ORMA_OK;
    while (st == ORMA_OK && count == PAGE) {
        /* Prepared anew: the visitor may make the container open a fresh
         * connection. */
        st = index_prepare(c,
                           "SELECT id, hashkey, compressed, size, \"offset\", "
                           "length, pack_id FROM db_object WHERE id > ?1 ORDER "
                           "BY id LIMIT 4096",
                           &stmt, err);
        if (st == ORMA_OK)
            st = read_page(c, stmt, after, rows, &count, err);
        sqlite3_finalize(stmt);
        stmt = NULL;
        for (size_t i = 0; st == ORMA_OK && i < count; i++) {
            st = visit(user, &rows[i].entry, err);
            after = rows[i].entry.id;
        }
    }
    return st;
}

/* ---- loose ------------------------------------------------------- */

struct loose_walk {
    container_visit *visit;
    void *user;
};

static orma_status visit_file(const struct loose_walk *w, const char *shard,
                              const char *folder, const char *name,
                              orma_error **err)
{
    struct stat info;
    char key[DIGEST_SHA256_HEX];
    if (strlen(shard) + strlen(name) != sizeof key - 1)
        return ORMA_OK;
    const int length = snprintf(key, sizeof key, "%s%s", shard, name);
    if (length != (int)sizeof key - 1 || !container_key_is_valid(key))
        return ORMA_OK;
    AUTO_FREE char *path = file_join(folder, name);
    if (path == NULL)
        return error_no_memory(err);
    if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return ORMA_OK; /* packed and deleted meanwhile */
    const container_entry entry = {
        .key = key,
        .is_loose = true,
        .size = info.st_size,
        .length = info.st_size,
        .mtime_ns =
            (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec,
    };
    return w->visit(w->user, &entry, err);
}

/* In the folder's own order: millions of names need no memory. */
static orma_status walk_shard(const struct loose_walk *w, const char *shard,
                              const char *folder, orma_error **err)
{
    orma_status st = ORMA_OK;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT
                   ? ORMA_OK
                   : container_errno(err, errno, "cannot open the folder",
                                     folder);
    const struct dirent *entry;
    while (st == ORMA_OK && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            st = visit_file(w, shard, folder, entry->d_name, err);
    closedir(dir);
    return st;
}

orma_status container_each_loose(container *c, container_visit *visit,
                                 void *user, orma_error **err)
{
    const struct loose_walk w = {visit, user};
    AUTO_FREE char *loose = container_path(c, "loose");
    orma_status st = ORMA_OK;
    if (loose == NULL)
        return error_no_memory(err);
    if (c->loose_prefix_len == 0)
        return walk_shard(&w, "", loose, err);

    DIR *dir = opendir(loose);
    if (dir == NULL)
        return errno == ENOENT && c->owner != NULL
                   ? ORMA_OK
                   : container_errno(err, errno, "cannot open the folder",
                                     loose);
    const struct dirent *entry;
    while (st == ORMA_OK && (entry = readdir(dir)) != NULL) {
        if (strlen(entry->d_name) != (size_t)c->loose_prefix_len ||
            entry->d_name[0] == '.')
            continue;
        AUTO_FREE char *folder = file_join(loose, entry->d_name);
        st = folder == NULL ? error_no_memory(err)
                            : walk_shard(&w, entry->d_name, folder, err);
    }
    closedir(dir);
    return st;
}

orma_status container_last_id(container *c, int64_t *id, orma_error **err)
{
    return index_number(c, "SELECT COALESCE(MAX(id), 0) FROM db_object", id,
                        err);
}

orma_status container_each(container *c, container_visit *visit, void *user,
                           int64_t *last_id, orma_error **err)
{
    if (c->archive != NULL)
        return container_zip_each(c, visit, user, err);
    int64_t last = 0;
    orma_status st = container_last_id(c, &last, err);
    if (st != ORMA_OK)
        return st;
    if (last_id != NULL)
        *last_id = last;
    /* Loose ones first: what is packed meanwhile is seen among the packed. */
    st = container_each_loose(c, visit, user, err);
    return st == ORMA_OK ? each_packed(c, visit, user, err) : st;
}

/* ---- other folders ----------------------------------------------- */

orma_status container_each_file(const container *c, const char *folder,
                                container_file_visit *visit, void *user,
                                orma_error **err)
{
    orma_status st = ORMA_OK;
    AUTO_FREE char *path = container_path(c, folder);
    if (path == NULL)
        return error_no_memory(err);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno == ENOENT
                   ? ORMA_OK
                   : container_errno(err, errno, "cannot open the folder",
                                     path);
    const struct dirent *entry;
    while (st == ORMA_OK && (entry = readdir(dir)) != NULL) {
        struct stat info;
        AUTO_FREE char *file = file_join(path, entry->d_name);
        if (file == NULL)
            st = error_no_memory(err);
        else if (lstat(file, &info) == 0 && S_ISREG(info.st_mode))
            st = visit(user, entry->d_name, file, &info, err);
    }
    closedir(dir);
    return st;
}

/* ---- sizes ------------------------------------------------------- */

static int64_t size_of(const container *c, const char *name)
{
    struct stat info;
    AUTO_FREE char *path = container_path(c, name);
    return path != NULL && stat(path, &info) == 0 ? info.st_size : 0;
}

static orma_status add_pack(void *user, const char *name, const char *path,
                            const struct stat *info, orma_error **err)
{
    container_sizes *sizes = user;
    (void)path;
    (void)err;
    if (strspn(name, "-0123456789") != strlen(name))
        return ORMA_OK;
    sizes->pack_files += info->st_size;
    sizes->pack_count++;
    return ORMA_OK;
}

static orma_status add_loose(void *user, const container_entry *e,
                             orma_error **err)
{
    (void)err;
    ((container_sizes *)user)->loose += e->size;
    return ORMA_OK;
}

orma_status container_get_size(container *c, container_sizes *out,
                               orma_error **err)
{
    static const char *const index_files[] = {"packs.idx", "packs.idx-wal"};
    if (c->archive != NULL)
        return container_zip_size(c, out);
    container_sizes sizes = {0};
    orma_status st = index_number(
        c, "SELECT COALESCE(SUM(size), 0) FROM db_object", &sizes.packed, err);
    if (st == ORMA_OK)
        st = index_number(c, "SELECT COALESCE(SUM(length), 0) FROM db_object",
                          &sizes.packed_stored, err);
    if (st == ORMA_OK)
        st = container_each_file(c, "packs", add_pack, &sizes, err);
    if (st == ORMA_OK)
        st = container_each_loose(c, add_loose, &sizes, err);
    for (size_t i = 0; i < sizeof index_files / sizeof *index_files; i++)
        sizes.index += size_of(c, index_files[i]);
    if (st == ORMA_OK)
        *out = sizes;
    return st;
}
